// "Don't repeat yourself": the longer the stretch is that a token would repeat, the more it is made unlikely.
//
//   logit −= multiplier · base^(length − allowedLength)   if the stretch before it, of that length, stood in front of the
//                                                        same token before, and length ≥ allowedLength
//
// p-e-w 2024, https://github.com/oobabooga/text-generation-webui/pull/5637; as in llama.cpp. Hugging Face has none.
// Stretches do not reach across breakers, for example line ends, so that lists and turns may repeat their form.
import { math } from '../../engine/index.ts';
import { OptionError } from '../../errors.ts';
import type { Tokenizer } from '../../tokenizer/index.ts';
import type { Stage } from '../stage.ts';

export interface Dry {
  readonly multiplier: number;
  readonly base: number;
  /** Stretches of this length are punished with `multiplier`, shorter ones not at all. */
  readonly allowedLength: number;
  /** How many of the last tokens are looked at, -1 for all. */
  readonly lastN: number;
  /** Which tokens end a stretch: see {@link dryBreakers}. */
  readonly breakers: Breakers;
}

/** By the first token of a breaker: the tokens behind it, for each way in which the breaker can be spelled. */
export type Breakers = ReadonlyMap<number, readonly (readonly number[])[]>;

/** The largest exponent of e in float32: no punishment is larger. */
const MOST = 88.7228391;

/**
 * The tokens in which breakers appear: a token that contains the text whole, or one that ends with its beginning,
 * followed by the tokens of the rest (at most 20 of them).
 *
 * @example
 * dryBreakers(tokenizer, ['\n']).has(tokenizer.encode('\n')[0]!); // true
 */
export function dryBreakers(tokenizer: Tokenizer, texts: readonly string[]): Breakers {
  const found = new Map<number, number[][]>(), wanted = texts.map((text) => new TextEncoder().encode(text));
  for (let id = 0; id < tokenizer.size; id++) {
    const bytes = tokenizer.bytesOf(id);
    for (const text of wanted) {
      for (let from = 0; from < bytes.length; from++) {
        let same = 0;
        while (same < text.length && from + same < bytes.length && bytes[from + same] === text[same]) same++;
        if (same < text.length && (same === 0 || from + same < bytes.length)) continue;
        const rest = same === text.length ? [] : [...tokenizer.encode(text.subarray(same))].slice(0, 20);
        const known = found.get(id) ?? [];
        if (!known.some((tail) => tail.join() === rest.join())) found.set(id, [...known, rest]);
        if (rest.length === 0) break;
      }
    }
  }
  return found;
}

/**
 * The stage. See the head of the file.
 *
 * @throws {OptionError} for values outside their range.
 * @example
 * dry({ multiplier: 0.8, base: 1.75, allowedLength: 2, lastN: -1, breakers: new Map() })
 *   .apply(logits, { tokens: [1, 2, 3, 1, 2], prompt: 5, left: 9 }); // token 3 loses 0.8
 */
export function dry({ multiplier, base, allowedLength, lastN, breakers }: Dry): Stage {
  if (!(multiplier > 0 && multiplier < Infinity)) throw new OptionError('dryMultiplier', `As a stage, dryMultiplier must be above 0, but it is ${multiplier}.`);
  if (!(base >= 1 && base < Infinity)) throw new OptionError('dryBase', `dryBase must be at least 1, but it is ${base}.`);
  if (!(Number.isSafeInteger(allowedLength) && allowedLength >= 0)) throw new OptionError('dryAllowedLength', `dryAllowedLength must be a whole number of at least 0, but it is ${allowedLength}.`);
  if (!(Number.isSafeInteger(lastN) && lastN >= -1)) throw new OptionError('dryPenaltyLastN', `dryPenaltyLastN must be -1 (all tokens) or a whole number of tokens, but it is ${lastN}.`);
  const mostSteps = base > 1.000001 ? Math.floor(MOST / math.log(base)) : 0;
  let lengths = new Int32Array(0), longest = new Int32Array(0);
  return {
    name: 'dry',
    apply(logits, { tokens }) {
      const n = lastN < 0 ? tokens.length : Math.min(tokens.length, lastN);
      if (n <= allowedLength) return;
      const limit = sinceBreaker(tokens, n, breakers);
      if (limit < allowedLength) return;
      if (lengths.length < n) lengths = new Int32Array(2 * n);
      if (longest.length !== logits.length) longest = new Int32Array(logits.length);
      matchEnds(tokens, n, lengths);
      // the token behind an earlier end would go on with the stretch; a length of 0 is told from "none" by adding 1
      for (let back = 1; back < n; back++) {
        const length = Math.min(lengths[back]!, limit), next = tokens[tokens.length - back]!;
        if (length >= allowedLength && next < longest.length && longest[next]! < length + 1) longest[next] = length + 1;
      }
      for (let back = 1; back < n; back++) {
        const next = tokens[tokens.length - back]!;
        if (next >= longest.length || longest[next] === 0) continue;
        const steps = longest[next]! - 1 - allowedLength;
        longest[next] = 0;
        if (breakers.get(next)?.some((rest) => rest.length === 0)) continue;
        logits[next]! -= multiplier * math.pow(base, mostSteps > 0 ? Math.min(steps, mostSteps) : steps);
      }
    },
  };
}

/** How many of the last n tokens stand behind the last breaker. */
function sinceBreaker(tokens: readonly number[], n: number, breakers: Breakers): number {
  const end = tokens.length;
  for (let back = 0; back < n; back++) {
    const tails = breakers.get(tokens[end - 1 - back]!);
    if (!tails) continue;
    let most = -1;
    for (const tail of tails) {
      if (tail.length > most && tail.length <= back && tail.every((token, i) => tokens[end - back + i] === token)) most = tail.length;
    }
    if (most >= 0) return back - most;
  }
  return n;
}

/**
 * lengths[back] = how many tokens the end of the text has in common with the end of what stands `back` tokens before.
 * Z-algorithm on the reversed text, Gusfield 1997: linear time.
 */
function matchEnds(tokens: readonly number[], n: number, lengths: Int32Array): void {
  const last = tokens.length - 1;
  let left = 0, right = 0; // tokens left .. right - 1, counted from the end, equal those from 0 on
  for (let back = 1; back < n; back++) {
    let length = back < right ? Math.min(right - back, lengths[back - left]!) : 0;
    while (back + length < n && tokens[last - length] === tokens[last - back - length]) length++;
    lengths[back] = length;
    if (back + length > right) {
      left = back;
      right = back + length;
    }
  }
}
