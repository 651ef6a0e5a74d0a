import { OptionError } from '../../errors.ts';
import { defineOp } from '../op.ts';
import { size, type Tensor } from '../tensor.ts';

export interface DropOptions {
  /** Share of elements that is dropped, from 0 to below 1. */
  readonly drop: number;
  /** Which of the many independent sequences of the seed; see `stream` in random.ts. */
  readonly stream: number;
}

/** Below this 32-bit word an element is dropped. */
const threshold = (drop: number): number => Math.floor(drop * 2 ** 32);

function checkDrop(op: string, drop: number): void {
  if (!(drop >= 0 && drop < 1)) throw new OptionError('drop', `${op}: drop must be a number from 0 to below 1, but it is ${drop}.`);
}

const op = defineOp<[x: Tensor, seed: Tensor], DropOptions>({
  name: 'dropout',
  shape: ([x]) => x.shape,
  kernel: (out, [x, seed], { drop, stream }) => ['dropout', { x, out, n: size(x), seed, stream, threshold: threshold(drop), factor: 1 / (1 - drop) }],
  gradient: (dy, [, seed], _out, attrs) => [dropout(dy, seed, attrs), null],
  mayOverwrite: () => 0,
  scratch: () => 64,
});

const idsOp = defineOp<[ids: Tensor, seed: Tensor], DropOptions>({
  name: 'dropIds',
  shape: ([ids]) => ids.shape,
  kernel: (out, [ids, seed], { drop, stream }) => ['dropIds', { ids, out, n: size(ids), seed, stream, threshold: threshold(drop) }],
});

/**
 * Sets each element to zero with probability `drop` and scales the others by 1 / (1 - drop).
 * The mask is drawn from (seed, stream, index) and drawn again for the gradient: nothing is stored.
 *
 * @param x any shape.
 * @param seed (2) register: the two words (i32) of `seedWords`, new for every step.
 * @returns like x; x itself when `drop` is 0.
 * @throws {OptionError} when `drop` is not from 0 to below 1.
 * @see Srivastava et al. 2014, https://jmlr.org/papers/v15/srivastava14a.html
 * @example
 * dropout(x, input('seed', [2]), { drop: 0.1, stream: stream('dropout', 'blocks.0.attention') });
 */
export function dropout(x: Tensor, seed: Tensor, options: DropOptions): Tensor {
  checkDrop('dropout', options.drop);
  return options.drop === 0 ? x : op([x, seed], options);
}

/** Sets each id to -1, which picks a row of zeros, with probability `drop`. Parameters as for {@link dropout}. */
export function dropIds(ids: Tensor, seed: Tensor, options: DropOptions): Tensor {
  checkDrop('dropIds', options.drop);
  return options.drop === 0 ? ids : idsOp([ids, seed], options);
}
