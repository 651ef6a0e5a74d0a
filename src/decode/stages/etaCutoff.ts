import { math, takeRow } from '../../engine/index.ts';
import { OptionError } from '../../errors.ts';
import type { Stage } from '../stage.ts';

/**
 * Like {@link epsilonCutoff}, with a bar that sinks where the model is in doubt: removes tokens with a probability below
 *
 *   eta = min(epsilon, sqrt(epsilon) · exp(−entropy))
 *
 * The likeliest stays in any case. As in Hugging Face; llama.cpp has none.
 *
 * @param epsilon above 0 and below 1; the paper finds 3e-4 to 4e-3 good.
 * @throws {OptionError} when epsilon is outside its range.
 * @see Hewitt et al. 2022, https://arxiv.org/abs/2210.15191
 * @example
 * etaCutoff(0.01).apply(logits, situation);
 */
export function etaCutoff(epsilon: number): Stage {
  if (!(epsilon > 0 && epsilon < 1)) throw new OptionError('etaCutoff', `As a stage, etaCutoff must be above 0 and below 1, but it is ${epsilon}.`);
  return {
    name: 'etaCutoff',
    apply(logits) {
      const row = takeRow(logits), most = row.most(), best = row.next(most), total = row.weigh(most);
      const entropy = math.log(total) + row.behind(most) / total;
      row.strikeLight(Math.min(epsilon, Math.sqrt(epsilon) * math.exp(-entropy)) * total);
      row.give(logits);
      if (best >= 0) logits[best] = most;
    },
  };
}
