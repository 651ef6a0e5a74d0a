import { ShapeError, show } from '../../errors.ts';
import { type Kept, keptCode, keptWords } from '../kept.ts';
import { defineOp } from '../op.ts';
import { columns, rows, type Tensor } from '../tensor.ts';

interface Attrs { readonly offset: number; readonly kept: Kept }

const op = defineOp<[x: Tensor, history: Tensor, start: Tensor], Attrs>({
  name: 'remember',
  shape([x, history], { kept, offset }) {
    const words = keptWords(kept);
    if (history.shape.length !== 3 || columns(history) !== words) throw new ShapeError(`remember: the history must be (S,Tk,${words}), but it is ${show(history)}.`);
    if (rows(x) % history.shape[0]! !== 0) throw new ShapeError(`remember: ${show(x)} cannot be dealt out to the ${history.shape[0]} sequences of ${show(history)}.`);
    if (offset + kept.width > columns(x)) throw new ShapeError(`remember: columns ${offset} to ${offset + kept.width} do not exist in ${show(x)}.`);
    return history.shape;
  },
  kernel: (_out, [x, history, start], { offset, kept }) => {
    const [S, Tk] = history.shape as [number, number, number];
    return ['remember', {
      x: { tensor: x, offset: offset * 4 }, history, start, R: rows(x), T: rows(x) / S, Tk, W: kept.width, stride: columns(x), type: keptCode(kept), hs: kept.group,
    }];
  },
  inPlace: 1,
});

/**
 * Writes the rows of x (S·T, ...) into a history (S,Tk,...), each sequence from its own position on, and returns the history.
 *
 * @param start (S) i32: position of each sequence's first row.
 * @param offset first of the columns of x that are kept.
 * @param kept how, and how many of them; by default as they are, as many as the history has columns.
 */
export const remember = (x: Tensor, history: Tensor, start: Tensor, { offset = 0, kept = plain(columns(history)) }: { readonly offset?: number; readonly kept?: Kept } = {}): Tensor =>
  op([x, history, start], { offset, kept });

const plain = (width: number): Kept => ({ type: 'f32', width, group: width });
