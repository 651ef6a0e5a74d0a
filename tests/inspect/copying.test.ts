import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createWorld } from '../../src/data/index.ts';
import { CopyIndex, suffixArray } from '../../src/inspect/index.ts';

const count = (text: string): number => Array.from(text).length;
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const slowly = (text: ArrayLike<number>): number[] => {
  const letters = Array.from(text), suffix = (i: number): string => String.fromCharCode(...letters.slice(i).map((letter) => letter + 1));
  return letters.map((_, i) => i).sort((a, b) => (suffix(a) < suffix(b) ? -1 : 1));
};

test('suffixes stand in order', () => {
  expect([...suffixArray(encode('banana'))]).toEqual([5, 3, 1, 0, 4, 2]);
  expect([...suffixArray(encode(''))]).toEqual([]);
  expect([...suffixArray(encode('x'))]).toEqual([0]);
  for (const letters of [1, 2, 3, 256]) {
    fc.assert(fc.property(fc.array(fc.nat(letters - 1), { maxLength: 200 }), (text) => {
      expect([...suffixArray(Uint8Array.from(text))]).toEqual(slowly(text));
      expect([...suffixArray(Int32Array.from(text), letters)]).toEqual(slowly(text));
    }), { seed: 1, numRuns: 200 });
  }
});

/** All matches that are in no longer one, by trying. */
function slowMatches(documents: readonly string[], text: string, least: number): { start: number; text: string; times: number }[] {
  const letters = [...text], found: { start: number; text: string; times: number }[] = [];
  let reached = 0;
  for (let i = 0; i < letters.length; i++) {
    let end = i;
    while (end < letters.length && documents.some((document) => document.includes(letters.slice(i, end + 1).join('')))) end++;
    const piece = letters.slice(i, end).join('');
    const times = documents.reduce((sum, document) => sum + [...Array.from({ length: document.length }).keys()].filter((at) => document.startsWith(piece, at)).length, 0);
    if (end > reached && end - i >= least) found.push({ start: letters.slice(0, i).join('').length, text: piece, times });
    reached = Math.max(reached, end);
  }
  return found;
}

test('matches are the longest there are, with their places', () => {
  const letters = fc.constantFrom('a', 'b', 'é', '你', '🙂'), texts = fc.string({ unit: letters, maxLength: 40 });
  fc.assert(fc.property(fc.array(texts, { maxLength: 5 }), texts, fc.integer({ min: 1, max: 4 }), (documents, text, least) => {
    const { matches, share, copied, characters, longest } = new CopyIndex(documents).search(text, { least });
    expect(matches.map(({ start, text: piece, times }) => ({ start, text: piece, times }))).toEqual(slowMatches(documents, text, least));
    for (const { text: piece, start, document, position } of matches) {
      expect(text.startsWith(piece, start)).toBe(true);
      expect(documents[document]!.startsWith(piece, position)).toBe(true);
    }
    const inside = [...text].map(() => false);
    for (const { start, text: piece } of matches) inside.fill(true, count(text.slice(0, start)), count(text.slice(0, start + piece.length)));
    expect([copied, characters]).toEqual([inside.filter(Boolean).length, inside.length]);
    expect(share).toBe(characters ? copied / characters : 0);
    expect(count(longest?.text ?? '')).toBe(Math.max(0, ...matches.map((match) => count(match.text))));
  }), { seed: 1, numRuns: 500 });
});

test('no match goes on from one document to the next, and what is copied whole is one match', () => {
  const index = new CopyIndex(['one two three ', 'four five six']);
  expect(index.search('one two three four five six', { least: 5 }).matches.map(({ text }) => text)).toEqual(['one two three ', 'four five six']);
  const world = createWorld({ seed: 1 }), documents = Array.from({ length: 300 }, (_, i) => world.document(i).text), whole = new CopyIndex(documents);
  expect(whole.search(documents[17]!)).toMatchObject({ share: 1, longest: { text: documents[17], document: 17, position: 0, times: 1 } });
  expect(whole.search('something else altogether, which nobody has ever said before').share).toBe(0);
  expect(whole.search('').share).toBe(0);
  expect(() => whole.search('x', { least: 0 })).toThrow('least must be a positive whole number');
});
