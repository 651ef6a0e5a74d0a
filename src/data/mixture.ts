import { FormatError, OptionError } from '../errors.ts';
import { Random, stream } from '../random.ts';
import { checkBatch, checkSizes, checkState, type Loader } from './loader.ts';

/** A loader and its part in a mixture. */
export interface Ingredient {
  readonly loader: Loader;
  /** Its weight against the others, 0 or more; as a function, one that changes while the training goes on. */
  readonly share: number | ((progress: number) => number);
}

/**
 * Mixes loaders: for every row, chance decides which of them fills it.
 *
 * @param options the rows of each batch; what the loaders say of theirs does not matter.
 * @throws {OptionError} for loaders of different context, and for shares that are negative or all 0.
 * @example
 * // Conversations come into the last fifth of pretraining, as a third of all rows.
 * mixture([
 *   { loader: stories, share: 1 },
 *   { loader: conversations, share: (progress) => (progress < 0.8 ? 0 : 0.5) },
 * ], { rows: 16, seed: 1 });
 */
export function mixture(ingredients: readonly Ingredient[], { rows, seed }: { rows: number; seed: number }): Loader {
  const [first] = ingredients;
  if (!first) throw new OptionError('ingredients', 'A mixture needs at least one loader.');
  const { context } = first.loader;
  checkSizes(rows, context);
  for (const { loader } of ingredients) {
    if (loader.context !== context) throw new OptionError('context', `All loaders of a mixture need the same context, but there are ${context} and ${loader.context}.`);
  }
  const own = { loader: 'mixture', data: '', context, seed };
  const random = new Random(seed, stream('mixture'));

  const shareOf = ({ share }: Ingredient, progress: number): number => {
    const value = typeof share === 'number' ? share : share(progress);
    if (!(value >= 0 && value < Infinity)) throw new OptionError('share', `A share must be 0 or more, but it is ${value}${typeof share === 'number' ? '' : ` at progress ${progress}`}.`);
    return value;
  };
  const choose = (progress: number): Loader => {
    let total = 0;
    for (let i = 0; i < ingredients.length; i++) total += shareOf(ingredients[i]!, progress);
    if (total === 0) throw new OptionError('share', `All shares of the mixture are 0 at progress ${progress}; at least one must be above.`);
    let left = random.float() * total;
    let chosen = first.loader;
    for (let i = 0; i < ingredients.length; i++) {
      const share = shareOf(ingredients[i]!, progress);
      if (share === 0) continue;
      chosen = ingredients[i]!.loader;
      if (left < share) break;
      left -= share;
    }
    return chosen;
  };

  const loader: Loader = {
    rows,
    context,
    /** That of the first loader. */
    get epoch() {
      return first.loader.epoch;
    },
    next(batch, progress = 0) {
      checkBatch(batch, rows, context);
      for (let r = 0; r < rows; r++) loader.fillRow(batch, r, progress);
    },
    fillRow(batch, r, progress = 0) {
      choose(progress).fillRow(batch, r, progress);
    },
    state: () => ({ ...own, epoch: loader.epoch, position: random.position, parts: ingredients.map((part) => part.loader.state()) }),
    restore(state) {
      checkState(state, own);
      if (state.parts?.length !== ingredients.length) {
        throw new FormatError(`The position in the data cannot be taken up: it is of a mixture of ${state.parts?.length ?? 0} loaders, but here are ${ingredients.length}.`);
      }
      state.parts.forEach((part, i) => ingredients[i]!.loader.restore(part));
      random.position = state.position;
    },
  };
  return loader;
}
