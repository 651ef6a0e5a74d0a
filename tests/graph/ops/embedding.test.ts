import { expect, test } from 'vitest';
import { backward } from '../../../src/graph/backward.ts';
import { add } from '../../../src/graph/ops/add.ts';
import { embedding } from '../../../src/graph/ops/embedding.ts';
import { fill } from '../../../src/graph/ops/fill.ts';
import { input, param } from '../../../src/graph/tensor.ts';
import { expectOp } from '../expectOp.ts';
import { floats, integers, onTeams } from '../onTeams.ts';

const V = 5, tokens = Float64Array.of(3, 0, 3, -1, 4, 2 ** 31 - 1, 3, V, 0);

const rowsOf = (ids: Float64Array, table: Float64Array, C: number): Float64Array =>
  Float64Array.from({ length: ids.length * C }, (_, i) => {
    const id = ids[Math.floor(i / C)]!;
    return id >= 0 && id < V ? table[id * C + (i % C)]! : 0;
  });

for (const C of [1, 3, 4, 7, 8, 16, 33]) {
  test(`embedding of ${C} channels, and its gradient, match float64; tokens outside the table are zeros`, () =>
    expectOp((ids, table) => embedding(ids!, table!), (ids, table) => rowsOf(ids!, table!, C), [[tokens.length], [V, C]], { values: [tokens], integers: [0] }));

  test(`a table of ${C} channels used twice, and once more as it is, adds up its gradients`, () =>
    expectOp(
      (ids, table, more) => add(add(embedding(ids!, table!), embedding(more!, table!)), table!),
      (ids, table, more) => rowsOf(ids!, table!, C).map((x, i) => x + rowsOf(more!, table!, C)[i]! + table![i]!),
      [[V], [V, C], [V]], { values: [Float64Array.of(1, 1, 2, -1, 1), undefined, Float64Array.of(4, 1, 1, 0, 9)], integers: [0, 2] }));
}

test('adding to a gradient leaves a sum that others still read', async () => {
  const table = param('table', [4, 3]), other = param('other', [4, 3]), ids = integers('ids', [0, 2, 2, 1]);
  const both = add(table, other), out = add(embedding(ids.tensor, table), both);
  const grads = backward(out, fill([4, 3], 1));
  const dother = await onTeams([grads.get(table)!, grads.get(other)!], [ids], (plan) => (plan.run(), Float32Array.of(...plan.read(grads.get(table)!), ...plan.read(grads.get(other)!))));
  expect(Array.from(dother)).toEqual([2, 2, 2, 2, 2, 2, 3, 3, 3, 1, 1, 1, ...Array<number>(12).fill(1)]);
});

test('a table that is no table is refused by name', () => {
  expect(() => embedding(input('tokens', [4]), param('wte', [8]))).toThrow('the table must be (V, C), one row per token. It is wte (8).');
});

test('a row of zeros replaces what was in memory before', async () => {
  const ids = integers('ids', [-1, 1]), table = floats('table', [1, 2, 3, 4], [2, 2]), out = embedding(ids.tensor, table.tensor);
  const result = await onTeams([out], [ids, table], (plan) => {
    plan.read(out).fill(9);
    plan.run();
    return plan.read(out);
  });
  expect(Array.from(result)).toEqual([0, 0, 3, 4]);
});
