import { OptionError } from '../../errors.ts';
import type { Tokenizer } from '../../tokenizer/index.ts';
import type { Stage } from '../stage.ts';

/**
 * The token sequences of words: as they are encoded at the beginning of a text and behind a space.
 *
 * @throws {OptionError} for a text without a tokenizer, or a sequence with ids outside the vocabulary.
 * @throws {DataError} for a text that the tokenizer cannot encode.
 * @example
 * badSequences(['bad'], tokenizer); // the tokens of "bad" and of " bad"
 */
export function badSequences(words: readonly (string | readonly number[])[], tokenizer: Tokenizer | undefined): number[][] {
  const all = new Map<string, number[]>();
  const add = (ids: ArrayLike<number>): void => void all.set(Array.from(ids).join(), Array.from(ids));
  for (const word of words) {
    if (typeof word !== 'string') {
      for (const id of word) if (tokenizer && id >= tokenizer.size) throw new OptionError('badWords', `badWords names token ${id}, but the vocabulary goes from 0 to ${tokenizer.size - 1}.`);
      add(word);
      continue;
    }
    if (!tokenizer) throw new OptionError('badWords', `badWords names the text "${word}", so a tokenizer is needed. Give ids of tokens, or a tokenizer.`);
    add(tokenizer.encode(word));
    try {
      add(tokenizer.encode(` ${word}`));
    } catch {
      // an alphabet without a space has no words behind one
    }
  }
  return [...all.values()];
}

/**
 * Removes the token that would complete one of the sequences. As Hugging Face's bad_words_ids; llama.cpp has none.
 * It knows a word by these tokens only, and many texts can be cut into tokens in more than one way.
 *
 * @example
 * badWords([[5], [1, 2]]).apply(logits, { tokens: [1], prompt: 1, left: 9 }); // removes 5, and 2 behind 1
 */
export function badWords(sequences: readonly (readonly number[])[]): Stage {
  return {
    name: 'badWords',
    apply(logits, { tokens }) {
      for (let k = 0; k < sequences.length; k++) {
        const sequence = sequences[k]!, before = sequence.length - 1, from = tokens.length - before;
        if (from < 0) continue;
        let same = 0;
        while (same < before && tokens[from + same] === sequence[same]) same++;
        if (same === before && sequence[before]! < logits.length) logits[sequence[before]!] = -Infinity;
      }
    },
  };
}
