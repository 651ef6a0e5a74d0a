import { expect, test } from 'vitest';
import { DataError } from '../../src/errors.ts';
import { createChars, parseTokenizer } from '../../src/tokenizer/index.ts';
import { missing, sharedTextOrNull } from './texts.ts';

test('the alphabet is sorted by code point', () => {
  const tokenizer = createChars(['hello', '😉é ']);
  expect(Array.from({ length: tokenizer.size }, (_, id) => tokenizer.nameOf(id))).toEqual(['·', 'e', 'h', 'l', 'o', 'é', '😉']);
  expect([...tokenizer.encode('hole')]).toEqual([2, 4, 3, 1]);
});

test('Shakespeare has the 65 characters of nanoGPT', (context) => {
  const text = sharedTextOrNull('tinyshakespeare.txt');
  if (text === null) return context.skip(missing('tinyshakespeare.txt'));
  const tokenizer = createChars(text);
  expect(tokenizer.size).toBe(65);
  expect(tokenizer.nameOf(0)).toBe('\\n');
  expect(tokenizer.nameOf(64)).toBe('z');
  expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
});

test('a character outside the alphabet is named', () => {
  expect(() => createChars('hello').encode('help')).toThrow('The character "p" (U+0070) is not in the alphabet of this tokenizer (4 characters)');
  expect(() => createChars('hello').encode(Uint8Array.of(0xff))).toThrow(DataError);
  expect(() => createChars([Uint8Array.of(0xff)])).toThrow(DataError);
  expect(() => createChars('')).toThrow(DataError);
});

test('with bytes every character can be written', () => {
  const tokenizer = createChars('é', { bytes: true });
  expect(tokenizer.size).toBe(257);
  expect([...tokenizer.encode('aéè')]).toEqual([97, 256, 0xc3, 0xa8]);
});

test('two lone surrogates in bytes stay two characters', () => {
  const bytes = Uint8Array.of(0xed, 0xa0, 0x80, 0xed, 0xb0, 0x80);
  const tokenizer = createChars([bytes]);
  expect(tokenizer.size).toBe(2);
  expect(tokenizer.decodeBytes(tokenizer.encode(bytes))).toEqual(bytes);
  expect(parseTokenizer(tokenizer.toJSON()).encode(bytes)).toEqual(tokenizer.encode(bytes));
});

test('a vocabulary that is not of characters is refused', () => {
  const json = createChars('ab').toJSON();
  json.model.vocab['ab'] = 2;
  expect(() => parseTokenizer(json)).toThrow(/not one character/);
});
