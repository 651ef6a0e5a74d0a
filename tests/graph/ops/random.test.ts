import { expect, test } from 'vitest';
import { normal, seedWords, uniform } from '../../../src/graph/ops/random.ts';
import { philox, stream } from '../../../src/random.ts';
import { evaluate } from '../onTeams.ts';

/** Word i of a sequence, by the TypeScript twin of the kernel. */
const word = (seed: number, sequence: number, i: number): number => philox(seed, sequence, Math.floor(i / 4))[i % 4]!;

for (const [seed, sequence, n] of [[0, 0, 1], [1337, 7, 5000], [2 ** 53 - 1, 2 ** 32 - 1, 333], [2 ** 32, stream('init', 'wte'), 64]] as const) {
  test(`uniform has the words of philox(${seed}, ${sequence})`, async () => {
    const u = await evaluate(uniform([n], { seed, stream: sequence }));
    expect(Array.from(u)).toEqual(Array.from(u, (_, i) => (word(seed, sequence, i) >>> 8) / 2 ** 24));
  });

  test(`normal is Box-Muller of the words of philox(${seed}, ${sequence})`, async () => {
    const z = await evaluate(normal([n], { seed, stream: sequence, mean: 0.5, std: 2 }));
    z.forEach((value, i) => {
      const pair = i & ~1, u = (word(seed, sequence, pair) + 1) / 2 ** 32, angle = 2 * Math.PI * (word(seed, sequence, pair + 1) / 2 ** 32);
      const expected = 0.5 + 2 * Math.sqrt(-2 * Math.log(u)) * (i & 1 ? Math.sin(angle) : Math.cos(angle));
      expect(Math.abs(value - expected)).toBeLessThanOrEqual(2 ** -24 * Math.max(1, Math.abs(expected)));
    });
  });
}

test('uniform stays from low to below high', async () => {
  const u = await evaluate(uniform([100_000], { seed: 3, stream: 1, low: -2, high: 6 }));
  expect(Math.min(...u)).toBeGreaterThanOrEqual(-2);
  expect(Math.max(...u)).toBeLessThan(6);
  expect(u.reduce((sum, x) => sum + x, 0) / u.length).toBeCloseTo(2, 1);
});

test('normal has the moments of a normal distribution', async () => {
  const z = Array.from(await evaluate(normal([200_000], { seed: 5, stream: 2 })));
  const moment = (k: number): number => z.reduce((sum, x) => sum + x ** k, 0) / z.length;
  expect(Math.abs(moment(1))).toBeLessThan(0.01);
  expect(Math.abs(moment(2) - 1)).toBeLessThan(0.015);
  expect(Math.abs(moment(3))).toBeLessThan(0.04);
  expect(Math.abs(moment(4) - 3)).toBeLessThan(0.1);
});

test('an element depends on seed and stream, not on the size', async () => {
  const long = await evaluate(normal([100], { seed: 1, stream: 1 })), short = await evaluate(normal([37], { seed: 1, stream: 1 }));
  expect(long.slice(0, 37)).toEqual(short);
  expect(await evaluate(normal([100], { seed: 2, stream: 1 }))).not.toEqual(long);
  expect(await evaluate(normal([100], { seed: 1, stream: 2 }))).not.toEqual(long);
});

test('seeds that are no whole numbers are refused', () => {
  for (const seed of [-1, 0.5, NaN, 2 ** 53]) expect(() => normal([4], { seed, stream: 0 })).toThrow(`seed must be a whole number from 0 to 2^53 - 1, but it is ${seed}`);
  expect(seedWords(2 ** 32 * 5 + 2 ** 31)).toEqual([-(2 ** 31), 5]);
});
