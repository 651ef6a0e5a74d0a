import { test } from 'vitest';
import { valueMix } from '../../../src/graph/ops/valueMix.ts';
import { expectOp } from '../expectOp.ts';

for (const [R, heads, hs, offset, W] of [[1, 1, 1, 0, 1], [5, 2, 4, 16, 24], [3, 3, 5, 7, 22]] as const) {
  test(`valueMix of ${heads} heads of ${hs}, and its gradient, match float64`, () => expectOp(
    (x, e, gate) => valueMix(x!, e!, gate!, offset),
    (x, e, gate) => x!.map((v, at) => {
      const r = Math.floor(at / W), c = (at % W) - offset;
      return c < 0 || c >= heads * hs ? v : v + (2 / (1 + Math.exp(-gate![Math.floor(c / hs)]!))) * e![r * heads * hs + c]!;
    }), [[R, W], [R, heads * hs], [heads]],
  ));
}
