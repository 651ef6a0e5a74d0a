// n-gram tables know what often follows a word pair or triple, at the price of one look-up:
// the last n tokens become one row number, exact for pairs where the table is large enough, hashed otherwise.
import { OptionError, ShapeError, show } from '../../errors.ts';
import { defineOp } from '../op.ts';
import { size, type Tensor } from '../tensor.ts';

export interface NgramOptions {
  /** Tokens per n-gram, at least 1. */
  readonly n: number;
  /** Rows of the table. `exactBigramRows(vocab)` with n = 2 gives every pair a row of its own. */
  readonly size: number;
  /** Places per sequence for which an id is made. */
  readonly T: number;
  /** Tokens per sequence in the history. */
  readonly Tk: number;
  readonly vocab: number;
}

/** Rows of a table in which every pair of tokens has its own: (V+1)·V, since the token before may be missing. */
export const exactBigramRows = (vocab: number): number => (vocab + 1) * vocab;

const op = defineOp<[history: Tensor, start: Tensor], NgramOptions>({
  name: 'ngramIds',
  shape([history, start], { T, Tk }) {
    if (size(history) !== size(start) * Tk) {
      throw new ShapeError(`ngramIds: the history must hold Tk = ${Tk} tokens for each of the ${size(start)} starts in ${show(start)}, but it is ${show(history)}.`);
    }
    return [size(start) * T];
  },
  kernel: (out, [history, start], { n, size: rows, T, Tk, vocab }) => ['ngramIds', {
    history, start, out, R: size(out), T, Tk, n, size: rows, vocab, exact: n === 2 && rows === exactBigramRows(vocab) ? 1 : 0,
  }],
});

/**
 * For each place the number of the n-gram that ends there. Row (s, i) is place p = start[s] + i of sequence s.
 * In training the history is the token batch itself and every start 0; in decoding it holds all tokens so far.
 *
 * Exact pairs (n = 2, size = (V+1)·V):  token[p] + (token[p-1] + 1)·V.
 * Otherwise 32 bits, modulo size:       h = n;  h = mix(h · 0x9e3779b1 + token + 1), oldest token first,
 * where mix is the last step of MurmurHash3. A token that is missing (before the beginning, or outside the vocabulary)
 * counts as 0 instead of token + 1. Where the newest token itself is missing, the id is -1, the row of zeros.
 *
 * @param history (S,Tk) whole numbers (i32).
 * @param start (S) whole numbers (i32).
 * @returns (S·T) whole numbers (i32), for `tableLookup`.
 * @throws {OptionError} for an n or a size below 1, or more than 2^31 - 1 rows.
 * @throws {ShapeError} when the history has another size.
 * @example
 * ngramIds(tokens, zeros, { n: 3, size: 16_384, T, Tk: T, vocab });
 */
export function ngramIds(history: Tensor, start: Tensor, options: NgramOptions): Tensor {
  for (const name of ['n', 'size', 'T', 'Tk', 'vocab'] as const) {
    const value = options[name];
    if (!Number.isInteger(value) || value < 1 || value >= 2 ** 31) throw new OptionError(name, `ngramIds: ${name} must be a whole number from 1 to 2^31 - 1, but it is ${value}.`);
  }
  return op([history, start], options);
}
