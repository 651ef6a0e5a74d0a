import { OptionError, ShapeError, show } from '../../errors.ts';
import { defineOp } from '../op.ts';
import { columns, rows, size, type Tensor } from '../tensor.ts';
import { buffer } from './fill.ts';
import type { LearnedRows } from './learnedRows.ts';
import { writtenBy } from './writtenBy.ts';

/** BLOCK floats of assembly/crossEntropy.ts. */
const BLOCK_BYTES = 1024 * 4;

interface Attrs { softcap: number }

/** Throws unless there is one target and one weight for each row. */
function requireRows(logits: Tensor, ...perRow: readonly Tensor[]): void {
  for (const t of perRow) {
    if (size(t) !== rows(logits)) {
      throw new ShapeError(`crossEntropy: targets and weights need one number per row of logits. ${show(logits)} has ${rows(logits)} rows, ${show(t)} has ${size(t)}.`);
    }
  }
}

const op = defineOp<[logits: Tensor, targets: Tensor, weights: Tensor], Attrs>({
  name: 'crossEntropy',
  shape([logits, targets, weights]) {
    requireRows(logits, targets, weights);
    return [rows(logits)];
  },
  kernel: (loss, [logits, targets, weights], { softcap }) => ['crossEntropy', { logits, targets, weights, loss, R: rows(logits), V: columns(logits), softcap }],
  scratch: (_loss, _inputs, { softcap }) => (softcap > 0 ? BLOCK_BYTES : 0),
  gradient: (dloss, [logits, targets, weights], _loss, attrs) => [grad([logits, targets, weights, dloss], attrs), null, null],
});

// an output of its own for the loss is written on the way
const grad = defineOp<readonly [logits: Tensor, targets: Tensor, weights: Tensor, dloss: Tensor, ...more: [] | [loss: Tensor] | [loss: Tensor, rows: Tensor, count: Tensor]], Attrs>({
  name: 'crossEntropyGrad',
  shape([logits, targets, weights, dloss]) {
    requireRows(logits, targets, weights, dloss);
    return logits.shape;
  },
  kernel: (out, [logits, targets, weights, dloss, loss, learned, count], { softcap }) =>
    ['crossEntropyGrad', { logits, targets, weights, dloss, loss: loss ?? 0, out, rows: learned ?? 0, count: count ?? 0, R: rows(logits), V: columns(logits), softcap }],
  writes: ['loss'],
  // the exponentials of a row, in whole vectors
  scratch: (out, _inputs, { softcap }) => (softcap > 0 ? 4 * columns(out) + 16 : 0),
  // the largest tensor of a training step: it is never there twice
  mayOverwrite: () => 0,
});

/**
 * What each row's target costs, in nats: weight · (ln Σ e^l - l[target]), where l is the row of logits,
 * or softcap · tanh(logits / softcap) if a softcap is given.
 *
 * The gradient takes over the memory of the logits where nobody else needs them.
 *
 * @param logits (..., V)
 * @param targets (R) whole numbers (i32), one per row. A row with a target below 0 costs nothing; one of V or more gives NaN.
 * @param weights (R). A row of weight 0 costs nothing. For a mean, give weights that add up to 1, or divide in the gradient of the loss.
 * @returns loss (R)
 * @throws {ShapeError} when targets or weights do not have one number per row.
 * @throws {OptionError} when softcap is below 0 or no number.
 * @example
 * crossEntropy(logits, targets, weights); // logits [0, 0], target 1, weight 1: [0.693], which is ln 2
 */
export function crossEntropy(logits: Tensor, targets: Tensor, weights: Tensor, { softcap = 0 }: { readonly softcap?: number } = {}): Tensor {
  requireSoftcap(softcap);
  return op([logits, targets, weights], { softcap });
}

/**
 * The loss and its gradient in one pass over the logits: what `crossEntropy` and `backward` give, a third faster.
 *
 * @param dloss (R): gradient of the loss.
 * @param options.learned the rows that there are logits of, from `learnedRows`; targets, weights, dloss and loss keep one
 *   number for every row. Without it there are logits of all rows.
 * @returns loss (R), and dlogits (R,V), from which `backward(logits, dlogits)` goes on.
 * @throws as {@link crossEntropy}.
 * @example
 * const { loss, dlogits } = crossEntropyWithGradient(logits, targets, weights, dloss);
 * const gradients = backward(logits, dlogits);
 */
export function crossEntropyWithGradient(logits: Tensor, targets: Tensor, weights: Tensor, dloss: Tensor, { softcap = 0, learned }: { readonly softcap?: number; readonly learned?: LearnedRows | undefined } = {}): { loss: Tensor; dlogits: Tensor } {
  requireSoftcap(softcap);
  const written = buffer([rows(logits)]), dlogits = grad([logits, targets, weights, dloss, written, ...(learned ? [learned.rows, learned.count] as const : [] as const)], { softcap });
  return { loss: writtenBy(written, dlogits), dlogits };
}

function requireSoftcap(softcap: number): void {
  if (!(softcap >= 0 && softcap < Infinity)) throw new OptionError('softcap', `softcap must be a number above 0, or 0 for none, but it is ${softcap}.`);
}
