import { expect, test } from 'vitest';
import { add, scale } from '../../../src/graph/ops/add.ts';
import { rmsNorm } from '../../../src/graph/ops/rmsNorm.ts';
import { backward } from '../../../src/graph/backward.ts';
import { dependencies, input, param } from '../../../src/graph/tensor.ts';
import { expectOp } from '../expectOp.ts';
import { evaluate, floats, onTeams } from '../onTeams.ts';

function reference(x: Float64Array, C: number, weight: ArrayLike<number> | null, eps = 1e-5): Float64Array {
  return x.map((value, i) => {
    const row = x.subarray(i - (i % C), i - (i % C) + C);
    const meanSquare = row.reduce((sum, v) => sum + v * v, 0) / C;
    return (value / Math.sqrt(meanSquare + eps)) * (weight ? weight[i % C]! : 1);
  });
}

for (const C of [1, 3, 4, 7, 8, 15, 33, 68]) {
  test(`rmsNorm of ${C} channels, and its gradient, match float64`, async () => {
    const eps = C === 1 ? 0.1 : 1e-5;
    await expectOp((x) => rmsNorm(x!, null, { eps }), (x) => reference(x!, C, null, eps), [[5, C]], { tolerance: 4e-6 });
    await expectOp((x, w) => rmsNorm(x!, w!, { eps }), (x, w) => reference(x!, C, w!, eps), [[5, C], [C]], { tolerance: 4e-6 });
  });
}

test('rmsNorm in a residual stream adds its gradient in the same kernel', async () => {
  const branch = (weight: boolean) => (x: Parameters<typeof rmsNorm>[0], w?: typeof x) => add(scale(x, 2), rmsNorm(scale(x, 2), weight ? w! : null));
  const truth = (x: Float64Array, w: Float64Array | null) => {
    const twice = x.map((v) => 2 * v), y = reference(twice, 9, w);
    return twice.map((v, i) => v + y[i]!);
  };
  await expectOp((x) => branch(false)(x!), (x) => truth(x!, null), [[4, 9]], { tolerance: 4e-6 });
  await expectOp((x, w) => branch(true)(x!, w!), (x, w) => truth(x!, w!), [[4, 9], [9]], { tolerance: 4e-6 });

  const x = param('x', [4, 9]), h = scale(x, 2), y = add(h, rmsNorm(h)), grads = backward(y, input('dy', y.shape));
  const made = dependencies([grads.get(x)!]).map((t) => t.from?.op.name);
  expect(made.filter((name) => name === 'rmsNormGrad')).toHaveLength(1);
  expect(made).not.toContain('add');
});

test('rows of zeros give zeros', () =>
  expectOp((x) => rmsNorm(x!), (x) => x!.map(() => 0), [[3, 6]], { values: [new Float64Array(18)], constants: [0] }));

test('a weight of another size is refused by name', () => {
  expect(() => rmsNorm(param('blocks.2.x', [3, 8]), param('blocks.2.norm.weight', [6])))
    .toThrow('blocks.2.x (3, 8) has 8 channels, blocks.2.norm.weight (6) has 6');
});

test('the gradient is right in a plan that has no other output', async () => {
  const x = param('x', [2, 3]), dy = input('dy', [2, 3]);
  const y = rmsNorm(x), dx = backward(y, dy).get(x)!;
  const given = [{ ...floats('x', [1, 2, 4, 0, 1, 5]), tensor: x }, { ...floats('dy', [1, 0, 0, 0, 1, 0]), tensor: dy }];
  const alone = await evaluate(dx, given);
  const both = await onTeams([y, dx], given, (plan) => (plan.run(), plan.read(dx)));
  expect(alone).toEqual(both);
  expect(alone[0]).not.toBe(0);
});
