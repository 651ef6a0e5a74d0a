import { ShapeError, show } from '../../errors.ts';
import { defineOp } from '../op.ts';
import { columns, rows, size, type Tensor } from '../tensor.ts';
import { scale } from './add.ts';

const op = defineOp<[x: Tensor, target: Tensor]>({
  name: 'meanSquaredError',
  shape([x, target]) {
    if (size(x) !== size(target) || columns(x) !== columns(target)) {
      throw new ShapeError(`meanSquaredError: prediction and target need the same shape. ${show(x)} and ${show(target)} differ.`);
    }
    return [rows(x)];
  },
  kernel: (loss, [x, target]) => ['meanSquaredError', { x, target, loss, R: rows(x), C: columns(x) }],
  gradient(dloss, [x, target]) {
    const dx = grad([x, target, dloss], {});
    return [dx, scale(dx, -1)];
  },
});

const grad = defineOp<[x: Tensor, target: Tensor, dloss: Tensor]>({
  name: 'meanSquaredErrorGrad',
  shape: ([x]) => x.shape,
  kernel: (out, [x, target, dloss]) => ['meanSquaredErrorGrad', { x, target, dloss, out, R: rows(x), C: columns(x) }],
  mayOverwrite: () => 0,
});

/**
 * The mean of the squared differences of each row: one loss per example, as crossEntropy gives one per token.
 *
 * @param x (..., C), what was predicted.
 * @param target (..., C), what was wanted.
 * @returns loss (R)
 * @throws {ShapeError} when the shapes differ.
 * @example
 * meanSquaredError(x, target); // [1, 2] against [1, 4]: [2]
 */
export const meanSquaredError = (x: Tensor, target: Tensor): Tensor => op([x, target], {});
