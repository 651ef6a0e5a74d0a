// Chapter 7: predictions become text.
//
// A model gives a score, a logit, to every token that could come next. Stages sharpen the scores or strike candidates
// out (temperature, top-k, top-p and a dozen more), then a token is drawn in proportion to
//
//   probability[i] = exp(logit[i] / temperature) / sum over j of exp(logit[j] / temperature)
//
// and fed back, until the model produces a special token, a stop string appears, or there is no more room. What was said
// before is not computed again: it lies in caches.
//
// Texts that must have a form are no matter of luck: constraints/ makes an automaton over bytes of a regular expression, a
// JSON schema or a list of answers, and automata/ tells from it which tokens may be drawn.
//
// Reading order: decoder.ts (tokens in, logits out, with a memory), promptPieces.ts, sampler.ts and stages/ (logits to a token),
// stageNames.ts (their order), prepareStages.ts, stopStrings.ts, filters/, continuation.ts, generate.ts, chat.ts; then
// beams/beamSearch.ts, which follows several continuations at once.
export { type BeamOptions, beamSettings, type BeamSettings } from './beams/beamOptions.ts';
export { beamSearch } from './beams/beamSearch.ts';
export type { BeamFate, BeamNode, BeamResult, BeamSequence, BeamStep, Pruning } from './beams/beamTree.ts';
export { Chat, type ChatOptions, type Reply } from './chat.ts';
export { allOf, Constraint, CompiledConstraint } from './constraints/constraint.ts';
export { jsonSchema, type JsonSchemaOptions } from './constraints/jsonSchema.ts';
export { containing, oneOf } from './constraints/oneOf.ts';
export { regex } from './constraints/regex.ts';
export type { RegexOptions } from './constraints/parseRegex.ts';
export type { Reason } from './continuation.ts';
export { createSampler } from './createSampler.ts';
export { type Decodable, Decoder, type DecoderOptions } from './decoder.ts';
export { type BlockStage } from './filters/blockStage.ts';
export { type TextClassifier } from './filters/classifierGate.ts';
export { ContentFilter, createFilter, type FilterOptions } from './filters/contentFilter.ts';
export type { Decision } from './filters/decision.ts';
export { type LabelledText, NgramClassifier, trainClassifier, type TrainClassifierOptions } from './filters/ngramClassifier.ts';
export type { Phrase } from './filters/phrases.ts';
export { type Spelling, SPELLINGS } from './filters/readings.ts';
export type { Finding, TextGate } from './filters/textGate.ts';
export { loadWordList, WORD_LISTS, type WordList, type WordListName, type WordListOptions } from './filters/wordLists.ts';
export { generate, generateBatch, type Generated, type Piece, type Prompt } from './generate.ts';
export { type GenerateOptions, type GenerateSettings, generateSettings, type SamplingOptions } from './generateOptions.ts';
export type { Logprobs } from './logprobs.ts';
export { prepareStages } from './prepareStages.ts';
export { Sampler, type Telling } from './sampler.ts';
export { forkStages, type Situation, type Stage } from './stage.ts';
export { STAGE_NAMES, type StageName } from './stageNames.ts';
export { badSequences, badWords } from './stages/badWords.ts';
export { type Breakers, type Dry, dry, dryBreakers } from './stages/dry.ts';
export { dynamicTemperature } from './stages/dynamicTemperature.ts';
export { epsilonCutoff } from './stages/epsilonCutoff.ts';
export { etaCutoff } from './stages/etaCutoff.ts';
export { forcedTokens } from './stages/forcedTokens.ts';
export { biasedTokens, type LogitBias, logitBias } from './stages/logitBias.ts';
export { minP } from './stages/minP.ts';
export { minTokens } from './stages/minTokens.ts';
export { mirostat } from './stages/mirostat.ts';
export { noRepeatNgram } from './stages/noRepeatNgram.ts';
export { type Penalties, penalties } from './stages/penalties.ts';
export { temperature } from './stages/temperature.ts';
export { topK } from './stages/topK.ts';
export { topNSigma } from './stages/topNSigma.ts';
export { topP } from './stages/topP.ts';
export { typicalP } from './stages/typicalP.ts';
export { xtc } from './stages/xtc.ts';
export { StopStrings } from './stopStrings.ts';
export type { Candidate, StageTrace, Trace } from './trace.ts';
