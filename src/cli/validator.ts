import { type Loader, type LoaderState, shuffledWindows, type TokenSet } from '../data/index.ts';
import type { LanguageModel } from '../models/index.ts';
import { type Evaluation, Evaluator, type Validation } from '../train/index.ts';

/** A part of a set that is the same every time. */
interface Part {
  readonly loader: Loader;
  readonly start: LoaderState;
  readonly batches: number;
}

/** Checks a model on text that it does not learn from: again and again on a small part, at the end on all or a large part. */
export class Validator {
  readonly #set: TokenSet;
  readonly #evaluator: Evaluator;
  /** null for the whole set. */
  readonly #each: Part | null;
  readonly #last: Part | null;

  /**
   * @param options.context of the windows, which do not overlap.
   * @param options.each about how many tokens are looked at in each check.
   * @param options.last how many at the end.
   */
  constructor(model: LanguageModel, set: TokenSet, { context, each, last }: { context: number; each: number; last: number }) {
    this.#set = set;
    const windows = Math.ceil((set.length - 1) / context), rows = Math.min(8, windows);
    this.#evaluator = new Evaluator(model, { rows, context });
    const part = (tokens: number): Part | null => {
      const batches = Math.max(1, Math.ceil(tokens / (rows * context)));
      if (batches * rows >= windows - 1 || set.length <= context) return null;
      const loader = shuffledWindows(set, { rows, context, seed: 0 });
      return { loader, start: loader.state(), batches };
    };
    this.#each = part(each);
    this.#last = part(last);
  }

  check(): Validation {
    const { natsPerToken, bitsPerByte } = this.#score(this.#each);
    return { loss: natsPerToken, ...(bitsPerByte !== undefined && { bitsPerByte }) };
  }

  last(): Evaluation {
    return this.#score(this.#last);
  }

  #score(part: Part | null): Evaluation {
    const set = this.#set, evaluator = this.#evaluator;
    part?.loader.restore(part.start);
    const { natsPerToken, nats, tokens, bitsPerByte: exact } = part ? evaluator.score(part.loader, part.batches) : evaluator.scoreAll(set);
    if (set.masked || set.bytes === 0) return { natsPerToken, nats, tokens };
    // a part has as many bytes per token as the whole
    return { natsPerToken, nats, tokens, bitsPerByte: exact ?? (natsPerToken / Math.LN2) * (set.length / set.bytes) };
  }

  free(): void {
    this.#evaluator.free();
  }
}
