import { math } from '../engine/index.ts';
import { OptionError } from '../errors.ts';
import type { Stage } from './stage.ts';

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
  let sorted = new Float32Array(0);
  return {
    name: 'topP',
    apply(logits) {
      if (p === 1) return;
      if (sorted.length !== logits.length) sorted = new Float32Array(logits.length);
      sorted.set(logits);
      sorted.sort();
      const end = sorted.length - 1, most = sorted[end]!; // subtracted so that exp cannot overflow
      let total = 0;
      for (let i = 0; i <= end; i++) total += math.exp(sorted[i]! - most);
      let last = end;
      for (let share = math.exp(0); share < p * total && last > 0; share += math.exp(sorted[last]! - most)) last--;
      removeBelow(logits, sorted[last]!, sorted, last);
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
