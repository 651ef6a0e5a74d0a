import { OptionError } from '../errors.ts';
import type { SpeakingModel } from '../models/index.ts';
import { TextReader } from './textReader.ts';

/** Texts that are read at once. */
const ROWS = 8;

/** How likely the end of a text is, from token number `from` (at least 1) on, given what stands before it. */
export interface Ending {
  readonly ids: Uint32Array;
  readonly from: number;
}

/** Reads many texts with one plan and says how likely they are. Give its memory back with `free`. */
export class TextScorer {
  readonly #model: SpeakingModel;
  readonly #reader: TextReader;

  /** @param length tokens of the longest text. */
  constructor(model: SpeakingModel, { rows = ROWS, length = model.transformer.config.context }: { readonly rows?: number; readonly length?: number } = {}) {
    this.#model = model;
    this.#reader = new TextReader(model, { rows, length, watch: ['loss'] });
  }

  /** Log-probabilities of endings, in nats, in their order. */
  endings(all: readonly Ending[]): number[] {
    const { rows, length } = this.#reader;
    return Array.from({ length: Math.ceil(all.length / rows) }, (_, k) => all.slice(k * rows, (k + 1) * rows)).flatMap((some) => {
      this.#reader.run(some.map(({ ids }) => ids));
      const { numbers } = this.#reader.read('loss');
      return some.map(({ ids, from }, s) => {
        let sum = 0;
        for (let t = from - 1; t + 1 < ids.length; t++) sum -= numbers[s * length + t]!; // row t predicts token t + 1
        return sum;
      });
    });
  }

  /** A text as this model reads it from its beginning: behind `<|bos|>` where there is one. */
  ending(text: string): Ending {
    const { tokenizer } = this.#model, bos = tokenizer.specials.get('<|bos|>'), ids = tokenizer.encode(text);
    return { ids: bos === undefined ? ids : Uint32Array.of(bos, ...ids), from: 1 };
  }

  free(): void {
    this.#reader.free();
  }
}

/**
 * How likely whole texts are: natural logarithms of their probabilities.
 *
 * @throws {OptionError} when a text is too short to be predicted, or longer than the context.
 * @example
 * textLogProbabilities(model, ['He is a nurse.', 'She is a nurse.']); // [-21.2, -18.9]
 */
export function textLogProbabilities(model: SpeakingModel, texts: readonly string[]): number[] {
  if (texts.length === 0) return [];
  const bos = model.tokenizer.specials.has('<|bos|>') ? 1 : 0, longest = Math.max(...texts.map((text) => model.tokenizer.encode(text).length + bos)), { context } = model.transformer.config;
  const short = texts.find((text) => model.tokenizer.encode(text).length + bos < 2);
  if (short !== undefined) throw new OptionError('texts', `"${short}" is too short: there must be something to predict, and something before it.`);
  if (longest > context) throw new OptionError('texts', `The longest text has ${longest} tokens, but the context holds ${context}. Shorten it.`);
  const scorer = new TextScorer(model, { length: longest, rows: Math.min(ROWS, texts.length) });
  try {
    return scorer.endings(texts.map((text) => scorer.ending(text)));
  } finally {
    scorer.free();
  }
}
