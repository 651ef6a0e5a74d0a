// From scores to probabilities, in float64 and with the same bits on every machine.
import { math } from '../engine/index.ts';
import { logSum, topTokens } from '../decode/logprobs.ts';

/** A token and how likely it is to come next. */
export interface Likely {
  readonly token: number;
  readonly probability: number;
}

/** Natural logarithms of the probabilities that scores (V) stand for. */
export function logProbabilities(scores: Float32Array): Float64Array {
  const all = logSum(scores);
  return Float64Array.from(scores, (score) => score - all);
}

/** The n likeliest tokens, of equals the lower id first. */
export function likeliest(scores: Float32Array, n: number): Likely[] {
  const all = logSum(scores);
  return topTokens(scores, n).map((token) => ({ token, probability: math.exp(scores[token]! - all) }));
}

/** Kullback-Leibler divergence Σ p (ln p - ln q), in nats: what it costs to believe the second scores where the first are right. */
export function divergence(right: Float32Array, believed: Float32Array): number {
  const p = logProbabilities(right), q = logProbabilities(believed);
  let sum = 0;
  for (let i = 0; i < p.length; i++) if (p[i]! > -Infinity) sum += math.exp(p[i]!) * (p[i]! - q[i]!);
  return sum;
}

/** Row `t` of scores (rows, V). */
export const scoresAt = (scores: Float32Array, t: number, V: number): Float32Array => scores.subarray(t * V, (t + 1) * V);
