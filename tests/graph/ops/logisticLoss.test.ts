import { expect, test } from 'vitest';
import { logisticLoss } from '../../../src/graph/ops/logisticLoss.ts';
import { param } from '../../../src/graph/tensor.ts';
import { expectOp, noise } from '../expectOp.ts';

for (const [R, C] of [[1, 1], [3, 4], [5, 7], [2, 130]] as const) {
  test(`logisticLoss of ${R} x ${C} and its gradient match float64`, () => expectOp(
    (x, yes, no) => logisticLoss(x!, yes!, no!),
    (x, yes, no) => Array.from({ length: R }, (_, r) => {
      let sum = 0;
      for (let i = r * C; i < (r + 1) * C; i++) sum += yes![i]! * Math.log1p(Math.exp(-x![i]!)) + no![i]! * Math.log1p(Math.exp(x![i]!));
      return sum;
    }),
    [[R, C], [R, C], [R, C]],
    { values: [noise(R * C, 1).map((x) => x * 16), noise(R * C, 2).map((x) => Math.floor(x * 6 + 3)), noise(R * C, 3).map((x) => x + 0.5)], constants: [1, 2] },
  ));
}

test('certain answers cost nothing, wrong ones what they were sure of', () => expectOp(
  (x, yes, no) => logisticLoss(x!, yes!, no!), () => [0, 100, 90], [[3, 1], [3, 1], [3, 1]],
  { values: [Float64Array.of(100, 100, -90), Float64Array.of(1, 0, 1), Float64Array.of(0, 1, 0)], constants: [0, 1, 2] },
));

test('counts of another shape are refused by name', () => {
  expect(() => logisticLoss(param('x', [2, 3]), param('yes', [2, 3]), param('no', [3, 2]))).toThrow('x (2, 3) and no (3, 2) differ');
});
