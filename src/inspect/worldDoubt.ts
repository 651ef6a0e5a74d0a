// A model's doubt, made a number on some questions of a world and judged by others: half of the questions choose the
// weights and the threshold, the other half, none of which is among them, tell what they are worth.
import { createExamination, isUnanswerable, type World, worldRefusals } from '../data/index.ts';
import { math } from '../engine/index.ts';
import type { SpeakingModel } from '../models/index.ts';
import { stream } from '../random.ts';
import { auroc, type Calibration, calibration, riskCoverage, type RiskCoverage } from './calibration.ts';
import { type DoubtMeter, doubtOf, type DoubtOptions, DoubtReader, type DoubtSigns, signsOf } from './doubt.ts';
import { fitLogistic } from './logisticFit.ts';

export interface WorldDoubtOptions extends Pick<DoubtOptions, 'samples' | 'tokens'> {
  /** Draws questions and answers. Default 1. */
  readonly seed?: number;
  /** Questions of each kind, over both halves. Default 60. */
  readonly size?: number;
  readonly onProgress?: (done: number, of: number) => void;
}

/** All figures are of the questions that chose nothing. */
export interface DoubtReport {
  readonly meter: DoubtMeter;
  readonly validation: number;
  readonly answerable: number;
  readonly unanswerable: number;
  /** How well unanswerable questions are told from others, by all signs together and by each alone. */
  readonly auroc: { readonly doubt: number; readonly refusal: number; readonly entropy: number; readonly disagreement: number };
  /** Of the probability with which the model says by itself that it does not know, and of the fitted one. */
  readonly before: Calibration;
  readonly after: Calibration;
  /** Unanswerable questions among those that are kept silent on, and how many of them are found. */
  readonly precision: number;
  readonly recall: number;
  /** Share of all questions that are answered, and of wrong answers among them, by the threshold. */
  readonly coverage: number;
  readonly risk: number;
  /** An unanswerable question cannot be answered rightly. */
  readonly curve: RiskCoverage;
  readonly examples: readonly { readonly question: string; readonly reply: string; readonly doubt: number; readonly answerable: boolean }[];
}

interface Case {
  readonly question: string;
  readonly signs: DoubtSigns;
  readonly unanswerable: boolean;
  readonly wrong: boolean;
  readonly validation: boolean;
}

/**
 * Measures the doubt of a chat model, and how much it is worth.
 *
 * @throws {OptionError} when the model knows no conversations, or there are too few questions.
 * @example
 * const { auroc, meter } = await measureDoubt(model, createWorld({ seed: 1 }));
 */
export async function measureDoubt(model: SpeakingModel, world: World, { seed = 1, size = 60, samples = 8, tokens = 40, onProgress }: WorldDoubtOptions = {}): Promise<DoubtReport> {
  const refusals = worldRefusals(world), reader = new DoubtReader(model, { refusals, samples, tokens, seed }), examination = createExamination(world, { seed, size });
  const items = new Map(examination.items.filter(({ kind }) => kind !== 'story').map((item) => [JSON.stringify(item.messages), item]));
  const cases: Case[] = [];
  try {
    for (const [key, item] of items) {
      onProgress?.(cases.length, items.size);
      const signs = await reader.read(item.messages), unanswerable = isUnanswerable(item.kind);
      cases.push({ question: item.messages.at(-1)!.content, signs, unanswerable, wrong: unanswerable || examination.grade(item, signs.reply) !== 'right', validation: stream('doubt', key) % 2 === 0 });
    }
  } finally {
    reader.free();
  }
  const [known, fresh] = [true, false].map((validation) => cases.filter((one) => one.validation === validation)) as [Case[], Case[]];
  const fit = fitLogistic(known.map(({ signs }) => signsOf(signs)), known.map(({ unanswerable }) => unanswerable));
  const open: DoubtMeter = { format: 'inkling-doubt-1', refusals, samples, tokens, seed, fit, threshold: 1 };
  const meter = { ...open, threshold: chooseThreshold(known.map(({ signs }) => doubtOf(open, signs)), known.map(({ unanswerable }) => unanswerable)) };

  const doubts = fresh.map(({ signs }) => doubtOf(meter, signs)), cannot = fresh.map(({ unanswerable }) => unanswerable), wrong = fresh.map((one) => one.wrong);
  const by = (sign: (signs: DoubtSigns) => number): number => auroc(fresh.map(({ signs }) => sign(signs)), cannot);
  const silent = doubts.map((doubt) => doubt >= meter.threshold), both = silent.filter((no, i) => no && cannot[i]).length, answered = silent.filter((no) => !no).length;
  const unanswerable = cannot.filter(Boolean).length;
  return {
    meter, validation: known.length, answerable: fresh.length - unanswerable, unanswerable,
    auroc: { doubt: auroc(doubts, cannot), refusal: by(({ refusal }) => refusal), entropy: by(({ entropy }) => entropy), disagreement: by(({ disagreement }) => disagreement) },
    before: calibration(fresh.map(({ signs }) => math.exp(signs.refusal)), cannot), after: calibration(doubts, cannot),
    precision: both / Math.max(1, silent.length - answered), recall: both / Math.max(1, unanswerable),
    coverage: answered / Math.max(1, fresh.length), risk: silent.filter((no, i) => !no && wrong[i]).length / Math.max(1, answered),
    curve: riskCoverage(doubts, wrong),
    examples: fresh.flatMap(({ question, signs, unanswerable: none }, i) => (silent[i] !== none ? [{ question, reply: signs.reply, doubt: doubts[i]!, answerable: !none }] : [])).slice(0, 12),
  };
}

/** In the middle of the gap where the two kinds are told apart best: the shares that are right of each kind add up to most. */
function chooseThreshold(doubts: readonly number[], cannot: readonly boolean[]): number {
  const sorted = [...new Set(doubts)].sort((a, b) => a - b), bars = sorted.map((doubt, i) => (i === 0 ? doubt / 2 : (doubt + sorted[i - 1]!) / 2));
  const share = (kind: boolean, bar: number): number => doubts.filter((doubt, i) => cannot[i] === kind && (doubt >= bar) === kind).length / cannot.filter((one) => one === kind).length;
  return bars.map((bar) => ({ bar, worth: share(true, bar) + share(false, bar) })).reduce((best, one) => (one.worth > best.worth ? one : best)).bar;
}

/** A report in lines for a terminal or a log. */
export function formatDoubtReport({ meter, validation, answerable, unanswerable, auroc: told, before, after, precision, recall, coverage, risk, curve, examples }: DoubtReport): string[] {
  const row = (what: string, figure: string, detail = ''): string => `  ${what.padEnd(46)}${figure.padStart(7)}${detail && `   ${detail}`}`, percent = (share: number): string => `${(100 * share).toFixed(1)}%`;
  return [
    `Judged by ${answerable} questions with an answer and ${unanswerable} without; ${validation} others chose weights and threshold`,
    row('questions without an answer are told, AUROC', told.doubt.toFixed(3)),
    row('  ... by the chance of a refusal alone', told.refusal.toFixed(3)), row('  ... by the entropy of the answer alone', told.entropy.toFixed(3)), row('  ... by the disagreement of answers alone', told.disagreement.toFixed(3)),
    row('calibration error, before', before.error.toFixed(3)), row('  ... after', after.error.toFixed(3)),
    row(`silent from a doubt of ${meter.threshold.toFixed(2)} on: rightly`, percent(precision), `finds ${percent(recall)} of those without an answer`),
    row('  ... answers', percent(coverage), `of which ${percent(risk)} are wrong; of all answers ${percent(curve.points.at(-1)?.risk ?? 0)}`),
    ...(examples.length > 0 ? ['', 'Where it was mistaken'] : []),
    ...examples.slice(0, 6).map(({ question, reply, doubt, answerable: has }) => `  ${has ? 'silent' : 'spoke '} ${doubt.toFixed(2)}  ${question}  ->  ${reply}`),
  ];
}
