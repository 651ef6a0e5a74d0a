import { expect, test } from 'vitest';
import { softcap } from '../../../src/graph/ops/softcap.ts';
import { softmax } from '../../../src/graph/ops/softmax.ts';
import { expectOp, noise } from '../expectOp.ts';
import { evaluate, floats } from '../onTeams.ts';

function reference(x: Float64Array, C: number): Float64Array {
  return x.map((v, i) => {
    const row = x.subarray(i - (i % C), i - (i % C) + C), most = Math.max(...row);
    return Math.exp(v - most) / row.reduce((sum, u) => sum + Math.exp(u - most), 0);
  });
}

for (const C of [1, 3, 4, 7, 8, 33]) {
  test(`softmax of ${C} numbers, and its gradient, match float64`, () =>
    expectOp((x) => softmax(x!), (x) => reference(x!, C), [[5, C]], { values: [noise(5 * C, 1).map((v) => v * 10)] }));
}

test('-Infinity gets nothing, whatever is beside it', async () => {
  const x = floats('x', [-Infinity, 0, -Infinity, Infinity * -1, 1e30, -1e30, 1e30, 0, -Infinity, -Infinity, -Infinity, -Infinity], [3, 4]);
  const y = await evaluate(softmax(x.tensor), [x]);
  expect(Array.from(y).slice(0, 8)).toEqual([0, 1, 0, 0, 0.5, 0, 0.5, 0]);
  expect(y.slice(8).every(Number.isNaN)).toBe(true);
});

test('softcap, and its gradient, match float64', () =>
  expectOp((x) => softcap(x!, 1.5), (x) => x!.map((v) => 1.5 * Math.tanh(v / 1.5)), [[3, 7]], { values: [noise(21, 1).map((v) => v * 10)] }));
