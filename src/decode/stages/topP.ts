import { math } from '../../engine/index.ts';
import { OptionError } from '../../errors.ts';
import type { Stage } from '../stage.ts';

/**
 * Nucleus sampling: keeps the fewest most likely tokens whose probabilities add up to at least `p`, always one.
 * Among equally likely tokens the one with the lower id is kept first; Hugging Face and llama.cpp leave that to their
 * sorting. Otherwise all three keep the same tokens from the same logits. But by default llama.cpp applies the
 * temperature behind top-p, Hugging Face (and we) before it.
 *
 * @param p share of probability to keep, above 0 and at most 1.
 * @throws {OptionError} when p is outside its range.
 * @see Holtzman et al. 2020, https://arxiv.org/abs/1904.09751
 * @example
 * topP(0.6).apply(logits); // [2, 1, 0] becomes [2, -Infinity, -Infinity]: the first has probability 0.67
 */
export function topP(p: number): Stage {
  if (!(p > 0 && p <= 1)) throw new OptionError('topP', `topP must be above 0 and at most 1 (1 keeps every token), but it is ${p}.`);
  let weights = new Float64Array(0), buffer = new Float32Array(0);
  return {
    name: 'topP',
    apply(logits) {
      if (p === 1) return;
      const V = logits.length;
      if (weights.length !== V) {
        weights = new Float64Array(V);
        buffer = new Float32Array(V);
      }
      let most = -Infinity, total = 0;
      for (let i = 0; i < V; i++) if (logits[i]! > most) most = logits[i]!;
      for (let i = 0; i < V; i++) total += weights[i] = logits[i] === -Infinity ? 0 : math.exp(logits[i]! - most);
      // Tokens that have at most (1 - p) / V each have at most 1 - p together: the others reach p, and only they are sorted.
      const least = ((1 - p) / V) * total;
      let n = 0;
      for (let i = 0; i < V; i++) if (weights[i]! > least) buffer[n++] = logits[i]!;
      const sorted = buffer.subarray(0, n).sort();
      let last = n - 1;
      for (let share = 1; share < p * total && last > 0; share += math.exp(sorted[last]! - most)) last--;
      if (n > 0) removeBelow(logits, sorted[last]!, sorted, last);
    },
  };
}

/** Removes what is less than `least`, and of those that equal it all but the first ones, as many as stand from `last` on. */
function removeBelow(logits: Float32Array, least: number, sorted: Float32Array, last: number): void {
  let equals = 0;
  for (let i = last; i < sorted.length && sorted[i] === least; i++) equals++;
  for (let i = 0; i < logits.length; i++) {
    const logit = logits[i]!;
    if (logit < least || (logit === least && --equals < 0)) logits[i] = -Infinity;
  }
}
