// Texts of a model that has no idea: random logits, drawn by our sampler under a constraint.
import { type Constraint, createSampler, type Sampler } from '../../../src/decode/index.ts';
import { createChars, createWords, DEFAULT_SPECIALS, type Tokenizer, trainBpe } from '../../../src/tokenizer/index.ts';

const corpus = `{"name":"Zoë","age":12,"tags":["red","kite"],"x":-1.5} the cat sat on the mat. 2026-11-25 yes no I do not know; 你好吗 你好 🙂🙃 naïve éé ABC abc aaa\t\n\\ `.repeat(20);

/** One of every kind; `letters` has no bytes, so some texts cannot be written with it. */
export const tokenizers: Readonly<Record<string, Tokenizer>> = {
  chars: createChars(corpus, { bytes: true, specials: DEFAULT_SPECIALS }),
  letters: createChars(corpus, { specials: ['<|end|>'] }),
  words: createWords(corpus, { vocab: 300, specials: DEFAULT_SPECIALS }),
  bpe: trainBpe(corpus, { vocab: 420, specials: DEFAULT_SPECIALS }),
};

/** The next of a row of numbers from 0 to 1 (xorshift). */
export function dice(seed: number): () => number {
  let x = Math.imul(seed + 1, 2_654_435_761) | 1;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) / 2 ** 32;
  };
}

export interface Said {
  readonly text: string;
  readonly tokens: readonly number[];
  /** 'done': nothing could follow. 'end': a special token. 'length': no tokens were left. */
  readonly why: 'done' | 'end' | 'length';
}

/** @param spread of the logits; 0 makes all tokens that are allowed equally likely. */
export function say(constraint: Constraint, tokenizer: Tokenizer, limit: number, seed: number, spread = 4): Said {
  const sampler = createSampler({ constraint, temperature: 1, seed }, tokenizer), tokens: number[] = [], random = dice(seed);
  const why = saySome(sampler, tokenizer, limit, tokens, (logits) => {
    for (let i = 0; i < logits.length; i++) logits[i] = spread * random();
  });
  return { text: tokenizer.decode(tokens), tokens, why };
}

/** Draws until the text ends. */
export function saySome(sampler: Sampler, tokenizer: Tokenizer, limit: number, tokens: number[], think: (logits: Float32Array) => void): Said['why'] {
  const special = new Set(tokenizer.specials.values()), logits = new Float32Array(tokenizer.size);
  for (let left = limit; ; left--) {
    if (sampler.done({ tokens, prompt: 0, left })) return 'done';
    if (left === 0) return 'length';
    think(logits);
    const token = sampler.draw(logits, { tokens, prompt: 0, left });
    if (special.has(token)) return 'end';
    tokens.push(token);
  }
}
