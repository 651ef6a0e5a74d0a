import { ShapeError, show } from '../../errors.ts';
import { defineOp } from '../op.ts';
import { columns, rows, size, type Tensor } from '../tensor.ts';

interface Attrs { T: number; heads: number; hs: number; eps: number; interleaved: boolean }
type Inputs = readonly [x: Tensor, start: Tensor, ...table: Tensor[]];

const common = (x: Tensor, start: Tensor, table: Tensor | undefined, { T, heads, hs, eps, interleaved }: Attrs) => ({
  table: table ?? 0, start, R: rows(x), T, positions: table ? rows(table) : 1 << 30, stride: columns(x), heads, hs, interleaved: Number(interleaved), eps,
});

const op = defineOp<Inputs, Attrs>({
  name: 'rotate',
  shape([x, start, table], { heads, hs, T }) {
    if (hs % 2) throw new ShapeError(`rotate: the head size must be even, because numbers are turned in pairs, but it is ${hs}.`);
    if (heads * hs > columns(x)) throw new ShapeError(`rotate: ${heads} heads of ${hs} do not fit in ${show(x)}.`);
    if (table && columns(table) !== hs) throw new ShapeError(`rotate: the table needs ${hs} numbers per position, but it is ${show(table)}.`);
    if (size(start) * T !== rows(x)) throw new ShapeError(`rotate: ${size(start)} sequences of ${T} are not the rows of ${show(x)}.`);
    return x.shape;
  },
  kernel: (out, [x, start, table], attrs) => ['rotate', { x, out, ...common(x, start, table, attrs) }],
  gradient: (dy, [x, start, table], _out, attrs) => [grad([x, start, dy, ...(table ? [table] : [])], attrs), null, ...(table ? [null] : [])],
  // without a norm the gradient does not need x
  mayOverwrite: (_inputs, { eps }) => (eps > 0 ? null : 0),
});

const grad = defineOp<readonly [x: Tensor, start: Tensor, dy: Tensor, ...table: Tensor[]], Attrs>({
  name: 'rotateGrad',
  shape: ([x]) => x.shape,
  kernel: (dx, [x, start, dy, table], attrs) => ['rotateGrad', { x, dy, dx, ...common(x, start, table, attrs) }],
  mayOverwrite: () => 2,
});

const tableOp = defineOp<readonly Tensor[], { positions: number; hs: number; base: number }>({
  name: 'rotateTable',
  shape([factors], { positions, hs }) {
    if (factors && size(factors) !== hs / 2) throw new ShapeError(`rotateTable: there must be ${hs / 2} factors, one for each pair of a head, but they are ${show(factors)}.`);
    return [positions, hs];
  },
  kernel: (out, [factors], { positions, hs, base }) => ['rotateTable', { out, factors: factors ?? 0, positions, hs, base }],
});

export interface RotateOptions {
  /** New rows per sequence. */
  readonly T: number;
  /** How many heads at the front of a row are turned: queries and keys. The rest of the row is copied. */
  readonly heads: number;
  readonly hs: number;
  /** Bring each head to unit root mean square first (QK-norm), with this added to the mean square; 0 for no norm. */
  readonly eps?: number;
  /** Pairs are neighbours (2i, 2i+1), as in llama2.c and GGUF, and not (i, i + hs/2). */
  readonly interleaved?: boolean;
}

/**
 * QK-norm and RoPE in one pass over the queries and keys of x (S·T, ...).
 *
 * @param table (positions, hs) from {@link rotateTable}, or null to turn nothing.
 * @param start (S) i32: position of each sequence's first row.
 * @see Su et al. 2021, https://arxiv.org/abs/2104.09864; Henry et al. 2020, https://arxiv.org/abs/2010.04245
 */
export const rotate = (x: Tensor, table: Tensor | null, start: Tensor, { T, heads, hs, eps = 0, interleaved = false }: RotateOptions): Tensor =>
  op(table ? [x, start, table] : [x, start], { T, heads, hs, eps, interleaved });

/**
 * Cosines and sines for {@link rotate}: (positions, hs), hs/2 cosines and hs/2 sines of position · base^(-2i/hs) / factors[i].
 *
 * @param factors (hs/2), by which frequencies are divided to reach further (Llama 3.1), or null for none.
 */
export const rotateTable = (positions: number, hs: number, base = 10_000, factors: Tensor | null = null): Tensor =>
  tableOp(factors ? [factors] : [], { positions, hs, base });
