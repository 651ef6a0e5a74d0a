import { ShapeError, show } from '../../errors.ts';
import { defineOp } from '../op.ts';
import { columns, rows, size, type Tensor } from '../tensor.ts';

const op = defineOp<[a: Tensor, b: Tensor]>({
  name: 'add',
  shape([a, b]) {
    if (size(a) !== size(b)) throw new ShapeError(`add: both sides need the same size, or the second one row. ${show(a)} and ${show(b)} differ.`);
    return a.shape;
  },
  kernel: (out, [a, b]) => ['add', { a, b, out, n: size(a) }],
  gradient: (dy) => [dy, dy],
  mayOverwrite: () => 0,
});

const rowOp = defineOp<[x: Tensor, row: Tensor]>({
  name: 'addRow',
  shape: ([x]) => x.shape,
  kernel: (out, [x, row]) => ['addRow', { x, row, out, R: rows(x), C: columns(x) }],
  gradient: (dy) => [dy, sumRows(dy)],
  mayOverwrite: () => 0,
});

const sumRowsOp = defineOp<[x: Tensor]>({
  name: 'sumRows',
  shape: ([x]) => [columns(x)],
  kernel: (out, [x]) => ['sumRows', { x, out, R: rows(x), C: columns(x) }],
});

const scaleOp = defineOp<[x: Tensor], { factor: number }>({
  name: 'scale',
  shape: ([x]) => x.shape,
  kernel: (out, [x], { factor }) => ['scale', { x, out, n: size(x), factor }],
  gradient: (dy, _inputs, _out, { factor }) => [scale(dy, factor)],
  mayOverwrite: () => 0,
});

/** a + b, where b is as large as a, or one row (C) that is added to every row of a (..., C): a bias. */
export const add = (a: Tensor, b: Tensor): Tensor => (size(b) === columns(a) && size(b) < size(a) ? rowOp([a, b], {}) : op([a, b], {}));

/** Sum over all rows: x (R,C) to (C). */
export const sumRows = (x: Tensor): Tensor => sumRowsOp([x], {});

/** factor · x. */
export const scale = (x: Tensor, factor: number): Tensor => scaleOp([x], { factor });
