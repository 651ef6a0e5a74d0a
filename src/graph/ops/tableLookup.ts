// Large tables of which a batch touches little: hashed n-grams, value embeddings.
// The same look-up as `embedding`, but the gradient lists only the rows that were touched.
import { ShapeError, show } from '../../errors.ts';
import { defineOp } from '../op.ts';
import { columns, rows, size, type Tensor } from '../tensor.ts';
import { dropIds } from './dropout.ts';
import { sparseRows } from './sparseRows.ts';

export interface LookupOptions {
  /** Probability that a row of the batch is replaced by zeros, in training; 0 unless told. */
  readonly drop?: number;
  /** (2) register with the words of `seedWords`, new for every step. Without it nothing is dropped. */
  readonly seed?: Tensor | null;
  /** Which sequence of the seed decides; see `stream` in random.ts. */
  readonly stream?: number;
}

const op = defineOp<[ids: Tensor, table: Tensor]>({
  name: 'tableLookup',
  shape([ids, table]) {
    if (table.shape.length !== 2) throw new ShapeError(`tableLookup: the table must be (V, C), one row per id. It is ${show(table)}.`);
    return [size(ids), columns(table)];
  },
  kernel: (out, [ids, table]) => ['embedding', { tokens: ids, table, out, R: size(ids), V: rows(table), C: columns(table) }],
  gradient: (dy, [ids, table]) => [null, sparseRows(ids, dy, rows(table))],
});

/**
 * out[r] = table[ids[r]], with a sparse gradient: see `sparseGradient` and `adamWSparse`.
 * An id outside 0 to V-1 gives zeros and no gradient; so does a row that is dropped. What is kept is not rescaled.
 *
 * @param ids (R) whole numbers (i32), for example of `ngramIds`.
 * @param table (V,C).
 * @returns (R,C).
 * @throws {ShapeError} when the table has not two dimensions.
 * @throws {OptionError} when `drop` is not from 0 to below 1.
 * @example
 * tableLookup(ids, param('bigrams', [exactBigramRows(V), C]), { drop: 0.2, seed, stream: stream('bigrams') });
 */
export function tableLookup(ids: Tensor, table: Tensor, { drop = 0, seed = null, stream = 0 }: LookupOptions = {}): Tensor {
  return op([seed && drop !== 0 ? dropIds(ids, seed, { drop, stream }) : ids, table], {});
}
