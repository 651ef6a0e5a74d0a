import { FormatError } from '../errors.ts';
import { Random, stream } from '../random.ts';
import { checkBatch, checkContext, checkSizes, checkState, type Loader, type LoaderOptions } from './loader.ts';
import { Row } from './row.ts';
import type { TokenSet } from './tokenSet.ts';

/**
 * Windows without replacement: every epoch cuts the data at another random offset and shuffles the windows, so that
 * each token is seen once per epoch, but never twice in the same window. On small data this beats drawing windows.
 *
 * @throws {OptionError} when the context is longer than the data.
 * @example
 * const loader = shuffledWindows(train, { rows: 12, context: 64, seed: 1 });
 */
export function shuffledWindows(tokens: TokenSet, { rows, context, seed }: LoaderOptions): Loader {
  checkSizes(rows, context);
  checkContext(tokens, context);
  const own = { loader: 'shuffledWindows', data: tokens.hash, context, seed };
  const row = new Row(context);
  // Window k reads tokens [offset + k·T, offset + k·T + T], so neighbours share one token: no prediction is left out.
  const most = Math.floor((tokens.length - 1) / context);
  const order = new Uint32Array(most);
  let epoch = 0, position = 0, windows = 0, offset = 0;

  const beginEpoch = (): void => {
    const random = new Random(seed, stream('shuffledWindows', epoch));
    offset = random.below(Math.min(context, tokens.length - context));
    windows = Math.floor((tokens.length - 1 - offset) / context);
    for (let k = 0; k < windows; k++) order[k] = k;
    random.shuffle(windows < most ? order.subarray(0, windows) : order);
    position = 0;
  };
  beginEpoch();

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
      if (position === windows) {
        epoch++;
        beginEpoch();
      }
      row.add(tokens, offset + order[position++]! * context, context + 1);
      row.flush(batch, r);
    },
    state: () => ({ ...own, epoch, position }),
    restore(state) {
      checkState(state, own);
      epoch = state.epoch;
      beginEpoch();
      if (state.position > windows) throw new FormatError(`The position in the data cannot be taken up: it is window ${state.position} of ${windows}.`);
      position = state.position;
    },
  };
  return loader;
}
