import { expect, test } from 'vitest';
import { backward } from '../../../src/graph/backward.ts';
import { add, scale } from '../../../src/graph/ops/add.ts';
import { layerNorm } from '../../../src/graph/ops/layerNorm.ts';
import { input, param } from '../../../src/graph/tensor.ts';
import { expectOp } from '../expectOp.ts';
import { evaluate, floats, onTeams } from '../onTeams.ts';

function reference(x: Float64Array, C: number, weight: ArrayLike<number>, bias: ArrayLike<number> | null, eps = 1e-5): Float64Array {
  return x.map((value, i) => {
    const row = x.subarray(i - (i % C), i - (i % C) + C);
    const mean = row.reduce((sum, v) => sum + v, 0) / C;
    const variance = row.reduce((sum, v) => sum + (v - mean) ** 2, 0) / C;
    return ((value - mean) / Math.sqrt(variance + eps)) * weight[i % C]! + (bias ? bias[i % C]! : 0);
  });
}

for (const C of [1, 3, 4, 7, 8, 15, 33, 68]) {
  test(`layerNorm of ${C} channels, and its gradient, match float64`, async () => {
    await expectOp((x, w) => layerNorm(x!, w!), (x, w) => reference(x!, C, w!, null), [[5, C], [C]], { tolerance: 4e-6 });
    await expectOp((x, w, b) => layerNorm(x!, w!, b!), (x, w, b) => reference(x!, C, w!, b!), [[5, C], [C], [C]], { tolerance: 4e-6 });
  });
}

test('layerNorm in a residual stream', () =>
  expectOp(
    (x, w, b) => {
      const h = scale(x!, 2);
      return add(h, layerNorm(h, w!, b!));
    },
    (x, w, b) => {
      const h = x!.map((v) => 2 * v), y = reference(h, 9, w!, b!);
      return h.map((v, i) => v + y[i]!);
    },
    [[4, 9], [9], [9]], { tolerance: 4e-6 },
  ));

test('a large mean costs little', () => {
  const x = Float64Array.from({ length: 2 * 32 }, (_, i) => 1000 + ((i * 37) % 32) / 32);
  return expectOp((a, w) => layerNorm(a!, w!), (a, w) => reference(a!, 32, w!, null), [[2, 32], [32]], { values: [x], constants: [0, 1], tolerance: 3e-4 });
});

test('parameters of another size are refused by name', () => {
  const x = param('x', [3, 8]), eight = param('w', [8]), six = param('h.0.ln.bias', [6]);
  expect(() => layerNorm(x, eight, six)).toThrow('x (3, 8) has 8 channels, h.0.ln.bias (6) has 6');
});

test('the gradient is right in a plan that has no other output', async () => {
  const x = param('x', [2, 3]), dy = input('dy', [2, 3]);
  const w = input('w', [3]);
  const y = layerNorm(x, w), dx = backward(y, dy).get(x)!;
  const given = [{ ...floats('x', [1, 2, 4, 0, 1, 5]), tensor: x }, { ...floats('dy', [1, 0, 0, 0, 1, 0]), tensor: dy }, { ...floats('w', [1, 2, 3]), tensor: w }];
  const alone = await evaluate(dx, given);
  const both = await onTeams([y, dx], given, (plan) => (plan.run(), plan.read(dx)));
  expect(alone).toEqual(both);
  expect(alone[0]).not.toBe(0);
});
