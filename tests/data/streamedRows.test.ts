import { expect, test } from 'vitest';
import { buildDataset } from '../../src/data/dataset.ts';
import { createBatch, type Loader } from '../../src/data/loader.ts';
import { portionsOf, type Portions } from '../../src/data/portions.ts';
import { shuffledWindows } from '../../src/data/shuffledWindows.ts';
import type { Document, Source } from '../../src/data/source.ts';
import { streamedRows } from '../../src/data/streamedRows.ts';
import type { TokenSet } from '../../src/data/tokenSet.ts';

/** Documents of 2 to 41 letters of two bytes, each of a letter of its own, and a short one at the end. */
const documents: readonly Document[] = [...Array.from({ length: 40 }, (_, i) => i + 2), 5].map((length, i) => ({ text: String.fromCharCode(0x100 + i).repeat(length) }));
const source: Source = { name: 'here', documents: () => documents };
const encode = (document: Document) => ({ ids: Uint32Array.from('text' in document ? [...document.text as string] : [], (ch) => ch.charCodeAt(0)) });

async function setsOf(bytes: number): Promise<TokenSet[]> {
  const sets: TokenSet[] = [];
  for await (const portion of portionsOf(source, bytes)) sets.push((await buildDataset(portion, encode, { seed: 0, validation: 0 })).train);
  return sets;
}

function tokensOf(set: TokenSet): number[] {
  const ids = new Int32Array(set.length);
  set.read(0, set.length, ids, new Uint8Array(set.length), 0);
  return [...ids];
}

function rowsOf(loader: Loader, rows: number): number[][] {
  const batch = createBatch(1, loader.context);
  return Array.from({ length: rows }, () => {
    loader.next(batch);
    return [...batch.tokens];
  });
}

test('portions are whole documents in order, at least so large, and together everything', async () => {
  for (const bytes of [1, 100, 500, 1e6]) {
    const sets = await setsOf(bytes);
    expect(sets.flatMap(tokensOf)).toEqual(documents.flatMap((document) => [...encode(document).ids]));
    for (const set of sets.slice(0, -1)) {
      expect(set.bytes).toBeGreaterThanOrEqual(bytes);
      expect(set.bytes - 2 * 41).toBeLessThan(bytes);
    }
  }
  expect(await setsOf(1e6)).toHaveLength(1);
});

test('rows come from one portion after the other, and in another order the second time', async () => {
  // the last portion is the short document, which is no row: it is passed over
  const context = 12, asked: number[] = [];
  let sets: TokenSet[] = [];
  for (let bytes = 300; sets.length === 0 || sets.at(-1)!.length > context; bytes += 2) sets = await setsOf(bytes);
  expect(sets.length).toBeGreaterThan(3);
  expect(sets.at(-1)!.length).toBeLessThanOrEqual(context);
  const portions: Portions = { key: 'k', open: (portion) => (asked.push(portion), sets[portion] ?? null) };
  const loader = streamedRows(portions, shuffledWindows, { rows: 1, context, seed: 5 });
  const rows: number[][] = [], portionsSeen: number[] = [];
  while (loader.epoch < 2) {
    const [row] = rowsOf(loader, 1);
    rows.push(row!);
    portionsSeen.push(sets.findIndex((set) => tokensOf(set).includes(row![0]!)));
  }
  const first = portionsSeen.slice(0, portionsSeen.indexOf(0, portionsSeen.findIndex((portion) => portion > 0)));
  expect(first).toEqual([...first].sort((a, b) => a - b));
  expect(new Set(first).size).toBe(sets.length - 1);
  expect(rows.slice(0, first.length)).not.toEqual(rows.slice(first.length, 2 * first.length));
  // whoever learns from a portion needs no later one
  expect(asked.slice(0, 3)).toEqual([0, 1, 2]);
  // and the same again for the same seed, another order for another
  const again = streamedRows(portions, shuffledWindows, { rows: 1, context, seed: 5 }), other = streamedRows(portions, shuffledWindows, { rows: 1, context, seed: 6 });
  expect(rowsOf(again, rows.length)).toEqual(rows);
  expect(rowsOf(other, rows.length)).not.toEqual(rows);
});
