import { expect, test } from 'vitest';
import { headNorm } from '../../../src/graph/ops/headNorm.ts';
import { sideBySide } from '../../../src/graph/ops/sideBySide.ts';
import { input, param } from '../../../src/graph/tensor.ts';
import { expectOp } from '../expectOp.ts';

for (const [R, nq, nk, hs, W] of [[3, 2, 1, 4, 16], [5, 4, 2, 6, 48], [2, 1, 1, 10, 23]] as const) {
  test(`headNorm of ${nq} + ${nk} heads of ${hs}, and its gradients, match float64`, () => expectOp(
    (x, q, k) => headNorm(x!, q!, k!, { nq, nk, hs, eps: 1e-3 }),
    (x, q, k) => x!.map((v, i) => {
      const h = Math.floor((i % W) / hs), c = (i % W) % hs;
      if (h >= nq + nk) return v;
      const head = x!.subarray(i - c, i - c + hs), mean = head.reduce((sum, y) => sum + y * y, 0) / hs;
      return (v / Math.sqrt(mean + 1e-3)) * (h < nq ? q! : k!)[c]!;
    }),
    [[R, W], [hs], [hs]], { tolerance: 5e-6 },
  ));
}

test('sideBySide joins rows', () => expectOp(
  (a, b, c) => sideBySide(a!, b!, c!),
  (a, b, c) => [0, 1, 2].flatMap((r) => [...a!.subarray(r * 2, r * 2 + 2), ...b!.subarray(r * 5, r * 5 + 5), c![r]!]),
  [[3, 2], [3, 5], [3, 1]], { constants: [0, 1, 2] },
));

test('what does not fit is refused by name', () => {
  const gain = param('gain', [4]);
  expect(() => headNorm(param('qkv', [2, 7]), gain, gain, { nq: 1, nk: 1, hs: 4, eps: 0 })).toThrow('2 heads of 4 do not fit in qkv (2, 7)');
  expect(() => headNorm(param('qkv', [2, 9]), gain, param('k', [3]), { nq: 1, nk: 1, hs: 4, eps: 0 })).toThrow('it is k (3)');
  expect(() => sideBySide(input('a', [2, 1]), input('b', [3, 1]))).toThrow('a (2, 1) and b (3, 1) differ');
});
