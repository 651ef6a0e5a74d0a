import { takeRow } from '../../engine/index.ts';
import { OptionError } from '../../errors.ts';
import type { Stage } from '../stage.ts';

/**
 * Divides all logits by `t`: below 1 likely tokens become likelier still, above 1 everything becomes more alike.
 * As in Hugging Face. (In llama.cpp a `t` of 0 or less is greedy; here that is the business of the sampler.)
 *
 * @throws {OptionError} when t is not above 0.
 * @example
 * temperature(0.5).apply(logits); // [2, 1] becomes [4, 2]
 */
export function temperature(t: number): Stage {
  if (!(t > 0 && t < Infinity)) throw new OptionError('temperature', `As a stage, temperature must be above 0, but it is ${t}. For the likeliest token every time, draw without stages and without random numbers.`);
  return {
    name: 'temperature',
    apply(logits) {
      const row = takeRow(logits);
      row.divide(t);
      row.give(logits);
    },
  };
}
