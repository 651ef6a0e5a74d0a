import { ShapeError, show } from '../../errors.ts';
import { defineOp } from '../op.ts';
import { columns, rows, size, type Tensor } from '../tensor.ts';

interface Attrs { nq: number; nk: number; hs: number; eps: number }

const op = defineOp<[x: Tensor, q: Tensor, k: Tensor], Attrs>({
  name: 'headNorm',
  shape([x, q, k], { nq, nk, hs }) {
    if ((nq + nk) * hs > columns(x)) throw new ShapeError(`headNorm: ${nq + nk} heads of ${hs} do not fit in ${show(x)}.`);
    for (const gain of [q, k]) if (size(gain) !== hs) throw new ShapeError(`headNorm: a gain needs one number for each of the ${hs} of a head, but it is ${show(gain)}.`);
    return x.shape;
  },
  kernel: (out, [x, q, k], { nq, nk, hs, eps }) => ['headNorm', { x, q, k, out, R: rows(x), stride: columns(x), nq, nk, hs, eps }],
  gradient: (dy, [x, q, k], _out, attrs) => {
    const { nq, nk, hs, eps } = attrs;
    return [gradX([x, q, k, dy], attrs), gradGain([x, dy], { from: 0, heads: nq, hs, eps }), gradGain([x, dy], { from: nq, heads: nk, hs, eps })];
  },
});

const gradX = defineOp<[x: Tensor, q: Tensor, k: Tensor, dy: Tensor], Attrs>({
  name: 'headNormGrad',
  shape: ([x]) => x.shape,
  kernel: (dx, [x, q, k, dy], { nq, nk, hs, eps }) => ['headNormGrad', { x, q, k, dy, dx, R: rows(x), stride: columns(x), nq, nk, hs, eps }],
});

const gradGain = defineOp<[x: Tensor, dy: Tensor], { from: number; heads: number; hs: number; eps: number }>({
  name: 'headNormGradGain',
  shape: (_inputs, { hs }) => [hs],
  kernel: (out, [x, dy], { from, heads, hs, eps }) => ['headNormGradGain', { x, dy, out, R: rows(x), stride: columns(x), from, heads, hs, eps }],
});

export interface HeadNormOptions {
  /** Heads of queries at the front of a row, and of keys behind them. The rest of the row is copied. */
  readonly nq: number;
  readonly nk: number;
  readonly hs: number;
  readonly eps: number;
}

/**
 * QK-norm with gains: every head of queries and keys of x (S·T, ...) to unit root mean square, times a gain per number.
 *
 * @param q (hs), gain of all heads of queries.
 * @param k (hs), gain of all heads of keys.
 * @throws {ShapeError} when heads do not fit in a row or a gain has another size.
 * @see Henry et al. 2020, https://arxiv.org/abs/2010.04245
 * @example
 * headNorm(qkv, qGain, kGain, { nq: 16, nk: 8, hs: 128, eps: 1e-6 }); // as in Qwen3, before positions are turned
 */
export const headNorm = (x: Tensor, q: Tensor, k: Tensor, { nq, nk, hs, eps }: HeadNormOptions): Tensor => op([x, q, k], { nq, nk, hs, eps });
