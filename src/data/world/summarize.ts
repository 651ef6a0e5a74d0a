// The report of an examination: shares of right replies, how honest the refusals are, how whole the stories.
import type { Answer, Judge } from './createJudge.ts';
import { splitSentences } from './createJudge.ts';
import { ITEM_KINDS, isUnanswerable, type Examination, type Item, type ItemKind } from './createExamination.ts';

/** An item with what the model replied and the grade of that. */
export interface Graded {
  readonly item: Item;
  readonly reply: string;
  readonly grade: Answer;
}

/** How well questions without an answer are told from others. */
export interface Refusals {
  /** Of the refusals, the share that was due. */
  readonly precision: number;
  /** Of the questions without an answer, the share that was refused. */
  readonly recall: number;
  /** 2 precision recall / (precision + recall). */
  readonly f1: number;
}

export type Count = Readonly<Record<Answer | 'of', number>>;

/** All shares are from 0 to 1; a share of nothing is 0. */
export interface WorldReport {
  /** Sentences of the stories that are sentences of the world. */
  readonly grammatical: number;
  /** Sentences of the stories that are of the world and whose facts hold. */
  readonly trueStatements: number;
  /** Sentences of the stories that contradict their own story. */
  readonly clashes: number;
  readonly seen: number;
  readonly held: number;
  readonly newWordings: number;
  readonly families: number;
  readonly untoldSums: number;
  readonly followUps: number;
  readonly context: number;
  readonly contextNewWordings: number;
  /** Refusals among `refuse`, `missing`, `seen`, `held`, `context`. */
  readonly refusal: Refusals;
  /** Refusals among `refuseNewWording`, `newWording`, `contextNewWording`. */
  readonly refusalNewWordings: Refusals;
  /** Different children per story, compared with the world's stories for the same requests, cut to the same number of sentences. */
  readonly castRatio: number;
  readonly counts: Readonly<Record<ItemKind, Count>>;
  /** Right replies by relation or notice, to see where the weak points are. */
  readonly topics: Readonly<Record<string, { readonly right: number; readonly of: number }>>;
  /** Some replies of each kind that were not right. */
  readonly examples: readonly { readonly kind: ItemKind; readonly question: string; readonly reply: string; readonly expected: string; readonly grade: Answer }[];
}

/** How many wrong replies of each kind the report shows. */
const EXAMPLES = 4;

/**
 * Sums up an examination.
 *
 * @example
 * const graded = items.map((item) => { const reply = ask(item.messages); return { item, reply, grade: grade(item, reply) }; });
 * summarize(examination, graded).held; // 0.71
 */
export function summarize(examination: Examination, graded: readonly Graded[]): WorldReport {
  const counts = Object.fromEntries(ITEM_KINDS.map((kind) => [kind, countGrades(graded.filter(({ item }) => item.kind === kind))])) as Record<ItemKind, Count>;
  const share = (kind: ItemKind): number => ratio(counts[kind].right, counts[kind].of);
  return {
    ...judgeStories(examination.judge, graded.filter(({ item }) => item.kind === 'story')),
    seen: share('seen'), held: share('held'), newWordings: share('newWording'), families: share('family'),
    untoldSums: share('untold'), followUps: share('followUp'),
    context: share('context'), contextNewWordings: share('contextNewWording'),
    refusal: refusalsAmong(counts, ['refuse', 'missing', 'seen', 'held', 'context']),
    refusalNewWordings: refusalsAmong(counts, ['refuseNewWording', 'newWording', 'contextNewWording']),
    counts, topics: countTopics(graded), examples: pickExamples(graded),
  };
}

const ratio = (part: number, whole: number): number => (whole > 0 ? part / whole : 0);

function countGrades(graded: readonly Graded[]): Count {
  const count = { right: 0, wrong: 0, refused: 0, bad: 0, of: graded.length };
  for (const { grade } of graded) count[grade]++;
  return count;
}

function refusalsAmong(counts: Readonly<Record<ItemKind, Count>>, kinds: readonly ItemKind[]): Refusals {
  let due = 0, refused = 0, both = 0;
  for (const kind of kinds) {
    if (isUnanswerable(kind)) {
      due += counts[kind].of;
      refused += counts[kind].right;
      both += counts[kind].right;
    } else {
      refused += counts[kind].refused;
    }
  }
  const precision = ratio(both, refused), recall = ratio(both, due);
  return { precision, recall, f1: ratio(2 * precision * recall, precision + recall) };
}

function judgeStories(judge: Judge, graded: readonly Graded[]) {
  let sentences = 0, grammatical = 0, holding = 0, clashing = 0, children = 0, expected = 0;
  for (const { item, reply } of graded) {
    const story = judge.story(reply);
    sentences += story.sentences;
    grammatical += story.grammatical;
    holding += story.true;
    clashing += story.clashes.length;
    // a longer story may have more children, so both are cut to the same length
    const length = Math.min(story.sentences, judge.story(item.reference).sentences);
    children += castOfFirst(judge, reply, length);
    expected += castOfFirst(judge, item.reference, length);
  }
  return {
    grammatical: ratio(grammatical, sentences), trueStatements: ratio(holding, sentences),
    clashes: ratio(clashing, sentences), castRatio: ratio(children, expected),
  };
}

const castOfFirst = (judge: Judge, text: string, sentences: number): number =>
  judge.story(splitSentences(text, judge.language).slice(0, sentences).join(judge.language === 'en' ? ' ' : '')).cast.length;

function countTopics(graded: readonly Graded[]): Record<string, { right: number; of: number }> {
  const topics: Record<string, { right: number; of: number }> = {};
  for (const { item, grade } of graded) {
    if (!item.topic) continue;
    const count = (topics[`${item.kind} ${item.topic}`] ??= { right: 0, of: 0 });
    count.of++;
    if (grade === 'right') count.right++;
  }
  return topics;
}

function pickExamples(graded: readonly Graded[]): WorldReport['examples'] {
  return ITEM_KINDS.flatMap((kind) =>
    graded.filter(({ item, grade }) => item.kind === kind && grade !== 'right').slice(0, EXAMPLES).map(({ item, reply, grade }) => ({
      kind, question: item.messages.at(-1)!.content, reply, expected: item.reference, grade,
    })));
}
