import { DataError, FormatError } from '../errors.ts';
import { philox, stream } from '../random.ts';
import { checkBatch, checkSizes, checkState, type Loader, type LoaderOptions } from './loader.ts';
import type { Portions } from './portions.ts';
import type { TokenSet } from './tokenSet.ts';

/**
 * Rows of a corpus that is larger than memory: those of its first portion, in random order, then those of the second, and
 * so on; after the last it begins again, in another order. A portion ends with the row with which its epoch does. The
 * order is decided by seed and data alone. Only the portion that is being learned from has to be encoded.
 *
 * @param deal makes the rows of one portion: `shuffledWindows`, `packedRows`, ...
 * @example
 * const loader = streamedRows(portions, shuffledWindows, { rows: 12, context: 64, seed: 1 });
 */
export function streamedRows(portions: Portions, deal: (tokens: TokenSet, options: LoaderOptions) => Loader, { rows, context, seed }: LoaderOptions): Loader {
  checkSizes(rows, context);
  const own = { loader: 'streamedRows', data: portions.key, context, seed };
  const first = portions.open(0);
  if (!first) throw new DataError('There is nothing to learn from: the corpus has no portion.');
  let epoch = 0, position = 0, tokens = first;

  const dealt = (): Loader => deal(tokens, { rows, context, seed: philox(seed, stream('streamedRows', epoch), position)[0]! });
  /** Goes on to the next portion, and behind the last one to the first. What is left over at the end may be shorter than a row. */
  const proceed = (): Loader => {
    do {
      tokens.close();
      let next = portions.open(++position);
      if (!next) {
        [epoch, position] = [epoch + 1, 0];
        next = portions.open(0)!;
      }
      tokens = next;
    } while (tokens.length <= context && position > 0);
    return dealt();
  };
  let current = dealt();

  const loader: Loader = {
    rows,
    context,
    get epoch() {
      return epoch;
    },
    next(batch) {
      checkBatch(batch, rows, context);
      for (let r = 0; r < rows; r++) loader.fillRow(batch, r);
    },
    fillRow(batch, r) {
      if (current.epoch > 0) current = proceed();
      current.fillRow(batch, r);
    },
    state: () => ({ ...own, epoch, position, parts: [current.state()] }),
    restore(state) {
      checkState(state, own);
      const [part] = state.parts ?? [];
      if (!part) throw new FormatError('The position in the data cannot be taken up: it does not say where in its portion it was. Begin a new run.');
      const there = portions.open(state.position);
      if (!there) throw new FormatError(`The position in the data cannot be taken up: it is in portion ${state.position}, but the corpus has fewer.`);
      tokens.close();
      tokens = there;
      ({ epoch, position } = state);
      current = dealt();
      current.restore(part);
    },
  };
  return loader;
}
