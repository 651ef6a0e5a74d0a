import { ShapeError, show } from '../../errors.ts';
import { defineOp } from '../op.ts';
import { columns, rows, size, type Tensor } from '../tensor.ts';

const op = defineOp<[tokens: Tensor, table: Tensor]>({
  name: 'embedding',
  shape([tokens, table]) {
    if (table.shape.length !== 2) throw new ShapeError(`embedding: the table must be (V, C), one row per token. It is ${show(table)}.`);
    return [size(tokens), columns(table)];
  },
  kernel: (out, [tokens, table]) => ['embedding', { tokens, table, out, R: size(tokens), V: rows(table), C: columns(table) }],
  gradient: (dy, [tokens, table]) => [null, embeddingGradient(tokens, dy, rows(table))],
});

const gradientOp = defineOp<[tokens: Tensor, dy: Tensor], { V: number }>({
  name: 'embeddingGradient',
  shape: ([, dy], { V }) => [V, columns(dy)],
  kernel: (out, [tokens, dy], { V }) => ['embeddingGradient', { tokens, dy, sum: 0, out, R: rows(dy), V, C: columns(dy) }],
  plus: (out, sum, [tokens, dy]) => (size(sum) === size(out) ? plusOp([sum, tokens, dy], {}) : null),
});

const plusOp = defineOp<[sum: Tensor, tokens: Tensor, dy: Tensor]>({
  name: 'embeddingGradientPlus',
  shape: ([sum]) => sum.shape,
  kernel: (out, [sum, tokens, dy]) => ['embeddingGradient', { tokens, dy, sum, out, R: rows(dy), V: rows(sum), C: columns(sum) }],
  mayOverwrite: () => 0,
});

/** Gradient of a table (V,C): for each token the sum of its rows of dy (R,C). Tokens outside 0 to V-1 add nothing. */
export const embeddingGradient = (tokens: Tensor, dy: Tensor, V: number): Tensor => gradientOp([tokens, dy], { V });

/**
 * out[r] = table[tokens[r]]. A token outside 0 to V-1 gives a row of zeros and no gradient: write -1 for padding.
 * The gradient is as large as the table; for tables of which a batch touches little, see `tableLookup`.
 *
 * @param tokens (R) whole numbers (i32), of any shape with R elements.
 * @param table (V,C).
 * @returns (R,C).
 * @throws {ShapeError} when the table has not two dimensions.
 * @example
 * const x = embedding(input('tokens', [B, T]), param('wte', [V, C])); // (B·T, C)
 */
export const embedding = (tokens: Tensor, table: Tensor): Tensor => op([tokens, table], {});
