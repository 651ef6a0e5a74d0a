import { expect, test } from 'vitest';
import { buildDataset, type DatasetOptions } from '../../src/data/dataset.ts';
import { loadDataset, saveDataset } from '../../src/data/datasetStore.ts';
import type { Document, Source } from '../../src/data/source.ts';
import { shardTokens, type TokenSet } from '../../src/data/tokenSet.ts';
import { loadTokens, openTokens, saveTokens } from '../../src/data/tokenStore.ts';
import { TokenSetWriter } from '../../src/data/tokenSetWriter.ts';
import { StoreError } from '../../src/formats/store.ts';
import { memoryStore } from '../../src/formats/memoryStore.ts';

/** A full shard, a wide one, and a short one with a mask. */
async function write(writer: TokenSetWriter): Promise<TokenSet> {
  const narrow = Uint32Array.from({ length: shardTokens - 7 }, (_, i) => (i * 7919) % 60_000);
  for (const [ids, learned] of [[narrow, null], [narrow.map((id, i) => (i === 9 ? 70_000 : id)), null], [Uint32Array.from({ length: 30 }, (_, i) => i), new Uint8Array(30).fill(1, 10)]] as const) {
    writer.begin();
    writer.add(ids, learned, 10);
    if (writer.isFull) await writer.flush();
  }
  return writer.finish();
}

function same(a: TokenSet, b: TokenSet): void {
  for (const field of ['length', 'documents', 'bytes', 'learned', 'masked', 'hash'] as const) expect(a[field]).toBe(b[field]);
  const read = (set: TokenSet, from: number) => {
    const ids = new Int32Array(40), learned = new Uint8Array(40);
    set.read(from, 40, ids, learned, 0);
    return [[...ids], [...learned]];
  };
  for (const from of [0, shardTokens - 20, 2 * shardTokens - 30, a.length - 40]) expect(read(a, from)).toEqual(read(b, from));
  for (let i = 0; i <= a.documents; i++) expect(a.start(i)).toBe(b.start(i));
}

test('a set that was saved comes back, from memory or from the store, spilled before or not', async () => {
  for (const shardsInMemory of [0, 1, 9]) {
    const store = memoryStore(), set = await write(new TokenSetWriter({ store, prefix: 'x', shardsInMemory }));
    await saveTokens(store, 'x', set, 'key');
    for (const kept of [0, 2]) same((await loadTokens(store, 'x', 'key', { shardsInMemory: kept }))!, set);
    same(openTokens(store, 'x', 'key'), set);
  }
});

test('what has changed, is cut short, or is of another key, is not there', async () => {
  const whole = memoryStore();
  const writer = new TokenSetWriter();
  for (let i = 0; i < 20; i++) {
    writer.begin();
    writer.add(Uint32Array.from({ length: 30 }, (_, k) => 100 * i + k), i % 2 ? new Uint8Array(30) : null, 60);
  }
  await saveTokens(whole, 'x', await writer.finish(), 'key');
  const load = (store = whole, key = 'key') => loadTokens(store, 'x', key, { shardsInMemory: 1 });
  expect(await load(whole, 'other')).toBeNull();
  expect(() => openTokens(whole, 'x', 'other')).toThrow(StoreError);
  for (const name of await whole.list()) {
    const content = (await whole.read(name))!;
    for (const damaged of [content.slice(0, -2), content.slice(0, 0), content.map((byte, i) => (i === content.length >> 1 ? byte ^ 1 : byte))]) {
      await whole.write(name, damaged);
      expect(await load(), name).toBeNull();
    }
    await whole.remove(name);
    expect(await load(), name).toBeNull();
    await whole.write(name, content);
  }
  expect(await load()).not.toBeNull();
});

test('a data set that was saved comes back with its report', async () => {
  const encode = (document: Document) => ({ ids: Uint32Array.from('text' in document ? [...document.text as string] : [], (ch) => ch.charCodeAt(0)) });
  const source: Source = { name: 'here', documents: () => Array.from({ length: 50 }, (_, i) => ({ text: `document ${i}` })) };
  const store = memoryStore(), options: DatasetOptions = { seed: 1, spill: store, tokensInMemory: 0 };
  const built = await buildDataset(source, encode, options);
  expect(await loadDataset(store, 'key')).toBeNull();
  await saveDataset(store, 'key', built);
  const loaded = (await loadDataset(store, 'key'))!;
  expect([loaded.train.hash, loaded.validation.hash, loaded.report]).toEqual([built.train.hash, built.validation.hash, built.report]);
  await store.remove('validation.starts');
  expect(await loadDataset(store, 'key')).toBeNull();
});
