// A corpus is read once and forgotten: training needs only its different pieces and how often each occurs.
import { DataError, OptionError, count } from '../errors.ts';
import { createBpe, type Bpe } from './bpe.ts';
import { learnMerges, type Pieces } from './learnMerges.ts';
import { ownCopy } from './ownCopy.ts';
import { Pattern, type PatternName } from './pattern.ts';
import { DEFAULT_SPECIALS } from './tokenizer.ts';
import { bytesOfByteString, byteString, encodeUtf8, sections } from './utf8.ts';
import { spellingsOf } from './vocabulary.ts';

export interface BpeTraining {
  /** Vocabulary size: 256 bytes, the merges and the special tokens together. It may come out smaller on little text. */
  readonly vocab: number;
  /** Names of special tokens, which get the last ids. The tokens of our chat form if not given. */
  readonly specials?: readonly string[];
  readonly onProgress?: (done: number, wanted: number) => void;
}

/**
 * Counts pieces of text as they stream by, then learns a vocabulary from them. Memory grows with the number of
 * different pieces, not with the text. Training is slow on pieces of many kilobytes (a megabyte without any space takes
 * some 20 seconds for 2,000 merges), because a piece is read again for every merge in it.
 *
 * @example
 * const counter = new BpeCounter('gpt2');
 * for await (const text of documents) counter.add(text);
 * const tokenizer = counter.train({ vocab: 2048 });
 */
export class BpeCounter {
  readonly pattern: Pattern;
  readonly #limit: number;
  readonly #texts = new Map<string, number>();
  readonly #others = new Map<string, number>();

  /**
   * @param pattern how text is cut: gpt2 if not given.
   * @param limit most different pieces to remember, 4 million if not given. When there are more, the rarest are
   *   forgotten: first those seen once, then twice, and so on.
   */
  constructor(pattern: PatternName | string | RegExp = 'gpt2', limit = 1 << 22) {
    if (!Number.isInteger(limit) || limit < 256 || limit > 1 << 23) {
      throw new OptionError('limit', `limit must be a whole number from 256 to ${count(1 << 23)}, but it is ${limit}.`);
    }
    this.pattern = new Pattern(pattern);
    this.#limit = limit;
  }

  /** Different pieces so far. */
  get pieces(): number {
    return this.#texts.size + this.#others.size;
  }

  /** Counts one document. No token will reach from one document into the next. */
  add(text: string | Uint8Array): void {
    for (const part of sections(text)) {
      if (typeof part === 'string') this.pattern.split(part, (start, end) => this.#see(this.#texts, part.slice(start, end)));
      else this.#see(this.#others, byteString(part));
    }
  }

  /**
   * Learns the vocabulary. The counts stay, so one corpus can be trained with several sizes.
   *
   * @throws {OptionError} when vocab is smaller than 256 bytes and the special tokens need.
   * @throws {DataError} when there was no text.
   */
  train({ vocab, specials = DEFAULT_SPECIALS, onProgress }: BpeTraining): Bpe {
    const least = 256 + specials.length;
    if (!Number.isInteger(vocab) || vocab < least || vocab > 1 << 20) {
      throw new OptionError('vocab', `vocab must be a whole number from ${least} (256 bytes and ${specials.length} special tokens) `
        + `to ${count(1 << 20)}, but it is ${vocab}.`);
    }
    if (this.pieces === 0) throw new DataError('There is no text to learn a vocabulary from. Give at least one document that is not empty.');
    const merges = learnMerges(this.#collect(), { wanted: vocab - least, forbidden: spellingsOf(specials), onProgress });
    return createBpe(merges, this.pattern, specials);
  }

  #see(counts: Map<string, number>, piece: string): void {
    const seen = counts.get(piece);
    if (seen !== undefined) {
      counts.set(piece, seen + 1);
      return;
    }
    if (this.pieces >= this.#limit) this.#forget();
    counts.set(ownCopy(piece), 1);
  }

  #forget(): void {
    for (let rare = 1; this.pieces > this.#limit * 0.75; rare++) {
      for (const counts of [this.#texts, this.#others]) {
        for (const [piece, seen] of counts) if (seen <= rare) counts.delete(piece);
      }
    }
  }

  #collect(): Pieces {
    const spelled = [...this.#texts.keys()].map(encodeUtf8).concat([...this.#others.keys()].map(bytesOfByteString));
    const starts = new Int32Array(spelled.length + 1);
    for (let i = 0; i < spelled.length; i++) starts[i + 1] = starts[i]! + spelled[i]!.length;
    const bytes = new Uint8Array(starts[spelled.length]!);
    for (let i = 0; i < spelled.length; i++) bytes.set(spelled[i]!, starts[i]!);
    return { bytes, starts, counts: Float64Array.from([...this.#texts.values(), ...this.#others.values()]) };
  }
}
