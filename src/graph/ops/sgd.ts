import { defineOp } from '../op.ts';
import { size, type Tensor } from '../tensor.ts';
import { checkOptions, checkStretches } from './adamW.ts';

export interface SgdOptions {
  /** Share of the last step that is taken again, from 0 to below 1; 0 unless told. */
  readonly momentum?: number;
  /** Weight decay, added to the gradient as decay · w; 0 unless told. */
  readonly decay?: number;
  /** Multiplies the learning rate; 1 unless told. */
  readonly rate?: number;
}

const op = defineOp<readonly [w: Tensor, g: Tensor, registers: Tensor, ...m: Tensor[]], SgdOptions>({
  name: 'sgd',
  shape([w, g, registers, m]) {
    checkStretches('sgd', w, m ? [g, m] : [g], registers);
    return w.shape;
  },
  kernel: (_out, [w, g, registers, m], { momentum = 0, decay = 0, rate = 1 }) => ['sgd', { w, g, m: m ?? 0, n: size(w), registers, momentum, decay, rate }],
  inPlace: 0,
});

/**
 * One step of stochastic gradient descent on a stretch of weights, in place, as in PyTorch:
 * g = scale · dw + decay · w,  m = momentum · m + g,  w -= lr · m.
 *
 * @param w n weights; `g` as many.
 * @param m as many, zeros at first; null without momentum.
 * @param registers see `REGISTERS`; only learning rate and scale count.
 * @throws {ShapeError} when sizes differ.
 * @throws {OptionError} when an option is out of range.
 * @example
 * sgd(weights, gradients, m, registers, { momentum: 0.9 });
 */
export function sgd(w: Tensor, g: Tensor, m: Tensor | null, registers: Tensor, options: SgdOptions = {}): Tensor {
  checkOptions('sgd', { ...options });
  return op(m ? [w, g, registers, m] : [w, g, registers], options);
}
