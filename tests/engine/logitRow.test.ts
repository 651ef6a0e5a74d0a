// Every question about a row against plain code in float64.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { takeRow } from '../../src/engine/index.ts';
import { exp } from '../../src/engine/math.ts';
import { Random } from '../../src/random.ts';

const none = -Infinity;
/** From few tokens to some thousand, with equals and struck-out ones; narrow, wide, and far below the highest. */
const rows = fc.tuple(fc.integer({ min: 1, max: 400 }), fc.constantFrom(0.01, 0.5, 3, 40), fc.constantFrom(0, 0.3, 0.95), fc.boolean(), fc.nat()).map(([V, spread, struck, coarse, seed]) => {
  const random = new Random(seed), list = Float32Array.from({ length: V }, () => {
    const x = spread * (random.float() + random.float() + random.float() - 1.5);
    return random.chance(struck) ? none : coarse ? Math.round(2 * x) / 2 : x;
  });
  list[random.below(V)] = spread;
  return list;
});
const runs = { numRuns: 200 };
const highest = (x: Float32Array): number => Math.max(...x);
const weightsOf = (x: Float32Array): number[] => Array.from(x, (logit) => Math.exp(logit - highest(x)));
const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);
const given = (x: Float32Array): Float32Array => {
  const copy = new Float32Array(x.length);
  takeRow(x).give(copy);
  return copy;
};
const struck = (x: Float32Array, ask: (row: ReturnType<typeof takeRow>) => void): number[] => {
  const copy = x.slice(), row = takeRow(copy);
  ask(row);
  row.give(copy);
  return [...copy];
};

test('highest, first, how many, deviation', () => {
  fc.assert(fc.property(rows, (x) => {
    const row = takeRow(x), most = highest(x), finite = [...x].filter((logit) => logit > none), mean = sum(finite) / finite.length;
    expect(given(x)).toEqual(x);
    expect(row.most()).toBe(most);
    expect(row.next(most)).toBe(x.indexOf(most));
    expect(row.next(77)).toBe(-1);
    const found: number[] = [];
    for (let id = row.next(0); id >= 0; id = row.next(0, id + 1)) found.push(id);
    expect(found).toEqual([...x.keys()].filter((i) => x[i]! >= 0));
    expect(row.left()).toBe(finite.length);
    expect(row.deviation(finite.length)).toBeCloseTo(Math.sqrt(sum(finite.map((logit) => (logit - mean) ** 2)) / finite.length), 9);
  }), runs);
  expect(takeRow(Float32Array.of(1, NaN, 2, 3, 4)).most()).toBeNaN();
  expect(takeRow(Float32Array.of(1, Infinity)).most()).toBe(Infinity);
  expect(takeRow(Float32Array.of(none, none)).most()).toBe(none);
});

test('division rounds once', () => {
  fc.assert(fc.property(rows, fc.double({ min: 0.01, max: 50, noNaN: true }), (x, t) => {
    expect(struck(x, (row) => row.divide(t))).toEqual(Array.from(x, (logit) => Math.fround(logit / t)));
  }), runs);
});

test('weights are e^(logit - highest), within 1 ulp of the function of one number', () => {
  const x = Float32Array.from({ length: 20_001 }, (_, i) => -0.037 * i), row = takeRow(x);
  for (const [i, logit] of x.entries()) {
    if (logit < -700) break;
    const one = exp(logit);
    // the total of a row with one token is its weight
    if (i % 97 === 0) expect(Math.abs(takeRow(Float32Array.of(logit)).weigh(0) - one)).toBeLessThanOrEqual(one * 2 ** -52);
  }
  expect(takeRow(Float32Array.of(-800, none)).weigh(0)).toBe(0);
  expect(takeRow(Float32Array.of(none)).weigh(none)).toBe(0);
  expect(row.take(Float32Array.of(0)).weigh(0)).toBe(1);
  fc.assert(fc.property(rows, (logits) => {
    const most = highest(logits), weights = weightsOf(logits), total = takeRow(logits).weigh(most);
    expect(Math.abs(total / sum(weights) - 1)).toBeLessThan(1e-13);
    expect(takeRow(logits).weigh(most), 'the same bits again').toBe(total);
    const behind = sum(weights.map((weight, i) => (weight > 0 ? weight * (most - logits[i]!) : 0)));
    expect(Math.abs(takeRow(logits).behind(most) - behind)).toBeLessThan(1e-12 * (1 + behind));
  }), runs);
});

test('where weights add up to more than a goal', () => {
  fc.assert(fc.property(rows, fc.double({ min: 0, max: 0.999, noNaN: true }), (x, share) => {
    const row = takeRow(x), weights = weightsOf(x), goal = share * row.weigh(highest(x)), at = row.reach(goal);
    const upTo = (n: number): number => sum(weights.slice(0, n));
    expect(weights[at]).toBeGreaterThan(0);
    expect(upTo(at + 1)).toBeGreaterThan(goal - 1e-9);
    expect(upTo(at)).toBeLessThan(goal + 1e-9);
    expect(row.reach(Infinity)).toBe(-1);
  }), runs);
});

test('what is below, light or heavy is struck out', () => {
  fc.assert(fc.property(rows, fc.double({ min: 1e-6, max: 1, noNaN: true }), (x, share) => {
    const most = highest(x), bar = most - 4 * share, weights = weightsOf(x), off = 1 + 1e-12;
    expect(struck(x, (row) => row.strikeBelow(bar))).toEqual([...x].map((logit) => (logit < bar ? none : logit)));
    // no weight lies that near to a bar that is not one itself
    fc.pre(weights.every((weight) => weight * off < share || weight > share * off));
    expect(struck(x, (row) => {
      row.weigh(most);
      row.strikeLight(share);
    })).toEqual([...x].map((logit, i) => (weights[i]! < share ? none : logit)));
    const heavy = [...x.keys()].filter((i) => weights[i]! >= share), lightest = Math.min(...heavy.map((i) => x[i]!)), stays = heavy.findLast((i) => x[i] === lightest);
    expect(struck(x, (row) => {
      row.weigh(most);
      row.strikeHeavy(share);
    })).toEqual([...x].map((logit, i) => (heavy.includes(i) && i !== stays ? none : logit)));
  }), runs);
});

test('the k-th highest', () => {
  fc.assert(fc.property(rows, fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean(), (x, share, few) => {
    const k = 1 + Math.floor((few ? 0.05 : 1) * share * (x.length - 1));
    // 0 + : of 0 and -0 either will do
    expect(0 + takeRow(x).nth(k, highest(x))).toBe(0 + x.toSorted((a, b) => b - a)[k - 1]!);
  }), { numRuns: 400 });
});

/** By sorting all: nearest first, of equals the lower id, until the goal is reached. */
function slowNearest(x: Float32Array, center: number, share: number): (number | undefined)[] {
  const weights = weightsOf(x), goal = share * sum(weights), order = [...x.keys()].filter((i) => x[i]! > none).sort((a, b) => Math.abs(center - x[a]!) - Math.abs(center - x[b]!) || a - b);
  const kept = new Set<number>();
  for (let reached = 0; reached < goal && kept.size < order.length;) {
    const next = order[kept.size]!;
    kept.add(next);
    reached += weights[next]!;
  }
  return [...x].map((logit, i) => (kept.has(i) ? logit : none));
}

test('the fewest nearest tokens that reach a share', () => {
  const share = fc.integer({ min: 1, max: 998 }).map((n) => n / 1000 + 0.000_123_456_789);
  fc.assert(fc.property(rows, share, fc.double({ min: -2, max: 2, noNaN: true }), (x, part, center) => {
    const most = highest(x), keep = (nearest: boolean): number[] => struck(x, (row) => {
      const total = row.weigh(most);
      if (nearest) row.keepNearest(center, part * total);
      else row.keepHighest(most, part * total);
    });
    expect(keep(false)).toEqual(slowNearest(x, most, part));
    expect(keep(true)).toEqual(slowNearest(x, center, part));
  }), { numRuns: 400 });
});
