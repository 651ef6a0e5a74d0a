import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backward } from '../../../src/graph/backward.ts';
import { add } from '../../../src/graph/ops/add.ts';
import { embedding } from '../../../src/graph/ops/embedding.ts';
import { seedWords } from '../../../src/graph/ops/random.ts';
import { accumulateSparse, clearRows, isSparse, listedRows, sparseGradient, type SparseGradient, sparseStore } from '../../../src/graph/ops/sparseRows.ts';
import { tableLookup } from '../../../src/graph/ops/tableLookup.ts';
import { columns, input, param, size, type Tensor } from '../../../src/graph/tensor.ts';
import type { Plan } from '../../../src/graph/plan.ts';
import { philox } from '../../../src/random.ts';
import { expectOp, noise } from '../expectOp.ts';
import { evaluate, floats, integers, onTeams, readIntegers, write } from '../onTeams.ts';

/** A sparse gradient as the list of rows it holds and the dense gradient it stands for. */
function spread(plan: Plan, { rows, index, V }: SparseGradient): { list: number[]; dense: Float32Array } {
  const C = columns(rows), list = Array.from(listedRows(readIntegers(plan, index))), numbers = plan.read(rows), dense = new Float32Array(V * C);
  list.forEach((row, place) => dense.set(numbers.subarray(place * C, (place + 1) * C), row * C));
  return { list, dense };
}

/** The gradient that `embedding` gives, row after row in f32. */
function scattered(ids: ArrayLike<number>, dy: ArrayLike<number>, V: number, C: number, into = new Float32Array(V * C)): Float32Array {
  for (let r = 0; r < ids.length; r++) {
    if (!(ids[r]! >= 0 && ids[r]! < V)) continue;
    for (let c = 0; c < C; c++) into[ids[r]! * C + c] = into[ids[r]! * C + c]! + dy[r * C + c]!;
  }
  return into;
}
const distinct = (ids: readonly number[], V: number): number[] => [...new Set(ids.filter((id) => id >= 0 && id < V))];

test('tableLookup reads like embedding', () =>
  expectOp((ids, table) => tableLookup(ids!, table!), (ids, table) => Float64Array.from({ length: 15 }, (_, i) => {
    const id = ids![Math.floor(i / 3)]!;
    return id >= 0 && id < 4 ? table![id * 3 + (i % 3)]! : 0;
  }), [[5], [4, 3]], { values: [Float64Array.of(2, -1, 4, 0, 2)], integers: [0], constants: [1] }));

test('its gradient lists the distinct rows in order of appearance, with the sums of a dense scatter, to the bit', () => fc.assert(fc.asyncProperty(
  fc.integer({ min: 1, max: 40 }), fc.constantFrom(1, 3, 4, 7, 16, 33), fc.array(fc.integer({ min: -1, max: 41 }), { minLength: 1, maxLength: 120 }),
  async (V, C, tokens) => {
    const ids = integers('ids', tokens), dy = floats('dy', noise(tokens.length * C, 3), [tokens.length, C]), table = param('table', [V, C]);
    const gradient = backward(tableLookup(ids.tensor, table), dy.tensor).get(table)!, sparse = sparseGradient(gradient);
    expect(isSparse(gradient)).toBe(true);
    await onTeams([gradient, sparse.index], [ids, dy], (plan) => {
      plan.run();
      plan.run(); // a second run begins anew
      const { list, dense } = spread(plan, sparse);
      expect(list).toEqual(distinct(tokens, V));
      expect(dense).toEqual(scattered(tokens, Float32Array.from(dy.values), V, C));
      return dense;
    });
  }), { numRuns: 60, seed: 2 }));

test('a table looked up three times sums all three uses into one list', async () => {
  const V = 50, C = 5, tokens = [[4, 9, 4, 0], [9, 9, -1, 49], [0, 1, 2, 4]], table = param('table', [V, C]);
  const ids = tokens.map((values, i) => integers(`ids${i}`, values)), dy = floats('dy', noise(4 * C, 1), [4, C]);
  const [a, b, c] = ids.map(({ tensor }) => tableLookup(tensor, table)) as [Tensor, Tensor, Tensor];
  const gradient = backward(add(add(a, b), c), dy.tensor).get(table)!, sparse = sparseGradient(gradient);
  const dense = await onTeams([gradient, sparse.index], [...ids, dy], (plan) => {
    plan.run();
    const found = spread(plan, sparse);
    expect([...found.list].sort((x, y) => x - y)).toEqual(distinct(tokens.flat(), V).sort((x, y) => x - y));
    return found.dense;
  });
  const expected = new Float32Array(V * C);
  for (const values of tokens) scattered(values, Float32Array.from(dy.values), V, C, expected);
  dense.forEach((x, i) => expect(x).toBeCloseTo(expected[i]!, 6));
});

test('micro-batches are added up in a store, which is empty again after clearRows', async () => {
  const V = 30, C = 3, R = 8, table = param('table', [V, C]), ids = integers('ids', Array.from({ length: R }, () => 0)), dy = floats('dy', noise(R * C, 1), [R, C]);
  const gradient = backward(tableLookup(ids.tensor, table), dy.tensor).get(table)!, store = sparseStore(gradient, 3);
  const micro = accumulateSparse(gradient, store), nothing = { ...ids, tensor: store.index, values: [] }, rows = { ...dy, tensor: store.rows, values: [] };
  await onTeams([micro, store.index], [ids, dy, nothing, rows], (plan) => {
    const batches = [0, 1, 2].map((k) => Array.from({ length: R }, (_, r) => (r * r * 7 + k * 5) % (V + 2))), expected = new Float32Array(V * C);
    for (const batch of batches) {
      write(plan, ids.tensor, batch, true);
      plan.run();
      scattered(batch, Float32Array.from(dy.values), V, C, expected);
    }
    const { list, dense } = spread(plan, store);
    expect(list).toEqual(distinct(batches.flat(), V));
    expect(dense).toEqual(expected);
    return dense;
  });

  const cleared = clearRows(store), full = Array.from({ length: size(store.index) }, (_, i) => (i < 2 ? 5 : 3));
  const words = await onTeams([cleared], [{ ...nothing, values: full }], (plan) => (plan.run(), readIntegers(plan, cleared)));
  expect(Array.from(words.slice(0, 2))).toEqual([0, 0]);
  expect(Array.from(words.slice(16 + store.capacity))).toEqual(Array<number>(words.length - 16 - store.capacity).fill(0));
});

test('dropped rows are zeros and have no gradient', async () => {
  const V = 20, C = 4, R = 37, seed = 1234, stream = 6, drop = 0.3, tokens = Array.from({ length: R }, (_, r) => (r * 3) % V);
  const ids = integers('ids', tokens), register = integers('seed', seedWords(seed)), table = param('table', [V, C]), dy = floats('dy', noise(R * C, 1), [R, C]);
  const out = tableLookup(ids.tensor, table, { drop, seed: register.tensor, stream }), gradient = backward(out, dy.tensor).get(table)!, sparse = sparseGradient(gradient);
  const kept = tokens.map((token, r) => (philox(seed, stream, Math.floor(r / 4))[r % 4]! < drop * 2 ** 32 ? -1 : token)), numbers = { ...floats('table', noise(V * C, 8)), tensor: table };
  expect(kept).toContain(-1);
  expect(await evaluate(out, [ids, register, numbers])).toEqual(Float32Array.from({ length: R * C }, (_, i) => (kept[Math.floor(i / C)]! < 0 ? 0 : numbers.values[kept[Math.floor(i / C)]! * C + (i % C)]!)));
  await onTeams([gradient, sparse.index], [ids, register, dy], (plan) => {
    plan.run();
    const { dense } = spread(plan, sparse);
    expect(dense).toEqual(scattered(kept, Float32Array.from(dy.values), V, C));
    return dense;
  });
});

test('sparse and dense gradients of one table are not mixed, even where their sizes could agree', () => {
  const table = param('table', [4, 3]), ids = input('ids', [4]);
  const dense = embedding(ids, table), sparse = tableLookup(ids, table), dy = input('dy', [4, 3]);
  expect(() => backward(add(sparse, dense), dy)).toThrow(/sparse|same size/);
  expect(() => backward(add(tableLookup(ids, table), table), dy)).toThrow('a table has either sparse gradients or dense ones');
  expect(() => sparseGradient(dy)).toThrow('dy (4, 3) is no sparse gradient');
});
