import { OptionError } from '../../errors.ts';
import type { Stage } from '../stage.ts';

/**
 * The first tokens of a text are these and no others, whatever other stages before this one say. As Hugging Face's
 * forced_decoder_ids; llama.cpp has none.
 *
 * @throws {OptionError} when there are none.
 * @example
 * forcedTokens([7, 8]).apply(logits, { tokens: [1, 7], prompt: 1, left: 9 }); // only 8 is left
 */
export function forcedTokens(forced: readonly number[]): Stage {
  if (forced.length === 0) throw new OptionError('forcedTokens', 'As a stage, forcedTokens needs at least one token.');
  return {
    name: 'forcedTokens',
    apply(logits, { tokens, prompt }) {
      const token = forced[tokens.length - prompt];
      if (token === undefined) return;
      logits.fill(-Infinity);
      logits[token] = 0;
    },
  };
}
