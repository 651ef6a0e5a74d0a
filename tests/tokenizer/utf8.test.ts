import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeUtf8, encodeUtf8, join, sections, sequenceLength, wholeLength } from '../../src/tokenizer/utf8.ts';
import { anyBytes, anyString, awkwardText } from './texts.ts';

test('well-formed text has the bytes and the reading that TextEncoder and TextDecoder give', () => {
  fc.assert(fc.property(awkwardText, (text) => {
    expect(encodeUtf8(text)).toEqual(new TextEncoder().encode(text));
    expect(decodeUtf8(encodeUtf8(text))).toBe(text);
  }));
});

test('a lone surrogate is three bytes and comes back', () => {
  expect([...encodeUtf8('a\ud800b')]).toEqual([0x61, 0xed, 0xa0, 0x80, 0x62]);
  fc.assert(fc.property(anyString, (text) => { expect(decodeUtf8(encodeUtf8(text))).toBe(text); }));
});

test('other bytes that are no text become as many U+FFFD as TextDecoder makes', () => {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  // TextDecoder makes three U+FFFD of a surrogate, which is written as \0\0\0 here before both are compared
  const isSurrogate = (bytes: Uint8Array, i: number): boolean => bytes[i] === 0xed && bytes[i + 1]! >= 0xa0 && bytes[i + 1]! < 0xc0
    && bytes[i + 2]! >= 0x80 && bytes[i + 2]! < 0xc0;
  fc.assert(fc.property(anyBytes, (bytes) => {
    const surrogates = bytes.filter((_, i) => isSurrogate(bytes, i)).length;
    const blanked = bytes.map((byte, i) => (isSurrogate(bytes, i) || isSurrogate(bytes, i - 1) || isSurrogate(bytes, i - 2) ? 0 : byte));
    const ours = decodeUtf8(bytes), theirs = decoder.decode(blanked);
    const surrogateUnits = [...Array(ours.length).keys()].filter((i) => isInDBlock(ours.charCodeAt(i))).length;
    const pairUnits = [...theirs].filter((ch) => ch.length === 2).length * 2;
    expect(surrogateUnits - pairUnits).toBe(surrogates);
    expect(ours.length).toBe(theirs.length - 2 * surrogates);
    if (surrogates === 0) expect(ours).toBe(theirs);
  }), { numRuns: 1000 });
});

const isInDBlock = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff;

test('sections lose nothing, and cut a string as they cut its bytes', () => {
  const bytesOf = (part: string | Uint8Array): Uint8Array => (typeof part === 'string' ? new TextEncoder().encode(part) : part);
  fc.assert(fc.property(anyBytes, (bytes) => { expect(join([...sections(bytes)].map(bytesOf))).toEqual(bytes); }));
  fc.assert(fc.property(anyString, (text) => { expect([...sections(text)]).toEqual([...sections(encodeUtf8(text))]); }));
});

test('a UTF-8 sequence is recognised exactly where TextDecoder accepts it', () => {
  const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const accepted = (bytes: Uint8Array): boolean => {
    try {
      return [...strict.decode(bytes)].length === 1;
    } catch {
      return false;
    }
  };
  fc.assert(fc.property(anyBytes, (bytes) => {
    const lengths = [1, 2, 3, 4].filter((length) => length <= bytes.length && accepted(bytes.subarray(0, length)));
    expect(sequenceLength(bytes, 0)).toBe(lengths[0] ?? 0);
  }), { numRuns: 1000 });
});

test('what wholeLength leaves over is the beginning of a character', () => {
  expect(wholeLength(Uint8Array.of(0x61, 0xe4, 0xbd))).toBe(1);
  expect(wholeLength(Uint8Array.of(0xe4, 0xbd, 0xa0))).toBe(3);
  expect(wholeLength(Uint8Array.of(0xf0, 0x9f, 0x98))).toBe(0);
  expect(wholeLength(Uint8Array.of(0xf0, 0x80))).toBe(2);
  expect(wholeLength(Uint8Array.of(0xff))).toBe(1);
  expect(wholeLength(Uint8Array.of(0xed, 0xa0))).toBe(0);
});
