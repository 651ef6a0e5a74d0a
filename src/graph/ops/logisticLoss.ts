import { ShapeError, show } from '../../errors.ts';
import { defineOp } from '../op.ts';
import { columns, rows, size, type Tensor } from '../tensor.ts';

type Inputs = [x: Tensor, yes: Tensor, no: Tensor];

const op = defineOp<Inputs>({
  name: 'logisticLoss',
  shape([x, yes, no]) {
    for (const t of [yes, no]) {
      if (size(t) !== size(x) || columns(t) !== columns(x)) throw new ShapeError(`logisticLoss: scores and counts need the same shape. ${show(x)} and ${show(t)} differ.`);
    }
    return [rows(x)];
  },
  kernel: (loss, [x, yes, no]) => ['logisticLoss', { x, yes, no, loss, R: rows(x), C: columns(x) }],
  gradient: (dloss, [x, yes, no]) => [grad([x, yes, no, dloss], {}), null, null],
});

const grad = defineOp<[x: Tensor, yes: Tensor, no: Tensor, dloss: Tensor]>({
  name: 'logisticLossGrad',
  shape: ([x]) => x.shape,
  kernel: (out, [x, yes, no, dloss]) => ['logisticLossGrad', { x, yes, no, dloss, out, R: rows(x), C: columns(x) }],
  mayOverwrite: () => 0,
});

/**
 * What yes-or-no answers cost that were predicted with probability sigmoid(x), in nats: for each row the sum of
 * yes · ln(1 + e^-x) + no · ln(1 + e^x).
 *
 * @param x (..., C) scores.
 * @param yes (..., C) how often the answer was yes; no gradient.
 * @param no (..., C) how often it was no; no gradient.
 * @returns loss (R)
 * @throws {ShapeError} when the shapes differ.
 * @example
 * logisticLoss(x, yes, no); // x [0, 0], yes [1, 0], no [0, 2]: [2.079], which is 3 ln 2
 */
export const logisticLoss = (x: Tensor, yes: Tensor, no: Tensor): Tensor => op([x, yes, no], {});
