import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Heap } from '../../src/tokenizer/heap.ts';
import { Merger } from '../../src/tokenizer/merger.ts';
import { PairTable } from '../../src/tokenizer/pairTable.ts';

type Rule = { left: number; right: number };

/** The definition: look through everything for the best pair, merge its leftmost place, start again. */
function mergeSlowly(ids: readonly number[], rules: readonly Rule[], firstResult: number): number[] {
  const list = [...ids];
  for (;;) {
    let best = -1, at = -1;
    for (let i = 0; i + 1 < list.length; i++) {
      const rule = rules.findIndex(({ left, right }) => left === list[i] && right === list[i + 1]);
      if (rule >= 0 && (best < 0 || rule < best)) [best, at] = [rule, i];
    }
    if (best < 0) return list;
    list.splice(at, 2, firstResult + best);
  }
}

test('short and long pieces are merged as the definition says', () => {
  const letter = fc.integer({ min: 0, max: 2 });
  const rules = fc.array(fc.record({ left: fc.nat(12), right: fc.nat(12) }), { maxLength: 10 }).map((list) => list
    .map(({ left, right }, i) => ({ left: left % (3 + i), right: right % (3 + i) }))
    .filter(({ left, right }, i, all) => all.findIndex((rule) => rule.left === left && rule.right === right) === i));
  fc.assert(fc.property(rules, fc.array(letter, { maxLength: 150 }), (list, ids) => {
    const table = new PairTable();
    list.forEach(({ left, right }, i) => table.set(left, right, i));
    const applied: Rule[] = [];
    const merger = new Merger(table, Int32Array.from(list, (_, i) => 3 + i));
    const work = Int32Array.from(ids);
    const length = merger.merge(work, ids.length, (left, right) => applied.push({ left, right }));
    expect([...work.subarray(0, length)]).toEqual(mergeSlowly(ids, list, 3));
    expect(applied.length).toBe(ids.length - length);
    for (const pair of applied) expect(list).toContainEqual(pair);
  }), { numRuns: 500 });
});

test('a pair table is a map', () => {
  const key = fc.tuple(fc.nat(300), fc.nat(300));
  fc.assert(fc.property(fc.array(fc.tuple(key, fc.nat()), { maxLength: 400 }), fc.array(key, { maxLength: 50 }), (entries, others) => {
    const table = new PairTable(), map = new Map<string, number>();
    for (const [[a, b], value] of entries) {
      table.set(a, b, value);
      map.set(`${a},${b}`, value);
    }
    expect(table.size).toBe(map.size);
    for (const [a, b] of [...others, ...entries.map(([pair]) => pair)]) expect(table.get(a, b)).toBe(map.get(`${a},${b}`) ?? -1);
  }));
});

test('a heap sorts', () => {
  fc.assert(fc.property(fc.array(fc.integer()), (numbers) => {
    const heap = new Heap((a, b) => a < b);
    for (const n of numbers) heap.push(n);
    const sorted: number[] = [];
    for (let n = heap.pop(); n !== undefined; n = heap.pop()) sorted.push(n);
    expect(sorted).toEqual([...numbers].sort((a, b) => a - b));
  }));
});
