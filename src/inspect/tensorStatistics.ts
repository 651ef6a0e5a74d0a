/** What a tensor's numbers are like. */
export interface TensorStatistics {
  readonly count: number;
  /** Of those that are numbers; NaN where none is. */
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** Standard deviation. */
  readonly deviation: number;
  /** Share of numbers that are 0, from 0 to 1. */
  readonly zeros: number;
  /** How many are no numbers. */
  readonly nan: number;
}

/**
 * Least, largest, mean, deviation, share of zeros, how many are NaN.
 *
 * @example
 * tensorStatistics([0, 2, NaN]); // { count: 3, min: 0, max: 2, mean: 1, deviation: 1, zeros: 0.333…, nan: 1 }
 */
export function tensorStatistics(numbers: ArrayLike<number>): TensorStatistics {
  let min = Infinity, max = -Infinity, sum = 0, zeros = 0, nan = 0;
  const count = numbers.length;
  for (let i = 0; i < count; i++) {
    const x = numbers[i]!;
    if (Number.isNaN(x)) {
      nan++;
      continue;
    }
    if (x < min) min = x;
    if (x > max) max = x;
    if (x === 0) zeros++;
    sum += x;
  }
  const known = count - nan, mean = sum / known;
  let squares = 0;
  for (let i = 0; i < count; i++) if (!Number.isNaN(numbers[i]!)) squares += (numbers[i]! - mean) ** 2;
  return { count, min: known ? min : NaN, max: known ? max : NaN, mean, deviation: Math.sqrt(squares / known), zeros: zeros / count, nan };
}
