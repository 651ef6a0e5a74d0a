import fc from 'fast-check';
import { expect, test } from 'vitest';
import { memoryStore } from '../../src/formats/memoryStore.ts';
import { shardTokens, type TokenSet } from '../../src/data/tokenSet.ts';
import { TokenSetWriter } from '../../src/data/tokenSetWriter.ts';

interface Piece {
  readonly ids: number[];
  readonly learned: number[] | null;
}

async function write(documents: readonly Piece[], writer = new TokenSetWriter()): Promise<TokenSet> {
  for (const { ids, learned } of documents) {
    writer.begin();
    writer.add(ids, learned, ids.length);
    if (writer.isFull) await writer.flush();
  }
  return writer.finish();
}

function readAll(set: TokenSet, from = 0, count = set.length - from): { ids: number[]; learned: number[] } {
  const ids = new Int32Array(count + 2).fill(-1), learned = new Uint8Array(count + 2).fill(9);
  set.read(from, count, ids, learned, 1);
  expect([ids[0], ids[count + 1], learned[0], learned[count + 1]]).toEqual([-1, -1, 9, 9]);
  return { ids: [...ids.subarray(1, -1)], learned: [...learned.subarray(1, -1)] };
}

test('tokens, masks and document starts come back', async () => {
  const piece = fc.array(fc.tuple(fc.oneof(fc.nat(70_000), fc.nat(300)), fc.boolean()), { maxLength: 30 }).chain((tokens) => fc.boolean().map((masked) => ({
    ids: tokens.map(([id]) => id), learned: masked ? tokens.map(([, isLearned]) => Number(isLearned)) : null,
  })));
  await fc.assert(fc.asyncProperty(fc.array(piece, { maxLength: 8 }), async (documents) => {
    const set = await write(documents);
    const ids = documents.flatMap((document) => document.ids), learned = documents.flatMap((document) => document.learned ?? document.ids.map(() => 1));
    expect(readAll(set)).toEqual({ ids, learned });
    expect(set.length).toBe(ids.length);
    expect(set.bytes).toBe(ids.length);
    expect(set.documents).toBe(documents.length);
    expect(set.learned).toBe(learned.filter(Boolean).length);
    expect(set.masked).toBe(learned.includes(0));
    let start = 0;
    documents.forEach((document, i) => {
      expect(set.start(i)).toBe(start);
      start += document.ids.length;
    });
    expect(set.start(documents.length)).toBe(set.length);
    const half = Math.floor(ids.length / 2);
    expect(readAll(set, half).ids).toEqual(ids.slice(half));
  }));
});

test('the hash tells sets apart: by a token, a mask, or a border between documents', async () => {
  const hashes = await Promise.all([
    [{ ids: [1, 2, 3], learned: null }], [{ ids: [1, 2, 4], learned: null }], [{ ids: [1, 2, 3], learned: [1, 0, 1] }],
    [{ ids: [1], learned: null }, { ids: [2, 3], learned: null }], [{ ids: [1, 2], learned: null }, { ids: [3], learned: null }],
  ].map(async (documents) => (await write(documents)).hash));
  expect(new Set(hashes).size).toBe(5);
  expect((await write([{ ids: [1, 2, 3], learned: null }])).hash).toBe(hashes[0]);
});

test('what spills to a store reads like what stays in memory, across the borders of shards', async () => {
  const store = memoryStore();
  // Three shards: narrow and unmasked, wide because of one id, and a short one with a mask.
  const first = Array.from({ length: shardTokens }, (_, i) => (i * 7919) % 60_000);
  const second = first.map((id, i) => (i === 5 ? 100_000 : id ^ 1));
  const third = { ids: [9, 8, 7, 6], learned: [0, 1, 0, 1] };
  const documents = [{ ids: first, learned: null }, { ids: second, learned: null }, third];
  const inMemory = await write(documents), spilled = await write(documents, new TokenSetWriter({ store, prefix: 'train', shardsInMemory: 1 }));
  expect(await store.list()).toEqual(['train-00001.tokens', 'train-00002.tokens']);
  expect((await store.read('train-00001.tokens'))!.length).toBe(4 * shardTokens);
  expect((await store.read('train-00002.tokens'))!.length).toBe(4 * 3);
  expect(spilled.hash).toBe(inMemory.hash);
  for (const [from, count] of [[shardTokens - 3, 9], [shardTokens + 2, 8], [2 * shardTokens - 4, 8], [0, 10]] as const) {
    expect(readAll(spilled, from, count)).toEqual(readAll(inMemory, from, count));
  }
  expect(readAll(inMemory, shardTokens + 4, 3).ids).toEqual([second[4], 100_000, second[6]]);
  spilled.close();
});

test('a spilled file that became shorter is noticed', async () => {
  const store = memoryStore();
  const shrinking = { ...store, open: (name: string) => ({ ...store.open!(name), read: () => 0 }) };
  const set = await write([{ ids: [1, 2, 3], learned: null }], new TokenSetWriter({ store: shrinking, prefix: 'x', shardsInMemory: 0 }));
  expect(() => set.read(0, 3, new Int32Array(3), new Uint8Array(3), 0)).toThrow(/has become shorter/);
});
