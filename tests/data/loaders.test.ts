import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { createBatch, type Batch, type Loader } from '../../src/data/loader.ts';
import { mixture } from '../../src/data/mixture.ts';
import type { Portions } from '../../src/data/portions.ts';
import { packedRows } from '../../src/data/packedRows.ts';
import { randomWindows } from '../../src/data/randomWindows.ts';
import { sequentialWindows } from '../../src/data/sequentialWindows.ts';
import { shuffledWindows } from '../../src/data/shuffledWindows.ts';
import { streamedRows } from '../../src/data/streamedRows.ts';
import type { TokenSet } from '../../src/data/tokenSet.ts';
import { TokenSetWriter } from '../../src/data/tokenSetWriter.ts';
import { FormatError, OptionError, ShapeError } from '../../src/errors.ts';
import { memoryStore } from '../../src/formats/memoryStore.ts';

/** Documents of the given lengths. Token k of document d is 1000·d + k; with a mask, the first half is not learned. */
async function setOf(lengths: readonly number[], masked = false, spill = false): Promise<TokenSet> {
  const writer = new TokenSetWriter(spill ? { store: memoryStore(), prefix: 'x', shardsInMemory: 0 } : null);
  lengths.forEach((length, d) => {
    writer.begin();
    const ids = Array.from({ length }, (_, k) => 1000 * d + k);
    writer.add(ids, masked ? ids.map((_, k) => (k >= length / 2 ? 1 : 0)) : null, length);
  });
  return writer.finish();
}

const copy = ({ tokens, targets, weights }: Batch): [number[], number[], number[]] => [[...tokens], [...targets], [...weights]];

function nextRows(loader: Loader, batches: number): ReturnType<typeof copy>[] {
  return Array.from({ length: batches }, (_, i) => {
    const batch = createBatch(loader.rows, loader.context);
    loader.next(batch, i / batches);
    return copy(batch);
  });
}

/** A corpus of two portions, which are alike. */
const twice = (set: TokenSet): Portions => ({ key: `${set.hash} twice`, open: (portion) => (portion < 2 ? set : null) });

const lengths = fc.array(fc.integer({ min: 2, max: 40 }), { minLength: 3, maxLength: 30 });
const kinds: [string, (set: TokenSet, options: { rows: number; context: number; seed: number }) => Loader][] = [
  ['randomWindows', randomWindows],
  ['shuffledWindows', shuffledWindows],
  ['packedRows', packedRows],
  ['packedRows with padding', (set, options) => packedRows(set, { ...options, rest: 'pad' })],
  ['streamedRows', (set, options) => streamedRows(twice(set), shuffledWindows, options)],
  ['streamedRows of packed rows', (set, options) => streamedRows(twice(set), packedRows, options)],
  ['sequentialWindows', (set, { context, rows }) => sequentialWindows(set, context, rows)],
  ['mixture', (set, options) => mixture([
    { loader: shuffledWindows(set, options), share: 1 },
    { loader: packedRows(set, options), share: (progress) => progress },
  ], options)],
];

describe.each(kinds)('%s', (_name, create) => {
  test('goes on from a stored state with exactly the rows that would have come', async () => {
    await fc.assert(fc.asyncProperty(lengths, fc.boolean(), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 6 }), fc.nat(30), fc.nat(), async (sizes, masked, rows, context, before, seed) => {
      const set = await setOf(sizes, masked), options = { rows, context, seed };
      const loader = create(set, options);
      nextRows(loader, before);
      const state: unknown = JSON.parse(JSON.stringify(loader.state())), epoch = loader.epoch;
      const expected = nextRows(loader, 12);
      const restored = create(set, options);
      nextRows(restored, 3);
      restored.restore(state as ReturnType<Loader['state']>);
      expect(restored.epoch).toBe(epoch);
      expect(nextRows(restored, 12)).toEqual(expected);
    }), { numRuns: 60 });
  });

  test('gives equal rows for equal seeds, in memory or spilled', async () => {
    const options = { rows: 3, context: 5, seed: 4 }, sizes = [9, 30, 4, 17];
    const rows = nextRows(create(await setOf(sizes), options), 20);
    expect(nextRows(create(await setOf(sizes), options), 20)).toEqual(rows);
    expect(nextRows(create(await setOf(sizes, false, true), options), 20)).toEqual(rows);
  });

  test('targets are the tokens that come next; only what is learned has a weight', async () => {
    const set = await setOf([9, 30, 4, 17, 8], true), loader = create(set, { rows: 4, context: 5, seed: 1 });
    const sizes = [9, 30, 4, 17, 8];
    for (const [tokens, targets, weights] of nextRows(loader, 25)) {
      targets.forEach((target, i) => {
        const length = sizes[Math.floor(target / 1000)]!;
        if (weights[i]) expect(target % 1000).toBeGreaterThanOrEqual(length / 2);
        if (i % 5 < 4 && weights[i + 1]) expect(tokens[i + 1]).toBe(target);
      });
      expect(weights.every((weight) => weight === 0 || weight === 1)).toBe(true);
    }
  });

  test('refuses batches of another size, and states of other data or kinds', async () => {
    const set = await setOf([20, 30]), other = await setOf([20, 31]), options = { rows: 2, context: 4, seed: 1 };
    const loader = create(set, options);
    expect(() => loader.next(createBatch(2, 5))).toThrow(ShapeError);
    expect(() => loader.restore(create(other, options).state())).toThrow(FormatError);
    expect(() => loader.restore(create(set, { ...options, context: 3 }).state())).toThrow(/a context of 3, but here it is 4/);
    expect(() => loader.restore({ ...loader.state(), position: -1 })).toThrow(FormatError);
    expect(() => loader.restore({ ...loader.state(), loader: 'cards' })).toThrow(/the loader cards/);
    expect(() => create(set, { ...options, context: 0 })).toThrow(OptionError);
  });
});

describe('randomWindows', () => {
  test('begin anywhere, up to the last window that fits', async () => {
    const set = await setOf([12]), loader = randomWindows(set, { rows: 1, context: 4, seed: 1 });
    const starts = new Map<number, number>();
    for (const [tokens, targets, weights] of nextRows(loader, 4000)) {
      starts.set(tokens[0]!, (starts.get(tokens[0]!) ?? 0) + 1);
      expect(targets).toEqual(tokens.map((token) => token + 1));
      expect(weights).toEqual([1, 1, 1, 1]);
    }
    // As in nanoGPT, randint(len - T): 8 places, each 500 ± 5 standard deviations of 21.
    expect([...starts.keys()].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    for (const n of starts.values()) expect(Math.abs(n - 500)).toBeLessThan(105);
    expect(loader.epoch).toBe(Math.floor(4000 * 4 / 12));
  });
});

describe('shuffledWindows', () => {
  test('in an epoch every target comes at most once, and all but the ends come', async () => {
    await fc.assert(fc.asyncProperty(fc.integer({ min: 8, max: 60 }), fc.integer({ min: 1, max: 7 }), fc.nat(), async (length, context, seed) => {
      const loader = shuffledWindows(await setOf([length]), { rows: 1, context, seed });
      const batch = createBatch(1, context), orders = new Set<string>();
      for (let epoch = 0; epoch < 3; epoch++) {
        const targets: number[] = [];
        let first = true;
        while (loader.epoch === epoch && targets.length + context < length) {
          const state = loader.state();
          loader.next(batch);
          if (loader.epoch !== epoch) {
            loader.restore(state);
            break;
          }
          targets.push(...batch.targets);
          first = false;
        }
        expect(first).toBe(false);
        expect(new Set(targets).size).toBe(targets.length);
        expect(targets.length).toBeGreaterThan(length - 1 - 2 * context);
        orders.add(targets.join());
        if (loader.epoch === epoch) loader.restore({ ...loader.state(), epoch: epoch + 1, position: 0 });
      }
      if (length > 12 * context) expect(orders.size).toBe(3);
    }));
  });
});

describe('sequentialWindows', () => {
  test('every token but the first is a target exactly once; the rest is padding of weight 0', async () => {
    await fc.assert(fc.asyncProperty(fc.integer({ min: 2, max: 60 }), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 4 }), async (length, context, rows) => {
      const loader = sequentialWindows(await setOf([length]), context, rows);
      for (let pass = 0; pass < 2; pass++) {
        const batches = nextRows(loader, loader.batches), seen: number[] = [];
        for (const [tokens, targets, weights] of batches) {
          targets.forEach((target, i) => {
            if (weights[i]) {
              seen.push(target);
              expect(tokens[i]).toBe(target - 1);
            }
          });
        }
        expect(seen).toEqual(Array.from({ length: length - 1 }, (_, i) => i + 1));
        expect(loader.epoch).toBe(pass + 1);
      }
      expect(loader.windows).toBe(Math.ceil((length - 1) / context));
    }));
  });

  test('one token cannot be evaluated', async () => {
    const set = await setOf([1]);
    expect(() => sequentialWindows(set, 4)).toThrow('To evaluate takes at least two tokens, but there is one.');
  });
});

describe('packedRows', () => {
  test('rows are made of whole documents, of which only the last may be cropped', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.integer({ min: 2, max: 12 }), { minLength: 10, maxLength: 40 }), fc.constantFrom('crop', 'pad'), fc.nat(), async (sizes, rest, seed) => {
      const context = 15, loader = packedRows(await setOf(sizes), { rows: 1, context, seed, rest });
      for (const [tokens, targets, weights] of nextRows(loader, 20)) {
        const row = [tokens[0]!, ...targets.filter((_, i) => weights[i])];
        if (rest === 'crop') expect(row.length).toBe(context + 1);
        for (let i = 0; i < row.length;) {
          const document = Math.floor(row[i]! / 1000), part = row.slice(i, i + sizes[document]!);
          expect(part).toEqual(Array.from(part, (_, k) => 1000 * document + k));
          if (i + sizes[document]! > row.length) expect(rest).toBe('crop');
          i += sizes[document]!;
        }
      }
    }), { numRuns: 50 });
  });

  test('in pad form, every document comes once per epoch and nothing is lost', async () => {
    const sizes = Array.from({ length: 700 }, (_, i) => 2 + (i * 31) % 40), loader = packedRows(await setOf(sizes), { rows: 1, context: 24, seed: 3, rest: 'pad' });
    const targets = new Map<number, number>();
    while (loader.epoch < 6) for (const [, row, weights] of nextRows(loader, 1)) row.forEach((target, i) => weights[i] && targets.set(target, (targets.get(target) ?? 0) + 1));
    // What waits to be chosen makes some documents early or late by one epoch.
    const all = sizes.flatMap((length, d) => Array.from({ length: length - 1 }, (_, k) => 1000 * d + k + 1));
    for (const target of all) {
      const times = targets.get(target) ?? 0;
      if (times < 4 || times > 7) throw new Error(`target ${target} came ${times} times in 6 epochs`);
    }
    expect(loader.packing().cropped).toBe(0);
  });

  test('the longest that fits is chosen', async () => {
    // Rows of 10: 7 and 3, or 3 and 7, or 6 and 4, but never 3 and 3 or 4 and 3, which would have to be cropped or padded.
    const loader = packedRows(await setOf([7, 3, 6, 4, 7, 3, 6, 4]), { rows: 1, context: 9, seed: 1 });
    nextRows(loader, 200);
    expect(loader.packing()).toMatchObject({ rows: 200, documentsPerRow: 2, padded: 0, cropped: 0 });
  });

  test('a document longer than a row comes in pieces, all of it', async () => {
    const loader = packedRows(await setOf([100, 100]), { rows: 1, context: 16, seed: 1, rest: 'pad' });
    const seen = new Set<number>();
    for (const [, targets, weights] of nextRows(loader, 60)) targets.forEach((target, i) => weights[i] && seen.add(target));
    expect(seen.size).toBe(2 * 99);
  });

  test('conversations are padded, and those without an answer left out', async () => {
    const writer = new TokenSetWriter();
    for (const [ids, learned] of [[[1, 2, 3, 4], [0, 0, 1, 1]], [[7, 8, 9], [0, 0, 0]]] as const) {
      writer.begin();
      writer.add(ids, learned, ids.length);
    }
    const loader = packedRows(await writer.finish(), { rows: 1, context: 6, seed: 1 });
    expect(nextRows(loader, 1)).toEqual([[[1, 2, 3, 4, 0, 0], [2, 3, 4, 0, 0, 0], [0, 1, 1, 0, 0, 0]]]);
    expect(loader.packing()).toMatchObject({ rowsPadded: 1, padded: 3 / 7 });

    const unanswered = new TokenSetWriter();
    unanswered.begin();
    unanswered.add([1, 2, 3], [0, 0, 0], 3);
    const set = await unanswered.finish();
    expect(() => packedRows(set, { rows: 1, context: 2, seed: 1 })).toThrow(/No token of these conversations is learned/);
  });
});

describe('mixture', () => {
  test('rows come by share, which may change with progress', async () => {
    const options = { rows: 100, context: 4, seed: 9 };
    const stories = randomWindows(await setOf([500]), options), chats = randomWindows(await setOf([2, 500]), options);
    const mixed = mixture([{ loader: stories, share: 3 }, { loader: chats, share: (progress) => (progress < 0.5 ? 0 : 1) }], options);
    const batch = createBatch(100, 4);
    const chatRows = (progress: number): number => {
      let found = 0;
      for (let i = 0; i < 20; i++) {
        mixed.next(batch, progress);
        for (let r = 0; r < 100; r++) if (batch.tokens[4 * r]! >= 1000) found++;
      }
      return found;
    };
    expect(chatRows(0)).toBe(0);
    // A quarter of 2,000 rows: 500 ± 5 standard deviations of 19.
    expect(Math.abs(chatRows(1) - 500)).toBeLessThan(97);
  });

  test('refuses what cannot be mixed', async () => {
    const set = await setOf([50]), one = randomWindows(set, { rows: 1, context: 4, seed: 1 }), two = randomWindows(set, { rows: 1, context: 5, seed: 1 });
    expect(() => mixture([], { rows: 1, seed: 1 })).toThrow(OptionError);
    expect(() => mixture([{ loader: one, share: 1 }, { loader: two, share: 1 }], { rows: 1, seed: 1 })).toThrow(/same context, but there are 4 and 5/);
    for (const share of [0, -1, NaN]) expect(() => mixture([{ loader: one, share }], { rows: 1, seed: 1 }).next(createBatch(1, 4))).toThrow(OptionError);
  });
});

test.each(kinds.slice(0, 3))('%s: a context longer than the data is named', async (_name, create) => {
  const set = await setOf([5, 3]);
  expect(() => create(set, { rows: 1, context: 8, seed: 1 })).toThrow(/The context of 8 is longer than the data, which has 8 tokens here\. Use a context of at most 7/);
  expect(nextRows(create(set, { rows: 1, context: 7, seed: 1 }), 1)[0]![0]).toHaveLength(7);
});

describe('in the steady state', () => {
  let set: TokenSet;
  beforeAll(async () => {
    set = await setOf(Array.from({ length: 3000 }, (_, i) => 50 + (i * 37) % 300));
  });

  test.each(kinds)('%s takes no memory and little time', (_name, create) => {
    const loader = create(set, { rows: 16, context: 128, seed: 1 }), batch = createBatch(16, 128);
    for (let i = 0; i < 1500; i++) loader.next(batch, 0.5);
    // Many short stretches, because garbage collection hides what was allocated in a long one. The median is sound:
    // collection, other threads and the beginning of an epoch fall into a few of them.
    const stretches = Array.from({ length: 41 }, () => {
      const start = performance.now(), before = process.memoryUsage().heapUsed;
      for (let i = 0; i < 40; i++) loader.next(batch, 0.5);
      return { bytes: (process.memoryUsage().heapUsed - before) / 40, milliseconds: (performance.now() - start) / 40 };
    });
    const median = (of: 'bytes' | 'milliseconds'): number => stretches.map((stretch) => stretch[of]).sort((a, b) => a - b)[20]!;
    const bytes = median('bytes'), milliseconds = median('milliseconds');
    // One number per row that is not a small integer would be 256 bytes per batch; asking for the memory costs some too.
    expect(bytes).toBeLessThan(128);
    expect(milliseconds).toBeLessThan(1);
    if (process.env['INKLING_MEASURE']) console.log(`${_name}: ${bytes.toFixed(0)} bytes, ${(1000 * milliseconds).toFixed(1)} µs per batch of 16 x 128`);
  });
});
