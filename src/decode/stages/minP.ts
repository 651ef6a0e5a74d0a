import { math, takeRow } from '../../engine/index.ts';
import { OptionError } from '../../errors.ts';
import type { Stage } from '../stage.ts';

/**
 * Keeps the tokens that are at least `p` times as likely as the likeliest: few where the model is certain, many where it
 * is not. llama.cpp and Hugging Face agree; but by default llama.cpp applies the temperature behind it.
 *
 * @param p above 0 and at most 1.
 * @throws {OptionError} when p is outside its range.
 * @see Nguyen et al. 2024, https://arxiv.org/abs/2407.01082
 * @example
 * minP(0.5).apply(logits, situation); // [2, 1.5, 1] becomes [2, 1.5, -Infinity]: e^-0.5 is 0.61, e^-1 is 0.37
 */
export function minP(p: number): Stage {
  if (!(p > 0 && p <= 1)) throw new OptionError('minP', `As a stage, minP must be above 0 and at most 1, but it is ${p}.`);
  const below = math.log(p);
  return {
    name: 'minP',
    apply(logits) {
      const row = takeRow(logits);
      row.strikeBelow(row.most() + below);
      row.give(logits);
    },
  };
}
