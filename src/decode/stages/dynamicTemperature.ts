import { math } from '../../engine/index.ts';
import { OptionError } from '../../errors.ts';
import type { Stage } from '../stage.ts';
import { entropyOf, weigh } from './weigh.ts';

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
  let weights = new Float64Array(0);
  return {
    name: 'temperature',
    apply(logits) {
      if (weights.length !== logits.length) weights = new Float64Array(logits.length);
      const total = weigh(logits, weights);
      let candidates = 0, best = 0;
      for (let i = 0; i < logits.length; i++) {
        if (logits[i]! > -Infinity) candidates++;
        if (logits[i]! > logits[best]!) best = i;
      }
      if (candidates < 2) return;
      const doubt = entropyOf(weights, total) / math.log(candidates), T = low + (high - low) * (doubt > 0 ? math.pow(doubt, exponent) : 0);
      for (let i = 0; i < logits.length; i++) logits[i] = T > 0 ? logits[i]! / T : i === best ? logits[i]! : -Infinity;
    },
  };
}
