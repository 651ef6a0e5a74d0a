import { expect, test } from 'vitest';
import { add, scale, sumRows } from '../../../src/graph/ops/add.ts';
import { param } from '../../../src/graph/tensor.ts';
import { expectOp } from '../expectOp.ts';

test('add, and its gradient, match float64', () =>
  expectOp((a, b) => add(a!, b!), (a, b) => a!.map((v, i) => v + b![i]!), [[3, 7], [3, 7]]));

for (const C of [1, 2, 3, 4, 5, 8, 11]) {
  test(`a bias of ${C} channels, and its gradient, match float64`, () =>
    expectOp((x, b) => add(x!, b!), (x, b) => x!.map((v, i) => v + b![i % C]!), [[5, C], [C]]));
}

test('sumRows matches float64', () => expectOp((x) => sumRows(add(x!, x!)), (x) => Float64Array.from({ length: 6 }, (_, c) =>
  [0, 1, 2, 3].reduce((sum, r) => sum + 2 * x![r * 6 + c]!, 0)), [[4, 6]], { constants: [0] }));

test('scale, and its gradient, match float64', () => expectOp((x) => scale(x!, -1.5), (x) => x!.map((v) => -1.5 * v), [[3, 5]]));

test('sizes that do not fit are refused by name', () => {
  expect(() => add(param('h.0.x', [4, 3]), param('h.1.x', [5, 3]))).toThrow('h.0.x (4, 3) and h.1.x (5, 3) differ');
});
