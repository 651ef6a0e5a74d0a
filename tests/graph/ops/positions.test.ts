import { expect, test } from 'vitest';
import { add } from '../../../src/graph/ops/add.ts';
import { embedding } from '../../../src/graph/ops/embedding.ts';
import { positionIds, positions } from '../../../src/graph/ops/positions.ts';
import { input, param } from '../../../src/graph/tensor.ts';
import { expectOp, noise } from '../expectOp.ts';
import { evaluate, floats, integers } from '../onTeams.ts';

const S = 3, T = 4, maxT = 6, start = Float64Array.of(0, 2, 4);

for (const C of [1, 3, 4, 7, 8, 33]) {
  test(`learned positions of ${C} channels, and their gradients, match float64`, () =>
    expectOp(
      (x, table, from) => positions(x!, table!, from!, T),
      (x, table, from) => x!.map((value, i) => {
        const r = Math.floor(i / C), at = from![Math.floor(r / T)]! + (r % T);
        return value + (at < maxT ? table![at * C + (i % C)]! : 0);
      }),
      [[S * T, C], [maxT, C], [S]], { values: [undefined, undefined, start], integers: [2] }));
}

test('positions is the sum of x and looked-up positions, also for starts before the table', async () => {
  const x = floats('x', noise(S * T * 5, 1), [S * T, 5]), table = floats('table', noise(maxT * 5, 2), [maxT, 5]), from = integers('start', [-2, 1, 5]);
  const fused = positions(x.tensor, table.tensor, from.tensor, T), composed = add(x.tensor, embedding(positionIds(from.tensor, T), table.tensor));
  expect(await evaluate(fused, [x, table, from])).toEqual(await evaluate(composed, [x, table, from]));
});

test('sizes that do not fit are refused by name', () => {
  const table = param('wpe', [6, 8]), from = input('start', [2]);
  expect(() => positions(param('x', [8, 7]), table, from, 4)).toThrow('x (8, 7) has 7 channels, wpe (6, 8) has 8');
  expect(() => positions(param('x', [9, 8]), table, from, 4)).toThrow('x must have T = 4 rows for each of the 2 starts in start (2), but x (9, 8) has 9 rows');
});
