import { DataError, OptionError } from '../errors.ts';
import { checkBatch, checkSizes, checkState, type Loader } from './loader.ts';
import { Row } from './row.ts';
import type { TokenSet } from './tokenSet.ts';

/** A loader that goes through the data from front to back. */
export interface SequentialLoader extends Loader {
  /** How many windows cover the set. */
  readonly windows: number;
  /** How many batches cover the set; after the last one it begins again with the first. */
  readonly batches: number;
  /** Goes back to the first window. */
  restart(): void;
}

/**
 * For evaluation: non-overlapping windows over the whole set, in order. Every token but the first is a target exactly
 * once. The last window is padded with weight 0, and so is the last batch, if it has rows left over.
 *
 * @param rows windows per batch.
 * @throws {DataError} when there are fewer than two tokens.
 * @example
 * const loader = sequentialWindows(validation, 64, 8);
 * for (let i = 0; i < loader.batches; i++) loader.next(batch);
 */
export function sequentialWindows(tokens: TokenSet, context: number, rows = 1): SequentialLoader {
  checkSizes(rows, context);
  if (tokens.length < 2) throw new DataError(`To evaluate takes at least two tokens, but there ${tokens.length === 1 ? 'is one' : 'are none'}.`);
  const own = { loader: 'sequentialWindows', data: tokens.hash, context, seed: 0 };
  const row = new Row(context), windows = Math.ceil((tokens.length - 1) / context), batches = Math.ceil(windows / rows);
  let epoch = 0, position = 0;
  const loader: SequentialLoader = {
    rows,
    context,
    windows,
    batches,
    get epoch() {
      return epoch;
    },
    next(batch) {
      checkBatch(batch, rows, context);
      for (let r = 0; r < rows; r++) loader.fillRow(batch, r);
    },
    fillRow(batch, r) {
      if (position === batches * rows) loader.restart();
      if (position < windows) {
        const from = position * context;
        row.add(tokens, from, Math.min(context + 1, tokens.length - from));
      }
      row.flush(batch, r);
      if (++position === windows) epoch++;
    },
    restart() {
      position = 0;
    },
    state: () => ({ ...own, epoch, position }),
    restore(state) {
      checkState(state, own);
      if (state.position > batches * rows) throw new OptionError('rows', 'The position in the data lies behind its end; use the rows with which it was stored.');
      epoch = state.epoch;
      position = state.position;
    },
  };
  return loader;
}
