import fc from 'fast-check';
import { expect, test } from 'vitest';
import { exactBigramRows, ngramIds } from '../../../src/graph/ops/ngramIds.ts';
import { input } from '../../../src/graph/tensor.ts';
import { evaluateIntegers, integers } from '../onTeams.ts';

const mix = (x: number): number => {
  let h = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
};

/** The rule in plain words, for the n-gram that ends at place p of one sequence. */
function idAt(tokens: readonly number[], p: number, n: number, size: number, vocab: number): number {
  const numbered = (place: number): number => {
    const token = tokens[place];
    return token === undefined || token < 0 || token >= vocab ? 0 : token + 1;
  };
  if (numbered(p) === 0) return -1;
  if (n === 2 && size === exactBigramRows(vocab)) return tokens[p]! + numbered(p - 1) * vocab;
  let h = n;
  for (let k = n - 1; k >= 0; k--) h = mix((Math.imul(h, 0x9e3779b1) + numbered(p - k)) | 0);
  return (h >>> 0) % size;
}

async function ids(sequences: readonly (readonly number[])[], starts: readonly number[], T: number, n: number, size: number, vocab: number): Promise<number[]> {
  const Tk = sequences[0]!.length, history = integers('history', sequences.flat(), [sequences.length, Tk]), start = integers('start', starts);
  return Array.from(await evaluateIntegers(ngramIds(history.tensor, start.tensor, { n, size, T, Tk, vocab }), [history, start]));
}

test('pairs are exact: token + (token before + 1) · V', async () => {
  expect(await ids([[0, 1, 4], [4, 4, 0]], [0, 0], 3, 2, exactBigramRows(5), 5)).toEqual([0, 1 + 5, 4 + 10, 4, 4 + 25, 25]);
});

test('every pair has a row of its own', async () => {
  const V = 7, pairs = Array.from({ length: V * V }, (_, i) => [Math.floor(i / V), i % V]);
  const found = await ids(pairs, pairs.map(() => 0), 2, 2, exactBigramRows(V), V);
  expect(new Set(found).size).toBe(V * V + V);
  expect(Math.max(...found)).toBe(exactBigramRows(V) - 1);
});

test('ids follow the rule for any history, start and n', () => fc.assert(fc.asyncProperty(
  fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 2 ** 31 - 1 }), fc.integer({ min: 1, max: 50 }),
  fc.infiniteStream(fc.integer({ min: -1, max: 51 })), fc.infiniteStream(fc.integer({ min: -2, max: 6 })),
  async (Tk, T, n, size, vocab, tokens, starts) => {
    const sequences = [0, 1, 2].map(() => Array.from({ length: Tk }, () => tokens.next().value as number)), start = [0, 1, 2].map(() => starts.next().value as number);
    expect(await ids(sequences, start, T, n, size, vocab)).toEqual(
      sequences.flatMap((sequence, s) => Array.from({ length: T }, (_, i) => idAt(sequence, start[s]! + i, n, size, vocab))));
  }), { numRuns: 60, seed: 1 }));

test('the last places alone give the ids that the whole sequence gave', async () => {
  const sequence = [3, 1, 4, 1, 5, 9, 2, 6], whole = await ids([sequence], [0], 8, 3, 1000, 10);
  for (let start = 0; start < 8; start++) expect(await ids([sequence], [start], 1, 3, 1000, 10)).toEqual([whole[start]]);
});

test('hashed triples spread evenly: few rows are hit far more often than others', async () => {
  const rows = 256, V = 40, sequences = Array.from({ length: V * V }, (_, i) => [Math.floor(i / V), i % V, 7]);
  const found = await ids(sequences, sequences.map(() => 2), 1, 3, rows, V), hits = Array.from({ length: rows }, () => 0);
  for (const id of found) hits[id]!++;
  // 1,600 different triples hit a row 6.25 times on average
  const chiSquare = hits.reduce((sum, k) => sum + (k - 6.25) ** 2 / 6.25, 0);
  expect(chiSquare).toBeLessThan(255 + 5 * Math.sqrt(2 * 255));
  expect(chiSquare).toBeGreaterThan(255 - 5 * Math.sqrt(2 * 255));
});

test('options and sizes that do not fit are refused', () => {
  const options = { n: 2, size: 100, T: 4, Tk: 4, vocab: 10 };
  expect(() => ngramIds(input('tokens', [2, 5]), input('start', [2]), options)).toThrow('the history must hold Tk = 4 tokens for each of the 2 starts in start (2), but it is tokens (2, 5)');
  expect(() => ngramIds(input('tokens', [2, 4]), input('start', [2]), { ...options, n: 0 })).toThrow('n must be a whole number from 1 to 2^31 - 1, but it is 0');
  expect(() => ngramIds(input('tokens', [2, 4]), input('start', [2]), { ...options, size: 2 ** 31 })).toThrow('size must be');
});
