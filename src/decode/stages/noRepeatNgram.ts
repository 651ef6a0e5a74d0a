import { OptionError } from '../../errors.ts';
import type { Stage } from '../stage.ts';

/**
 * Removes every token that would complete a run of `n` tokens that stands in the text already, its prompt included.
 * As in Hugging Face; llama.cpp has none.
 *
 * @param n at least 1; 1 lets no token come twice.
 * @throws {OptionError} when n is not a whole number of at least 1.
 * @see Paulus et al. 2017, https://arxiv.org/abs/1705.04304
 * @example
 * noRepeatNgram(2).apply(logits, { tokens: [1, 2, 1], prompt: 3, left: 9 }); // token 2 cannot follow 1 again
 */
export function noRepeatNgram(n: number): Stage {
  if (!(Number.isSafeInteger(n) && n >= 1)) throw new OptionError('noRepeatNgram', `As a stage, noRepeatNgram must be a whole number of at least 1, but it is ${n}.`);
  return {
    name: 'noRepeatNgram',
    apply(logits, { tokens }) {
      const begins = tokens.length - (n - 1);
      for (let at = 0; at < begins; at++) {
        let same = 0;
        while (same < n - 1 && tokens[at + same] === tokens[begins + same]) same++;
        const next = tokens[at + n - 1]!;
        if (same === n - 1 && next < logits.length) logits[next] = -Infinity;
      }
    },
  };
}
