// How sure is a mean? Draw as many numbers again from those that there are, with replacement, many times over, and see how
// far the means spread (Efron 1979, https://doi.org/10.1214/aos/1176344552; the percentile interval).
import { OptionError } from '../errors.ts';
import { Random, stream } from '../random.ts';

export interface BootstrapOptions {
  /** The same seed gives the same interval. Default 1. */
  readonly seed?: number;
  /** Default 10,000. */
  readonly resamples?: number;
  /** Share of the means that lie in the interval, between 0 and 1. Default 0.95. */
  readonly confidence?: number;
}

export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/**
 * The mean of some numbers and the interval in which it lies.
 *
 * @param values independent of each other: where several belong together, give their mean.
 * @throws {OptionError} when there are no numbers, or an option is out of range.
 * @example
 * bootstrapMean([1, 2, 3, 4, 5]); // { mean: 3, low: 1.8, high: 4.2 }
 */
export function bootstrapMean(values: readonly number[], { seed = 1, resamples = 10_000, confidence = 0.95 }: BootstrapOptions = {}): Interval {
  const n = values.length;
  if (n === 0) throw new OptionError('values', 'There is no mean of no numbers. Give at least one.');
  if (!Number.isSafeInteger(resamples) || resamples < 1) throw new OptionError('resamples', `resamples must be a positive whole number, but it is ${resamples}.`);
  if (!(confidence > 0 && confidence < 1)) throw new OptionError('confidence', `confidence must lie between 0 and 1, but it is ${confidence}.`);
  const random = new Random(seed, stream('bootstrap')), means = new Float64Array(resamples);
  for (let i = 0; i < resamples; i++) {
    let sum = 0;
    for (let k = 0; k < n; k++) sum += values[random.below(n)]!;
    means[i] = sum / n;
  }
  means.sort();
  return { mean: values.reduce((sum, value) => sum + value, 0) / n, low: quantile(means, (1 - confidence) / 2), high: quantile(means, (1 + confidence) / 2) };
}

/** @param sorted ascending. */
function quantile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1), below = Math.floor(at);
  return sorted[below]! + (at - below) * ((sorted[below + 1] ?? sorted[below]!) - sorted[below]!);
}
