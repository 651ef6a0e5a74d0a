import { takeRow } from '../../engine/index.ts';
import { OptionError } from '../../errors.ts';
import type { Stage } from '../stage.ts';

/**
 * Keeps the `k` likeliest tokens, and those that are exactly as likely as the last of them.
 * As in Hugging Face; llama.cpp keeps `k` and no more, so it chooses among equals by its sorting.
 *
 * @param k at least 1; a vocabulary smaller than k is kept whole.
 * @throws {OptionError} when k is not a whole number of at least 1.
 * @see Fan et al. 2018, https://arxiv.org/abs/1805.04833
 * @example
 * topK(2).apply(logits); // [3, 1, 2, 0] becomes [3, -Infinity, 2, -Infinity]
 */
export function topK(k: number): Stage {
  if (!(Number.isSafeInteger(k) && k >= 1)) throw new OptionError('topK', `As a stage, topK must be a whole number of at least 1, but it is ${k}.`);
  return {
    name: 'topK',
    apply(logits) {
      if (k >= logits.length) return;
      const row = takeRow(logits), most = row.most();
      if (!Number.isFinite(most)) return;
      row.strikeBelow(row.nth(k, most));
      row.give(logits);
    },
  };
}
