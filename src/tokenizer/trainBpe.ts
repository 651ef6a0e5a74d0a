import type { Bpe } from './bpe.ts';
import { BpeCounter, type BpeTraining } from './bpeCounter.ts';
import type { PatternName } from './pattern.ts';

export interface TrainBpeOptions extends BpeTraining {
  /**
   * How text is cut into pieces that no token crosses: a name, a RegExp, or a string in the dialect of tokenizer.json.
   * gpt2 if not given.
   */
  readonly pattern?: PatternName | string | RegExp;
}

/**
 * Trains a byte-level BPE tokenizer. The same texts give the same tokenizer everywhere, whatever their order.
 *
 * @param texts documents; a single string is one document. For a corpus larger than memory see BpeCounter.
 * @throws {OptionError} for a vocabulary below 256 plus special tokens, or a pattern that cannot be used.
 * @throws {DataError} when there is no text.
 * @see Sennrich et al. 2016, https://arxiv.org/abs/1508.07909
 * @example
 * const tokenizer = trainBpe('aaabdaaabac', { vocab: 259, specials: [] });
 * tokenizer.encode('aaabdaaabac'); // [258, 100, 258, 97, 99]
 */
export function trainBpe(texts: string | Uint8Array | Iterable<string | Uint8Array>, options: TrainBpeOptions): Bpe {
  const counter = new BpeCounter(options.pattern);
  for (const text of documents(texts)) counter.add(text);
  return counter.train(options);
}

/** A single text as a list of one: a string is an iterable of its characters, which is never meant here. */
export const documents = (texts: string | Uint8Array | Iterable<string | Uint8Array>): Iterable<string | Uint8Array> =>
  typeof texts === 'string' || texts instanceof Uint8Array ? [texts] : texts;
