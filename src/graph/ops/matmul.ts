import { ShapeError, show } from '../../errors.ts';
import { defineOp } from '../op.ts';
import { columns, rows, size, type Shape, type Tensor } from '../tensor.ts';
import { sumRows } from './add.ts';

/** Bytes of working memory of `gemm` in assembly/gemm.ts: an edge tile, a panel of B, a block of A. */
export const GEMM_SCRATCH = 1024 + 384 * 8 * 4 + 300 * 384 * 4;

export interface MatmulOptions {
  /** Read a (K,M) as its transpose. */
  readonly ta?: boolean;
  /** Read b (N,K) as its transpose, as the weight of a linear layer is. */
  readonly tb?: boolean;
  /** Added to the product in the same pass: (M,N), a residual; or (N), a bias for every row. */
  readonly add?: Tensor | undefined;
}

interface Attrs { ta: boolean; tb: boolean }
type Inputs = readonly [a: Tensor, b: Tensor, ...add: Tensor[]];

/** Rows and columns of a side as it is multiplied; leading dimensions count as rows. */
const sides = (t: Tensor, flip: boolean): [number, number] => (flip ? [columns(t), rows(t)] : [rows(t), columns(t)]);

const op = defineOp<Inputs, Attrs>({
  name: 'matmul',
  shape([a, b, add], { ta, tb }): Shape {
    const [M, K] = sides(a, ta), [K2, N] = sides(b, tb);
    if (K !== K2) throw new ShapeError(`matmul: inner sizes differ. ${show(a)} has ${K}, ${show(b)} has ${K2}.`);
    if (add && size(add) !== M * N && size(add) !== N) throw new ShapeError(`matmul: what is added must have ${M} x ${N} numbers or ${N}, one for each column, but it is ${show(add)}.`);
    return ta ? [M, N] : [...a.shape.slice(0, -1), N];
  },
  kernel: (out, [a, b, add], { ta, tb }) => {
    const [M, K] = sides(a, ta), N = columns(out);
    const row = add !== undefined && size(add) !== M * N;
    return ['matmul', {
      a, b, add: add ?? 0, out, M, N, K, lda: columns(a), ldb: columns(b), ldadd: row ? 0 : N, ldout: N, ta: Number(ta), tb: Number(tb),
    }];
  },
  // y = a b  =>  da = dy bᵀ, db = aᵀ dy; a side that was read transposed gets its gradient transposed
  gradient: (dy, [a, b, add], _out, { ta, tb }) => [
    like(a, ta ? matmul(b, dy, { ta: tb, tb: true }) : matmul(dy, b, { tb: !tb })),
    like(b, tb ? matmul(dy, a, { ta: true, tb: ta }) : matmul(a, dy, { ta: !ta })),
    ...(add ? [size(add) === size(dy) ? dy : sumRows(dy)] : []),
  ],
  plus: (_out, sum, [a, b, add], { ta, tb }) => (add ? null : like(sum, matmul(a, b, { ta, tb, add: sum }))),
  // the tile adds what is there and writes it back, but only if the sum over k is not split
  mayOverwrite: ([, , add]) => (add && size(add) > 0 ? 2 : null),
  scratch: () => GEMM_SCRATCH,
  flops: (out, [a], { ta }) => 2 * size(out) * sides(a, ta)[1],
});

const like = (x: Tensor, dx: Tensor): Tensor => Object.assign(dx, { shape: x.shape });

/**
 * a (..., K) times b (K,N), with leading dimensions of a kept; `ta`/`tb` read a side transposed, without moving it.
 *
 * @example
 * matmul(x, weight, { tb: true, add: bias }); // a linear layer: x (B,T,K), weight (N,K), bias (N) -> (B,T,N)
 */
export const matmul = (a: Tensor, b: Tensor, { ta = false, tb = false, add }: MatmulOptions = {}): Tensor =>
  op(add ? [a, b, add] : [a, b], { ta, tb });
