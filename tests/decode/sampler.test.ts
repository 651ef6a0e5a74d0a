import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSampler, forkStages, Sampler, type Stage, temperature, topK, topP } from '../../src/decode/index.ts';
import { BLOCKED } from '../../src/decode/sampler.ts';
import { Random } from '../../src/random.ts';

const applied = (stage: Stage, logits: readonly number[]): number[] => {
  const copy = Float32Array.from(logits);
  stage.apply(copy, { tokens: [], prompt: 0, left: 1 });
  return [...copy];
};
const none = -Infinity;

test('temperature divides', () => {
  expect(applied(temperature(0.5), [2, 1, -3])).toEqual([4, 2, -6]);
  expect(() => temperature(0)).toThrow('temperature must be above 0, but it is 0.');
});

test('topK keeps the k likeliest and their equals', () => {
  expect(applied(topK(2), [3, 1, 2, 0])).toEqual([3, none, 2, none]);
  expect(applied(topK(2), [1, 5, 1, 1])).toEqual([1, 5, 1, 1]);
  expect(applied(topK(1), [0, -0])).toEqual([0, -0]);
  expect(applied(topK(9), [1, 2])).toEqual([1, 2]);
  expect(() => topK(1.5)).toThrow('topK must be a whole number of at least 1, but it is 1.5.');
});

test('topK keeps all that is left where fewer than k are', () => {
  expect(applied(topK(5), [0, 1, 2, 3, none, none, none, none])).toEqual([0, 1, 2, 3, none, none, none, none]);
  expect(applied(topK(7), [none, none, none, none, 0, 0, 0, 0, none])).toEqual([none, none, none, none, 0, 0, 0, 0, none]);
});

test('topK keeps what sorting keeps', () => {
  const logit = fc.oneof(fc.integer({ min: -5, max: 5 }), fc.constant(none));
  fc.assert(fc.property(fc.array(logit, { minLength: 1, maxLength: 60 }), fc.integer({ min: 1, max: 70 }), (logits, k) => {
    const least = logits.toSorted((a, b) => b - a)[Math.min(k, logits.length) - 1]!;
    expect(applied(topK(k), logits)).toEqual(logits.map((l) => (l < least ? none : l)));
  }), { numRuns: 2000 });
});

test('topP keeps the fewest tokens that reach p, of equals the lower ids', () => {
  expect(applied(topP(0.6), [2, 1, 0])).toEqual([2, none, none]);
  expect(applied(topP(0.7), [0, 2, 1])).toEqual([none, 2, 1]);
  expect(applied(topP(1), [0, none, 0])).toEqual([0, none, 0]);
  expect(applied(topP(0.5), [0, 0, 0, 0])).toEqual([0, 0, none, none]);
  expect(applied(topP(0.51), [0, 0, 0, 0])).toEqual([0, 0, 0, none]);
  expect(applied(topP(1e-9), [0, none, 0])).toEqual([0, none, none]);
  expect(() => topP(0)).toThrow('topP must be above 0 and at most 1 (1 keeps every token), but it is 0.');
});

/** Hugging Face's TopPLogitsWarper in float64: sort upwards, remove while the sum so far is at most 1 - p, always keep one. */
function huggingFaceTopP(logits: readonly number[], p: number): boolean[] {
  const order = logits.map((_, i) => i).sort((a, b) => logits[a]! - logits[b]! || b - a);
  const most = Math.max(...logits), total = logits.reduce((sum, l) => sum + Math.exp(l - most), 0);
  let sum = 0;
  const removed = new Set(order.slice(0, -1).filter((i) => (sum += Math.exp(logits[i]! - most) / total) <= 1 - p));
  return logits.map((_, i) => !removed.has(i));
}

test('topP keeps what Hugging Face keeps', () => {
  const logit = fc.integer({ min: -80, max: 80 }).map((n) => n / 8);
  fc.assert(fc.property(fc.array(logit, { minLength: 1, maxLength: 100 }), fc.integer({ min: 1, max: 999 }), (logits, thousandths) => {
    // an odd share, so that no sum of these probabilities lies on the border
    const p = thousandths / 1000 + 0.000_123_456_789;
    expect(applied(topP(p), logits).map((l) => l !== none)).toEqual(huggingFaceTopP(logits, p));
  }), { numRuns: 300 });
});

/** Upper 0.1% point of the chi-square distribution (Wilson and Hilferty 1931). */
const limit = (freedom: number): number => freedom * (1 - 2 / (9 * freedom) + 3.09 * Math.sqrt(2 / (9 * freedom))) ** 3;

for (const { name, options, keeps } of [
  { name: 'all tokens', options: { temperature: 1, topK: 0, topP: 1 }, keeps: 6 },
  { name: 'a low temperature', options: { temperature: 0.7, topK: 0, topP: 1 }, keeps: 6 },
  { name: 'top-k', options: { temperature: 1.5, topK: 4, topP: 1 }, keeps: 4 },
  { name: 'top-p behind a temperature', options: { temperature: 2, topK: 0, topP: 0.8 }, keeps: 4 },
]) {
  test(`${name}: draws follow the exact distribution`, () => {
    const logits = Float32Array.of(1, 0.5, -1, 2, -0.5, 0), sampler = createSampler({ ...options, seed: 3, index: 0 });
    const weights = [...logits].map((l) => Math.exp(l / options.temperature)), descending = weights.toSorted((a, b) => b - a);
    for (const [i, w] of weights.entries()) if (w < descending[keeps - 1]!) weights[i] = 0;
    const total = weights.reduce((a, b) => a + b), n = 20_000, counts = logits.map(() => 0);
    for (let i = 0; i < n; i++) counts[sampler.draw(logits)]!++;
    let chi = 0;
    for (const [i, weight] of weights.entries()) {
      const expected = (n * weight) / total;
      if (expected === 0) expect(counts[i]).toBe(0);
      else chi += (counts[i]! - expected) ** 2 / expected;
    }
    expect(chi).toBeLessThan(limit(keeps - 1));
    expect([...logits], 'logits are not changed').toEqual([1, 0.5, -1, 2, -0.5, 0]);
  });
}

test('a greedy sampler takes the likeliest token, of equals the lowest id', () => {
  const greedy = createSampler({ temperature: 0, topK: 3, topP: 0.5, seed: 0, index: 0 });
  expect(greedy.draw(Float32Array.of(1, 3, 3, 2))).toBe(1);
  expect(greedy.draw(Float32Array.of(none, none, -5))).toBe(2);
});

test('only tokens of the vocabulary are drawn', () => {
  const sampler = createSampler({ temperature: 1, topK: 0, topP: 1, seed: 0, index: 0 });
  for (let i = 0; i < 50; i++) expect(sampler.draw(Float32Array.of(0, 0, 99), undefined, 2)).toBeLessThan(2);
});

test('the same seed and index draw the same tokens; others do not', () => {
  const logits = new Float32Array(1000);
  const drawn = (seed: number, index: number): string => {
    const sampler = createSampler({ temperature: 1, topK: 0, topP: 1, seed, index });
    return Array.from({ length: 10 }, () => sampler.draw(logits)).join();
  };
  expect(drawn(5, 2)).toBe(drawn(5, 2));
  expect(new Set([drawn(5, 2), drawn(5, 3), drawn(6, 2)]).size).toBe(3);
});

test('stages are applied in the order in which they are given', () => {
  // top-p before the temperature, as in llama.cpp, sees the sharper distribution and keeps one token
  const logits = Float32Array.of(2, 1, 0);
  const drawn = (stages: Stage[]): Set<number> => {
    const sampler = new Sampler(stages, new Random(0));
    return new Set(Array.from({ length: 200 }, () => sampler.draw(logits)));
  };
  expect(drawn([topP(0.6), temperature(5)])).toEqual(new Set([0]));
  expect(drawn([temperature(5), topP(0.6)])).toEqual(new Set([0, 1]));
});

test('logits that are no numbers, and stages that leave nothing, are errors', () => {
  const sampler = createSampler({ temperature: 1, topK: 2, topP: 0.9, seed: 0, index: 0 });
  expect(() => sampler.draw(Float32Array.of(0, NaN, 1))).toThrow('The logit of token 1 is NaN.');
  expect(() => sampler.draw(Float32Array.of(0, 1, Infinity))).toThrow('The logit of token 2 is Infinity.');
  const strict: Stage = { name: 'nothing', apply: (logits) => void logits.fill(none) };
  expect(() => new Sampler([strict], null).draw(Float32Array.of(0, 1))).toThrow('No token is left to draw: nothing removed all 2.');
});

test('stages learn the situation and the drawn token, and a fork goes its own way', () => {
  const seen: [readonly number[], number][] = [];
  const remembering = (drawn: number[]): Stage => ({
    name: 'remembering',
    apply: (_logits, { tokens, left }) => void seen.push([tokens, left]),
    accept: (token) => void drawn.push(token),
    fork: () => remembering([...drawn]),
  });
  const drawn: number[] = [], stage = remembering(drawn), sampler = new Sampler([stage], null);
  expect(sampler.draw(Float32Array.of(0, 2, 1), { tokens: [5], prompt: 1, left: 3 })).toBe(1);
  expect([seen, drawn]).toEqual([[[[5], 3]], [1]]);
  const shared = topK(2), forks = forkStages([stage, shared]);
  forks[0]!.accept!(7);
  expect([drawn, forks[1]]).toEqual([[1], shared]);
});

test('where nothing is left, a stage that blocks ends the text, and others are an error', () => {
  const none: Stage = { name: 'none', apply: (logits) => void logits.fill(-Infinity) };
  expect(() => new Sampler([none], null).draw(Float32Array.of(1, 2))).toThrow('No token is left to draw: none removed all 2.');
  for (const telling of [{}, { logprobs: 2, explain: true }]) expect(new Sampler([none, { ...none, blocks: true }], null, telling).draw(Float32Array.of(1, 2))).toBe(BLOCKED);
});
