// tiktoken itself is the truth here: its encoder (Rust in Wasm) and its ranks.
import fc from 'fast-check';
import { createRequire } from 'node:module';
import { Tiktoken } from 'tiktoken/lite';
import { expect, test } from 'vitest';
import { bpeFromRanks, parseTokenizer, type PatternName } from '../../src/tokenizer/index.ts';
import { anyBytes, awkwardText, missing, sharedTextOrNull } from './texts.ts';

interface Encoder { bpe_ranks: string; special_tokens: Record<string, number>; pat_str: string }
const require = createRequire(import.meta.url);

const load = (name: string, pattern: PatternName) => {
  const encoder = require(`tiktoken/encoders/${name}.json`) as Encoder;
  return {
    name,
    ours: bpeFromRanks(encoder.bpe_ranks, { pattern, specials: encoder.special_tokens }),
    theirs: new Tiktoken(encoder.bpe_ranks, encoder.special_tokens, encoder.pat_str),
  };
};
const encodings = [load('gpt2', 'gpt2'), load('cl100k_base', 'cl100k'), load('o200k_base', 'o200k')];

test('cl100k gives the published ids', () => {
  const { ours } = encodings[1]!;
  expect([...ours.encode('hello123!!!? (안녕하세요!) 😉')])
    .toEqual([15339, 4513, 12340, 30, 320, 31495, 230, 75265, 243, 92245, 16715, 57037]);
  expect(ours.size).toBe(100277);
  expect(ours.nameOf(100256)).toBe('<unused 100256>');
});

test.each(encodings)('$name: the ids of tiktoken on awkward texts', ({ ours, theirs }) => {
  fc.assert(fc.property(awkwardText, (text) => {
    expect(ours.encode(text)).toEqual(theirs.encode_ordinary(text));
    expect(ours.encode(`${text}<|endoftext|>${text}`, { specials: 'all' })).toEqual(theirs.encode(`${text}<|endoftext|>${text}`, 'all'));
  }), { numRuns: 1000 });
});

test.each(encodings)('$name: the ids of tiktoken on long pieces', ({ ours, theirs }) => {
  for (const text of [' '.repeat(700), 'a'.repeat(700), 'ACGTTGCA'.repeat(90), 'é'.repeat(300), 'internationalisation'.repeat(20), '你好吗'.repeat(60)]) {
    expect(ours.encode(text)).toEqual(theirs.encode_ordinary(text));
  }
});

test.for(encodings)('$name: the ids of tiktoken on real text, English and Chinese', ({ ours, theirs }, context) => {
  const texts = ['wikitext2-valid.txt', 'zh/tang300.txt'].map(sharedTextOrNull);
  if (texts.includes(null)) return context.skip(missing('wikitext2-valid.txt'));
  for (const text of texts) expect(ours.encode(text!.slice(0, 300_000))).toEqual(theirs.encode_ordinary(text!.slice(0, 300_000)));
});

test.each(encodings)('$name: any bytes come back, and decode as tiktoken decodes them', ({ ours, theirs }) => {
  fc.assert(fc.property(anyBytes, (bytes) => {
    const ids = ours.encode(bytes);
    expect(ours.decodeBytes(ids)).toEqual(bytes);
    expect(theirs.decode(ids)).toEqual(bytes);
  }));
});

test('explain tells the merges of a piece', () => {
  const { ours } = encodings[0]!;
  const [hello] = ours.explain('hello');
  let text = [...'hello'];
  for (const index of hello!.merges) {
    const { left, right } = ours.merges[index]!;
    const at = text.findIndex((part, i) => part === ours.nameOf(left) && text[i + 1] === ours.nameOf(right));
    expect(at).toBeGreaterThanOrEqual(0);
    text = [...text.slice(0, at), text[at]! + text[at + 1]!, ...text.slice(at + 2)];
  }
  expect(text).toEqual(['hello']);
  expect([...hello!.ids]).toEqual([...ours.encode('hello')]);
});

test('ranks written as a .tiktoken file are read too, and survive tokenizer.json', () => {
  const { ours } = encodings[0]!;
  const lines = Array.from({ length: 5000 }, (_, id) => `${btoa(String.fromCharCode(...ours.bytesOf(id)))} ${id}`).join('\n');
  const small = bpeFromRanks(lines, { pattern: 'gpt2', specials: { '<|endoftext|>': 5000 } });
  const again = parseTokenizer(JSON.stringify(small));
  expect(small.decode(small.encode('What is a rank?'))).toBe('What is a rank?');
  fc.assert(fc.property(awkwardText, (text) => { expect(again.encode(text)).toEqual(small.encode(text)); }));
});

test('damaged ranks are refused', () => {
  expect(() => bpeFromRanks('YQ== 0\nYQ== 1\n', { pattern: 'gpt2' })).toThrow(/token of its own/);
  expect(() => bpeFromRanks('%%% 0\n', { pattern: 'gpt2' })).toThrow(/not base64/);
  expect(() => bpeFromRanks('YQ==\n', { pattern: 'gpt2' })).toThrow(/line 1/);
  expect(() => bpeFromRanks('YQ== 0\n', { pattern: 'gpt2' })).toThrow(/all 256 bytes/);
  expect(() => bpeFromRanks([[Uint8Array.of(97), 1e9]], { pattern: 'gpt2' })).toThrow(/whole number/);
});
