// Mirostat keeps the surprise of a text, −log2 probability per token, near a target: it cuts off what would surprise by
// more than mu, looks how surprising the drawn token was among those that were left, and moves mu against the error.
// Basu et al. 2021, https://arxiv.org/abs/2007.14966. It measures what it left, so it is the last stage.
// Definitions follow llama.cpp, where mirostat stands alone behind the temperature. (A k of version 1 beyond 2^31 overflows
// there and leaves one token; here all stay.) Hugging Face has none.
import { math } from '../../engine/index.ts';
import { OptionError } from '../../errors.ts';
import type { Stage } from '../stage.ts';
import { nthLargest } from './nthLargest.ts';
import { weigh } from './weigh.ts';

/** From so many of the likeliest tokens version 1 estimates how fast probabilities fall. */
const ESTIMATED_FROM = 100;

/**
 * Mirostat as a stage. Version 2 removes tokens that are more surprising than mu. Version 1 assumes Zipf's law,
 * probability ~ rank^−s, estimates s, and keeps the k tokens by which a text would have the surprise mu.
 *
 * @param version 1 or 2.
 * @param tau target in bits per token, above 0. mu begins at twice as much.
 * @param eta how fast mu follows, above 0 and at most 1.
 * @throws {OptionError} for a value outside its range.
 * @example
 * const stage = mirostat(2, 5, 0.1);
 * stage.apply(logits, situation);
 * stage.accept!(token);
 */
export function mirostat(version: 1 | 2, tau: number, eta: number, mu = 2 * tau): Stage {
  if (version !== 1 && version !== 2) throw new OptionError('mirostat', `As a stage, mirostat must be 1 or 2, but it is ${version}.`);
  if (!(tau > 0 && tau < Infinity)) throw new OptionError('mirostatTau', `mirostatTau must be above 0, but it is ${tau}.`);
  if (!(eta > 0 && eta <= 1)) throw new OptionError('mirostatEta', `mirostatEta must be above 0 and at most 1, but it is ${eta}.`);
  let weights = new Float64Array(0), total = 0, buffer = new Float32Array(0);
  return {
    name: 'mirostat',
    apply(logits) {
      if (weights.length !== logits.length) {
        weights = new Float64Array(logits.length);
        buffer = new Float32Array(logits.length);
      }
      total = weigh(logits, weights);
      if (version === 1) keepByRank(logits, weights, buffer, mu);
      else keepBySurprise(logits, weights, total, mu);
      total = weigh(logits, weights);
    },
    accept(token) {
      const share = weights[token]! / total;
      if (share > 0) mu -= eta * (bits(share) - tau);
    },
    fork: () => mirostat(version, tau, eta, mu),
  };
}

/** Surprise of a probability. */
const bits = (p: number): number => -math.log(p) / Math.LN2;

function keepBySurprise(logits: Float32Array, weights: Float64Array, total: number, mu: number): void {
  let best = 0;
  for (let i = 1; i < weights.length; i++) if (weights[i]! > weights[best]!) best = i;
  for (let i = 0; i < weights.length; i++) if (i !== best && weights[i]! > 0 && bits(weights[i]! / total) > mu) logits[i] = -Infinity;
}

function keepByRank(logits: Float32Array, weights: Float64Array, buffer: Float32Array, mu: number): void {
  const V = logits.length;
  let candidates = 0;
  for (let i = 0; i < V; i++) if (weights[i]! > 0) buffer[candidates++] = logits[i]!;
  if (candidates < 2) return;
  const m = Math.min(ESTIMATED_FROM, candidates), all = buffer.subarray(0, candidates);
  nthLargest(all, m); // the m largest stand at the end now
  const top = all.subarray(candidates - m).sort();
  // least squares through ln(p[i] / p[i+1]) = s · ln((i+2) / (i+1))
  let products = 0, squares = 0;
  for (let i = 0; i < m - 1; i++) {
    const step = math.log((i + 2) / (i + 1));
    products += step * (top[m - 1 - i]! - top[m - 2 - i]!);
    squares += step * step;
  }
  const s = products / squares, epsilon = s - 1;
  const k = Math.floor(math.pow((epsilon * math.pow(2, mu)) / (1 - math.pow(V, -epsilon)), 1 / s));
  if (k >= candidates || Number.isNaN(k)) return;
  const least = nthLargest(all, Math.max(1, k));
  for (let i = 0; i < V; i++) if (logits[i]! < least) logits[i] = -Infinity;
}
