// Models that want to say something.
import { createRequire } from 'node:module';
import { type ContentFilter, Sampler, type Stage } from '../../../src/decode/index.ts';
import { Random } from '../../../src/random.ts';
import { bpeFromRanks, createChars, createWords, DEFAULT_SPECIALS, type Tokenizer, trainBpe } from '../../../src/tokenizer/index.ts';

const require = createRequire(import.meta.url);

/** Phrases as they are listed, and in the spellings that count. */
export const SPELLED: Readonly<Record<string, (text: string) => string>> = {
  plain: (text) => text,
  'mixed case': (text) => [...text].map((one, i) => (i % 2 ? one.toUpperCase() : one)).join(''),
  'full width': (text) => text.replace(/[!-~]/g, (one) => String.fromCodePoint(one.codePointAt(0)! + 0xfee0)),
  doubled: (text) => [...text].map((one) => (/\p{L}/u.test(one) ? one + one : one)).join(''),
  split: (text) => text.split(/\s/).map((word) => [...word].join('.')).join(' '),
  spaced: (text) => text.split(/\s/).map((word) => [...word].join(' ')).join('  '),
  leet: (text) => text.replace(/[aeos](?!$)/g, (one) => ({ a: '@', e: '3', o: '0', s: '$' })[one]!),
  lookalikes: (text) => text.replace(/[aeopcx]/g, (one) => ({ a: 'а', e: 'е', o: 'о', p: 'р', c: 'с', x: 'х' })[one]!),
};

/** Vocabularies: characters, words, a trained BPE, and the one of GPT-4. */
export function vocabularies(texts: readonly string[]): Record<string, Tokenizer> {
  const all = texts.flatMap((text) => Object.values(SPELLED).map((spell) => ` ${spell(text)}`));
  const { bpe_ranks: ranks, special_tokens: specials } = require('tiktoken/encoders/cl100k_base.json') as { bpe_ranks: string; special_tokens: Record<string, number> };
  return {
    chars: createChars([...all, 'the quick brown fox jumps over the lazy dog. \n'], { bytes: true, specials: DEFAULT_SPECIALS }),
    words: createWords(all, { vocab: 2000, specials: DEFAULT_SPECIALS }),
    bpe: trainBpe(all, { vocab: 1200, pattern: 'gpt2', specials: DEFAULT_SPECIALS }),
    cl100k: bpeFromRanks(ranks, { pattern: 'cl100k', specials }),
  };
}

/**
 * Draws from random numbers, +20 on the tokens of some texts and a little more on the one that comes next in the wish.
 *
 * @returns the text that came of it.
 */
export function speak(tokenizer: Tokenizer, wishes: readonly string[], options: { filter?: ContentFilter; seed: number; tokens?: number; prompt?: string; stages?: readonly Stage[] }): string {
  const { filter, seed, tokens = 16, prompt = '', stages = [] } = options, random = new Random(seed, 5), V = tokenizer.size;
  const noise = Float32Array.from({ length: V }, () => random.float() * 4), wanted = wishes.flatMap((wish) => spellingsIn(tokenizer, wish));
  for (const ids of wanted) for (const id of ids) noise[id] = 20 + random.float();
  const stage = filter?.stage(tokenizer), sampler = new Sampler([...(stage ? [stage] : []), ...stages], new Random(seed, 6));
  const said = [...tokenizer.encode(prompt)], began = said.length, specials = new Set(tokenizer.specials.values());
  let wish = random.pick(wanted), next = 0;
  for (let left = tokens; left > 0; left--) {
    const logits = noise.slice();
    logits[wish[next]!]! += 9;
    if (left === 1) for (const id of specials) logits[id] = -9;
    const token = sampler.draw(logits, { tokens: said, prompt: began, left });
    if (token < 0 || specials.has(token)) break;
    said.push(token);
    next = token === wish[next] ? next + 1 : 0;
    if (next === wish.length || random.chance(0.05)) {
      wish = random.pick(wanted);
      next = 0;
    }
  }
  return tokenizer.decode(said);
}

/** The tokens of a text as it is usually cut, behind a space, and cut into single characters. */
function spellingsIn(tokenizer: Tokenizer, text: string): number[][] {
  const cut = (some: string): number[] => [...tokenizer.encode(some)];
  return [cut(text), cut(` ${text}`), [...text].flatMap(cut), [...`a ${text}.`].flatMap(cut)];
}
