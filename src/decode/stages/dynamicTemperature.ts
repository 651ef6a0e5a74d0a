import { math, takeRow } from '../../engine/index.ts';
import { OptionError } from '../../errors.ts';
import type { Stage } from '../stage.ts';

/**
 * A temperature that follows the model's doubt: between `t - range` where it is certain and `t + range` where all
 * candidates are alike.
 *
 *   T = low + (high - low) · (entropy / ln candidates)^exponent,   low = max(0, t - range), high = t + range
 *
 * As llama.cpp's `temp_ext`; a T of 0 leaves the likeliest token alone. Hugging Face has none.
 *
 * @throws {OptionError} when range or exponent is not above 0.
 * @example
 * dynamicTemperature(1, 0.5, 1).apply(logits, situation); // [0, 0] becomes [0 / 1.5, 0 / 1.5]
 */
export function dynamicTemperature(t: number, range: number, exponent: number): Stage {
  if (!(t > 0 && t < Infinity)) throw new OptionError('temperature', `A dynamic temperature moves around a temperature above 0, but it is ${t}. Set temperature, or leave out dynatempRange.`);
  if (!(range > 0 && range < Infinity)) throw new OptionError('dynatempRange', `As a stage, dynatempRange must be above 0, but it is ${range}.`);
  if (!(exponent > 0 && exponent < Infinity)) throw new OptionError('dynatempExponent', `dynatempExponent must be above 0, but it is ${exponent}.`);
  const low = Math.max(0, t - range), high = t + range;
  return {
    name: 'temperature',
    apply(logits) {
      const row = takeRow(logits), most = row.most(), candidates = row.left();
      if (candidates < 2 || !Number.isFinite(most)) return;
      const total = row.weigh(most), doubt = (math.log(total) + row.behind(most) / total) / math.log(candidates);
      const T = low + (high - low) * (doubt > 0 ? math.pow(doubt, exponent) : 0);
      if (T > 0) {
        row.divide(T);
        row.give(logits);
      } else {
        logits.fill(-Infinity);
        logits[row.next(most)] = most;
      }
    },
  };
}
