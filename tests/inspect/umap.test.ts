import { expect, test } from 'vitest';
import { umap, type UmapClass } from '../../src/inspect/index.ts';
import { Random } from '../../src/random.ts';

const name = 'umap-js', found = (await import(name).catch(() => null)) as { UMAP: UmapClass } | null;
if (!found) console.log('tests/inspect/umap.test.ts skips the layout: umap-js is not installed');

const random = new Random(1), vectors = Array.from({ length: 60 }, (_, i) => Array.from({ length: 10 }, (__, c) => random.float() + (c === i % 3 ? 8 : 0)));

test.skipIf(!found)('what lies near stays near, and the same seed gives the same points', () => {
  const points = umap(found!.UMAP, vectors, { seed: 2 }), apart = (a: number, b: number): number => Math.hypot(points[a]![0]! - points[b]![0]!, points[a]![1]! - points[b]![1]!);
  for (let i = 0; i < 60; i++) {
    const near = [...vectors.keys()].filter((j) => j !== i).sort((a, b) => apart(i, a) - apart(i, b)).slice(0, 5);
    expect(near.every((j) => j % 3 === i % 3)).toBe(true);
  }
  expect(umap(found!.UMAP, vectors, { seed: 2 })).toEqual(points);
  expect(umap(found!.UMAP, vectors, { seed: 3 })).not.toEqual(points);
});

test('the class is told what was asked for', () => {
  const told: unknown[] = [];
  class Stand {
    constructor(parameters: { random: () => number }) {
      told.push({ ...parameters, random: parameters.random() });
    }

    fit(all: number[][]): number[][] {
      return all.map((vector) => vector.slice(0, 2));
    }
  }
  expect(umap(Stand, vectors.slice(0, 4), { distance: 0.5 })[3]).toEqual(Float64Array.from(vectors[3]!.slice(0, 2)));
  expect(told).toEqual([{ nComponents: 2, nNeighbors: 3, minDist: 0.5, random: expect.any(Number) as number }]);
  expect(() => umap(Stand, vectors.slice(0, 2))).toThrow('at least three vectors of one length, but there are 2');
  expect(() => umap(Stand, vectors, { neighbours: 60 })).toThrow('from 1 to 59, but it is 60');
});
