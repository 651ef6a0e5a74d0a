// Sparse gradients: a batch touches a few rows of a large table, so the gradient is a list of row numbers
// and, for each of them, one row of sums.
//
//   rows[place] = sum of dy[r] over all r with ids[r] = list[place]
//
// `backward` gives such a gradient for tables that are looked up with `tableLookup`. Optimizers take it apart with
// `sparseGradient`. To add up several micro-batches, keep it in a store: `sparseStore`, `accumulateSparse`, `clearRows`.
import { ShapeError, show } from '../../errors.ts';
import { defineOp } from '../op.ts';
import { columns, input, rows as rowsOf, size, type Tensor } from '../tensor.ts';
import { buffer } from './fill.ts';

/** A sparse gradient of a table (V,C). Only the first rows, as many as the index counts, hold numbers. */
export interface SparseGradient {
  /** Summed rows (capacity, C). */
  readonly rows: Tensor;
  /** Which rows they are; see `listedRows`. */
  readonly index: Tensor;
  readonly capacity: number;
  /** Rows of the table. */
  readonly V: number;
}

interface Part {
  readonly ids: Tensor;
  readonly dy: Tensor;
}
interface Attrs extends Omit<SparseGradient, 'rows'> {
  /** Everything that is summed, in order. */
  readonly parts: readonly Part[];
}

const HEAD = 16;
const buckets = (capacity: number): number => 2 ** (32 - Math.clz32(2 * capacity - 1));
const indexWords = (capacity: number): number => HEAD + capacity + buckets(capacity);

// One row more than the table rather than just as many: then no dense gradient has the size of a sparse one.
const capacityFor = (additions: number, V: number): number => (additions < V ? additions : V + 1);

const slotsOp = defineOp<[ids: Tensor, index: Tensor], { V: number; capacity: number; fresh: boolean }>({
  name: 'distinctRows',
  shape: ([ids]) => [size(ids)],
  kernel: (slots, [ids, index], { V, capacity, fresh }) =>
    ['distinctRows', { ids, index, slots, R: size(ids), V, capacity, buckets: buckets(capacity), fresh: fresh ? 1 : 0 }],
});

/** Adds the gradient of another use of the same table: both are summed anew into one list. */
function plus(_out: Tensor, sum: Tensor, _inputs: readonly Tensor[], { parts, V }: Attrs): Tensor {
  const other = attrsOrNull(sum);
  if (!other) throw new ShapeError(`tableLookup: a table has either sparse gradients or dense ones. ${show(sum)} is dense: look the table up with tableLookup everywhere, or with embedding everywhere.`);
  return sumParts([...other.parts, ...parts], V);
}

const firstOp = defineOp<[dy: Tensor, slots: Tensor], Attrs>({
  name: 'sparseRows',
  shape: ([dy], { capacity }) => [capacity, columns(dy)],
  kernel: (out, [dy, slots]) => ['sparseRows', { dy, slots, out, R: size(slots), C: columns(dy) }],
  plus,
});

const moreOp = defineOp<[sum: Tensor, dy: Tensor, slots: Tensor], Attrs>({
  name: 'sparseRows',
  shape: ([sum]) => sum.shape,
  kernel: (out, [, dy, slots]) => ['sparseRows', { dy, slots, out, R: size(slots), C: columns(dy) }],
  inPlace: 0,
  plus,
});

const clearOp = defineOp<readonly Tensor[], { capacity: number }>({
  name: 'clearRows',
  shape: ([index]) => index!.shape,
  kernel: (index, _inputs, { capacity }) => ['clearRows', { index, capacity, buckets: buckets(capacity) }],
  inPlace: 0,
});

/** Sums all parts into one list, or into a store that goes on from what it has. */
function sumParts(parts: readonly Part[], V: number, store?: SparseGradient): Tensor {
  const capacity = store?.capacity ?? capacityFor(parts.reduce((n, { ids }) => n + size(ids), 0), V);
  const index = store?.index ?? buffer([indexWords(capacity)], parts.map(({ ids }) => ids));
  const attrs: Attrs = { parts, V, capacity, index };
  let sum = store?.rows;
  for (const { ids, dy } of parts) {
    const slots = slotsOp([ids, index], { V, capacity, fresh: sum === undefined });
    sum = sum === undefined ? firstOp([dy, slots], attrs) : moreOp([sum, dy, slots], attrs);
  }
  return sum!;
}

const attrsOrNull = (t: Tensor): Attrs | null => (t.from?.op.name === 'sparseRows' ? (t.from.attrs as Attrs) : null);

/**
 * For each distinct id the sum of its rows of dy, in the order of first appearance; sums are made in the order of r.
 * The cost depends on R, not on V. Ids outside 0 to V-1 add nothing.
 *
 * @param ids (R) whole numbers (i32).
 * @param dy (R,C).
 * @param V rows of the table.
 * @returns a sparse gradient, for {@link sparseGradient}.
 */
export const sparseRows = (ids: Tensor, dy: Tensor, V: number): Tensor => sumParts([{ ids, dy }], V);

/** Whether a gradient is a list of rows instead of a tensor like the parameter. */
export const isSparse = (gradient: Tensor): boolean => attrsOrNull(gradient) !== null;

/**
 * The parts of a sparse gradient, for optimizers and inspection.
 * @throws {ShapeError} when the gradient is a dense one.
 */
export function sparseGradient(gradient: Tensor): SparseGradient {
  const attrs = attrsOrNull(gradient);
  if (!attrs) throw new ShapeError(`sparseGradient: ${show(gradient)} is no sparse gradient. Only tables that are looked up with tableLookup have one.`);
  return { rows: gradient, index: attrs.index, capacity: attrs.capacity, V: attrs.V };
}

/** The row numbers in the words of an index, place by place. */
export const listedRows = (words: Int32Array): Int32Array => words.subarray(HEAD, HEAD + words[0]!);

/**
 * Memory in which a sparse gradient is added up over several runs: `rows` and `index` are inputs, all zeros at first.
 *
 * @param gradient what one micro-batch gives.
 * @param microBatches how many are added before the store is cleared. More than that makes the gradient NaN.
 * @example
 * const store = sparseStore(dtable, 4);
 * const micro = compile(engine, [loss, accumulateSparse(dtable, store)], { places });          // run four times
 * const update = compile(engine, [adamWSparse(table, store, m, v, registers, options), clearRows(store)], { places });
 */
export function sparseStore(gradient: Tensor, microBatches: number): SparseGradient {
  const { rows, V } = sparseGradient(gradient), attrs = attrsOrNull(gradient)!;
  const capacity = capacityFor(microBatches * attrs.parts.reduce((n, { ids }) => n + size(ids), 0), V);
  return {
    rows: input(`${rows.name}.store.rows`, [capacity, columns(rows)]),
    index: input(`${rows.name}.store.index`, [indexWords(capacity)]),
    capacity, V,
  };
}

/** Adds what `gradient` sums to the store, without summing it apart first. Compile the result in place of `gradient`. */
export function accumulateSparse(gradient: Tensor, store: SparseGradient): Tensor {
  const { parts, V } = attrsOrNull(gradient) ?? { parts: [], V: -1 };
  if (V !== store.V || columns(gradient) !== columns(store.rows)) {
    throw new ShapeError(`accumulateSparse: the store is for a table (${store.V}, ${columns(store.rows)}), and ${show(gradient)} is no sparse gradient of such a table.`);
  }
  return sumParts(parts, V, store);
}

/** Empties a store. Make it after the update that reads the store: what is made later runs later. */
export const clearRows = ({ index, capacity }: SparseGradient): Tensor => clearOp([index], { capacity });

/** Rows of the table that a gradient belongs to must be as many, and as wide, as the table has. */
export function checkTable(op: string, table: Tensor, { rows, V }: SparseGradient): void {
  if (rowsOf(table) !== V || columns(table) !== columns(rows)) {
    throw new ShapeError(`${op}: the gradient must be one of this table. ${show(table)} is not (${V}, ${columns(rows)}).`);
  }
}
