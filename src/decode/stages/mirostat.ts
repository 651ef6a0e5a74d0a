// Mirostat keeps the surprise of a text, −log2 probability per token, near a target: it cuts off what would surprise by
// more than mu, looks how surprising the drawn token was among those that were left, and moves mu against the error.
// Basu et al. 2021, https://arxiv.org/abs/2007.14966. It measures what it left, so it is the last stage.
// Definitions follow llama.cpp, where mirostat stands alone behind the temperature. (A k of version 1 beyond 2^31 overflows
// there and leaves one token; here all stay.) Hugging Face has none.
import { type LogitRow, math, takeRow } from '../../engine/index.ts';
import { OptionError } from '../../errors.ts';
import type { Stage } from '../stage.ts';

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
  let kept = new Float32Array(0), most = 0, total = 0;
  const top = new Float32Array(ESTIMATED_FROM);
  return {
    name: 'mirostat',
    apply(logits) {
      const row = takeRow(logits);
      most = row.most();
      if (!Number.isFinite(most)) return;
      if (version === 1) keepByRank(row, logits, most, top, mu);
      else keepBySurprise(row, logits, most, mu);
      total = row.take(logits).weigh(most);
      if (kept.length !== logits.length) kept = new Float32Array(logits.length);
      kept.set(logits);
    },
    accept(token) {
      const share = math.exp(kept[token]! - most) / total;
      if (share > 0) mu -= eta * (-math.log(share) / Math.LN2 - tau);
    },
    fork: () => mirostat(version, tau, eta, mu),
  };
}

/** Surprise in bits above mu is a logit below: most + ln total − mu · ln 2. The likeliest token stays. */
function keepBySurprise(row: LogitRow, logits: Float32Array, most: number, mu: number): void {
  const best = row.next(most);
  row.strikeBelow(most + math.log(row.weigh(most)) - mu * Math.LN2);
  row.give(logits);
  if (best >= 0) logits[best] = most;
}

function keepByRank(row: LogitRow, logits: Float32Array, most: number, top: Float32Array, mu: number): void {
  const V = logits.length, candidates = row.left();
  if (candidates < 2) return;
  const m = Math.min(ESTIMATED_FROM, candidates), least = row.nth(m, most);
  // the m highest; of those that equal the last of them as many as there is room for
  let n = 0;
  for (let i = 0; i < V; i++) if (logits[i]! > least) top[n++] = logits[i]!;
  top.fill(least, n, m);
  (m < top.length ? top.subarray(0, m) : top).sort();
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
  row.strikeBelow(row.nth(Math.max(1, k), most));
  row.give(logits);
}
