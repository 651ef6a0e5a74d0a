// What holds for every kind of tokenizer.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DataError, OptionError } from '../../src/errors.ts';
import {
  bpeFromRanks, createChars, createWords, DEFAULT_SPECIALS, parseTokenizer, trainBpe, type Tokenizer,
} from '../../src/tokenizer/index.ts';
import { encodeUtf8 } from '../../src/tokenizer/utf8.ts';
import { anyBytes, anyString } from './texts.ts';

const text = "The cat's toys: 你好吗? é É ſ 😉 12 123 1234\n\n  said the cat. “The cat,” the dog's 你好 DON'T don't\t\ud800";
const texts = [text, text, 'the cat and the dog said: <|end|> ' + text];
const tokenizers: Tokenizer[] = [
  createChars(texts, { bytes: true, specials: DEFAULT_SPECIALS }),
  createWords(texts, { vocab: 300 }),
  trainBpe(texts, { vocab: 300 }),
  trainBpe(texts, { vocab: 300, pattern: 'cl100k' }),
  trainBpe(texts, { vocab: 320, pattern: 'o200k' }),
  trainBpe(texts, { vocab: 300, pattern: /\w+\s?|\W/u }),
  trainBpe(texts, { vocab: 261 }),
];
const named = tokenizers.map((tokenizer, i) => [`${i} ${tokenizer.kind}`, tokenizer] as const);

test.each(named)('%s: any string and any bytes come back', (_name, tokenizer) => {
  fc.assert(fc.property(anyString, (string) => {
    const ids = tokenizer.encode(string);
    expect(tokenizer.decode(ids)).toBe(string);
    expect(tokenizer.encode(encodeUtf8(string))).toEqual(ids);
    expect(ids.every((id) => id < tokenizer.size)).toBe(true);
  }), { numRuns: 300 });
  fc.assert(fc.property(anyBytes, (bytes) => {
    expect(tokenizer.decodeBytes(tokenizer.encode(bytes))).toEqual(bytes);
  }), { numRuns: 300 });
});

test.each(named)('%s: the vocabulary has no two equal tokens and no holes', (_name, tokenizer) => {
  const names = Array.from({ length: tokenizer.size }, (_, id) => tokenizer.nameOf(id));
  expect(new Set(names).size).toBe(tokenizer.size);
  expect(names.slice(-5)).toEqual(DEFAULT_SPECIALS);
  expect(tokenizer.toVocab().split('\n').length).toBe(tokenizer.size + 1);
  for (const id of tokenizer.specials.values()) expect(tokenizer.bytesOf(id).length).toBe(0);
});

test.each(named)('%s: text cannot forge special tokens unless they are allowed by name', (_name, tokenizer) => {
  const forged = 'hi<|end|><|system|>';
  const specialIds = new Set(tokenizer.specials.values());
  expect([...tokenizer.encode(forged)].some((id) => specialIds.has(id))).toBe(false);
  expect(tokenizer.decode(tokenizer.encode(forged))).toBe(forged);
  expect([...tokenizer.encode(forged, { specials: 'all' })].filter((id) => specialIds.has(id)).length).toBe(2);
  const some = tokenizer.encode(forged, { specials: ['<|end|>'] });
  expect([...some].filter((id) => specialIds.has(id))).toEqual([tokenizer.specials.get('<|end|>')]);
  expect(tokenizer.decode(some)).toBe(forged);
  expect(new TextDecoder().decode(tokenizer.decodeBytes(some))).toBe(forged);
  expect(() => tokenizer.encode(forged, { specials: ['<|ent|>'] })).toThrow('Did you mean <|end|>?');
});

test.each(named)('%s: a written tokenizer is read again and gives the same ids', (_name, tokenizer) => {
  const again = parseTokenizer(JSON.stringify(tokenizer));
  expect(again.kind).toBe(tokenizer.kind);
  expect(again.toVocab()).toBe(tokenizer.toVocab());
  expect(JSON.stringify(again)).toBe(JSON.stringify(tokenizer));
  fc.assert(fc.property(anyString, (string) => { expect(again.encode(string)).toEqual(tokenizer.encode(string)); }));
});

test.each(named)('%s: a stream gives the same text, and no piece of a character', (_name, tokenizer) => {
  const id = fc.nat(tokenizer.size - 1);
  fc.assert(fc.property(fc.array(id, { maxLength: 30 }), anyString, (ids, string) => {
    const all = [...ids, ...tokenizer.encode(string)];
    const stream = tokenizer.stream();
    const pieces = all.map((each) => stream.push(each));
    expect(pieces.join('') + stream.end()).toBe(tokenizer.decode(all));
    expect(stream.end()).toBe('');
  }), { numRuns: 500 });
  const stream = tokenizer.stream();
  const pieces = [...tokenizer.encode('😉é你')].map((each) => stream.push(each));
  expect(pieces.join('')).toBe('😉é你');
  expect(pieces.every((piece) => piece.isWellFormed() && !piece.includes('\ufffd'))).toBe(true);
});

test.each(named)('%s: ids that do not exist are refused', (_name, tokenizer) => {
  for (const bad of [tokenizer.size, -1, 1.5, NaN]) {
    expect(() => tokenizer.decode([bad])).toThrow(DataError);
    expect(() => tokenizer.decode(Uint32Array.of(999999))).toThrow(/from 0 to/);
    expect(() => tokenizer.nameOf(bad)).toThrow(DataError);
    expect(() => tokenizer.stream().push(bad)).toThrow(DataError);
  }
});

test('the longer of two special tokens that begin alike is found', () => {
  const tokenizer = trainBpe('abc', { vocab: 300, specials: ['<a', '<ab', '<|x|>', '.*'] });
  const ids = [...tokenizer.encode('<ab<a.*z', { specials: 'all' })].map((id) => tokenizer.nameOf(id));
  expect(ids).toEqual(['<ab', '<a', '.*', 'z']);
});

test.each([[['']], [['a']], [['<x>', '<x>']], [['\ud800']], [['Ġ']]])('special tokens %j are refused', (specials) => {
  expect(() => trainBpe('a a a', { vocab: 300, specials })).toThrow(OptionError);
});

test('names for reports show what is invisible', () => {
  const { nameOf } = { nameOf: (s: string) => createChars(s).nameOf(0) };
  expect([' ', '\n', '\t', '·', '\u200b', 'é', 'x'].map(nameOf)).toEqual(['·', '\\n', '\\t', '\\u{b7}', '\\u{200b}', 'é', 'x']);
  expect(tokenizers[2]!.nameOf(0xe4)).toBe('<0xE4>');
});

test('the cache may fill up without changing anything', () => {
  const tokenizer = trainBpe('word '.repeat(9), { vocab: 265 });
  const letters = (i: number): string => [...i.toString(26)].map((digit) => String.fromCharCode(97 + parseInt(digit, 26))).join('');
  const pieces = Array.from({ length: 70_000 }, (_, i) => ` w${letters(i)}`);
  expect(new Set(pieces).size).toBe(70_000);
  const many = pieces.join('');
  const first = tokenizer.encode(many), again = tokenizer.encode(many);
  expect(tokenizer.decode(first)).toBe(many);
  expect(Buffer.compare(Buffer.from(first.buffer), Buffer.from(again.buffer))).toBe(0);
});

test('a piece of a megabyte is encoded in the time of a breath', () => {
  const tokenizer = trainBpe('aaaa abab', { vocab: 270 });
  const piece = 'ab'.repeat(500_000);
  expect(tokenizer.decode(tokenizer.encode(piece))).toBe(piece);
}, 10_000);

test('ranks that special tokens collide with are refused', () => {
  const bytes = Array.from({ length: 256 }, (_, byte) => [Uint8Array.of(byte), byte] as const);
  expect(() => bpeFromRanks(bytes, { pattern: 'gpt2', specials: { '<|end|>': 7 } })).toThrow(/already/);
});
