import { takeRow } from '../../engine/index.ts';
import { OptionError } from '../../errors.ts';
import type { Stage } from '../stage.ts';

/**
 * Keeps the tokens that tell about as much as can be expected: the fewest with the smallest | −ln probability − entropy |
 * whose probabilities add up to at least `p`. The likeliest token may be among those that go.
 * Hugging Face does the same; llama.cpp goes on until the sum is above `p`, a difference only where they are equal.
 *
 * @param p share of probability to keep, above 0 and at most 1; 1 keeps every token.
 * @throws {OptionError} when p is outside its range.
 * @see Meister et al. 2022, https://arxiv.org/abs/2202.00666
 * @example
 * typicalP(0.2).apply(logits, situation); // of probabilities 0.6, 0.3, 0.1 (entropy 0.90) it keeps the second alone
 */
export function typicalP(p: number): Stage {
  if (!(p > 0 && p <= 1)) throw new OptionError('typicalP', `typicalP must be above 0 and at most 1 (1 keeps every token), but it is ${p}.`);
  return {
    name: 'typicalP',
    apply(logits) {
      if (p === 1) return;
      const row = takeRow(logits), most = row.most();
      if (!Number.isFinite(most)) return;
      const total = row.weigh(most);
      // −ln probability − entropy is the distance from here: most + ln total − entropy
      row.keepNearest(most - row.behind(most) / total, p * total);
      row.give(logits);
    },
  };
}
