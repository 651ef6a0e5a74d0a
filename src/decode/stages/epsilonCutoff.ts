import { takeRow } from '../../engine/index.ts';
import { OptionError } from '../../errors.ts';
import type { Stage } from '../stage.ts';

/**
 * Removes tokens with a probability below `epsilon`; the likeliest stays in any case. As in Hugging Face; llama.cpp has none.
 *
 * @param epsilon above 0 and below 1; the paper finds 3e-4 to 9e-4 good.
 * @throws {OptionError} when epsilon is outside its range.
 * @see Hewitt et al. 2022, "Truncation Sampling as Language Model Desmoothing", https://arxiv.org/abs/2210.15191
 * @example
 * epsilonCutoff(0.2).apply(logits, situation); // probabilities 0.7, 0.2, 0.1: the last one goes
 */
export function epsilonCutoff(epsilon: number): Stage {
  if (!(epsilon > 0 && epsilon < 1)) throw new OptionError('epsilonCutoff', `As a stage, epsilonCutoff must be above 0 and below 1, but it is ${epsilon}.`);
  return {
    name: 'epsilonCutoff',
    apply(logits) {
      const row = takeRow(logits), most = row.most(), best = row.next(most);
      row.strikeLight(epsilon * row.weigh(most));
      row.give(logits);
      if (best >= 0) logits[best] = most;
    },
  };
}
