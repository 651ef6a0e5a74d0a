import { ShapeError, show } from '../../errors.ts';
import { defineOp } from '../op.ts';
import { columns, rows, type Tensor } from '../tensor.ts';

const op = defineOp<[a: Tensor, b: Tensor]>({
  name: 'sideBySide',
  shape([a, b]) {
    if (rows(a) !== rows(b)) throw new ShapeError(`sideBySide: both need the same number of rows. ${show(a)} and ${show(b)} differ.`);
    return [...a.shape.slice(0, -1), columns(a) + columns(b)];
  },
  kernel: (out, [a, b]) => ['sideBySide', { a, b, out, R: rows(a), A: columns(a), B: columns(b) }],
});

/**
 * Tensors of equal rows side by side: (R,A), (R,B), … to (R,A+B+…). For using models; there is no gradient.
 *
 * @throws {ShapeError} when the rows differ.
 * @example
 * sideBySide(matmulQuantized(x, q), matmulQuantized(x, k), matmulQuantized(x, v)); // one row of queries, keys and values
 */
export const sideBySide = (...parts: readonly [Tensor, ...Tensor[]]): Tensor => parts.reduce((a, b) => op([a, b], {}));
