import { ShapeError, show } from '../../errors.ts';
import { defineOp } from '../op.ts';
import { columns, size, type Tensor } from '../tensor.ts';

interface Attrs { T: number }

const op = defineOp<[history: Tensor, weight: Tensor, start: Tensor], Attrs>({
  name: 'convolution',
  shape([history, weight, start], { T }) {
    if (history.shape.length !== 3) throw new ShapeError(`convolution: the history must be (S,Tk,C), but it is ${show(history)}.`);
    if (columns(weight) !== columns(history)) throw new ShapeError(`convolution: the weight must have one number per tap and channel. ${show(history)} has ${columns(history)} channels, ${show(weight)} has ${columns(weight)}.`);
    return [size(start) * T, columns(history)];
  },
  kernel: (y, [history, weight, start], { T }) => ['convolution', {
    history, weight, start, y, R: size(start) * T, T, Tk: history.shape[1]!, C: columns(history), taps: weight.shape[0]!,
  }],
  // only where the history is the sequence itself: training
  gradient: (dy, [history, weight], _y, { T }) => [gradX([dy, weight], { T, shape: history.shape }), gradWeight([dy, history, weight], { T }), null],
});

const gradX = defineOp<[dy: Tensor, weight: Tensor], Attrs & { shape: readonly number[] }>({
  name: 'convolutionGradX',
  shape: (_inputs, { shape }) => shape,
  kernel: (dx, [dy, weight], { T }) => ['convolutionGradX', { dy, weight, dx, R: size(dy) / columns(dy), T, C: columns(dy), taps: weight.shape[0]! }],
});

const gradWeight = defineOp<[dy: Tensor, x: Tensor, weight: Tensor], Attrs>({
  name: 'convolutionGradWeight',
  shape: ([, , weight]) => weight.shape,
  kernel: (dweight, [dy, x, weight], { T }) => ['convolutionGradWeight', { dy, x, dweight, R: size(dy) / columns(dy), T, C: columns(dy), taps: weight.shape[0]! }],
});

/**
 * Causal depthwise convolution with a residual, y[t,c] = x[t,c] + sum over k of weight[k,c] x[t-k,c].
 *
 * @param history (S,Tk,C): the sequences so far; in training the sequences themselves.
 * @param weight (taps,C)
 * @param start (S) i32: position of each sequence's first new row.
 * @param T new rows per sequence.
 * @returns (S·T, C)
 * @see Allen-Zhu 2025, "Canon layers", https://arxiv.org/abs/2512.17351
 */
export const convolution = (history: Tensor, weight: Tensor, start: Tensor, T: number): Tensor => op([history, weight, start], { T });
