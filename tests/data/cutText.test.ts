import fc from 'fast-check';
import { expect, test } from 'vitest';
import { byteLength } from '../../src/data/byteLength.ts';
import { cutText } from '../../src/data/cutText.ts';

test('cuts after a share of the characters, in strings as in bytes', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), fc.double({ min: 0, max: 1, noNaN: true }), (text, share) => {
    const characters = [...text], n = Math.floor(share * characters.length);
    const expected = [characters.slice(0, n).join(''), characters.slice(n).join('')];
    expect(cutText(text, share)).toEqual(expected);
    const bytes = new TextEncoder().encode(text);
    expect(cutText(bytes, share).map((part) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(part))).toEqual(expected);
  }), { numRuns: 300 });
});

test('byteLength is the length of the UTF-8', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => {
    expect(byteLength(text)).toBe(new TextEncoder().encode(text).length);
  }));
  expect(byteLength('\ud800x\udc00')).toBe(7);
});
