import { expect, test } from 'vitest';
import { nextPiece, usualPieces } from '../../src/decode/promptPieces.ts';

/** All pieces of a prompt, as a decoder takes them. */
function pieces(n: number, sizes: readonly number[]): number[] {
  const all: number[] = [];
  for (let left = n; left > 0; left -= all.at(-1)!) all.push(sizes[nextPiece(left, sizes)]!);
  return all;
}

/** The least cost of all ways, tried one by one. */
function least(n: number, sizes: readonly number[]): number {
  const best = [0];
  for (let i = 1; i <= n; i++) best.push(Math.min(...sizes.map((T) => T + 7 + best[Math.max(0, i - T)]!)));
  return best[n]!;
}

test('prompts are cut into pieces that hold them', () => {
  expect(pieces(512, [256, 64, 8, 1])).toEqual([256, 256]);
  expect(pieces(300, [256, 64, 8, 1])).toEqual([256, 64]);
  expect(pieces(130, [256, 64, 8, 1])).toEqual([64, 64, 8]);
  expect(pieces(250, [256, 64, 8, 1])).toEqual([256]);
  expect(pieces(1, [256, 64, 8, 1])).toEqual([1]);
  expect(pieces(11, [5])).toEqual([5, 5, 5]);
});

test('no other way to cut is much cheaper', () => {
  for (const sizes of [[256, 64, 8, 1], [256, 64, 8], [64, 8], [5, 2], [48], [100, 90, 1]]) {
    for (let n = 1; n < 600; n++) {
      const cost = pieces(n, sizes).reduce((sum, T) => sum + T + 7, 0);
      expect(cost, `${n} tokens in pieces of ${sizes.join(', ')}`).toBeLessThanOrEqual(1.25 * least(n, sizes));
    }
  }
});

test('short conversations get no large pieces', () => {
  expect(usualPieces(1024)).toEqual([256, 64, 8]);
  expect(usualPieces(230)).toEqual([256, 64, 8]);
  expect(usualPieces(200)).toEqual([64, 8]);
  expect(usualPieces(20)).toEqual([8]);
});
