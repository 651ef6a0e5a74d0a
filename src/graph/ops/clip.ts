// Clipping by the global norm: all gradients together are made at most `limit` long, so one bad batch cannot throw
// the weights far.   scale = min(1, limit / norm),   norm = sqrt(sum of all g²)
import { OptionError, ShapeError, show } from '../../errors.ts';
import { defineOp } from '../op.ts';
import { columns, size, type Tensor } from '../tensor.ts';
import { REGISTERS } from './adamW.ts';
import { buffer } from './fill.ts';
import type { SparseGradient } from './sparseRows.ts';

/** Numbers per partial sum, as in assembly/clip.ts; each sum is an f64, the size of two tensor elements. */
const BLOCK = 4096;
const blocksOf = (x: Tensor): number => Math.ceil(size(x) / BLOCK);

const squaresOp = defineOp<readonly [squares: Tensor, x: Tensor, ...index: Tensor[]], { offset: number }>({
  name: 'sumOfSquares',
  shape: ([squares]) => squares.shape,
  kernel: (_out, [squares, x, index], { offset }) =>
    ['sumOfSquares', { x, out: { tensor: squares, offset }, n: size(x), index: index ?? 0, C: columns(x) }],
  inPlace: 0,
});

const op = defineOp<[registers: Tensor, squares: Tensor], { limit: number }>({
  name: 'clip',
  shape: ([registers]) => registers.shape,
  kernel: (_out, [registers, squares], { limit }) => ['clip', { squares, blocks: size(squares) / 2, registers, limit }],
  inPlace: 0,
});

/**
 * Measures the norm of all gradients together and writes it, and the scale that clips it, into the optimizer's
 * registers. Give the result to the updates as their registers. If the norm is not finite, the scale is NaN, and so is
 * every weight after the update; `gradientNorm` tells.
 *
 * @param gradients dense ones of any shape, and sparse ones taken apart by `sparseGradient`. All numbers of a dense one
 *   count: gradients that lie side by side with padding between them are given one by one.
 * @param limit largest norm; Infinity measures without clipping.
 * @returns the registers, changed in place.
 * @throws {OptionError} when the limit is not above 0, or there are no gradients.
 * @see Pascanu et al. 2013, https://arxiv.org/abs/1211.5063
 * @example
 * const clipped = clip([dweights, sparseGradient(dtable)], registers, 1);
 * const step = adamW(weights, dweights, m, v, clipped, { beta1: 0.9, beta2: 0.99 });
 */
export function clip(gradients: readonly (Tensor | SparseGradient)[], registers: Tensor, limit: number): Tensor {
  if (!(limit > 0)) throw new OptionError('limit', `clip: the limit must be a number above 0 (Infinity measures only), but it is ${limit}.`);
  if (gradients.length === 0) throw new OptionError('gradients', 'clip: there must be at least one gradient.');
  if (size(registers) < REGISTERS) throw new ShapeError(`clip: the registers must be ${REGISTERS} numbers, but they are ${show(registers)}.`);
  const parts = gradients.map((g) => ('rows' in g ? ([g.rows, g.index] as const) : ([g] as const)));
  let squares = buffer([2 * parts.reduce((sum, [x]) => sum + blocksOf(x), 0)], parts.map(([x]) => x)), offset = 0;
  for (const [x, index] of parts) {
    squares = squaresOp(index ? [squares, x, index] : [squares, x], { offset });
    offset += blocksOf(x) * 8;
  }
  return op([registers, squares], { limit });
}
