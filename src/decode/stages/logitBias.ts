import { OptionError } from '../../errors.ts';
import type { Tokenizer } from '../../tokenizer/index.ts';
import type { Stage } from '../stage.ts';

/** What is added to the logits of tokens: by id, or by a text of which every token is meant. -Infinity forbids. */
export type LogitBias = readonly (readonly [token: number | string, bias: number])[];

/**
 * The tokens that biases speak of. Several biases of one token add up.
 *
 * @throws {OptionError} for an id outside the vocabulary, or a text without a tokenizer.
 * @example
 * biasedTokens([['yes', 3]], tokenizer); // Map { 121 -> 3, 101 -> 3, 115 -> 3 } with a tokenizer of characters
 */
export function biasedTokens(biases: LogitBias, tokenizer: Tokenizer | undefined): ReadonlyMap<number, number> {
  const all = new Map<number, number>();
  for (const [key, bias] of biases) {
    const special = typeof key === 'string' ? tokenizer?.specials.get(key) : undefined;
    if (typeof key === 'string' && !tokenizer) throw new OptionError('logitBias', `logitBias names the text "${key}", so a tokenizer is needed. Give ids of tokens, or a tokenizer.`);
    const ids = typeof key === 'number' ? [key] : special !== undefined ? [special] : new Set(tokenizer!.encode(key));
    for (const id of ids) {
      if (tokenizer && id >= tokenizer.size) throw new OptionError('logitBias', `logitBias names token ${id}, but the vocabulary goes from 0 to ${tokenizer.size - 1}.`);
      all.set(id, (all.get(id) ?? 0) + bias);
    }
  }
  return all;
}

/**
 * Adds to logits. As in llama.cpp and in OpenAI's API. Of a text every single token is meant, as in llama.cpp's server;
 * Hugging Face's sequence_bias concerns the last token of a sequence where the others stand before it.
 *
 * @example
 * logitBias(new Map([[2, -Infinity]])).apply(logits, situation); // token 2 is never drawn
 */
export function logitBias(biases: ReadonlyMap<number, number>): Stage {
  const ids = Int32Array.from(biases.keys()), values = Float64Array.from(biases.values());
  return {
    name: 'logitBias',
    apply(logits) {
      for (let i = 0; i < ids.length; i++) if (ids[i]! < logits.length) logits[ids[i]!]! += values[i]!;
    },
  };
}
