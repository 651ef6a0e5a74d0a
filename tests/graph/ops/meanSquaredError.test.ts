import { expect, test } from 'vitest';
import { meanSquaredError } from '../../../src/graph/ops/meanSquaredError.ts';
import { param } from '../../../src/graph/tensor.ts';
import { expectOp } from '../expectOp.ts';

for (const C of [1, 3, 4, 7, 8, 33]) {
  test(`the mean squared error of ${C} numbers, and both gradients, match float64`, () =>
    expectOp(
      (x, target) => meanSquaredError(x!, target!),
      (x, target) => Float64Array.from({ length: 5 }, (_, r) => {
        let sum = 0;
        for (let c = 0; c < C; c++) sum += (x![r * C + c]! - target![r * C + c]!) ** 2;
        return sum / C;
      }),
      [[5, C], [5, C]],
    ));
}

test('shapes that differ are refused by name', () => {
  expect(() => meanSquaredError(param('y', [2, 6]), param('wanted', [3, 4]))).toThrow('y (2, 6) and wanted (3, 4) differ');
});
