// How good is a doubt? Three questions: does it tell the cases apart (AUROC), can its number be taken at its word
// (calibration), and what is gained by keeping silent where it is great (risk and coverage)?
//
//   AUROC = P(doubt of a case that happened > doubt of one that did not), ties count half
//   calibration error = Σ over bins  cases in bin / cases · | mean probability - share that happened |
//
// Fawcett 2006, https://doi.org/10.1016/j.patrec.2005.10.010; Naeini et al. 2015 (expected calibration error);
// El-Yaniv & Wiener 2010, https://jmlr.org/papers/v11/el-yaniv10a.html (risk and coverage).
import { OptionError } from '../errors.ts';

/**
 * Area under the curve of the receiver: how often a case that happened has the higher score of two.
 *
 * @returns 1 if all that happened score higher than all others, 0.5 by chance; 0.5 too where all cases are of one kind.
 * @example
 * auroc([0.1, 0.4, 0.35, 0.8], [false, false, true, true]); // 0.75
 */
export function auroc(scores: readonly number[], happened: readonly boolean[]): number {
  const order = ascending(scores, happened), n = order.length;
  let ranks = 0, positive = 0;
  for (let i = 0, j = 0; i < n; i = j) {
    while (j < n && scores[order[j]!] === scores[order[i]!]) j++;
    for (let k = i; k < j; k++) {
      if (!happened[order[k]!]) continue;
      ranks += (i + 1 + j) / 2; // those of equal score share their ranks
      positive++;
    }
  }
  return positive === 0 || positive === n ? 0.5 : (ranks - (positive * (positive + 1)) / 2) / (positive * (n - positive));
}

export interface Calibration {
  /** Expected calibration error, from 0 to 1. */
  readonly error: number;
  /** Bins of equal width; `predicted` and `share` are 0 where a bin is empty. */
  readonly bins: readonly { readonly from: number; readonly to: number; readonly cases: number; readonly predicted: number; readonly share: number }[];
}

/**
 * Whether what is called 70% likely happens in 70% of the cases.
 *
 * @param probabilities from 0 to 1.
 * @example
 * calibration([0.9, 0.9], [true, false]).error; // 0.4: it was sure, and right half of the time
 */
export function calibration(probabilities: readonly number[], happened: readonly boolean[], bins = 10): Calibration {
  const count = Array.from({ length: bins }, () => ({ cases: 0, sum: 0, happened: 0 }));
  probabilities.forEach((p, i) => {
    if (!(p >= 0 && p <= 1)) throw new OptionError('probabilities', `Probabilities lie between 0 and 1, but number ${i} is ${p}.`);
    const bin = count[Math.min(bins - 1, Math.floor(p * bins))]!;
    bin.cases++;
    bin.sum += p;
    bin.happened += Number(happened[i]);
  });
  return {
    error: count.reduce((sum, bin) => sum + Math.abs(bin.sum - bin.happened), 0) / Math.max(1, probabilities.length),
    bins: count.map((bin, i) => ({ from: i / bins, to: (i + 1) / bins, cases: bin.cases, predicted: bin.cases ? bin.sum / bin.cases : 0, share: bin.cases ? bin.happened / bin.cases : 0 })),
  };
}

export interface RiskCoverage {
  /** Coverage: share of the cases that are answered, those of the least doubt first. Risk: share of wrong ones among them. */
  readonly points: readonly { readonly coverage: number; readonly risk: number }[];
  /** Mean risk over all coverages. */
  readonly area: number;
}

/**
 * What an answerer risks that keeps silent where doubt is great.
 *
 * @example
 * riskCoverage([0.1, 0.9], [false, true]).points; // [{ coverage: 0.5, risk: 0 }, { coverage: 1, risk: 0.5 }]
 */
export function riskCoverage(doubts: readonly number[], wrong: readonly boolean[]): RiskCoverage {
  const order = ascending(doubts, wrong), n = order.length, points: { coverage: number; risk: number }[] = [];
  let errors = 0, area = 0;
  for (let i = 0, j = 0; i < n; i = j) {
    for (; j < n && doubts[order[j]!] === doubts[order[i]!]; j++) errors += Number(wrong[order[j]!]);
    points.push({ coverage: j / n, risk: errors / j });
    area += ((j - i) / n) * (errors / j);
  }
  return { points, area };
}

function ascending(scores: readonly number[], cases: readonly boolean[]): number[] {
  if (scores.length !== cases.length) throw new OptionError('scores', `There must be as many scores as cases, but there are ${scores.length} and ${cases.length}.`);
  return [...scores.keys()].sort((a, b) => scores[a]! - scores[b]! || a - b);
}
