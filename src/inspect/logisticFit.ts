// From signs to a probability: the plane that makes what happened most likely, by Newton's method (Cox 1958; as a way to
// calibrate: Platt 1999).
//
//   P(happened) = 1 / (1 + exp(-(bias + Σ weight · (sign - mean) / scale)))
import { math } from '../engine/index.ts';
import { OptionError } from '../errors.ts';

/** Plain numbers, ready to be written as JSON. */
export interface LogisticFit {
  readonly means: readonly number[];
  readonly scales: readonly number[];
  readonly weights: readonly number[];
  readonly bias: number;
}

/** Newton's steps; a handful is enough. */
const STEPS = 50;

/**
 * Fits probabilities to what happened.
 *
 * @param rows signs of each case, equally many.
 * @param penalty on the squares of the weights, so that they stay finite where a plane separates all; default 1.
 * @throws {OptionError} when there are no cases, or all are of one kind.
 * @example
 * const fit = fitLogistic([[0], [1], [2], [3]], [false, false, true, true]);
 * probabilityOf(fit, [3]); // 0.82
 */
export function fitLogistic(rows: readonly (readonly number[])[], happened: readonly boolean[], penalty = 1): LogisticFit {
  const n = rows.length, d = rows[0]?.length ?? 0, positive = happened.filter(Boolean).length;
  if (n === 0 || positive === 0 || positive === n) throw new OptionError('happened', `To tell two kinds of cases apart there must be some of each, but of ${n} cases ${positive} happened.`);
  const means = Array.from({ length: d }, (_, c) => rows.reduce((sum, row) => sum + row[c]!, 0) / n);
  const scales = means.map((mean, c) => Math.sqrt(rows.reduce((sum, row) => sum + (row[c]! - mean) ** 2, 0) / n) || 1);
  const x = rows.map((row) => [1, ...row.map((value, c) => (value - means[c]!) / scales[c]!)]), w = Array.from({ length: d + 1 }, () => 0);
  for (let step = 0; step < STEPS; step++) {
    const system = w.map((_, a) => [...w.map((_one, b) => (a === b ? (a > 0 ? penalty : 1e-9) : 0)), a > 0 ? penalty * w[a]! : 0]);
    x.forEach((row, i) => {
      const p = sigmoid(row.reduce((sum, value, c) => sum + value * w[c]!, 0));
      for (let a = 0; a <= d; a++) {
        for (let b = 0; b <= d; b++) system[a]![b]! += p * (1 - p) * row[a]! * row[b]!;
        system[a]![d + 1]! += (p - Number(happened[i])) * row[a]!;
      }
    });
    const change = solve(system);
    change.forEach((value, a) => { w[a]! -= value; });
    if (change.every((value) => Math.abs(value) < 1e-12)) break;
  }
  return { means, scales, weights: w.slice(1), bias: w[0]! };
}

/** What a fit says of new signs. */
export const probabilityOf = ({ means, scales, weights, bias }: LogisticFit, row: readonly number[]): number =>
  sigmoid(weights.reduce((sum, weight, c) => sum + weight * ((row[c]! - means[c]!) / scales[c]!), bias));

const sigmoid = (x: number): number => (x >= 0 ? 1 / (1 + math.exp(-x)) : math.exp(x) / (1 + math.exp(x)));

/** A positive definite system, its right side behind it, by elimination. */
function solve(system: number[][]): number[] {
  const n = system.length;
  for (let i = 0; i < n; i++) {
    for (let r = i + 1; r < n; r++) {
      const factor = system[r]![i]! / system[i]![i]!;
      for (let c = i; c <= n; c++) system[r]![c]! -= factor * system[i]![c]!;
    }
  }
  const out = Array.from({ length: n }, () => 0);
  for (let i = n - 1; i >= 0; i--) out[i] = (system[i]![n]! - out.reduce((sum, value, c) => (c > i ? sum + system[i]![c]! * value : sum), 0)) / system[i]![i]!;
  return out;
}
