// A little world that writes its own corpus and judges what was learned from it.
//
//   sentence = template(bindings),   bindings = what its variables stand for in finite tables
//
// The same templates write and read: `Writer` draws bindings, `Reader` finds them again. So the corpus is endless,
// and a model that learned from it can be measured: is this a sentence of the world, is it true, was it copied right
// from the conversation, was a refusal honest? What training leaves out (heldOut.ts) tells learning from repeating.
//
// Reading order: tables, parseTemplate, Language, english/, chinese/, Grammar, Writer, Reader, heldOut, Voice,
// createStoryteller, createFactTeller, createTalker, createWorld, createJudge, createExamination, summarize, worldBiasPairs, worldRefusals.
export { createWorld, type Conversation, type World, type WorldDocument } from './createWorld.ts';
export { createJudge, splitSentences, type Answer, type Judge, type StoryVerdict, type Verdict } from './createJudge.ts';
export { QUESTION_KINDS, worldQuestions, type QuestionKind } from './worldQuestions.ts';
export { createExamination, isUnanswerable, ITEM_KINDS, type Examination, type Item, type ItemKind } from './createExamination.ts';
export { summarize, type Count, type Graded, type Refusals, type WorldReport } from './summarize.ts';
export { worldBiasPairs } from './worldBiasPairs.ts';
export { worldRefusals } from './worldRefusals.ts';
export type { Sense } from './Writer.ts';
export { HELD_FAMILIES } from './tables.ts';
