import { takeRow } from '../../engine/index.ts';
import { OptionError } from '../../errors.ts';
import type { Stage } from '../stage.ts';

/**
 * Keeps the tokens whose logits lie at most `n` standard deviations (of all logits that are left) below the highest. The
 * temperature changes nothing about which ones these are. As in llama.cpp; Hugging Face has none.
 *
 * @param n above 0.
 * @throws {OptionError} when n is not above 0.
 * @see Tang et al. 2024, "Top-nσ: Not All Logits Are You Need", https://arxiv.org/abs/2411.07641
 * @example
 * topNSigma(1).apply(logits, situation); // [4, 2, 0] (standard deviation 1.63) becomes [4, -Infinity, -Infinity]
 */
export function topNSigma(n: number): Stage {
  if (!(n > 0 && n < Infinity)) throw new OptionError('topNSigma', `As a stage, topNSigma must be above 0, but it is ${n}.`);
  return {
    name: 'topNSigma',
    apply(logits) {
      const row = takeRow(logits);
      row.strikeBelow(row.most() - n * row.deviation(row.left()));
      row.give(logits);
    },
  };
}
