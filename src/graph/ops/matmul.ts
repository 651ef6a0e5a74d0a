import { ShapeError, show } from '../../errors.ts';
import { defineOp } from '../op.ts';
import { columns, rows, size, type Shape, type Tensor } from '../tensor.ts';
import { sumRows } from './add.ts';

/** Bytes of working memory of `gemm` in assembly/gemm.ts: an edge tile, a panel of B, a block of A. */
export const GEMM_SCRATCH = 1024 + 384 * 16 * 4 + 300 * 384 * 4;

export interface MatmulOptions {
  /** Read a (K,M) as its transpose. */
  readonly ta?: boolean;
  /** Read b (N,K) as its transpose, as the weight of a linear layer is. */
  readonly tb?: boolean;
  /** Added to the product in the same pass: (M,N), a residual; or (N), a bias for every row. */
  readonly add?: Tensor | undefined;
  /** One whole number (i32): only so many rows of `a` count, and of `b` where `a` is (K,M); see `learnedRows`. What lies behind them in the result is undefined. */
  readonly count?: Tensor | undefined;
}

interface Attrs { ta: boolean; tb: boolean; counted: boolean }
type Inputs = readonly [a: Tensor, b: Tensor, ...rest: Tensor[]];

/** What may follow the two sides: what is added, and how many rows count. */
const rest = ([, , ...more]: Inputs, { counted }: Attrs): { add: Tensor | undefined; count: Tensor | undefined } =>
  (counted ? { add: more.length > 1 ? more[0] : undefined, count: more.at(-1) } : { add: more[0], count: undefined });

/** Rows and columns of a side as it is multiplied; leading dimensions count as rows. */
const sides = (t: Tensor, flip: boolean): [number, number] => (flip ? [columns(t), rows(t)] : [rows(t), columns(t)]);

const op = defineOp<Inputs, Attrs>({
  name: 'matmul',
  shape(inputs, attrs): Shape {
    const [a, b] = inputs, { ta, tb } = attrs, { add } = rest(inputs, attrs);
    const [M, K] = sides(a, ta), [K2, N] = sides(b, tb);
    if (K !== K2) throw new ShapeError(`matmul: inner sizes differ. ${show(a)} has ${K}, ${show(b)} has ${K2}.`);
    if (add && size(add) !== M * N && size(add) !== N) throw new ShapeError(`matmul: what is added must have ${M} x ${N} numbers or ${N}, one for each column, but it is ${show(add)}.`);
    return ta ? [M, N] : [...a.shape.slice(0, -1), N];
  },
  kernel: (out, inputs, attrs) => {
    const [a, b] = inputs, { ta, tb } = attrs, { add, count } = rest(inputs, attrs);
    const [M, K] = sides(a, ta), N = columns(out);
    const row = add !== undefined && size(add) !== M * N;
    return ['matmul', {
      a, b, add: add ?? 0, out, M, N, K, lda: columns(a), ldb: columns(b), ldadd: row ? 0 : N, ldout: N, ta: Number(ta), tb: Number(tb), count: count ?? 0,
    }];
  },
  // y = a b  =>  da = dy bᵀ, db = aᵀ dy; a side that was read transposed gets its gradient transposed
  gradient: (dy, inputs, _out, attrs) => {
    const [a, b] = inputs, { ta, tb } = attrs, { add, count } = rest(inputs, attrs);
    if (count && (ta || add)) throw new Error('matmul: with a count there is a gradient for plain rows only. Please report this.');
    return [
      like(a, ta ? matmul(b, dy, { ta: tb, tb: true }) : matmul(dy, b, { tb: !tb, count })),
      like(b, tb ? matmul(dy, a, { ta: true, tb: ta, count }) : matmul(a, dy, { ta: !ta, count })),
      ...(add ? [size(add) === size(dy) ? dy : sumRows(dy)] : []), ...(count ? [null] : []),
    ];
  },
  plus: (_out, sum, inputs, attrs) => {
    const [a, b] = inputs, { add, count } = rest(inputs, attrs);
    return add ? null : like(sum, matmul(a, b, { ta: attrs.ta, tb: attrs.tb, add: sum, count }));
  },
  // the tile adds what is there and writes it back, but only if the sum over k is not split
  mayOverwrite: (inputs, attrs) => (rest(inputs, attrs).add ? 2 : null),
  writes: [],
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
export const matmul = (a: Tensor, b: Tensor, { ta = false, tb = false, add, count }: MatmulOptions = {}): Tensor =>
  op([a, b, ...(add ? [add] : []), ...(count ? [count] : [])], { ta, tb, counted: count !== undefined });
