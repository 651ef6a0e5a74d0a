import { OptionError } from '../../errors.ts';
import type { Stage } from '../stage.ts';

/**
 * Keeps a text from ending before it has `n` tokens: tokens that end it cannot be drawn. As Hugging Face's
 * min_new_tokens; llama.cpp has none (its ignore_eos lets no text end at all).
 *
 * @param ending the special tokens.
 * @throws {OptionError} when n is not a whole number of at least 1.
 * @example
 * minTokens(3, [50256]).apply(logits, { tokens: [1], prompt: 1, left: 9 }); // 50256 is not yet drawn
 */
export function minTokens(n: number, ending: Iterable<number>): Stage {
  if (!(Number.isSafeInteger(n) && n >= 1)) throw new OptionError('minTokens', `As a stage, minTokens must be a whole number of at least 1, but it is ${n}.`);
  const ids = [...ending];
  return {
    name: 'minTokens',
    apply(logits, { tokens, prompt }) {
      if (tokens.length - prompt >= n) return;
      for (let i = 0; i < ids.length; i++) if (ids[i]! < logits.length) logits[ids[i]!] = -Infinity;
    },
  };
}
