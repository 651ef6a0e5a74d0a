import { defineOp } from '../op.ts';
import { columns, rows, type Tensor } from '../tensor.ts';

const op = defineOp<[x: Tensor]>({
  name: 'softmax',
  shape: ([x]) => x.shape,
  kernel: (out, [x]) => ['softmax', { x, out, R: rows(x), C: columns(x) }],
  gradient: (dy, _inputs, y) => [grad([y, dy], {})],
  mayOverwrite: () => 0,
});

const grad = defineOp<[y: Tensor, dy: Tensor]>({
  name: 'softmaxGrad',
  shape: ([y]) => y.shape,
  kernel: (out, [y, dy]) => ['softmaxGrad', { y, dy, out, R: rows(y), C: columns(y) }],
  mayOverwrite: () => 1,
});

/**
 * Turns every row into shares that add up to 1: y = e^x / Σ e^x.
 * -Infinity gets a share of exactly 0, as does what is more than 86 below the largest; a row of nothing else has no answer and gives NaN.
 *
 * @param x (..., C)
 * @example
 * softmax(x); // [0, 0, ln 2] becomes [0.25, 0.25, 0.5]
 */
export const softmax = (x: Tensor): Tensor => op([x], {});
