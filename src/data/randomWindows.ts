import { Random, stream } from '../random.ts';
import { checkBatch, checkContext, checkSizes, checkState, type Loader, type LoaderOptions } from './loader.ts';
import { Row } from './row.ts';
import type { TokenSet } from './tokenSet.ts';

/**
 * Windows that begin anywhere, with replacement, as nanoGPT draws them. An epoch is as many tokens as there are.
 *
 * @throws {OptionError} when the context is longer than the data.
 * @see https://github.com/karpathy/nanoGPT/blob/master/train.py (get_batch)
 * @example
 * const loader = randomWindows(train, { rows: 12, context: 64, seed: 1337 });
 * loader.next(batch);
 */
export function randomWindows(tokens: TokenSet, { rows, context, seed }: LoaderOptions): Loader {
  checkSizes(rows, context);
  checkContext(tokens, context);
  const own = { loader: 'randomWindows', data: tokens.hash, context, seed };
  const random = new Random(seed, stream('randomWindows')), row = new Row(context);
  const loader: Loader = {
    rows,
    context,
    get epoch() {
      return Math.floor(random.position * context / tokens.length);
    },
    next(batch) {
      checkBatch(batch, rows, context);
      for (let r = 0; r < rows; r++) loader.fillRow(batch, r);
    },
    fillRow(batch, r) {
      row.add(tokens, random.below(tokens.length - context), context + 1);
      row.flush(batch, r);
    },
    state: () => ({ ...own, epoch: loader.epoch, position: random.position }),
    restore(state) {
      checkState(state, own);
      random.position = state.position;
    },
  };
  return loader;
}
