// Learned positions, as in GPT-2: one row per place in the context, added to the embeddings.
import { ShapeError, show } from '../../errors.ts';
import { defineOp } from '../op.ts';
import { columns, rows, size, type Tensor } from '../tensor.ts';
import { embeddingGradient } from './embedding.ts';

const op = defineOp<[x: Tensor, table: Tensor, start: Tensor], { T: number }>({
  name: 'positions',
  shape([x, table, start], { T }) {
    if (columns(table) !== columns(x)) {
      throw new ShapeError(`positions: the table must be as wide as x. ${show(x)} has ${columns(x)} channels, ${show(table)} has ${columns(table)}.`);
    }
    if (rows(x) !== size(start) * T) {
      throw new ShapeError(`positions: x must have T = ${T} rows for each of the ${size(start)} starts in ${show(start)}, but ${show(x)} has ${rows(x)} rows.`);
    }
    return x.shape;
  },
  kernel: (out, [x, table, start], { T }) => ['positions', { x, table, start, out, R: rows(x), T, C: columns(x), maxT: rows(table) }],
  gradient: (dy, [, table, start], _out, { T }) => [dy, embeddingGradient(positionIds(start, T), dy, rows(table)), null],
  mayOverwrite: () => 0,
});

const idsOp = defineOp<[start: Tensor], { T: number }>({
  name: 'positionIds',
  shape: ([start], { T }) => [size(start), T],
  kernel: (out, [start], { T }) => ['positionIds', { start, out, R: size(out), T }],
});

/** start[s] + i for i = 0 to T-1: the places (i32) of T tokens in each of S sequences, (S,T). */
export const positionIds = (start: Tensor, T: number): Tensor => idsOp([start], { T });

/**
 * out[r] = x[r] + table[start[r / T] + r % T]: adds to every row of x the row of its place in the sequence.
 * The same as `add(x, embedding(positionIds(start, T), table))`. A place outside the table adds nothing.
 *
 * @param x (S·T, C), the T rows of a sequence one after the other.
 * @param table (maxT, C), one row per place.
 * @param start (S) whole numbers (i32): the place of the first row of each sequence.
 * @throws {ShapeError} when the sizes do not fit.
 * @example
 * positions(embedding(tokens, wte), wpe, input('start', [B]), T); // training: every start is 0
 */
export const positions = (x: Tensor, table: Tensor, start: Tensor, T: number): Tensor => op([x, table, start], { T });
