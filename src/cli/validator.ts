import { type Loader, type LoaderState, shuffledWindows, type TokenSet } from '../data/index.ts';
import type { LanguageModel } from '../models/index.ts';
import { type Evaluation, Evaluator, type Validation } from '../train/index.ts';

/** Checks a model on text that it does not learn from: again and again on the same part, at the end on all of it. */
export class Validator {
  readonly #set: TokenSet;
  readonly #evaluator: Evaluator;
  readonly #part: { readonly loader: Loader; readonly start: LoaderState; readonly batches: number } | null;

  /**
   * @param options.tokens about how many tokens the part has.
   * @param options.context of the windows that do not overlap.
   */
  constructor(model: LanguageModel, set: TokenSet, { tokens, context }: { tokens: number; context: number }) {
    this.#set = set;
    const windows = Math.ceil((set.length - 1) / context), rows = Math.min(8, windows);
    this.#evaluator = new Evaluator(model, { rows, context });
    const batches = Math.max(1, Math.ceil(tokens / (rows * context)));
    if (batches * rows >= windows - 1 || set.length <= context) this.#part = null;
    else {
      const loader = shuffledWindows(set, { rows, context, seed: 0 });
      this.#part = { loader, start: loader.state(), batches };
    }
  }

  part(): Validation {
    if (!this.#part) return summary(this.whole());
    const { loader, start, batches } = this.#part;
    loader.restore(start);
    const { natsPerToken } = this.#evaluator.score(loader, batches);
    // as many bytes per token as in the whole set
    return summary({ natsPerToken, ...(this.#set.masked || this.#set.bytes === 0 ? {} : { bitsPerByte: (natsPerToken / Math.LN2) * (this.#set.length / this.#set.bytes) }) });
  }

  whole(): Evaluation {
    const { bitsPerByte, ...found } = this.#evaluator.scoreAll(this.#set);
    return this.#set.masked || bitsPerByte === undefined ? found : { ...found, bitsPerByte };
  }

  free(): void {
    this.#evaluator.free();
  }
}

const summary = ({ natsPerToken, bitsPerByte }: Pick<Evaluation, 'natsPerToken' | 'bitsPerByte'>): Validation => (
  { loss: natsPerToken, ...(bitsPerByte !== undefined && { bitsPerByte }) });
