import { takeRow } from '../../engine/index.ts';
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
  return {
    name: 'topP',
    apply(logits) {
      if (p === 1) return;
      const row = takeRow(logits), most = row.most();
      if (!Number.isFinite(most)) return;
      row.keepHighest(most, p * row.weigh(most));
      row.give(logits);
    },
  };
}
