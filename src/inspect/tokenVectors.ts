import type { SpeakingModel } from '../models/index.ts';
import { OptionError } from '../errors.ts';
import { layersOfTexts } from './contextVectors.ts';
import { WordVectors } from './wordVectors.ts';

/**
 * The rows of a model's table for words, as they stand behind a space: what the model knows of a word before it has seen
 * any other. A word of several tokens has the mean of their rows.
 *
 * @throws {OptionError} when there are no words, or one is empty.
 * @example
 * tokenVectors(model, ['dog', 'cat', 'river']).nearest('dog');
 */
export function tokenVectors(model: SpeakingModel, words: readonly string[]): WordVectors {
  if (words.length === 0 || words.includes('')) throw new OptionError('words', 'Vectors need words: give at least one, and none that is empty.');
  const vectors = [...layersOfTexts(model, words.map((word) => model.tokenizer.encode(` ${word}`)), ['embedding'])].map(({ ids, layers }) => {
    const numbers = layers.get('embedding')!, C = numbers.length / ids.length, mean = new Float64Array(C);
    numbers.forEach((x, i) => { mean[i % C]! += x / ids.length; });
    return mean;
  });
  return new WordVectors(words, vectors.flatMap((vector) => [...vector]));
}
