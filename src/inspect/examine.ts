// Lets a model sit the examination of a world: every question is answered greedily, every reply is graded by the
// grammar that wrote the corpus.
import { createExamination, type Examination, type Graded, summarize, type World, type WorldReport } from '../data/index.ts';
import { generateBatch } from '../decode/index.ts';
import type { SpeakingModel } from '../models/index.ts';

export interface ExamineOptions {
  /** Draws the items. */
  readonly seed?: number;
  /** Items of each kind; default 100. */
  readonly size?: number;
  /** Longest reply and longest story, in tokens. */
  readonly replyTokens?: number;
  readonly storyTokens?: number;
  readonly onProgress?: (done: number, of: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Examines a chat model on a world.
 *
 * @returns shares of right replies by kind, refusals, stories, and examples of what went wrong.
 * @throws {OptionError} when the model's tokenizer knows no conversations.
 * @example
 * const { seen, held, refusal } = await examine(model, createWorld({ seed: 1 }), { size: 100 });
 */
export async function examine(model: SpeakingModel, world: World, options: ExamineOptions = {}): Promise<WorldReport> {
  const { seed = 7, size = 100, replyTokens = 40, storyTokens = 110, onProgress, signal } = options;
  const examination = createExamination(world, { seed, size });
  const replies = await answers(model, examination, { replyTokens, storyTokens, ...(onProgress && { onProgress }), ...(signal && { signal }) });
  return summarize(examination, examination.items.map((item, i): Graded => ({ item, reply: replies[i]!, grade: examination.grade(item, replies[i]!) })));
}

async function answers(
  model: SpeakingModel, { items }: Examination,
  { replyTokens, storyTokens, onProgress, signal }: Required<Pick<ExamineOptions, 'replyTokens' | 'storyTokens'>> & Pick<ExamineOptions, 'onProgress' | 'signal'>,
): Promise<string[]> {
  const replies: string[] = [];
  let done = 0;
  for (const stories of [false, true]) {
    const numbers = items.flatMap(({ kind }, i) => ((kind === 'story') === stories ? [i] : []));
    const prompts = numbers.map((i) => items[i]!.messages);
    const running = generateBatch(model, prompts, { temperature: 0, tokens: stories ? storyTokens : replyTokens, ...(signal && { signal }) });
    let last = -1, next = await running.next();
    for (; !next.done; next = await running.next()) {
      if (next.value.index > last) {
        last = next.value.index;
        onProgress?.(done + last, items.length);
      }
    }
    next.value.forEach(({ text }, i) => { replies[numbers[i]!] = text; });
    done += numbers.length;
  }
  onProgress?.(items.length, items.length);
  return replies;
}

/**
 * A report in lines for a terminal or a log.
 *
 * @example
 * console.log(formatWorldReport(report).join('\n'));
 */
export function formatWorldReport(report: WorldReport): string[] {
  const percent = (share: number): string => `${(100 * share).toFixed(1)}%`.padStart(7);
  const of = (kind: keyof WorldReport['counts']): string => `${report.counts[kind].right} of ${report.counts[kind].of}`;
  const row = (what: string, figure: string, detail = ''): string => `  ${what.padEnd(46)}${figure}${detail && `   ${detail}`}`;
  return [
    row('sentences of stories that are grammatical', percent(report.grammatical)),
    row('  ... and true in the world', percent(report.trueStatements)),
    row('questions asked in training', percent(report.seen), of('seen')),
    row('questions never asked, only told', percent(report.held), of('held')),
    row('new wordings of known questions', percent(report.newWordings), of('newWording')),
    row('follow-up questions', percent(report.followUps), of('followUp')),
    row('what was said in the conversation', percent(report.context), of('context')),
    row('  ... asked in new words', percent(report.contextNewWordings), of('contextNewWording')),
    row('refusals of what nobody can know, F1', report.refusal.f1.toFixed(3).padStart(7), `precision ${report.refusal.precision.toFixed(2)}, recall ${report.refusal.recall.toFixed(2)}`),
    row('  ... asked in new words, F1', report.refusalNewWordings.f1.toFixed(3).padStart(7)),
    row('young of families never named', percent(report.families), of('family')),
    row('sums never shown', percent(report.untoldSums), of('untold')),
    row('children per story, against the corpus', `${report.castRatio.toFixed(2)}x`.padStart(7)),
  ];
}
