import { OptionError } from '../../errors.ts';
import type { Stage } from '../stage.ts';

export interface Penalties {
  /** Positive logits of tokens that occurred are divided by it, others multiplied; 1 is none. */
  readonly repeat: number;
  /** Taken off for each time that a token occurred; 0 is none. */
  readonly frequency: number;
  /** Taken off once from a token that occurred; 0 is none. */
  readonly presence: number;
  /** How many of the last tokens are looked at, -1 for all. */
  readonly lastN: number;
}

/**
 * Makes tokens less likely that occurred among the last ones, those of the prompt included:
 *
 *   logit > 0 ? logit / repeat : logit · repeat,   then   − count · frequency − presence
 *
 * As in llama.cpp. Hugging Face has `repeat` alone (its repetition_penalty) and looks at all tokens: lastN -1. OpenAI's
 * frequency and presence penalties look at the reply only.
 *
 * @throws {OptionError} for a repeat penalty that is not above 0, or numbers that are none.
 * @see Keskar et al. 2019, "CTRL", https://arxiv.org/abs/1909.05858
 * @example
 * penalties({ repeat: 2, frequency: 0, presence: 0, lastN: 64 }).apply(logits, { tokens: [0, 1], prompt: 2, left: 9 });
 * // [4, -1, 3] becomes [2, -2, 3]
 */
export function penalties({ repeat, frequency, presence, lastN }: Penalties): Stage {
  if (!(repeat > 0 && repeat < Infinity)) throw new OptionError('repeatPenalty', `repeatPenalty must be above 0 (1 is off), but it is ${repeat}.`);
  for (const [name, value] of [['frequencyPenalty', frequency], ['presencePenalty', presence]] as const) {
    if (!Number.isFinite(value)) throw new OptionError(name, `${name} must be a number (0 is off), but it is ${value}.`);
  }
  if (!(Number.isSafeInteger(lastN) && lastN >= -1)) throw new OptionError('penaltyLastN', `penaltyLastN must be -1 (all tokens) or a whole number of tokens, but it is ${lastN}.`);
  let counts = new Uint32Array(0);
  return {
    name: 'penalties',
    apply(logits, { tokens }) {
      if (counts.length !== logits.length) counts = new Uint32Array(logits.length);
      const from = lastN < 0 ? 0 : Math.max(0, tokens.length - lastN);
      for (let i = from; i < tokens.length; i++) if (tokens[i]! < counts.length) counts[tokens[i]!]!++;
      for (let i = from; i < tokens.length; i++) {
        const token = tokens[i]!, count = counts[token];
        if (!count) continue; // done already
        const logit = logits[token]!;
        logits[token] = (logit > 0 ? logit / repeat : logit * repeat) - count * frequency - presence;
        counts[token] = 0;
      }
    },
  };
}
