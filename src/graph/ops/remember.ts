import { ShapeError, show } from '../../errors.ts';
import { defineOp } from '../op.ts';
import { columns, rows, type Tensor } from '../tensor.ts';

interface Attrs { offset: number; width: number }

const op = defineOp<[x: Tensor, history: Tensor, start: Tensor], Attrs>({
  name: 'remember',
  shape([x, history], { width, offset }) {
    if (history.shape.length !== 3 || columns(history) !== width) throw new ShapeError(`remember: the history must be (S,Tk,${width}), but it is ${show(history)}.`);
    if (rows(x) % history.shape[0]! !== 0) throw new ShapeError(`remember: ${show(x)} cannot be dealt out to the ${history.shape[0]} sequences of ${show(history)}.`);
    if (offset + width > columns(x)) throw new ShapeError(`remember: columns ${offset} to ${offset + width} do not exist in ${show(x)}.`);
    return history.shape;
  },
  kernel: (_out, [x, history, start], { offset, width }) => {
    const [S, Tk] = history.shape as [number, number, number];
    return ['remember', { x: { tensor: x, offset: offset * 4 }, history, start, R: rows(x), T: rows(x) / S, Tk, W: width, stride: columns(x) }];
  },
  inPlace: 1,
});

/**
 * Writes the rows of x (S·T, ...) into a history (S,Tk,W), each sequence from its own position on, and returns the history.
 *
 * @param start (S) i32: position of each sequence's first row.
 * @param offset first of the W columns of x that are kept.
 */
export const remember = (x: Tensor, history: Tensor, start: Tensor, { offset = 0 } = {}): Tensor =>
  op([x, history, start], { offset, width: columns(history) });
