import { OptionError } from '../../errors.ts';
import { tanh } from './activation.ts';
import { scale } from './add.ts';
import type { Tensor } from '../tensor.ts';

/**
 * Bends numbers so that they stay between -cap and cap: cap · tanh(x / cap). Small numbers hardly change.
 *
 * @throws {OptionError} when cap is not a number above 0.
 * @see Gemma 2, https://arxiv.org/abs/2408.00118
 * @example
 * softcap(logits, 15); // [1, 100] becomes [0.999, 15.0]
 */
export function softcap(x: Tensor, cap: number): Tensor {
  if (!(cap > 0 && cap < Infinity)) throw new OptionError('softcap', `softcap must be a number above 0, but it is ${cap}.`);
  return scale(tanh(scale(x, 1 / cap)), cap);
}
