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
      let most = -Infinity, sum = 0, count = 0, squares = 0;
      for (let i = 0; i < logits.length; i++) {
        if (logits[i] === -Infinity) continue;
        if (logits[i]! > most) most = logits[i]!;
        sum += logits[i]!;
        count++;
      }
      const mean = sum / count;
      for (let i = 0; i < logits.length; i++) if (logits[i]! > -Infinity) squares += (logits[i]! - mean) * (logits[i]! - mean);
      const least = most - n * Math.sqrt(squares / count);
      for (let i = 0; i < logits.length; i++) if (logits[i]! < least) logits[i] = -Infinity;
    },
  };
}
