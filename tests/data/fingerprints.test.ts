import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Fingerprints, fingerprint } from '../../src/data/fingerprints.ts';

test('a set of fingerprints is a set', () => {
  fc.assert(fc.property(fc.array(fc.nat(3000), { maxLength: 3000 }), (values) => {
    const own = new Fingerprints(), truth = new Set<number>();
    for (const value of values) {
      expect(own.add(value)).toBe(!truth.has(value));
      truth.add(value);
    }
    expect(own.size).toBe(truth.size);
  }), { numRuns: 30 });
});

test('200,000 similar lists have 200,000 fingerprints, evenly spread', () => {
  const seen = new Fingerprints(), buckets = new Float64Array(64);
  for (let i = 0; i < 200_000; i++) {
    const hash = fingerprint([i & 255, 7, i >> 8, ...(i % 2 ? [0] : [])]);
    expect(seen.add(hash)).toBe(true);
    buckets[hash % 64]!++;
    if (!Number.isSafeInteger(hash)) throw new Error(`${hash} is not below 2^53`);
  }
  // Chi-squared with 63 degrees of freedom: above 130 once in a million.
  const expected = 200_000 / 64;
  expect(buckets.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0)).toBeLessThan(130);
});
