import { ShapeError, show } from '../../errors.ts';
import { defineOp } from '../op.ts';
import { size, type Tensor } from '../tensor.ts';
import { buffer } from './fill.ts';
import { writtenBy } from './writtenBy.ts';

export interface LearnedRows {
  /** (R) i32: the numbers of the rows that are learned, ascending, then -1. */
  readonly rows: Tensor;
  /** (1) i32: how many there are. */
  readonly count: Tensor;
}

const op = defineOp<[targets: Tensor, weights: Tensor, count: Tensor]>({
  name: 'learnedRows',
  shape([targets, weights]) {
    if (size(weights) !== size(targets)) throw new ShapeError(`learnedRows: there must be one weight for each target. ${show(targets)} has ${size(targets)}, ${show(weights)} has ${size(weights)}.`);
    return [size(targets)];
  },
  kernel: (out, [targets, weights, count]) => ['learned', { targets, weights, out, count, R: size(targets) }],
  writes: ['count'],
});

/**
 * Which rows of a batch are learned: those with a weight other than 0 and a target of at least 0. In a conversation
 * these are the replies; the last layer and the loss are computed for them alone.
 *
 * @param targets (R) i32.
 * @param weights (R).
 * @throws {ShapeError} when there is not one weight for each target.
 * @example
 * const learned = learnedRows(targets, weights);                  // weights 0 1 0 1: rows 1 3 -1 -1, count 2
 * const logits = matmul(embedding(learned.rows, hidden), head, { tb: true, count: learned.count });
 */
export function learnedRows(targets: Tensor, weights: Tensor): LearnedRows {
  const written = buffer([1]), rows = op([targets, weights, written], {});
  return { rows, count: writtenBy(written, rows) };
}
