import { describe, expect, test } from 'vitest';
import { backward } from '../../../src/graph/backward.ts';
import { gelu, geluErf, relu2, sigmoid, silu, swiglu, tanh } from '../../../src/graph/ops/activation.ts';
import { param } from '../../../src/graph/tensor.ts';
import { erf } from '../../assembly/erf.ts';
import { expectOp, noise } from '../expectOp.ts';
import { evaluate, floats } from '../onTeams.ts';

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
const functions = {
  relu2: [relu2, (x: number) => Math.max(x, 0) ** 2],
  gelu: [gelu, (x: number) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))],
  geluErf: [geluErf, (x: number) => 0.5 * x * (1 + erf(x / Math.SQRT2))],
  silu: [silu, (x: number) => x * logistic(x)],
  tanh: [tanh, Math.tanh],
  sigmoid: [sigmoid, logistic],
} as const;

describe.each(Object.entries(functions))('%s', (_name, [op, truth]) => {
  test.each([1, 3, 4, 7, 8, 33])('and its gradient match float64, %i numbers', (n) =>
    expectOp((x) => op(x!), (x) => x!.map(truth), [[n]], { values: [noise(n, 3).map((v) => v * 12)] }));

  test('stays finite far out, and NaN stays NaN', async () => {
    const values = [-1e15, -1e4, -100, -20, 20, 100, 1e4, 1e15, NaN], x = floats('x', values), dy = floats('dy', values.map(() => 1));
    const y = await evaluate(op(x.tensor), [x]);
    values.slice(0, -1).forEach((v, i) => expect(Math.abs(y[i]! - truth(v)), `at ${v}`).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(truth(v)))));
    expect(y[8]).toBeNaN();
    const at = param('x', [values.length]), slope = backward(op(at), dy.tensor).get(at)!;
    const dx = await evaluate(slope, [{ ...x, tensor: at }, dy]);
    expect(dx.slice(0, 8).every(Number.isFinite)).toBe(true);
    expect(dx[8]).toBeNaN();
  });
});

for (const C of [1, 3, 4, 7, 8, 33]) {
  test(`swiglu of ${C} channels, and both gradients, match float64`, () =>
    expectOp((gate, up) => swiglu(gate!, up!), (gate, up) => gate!.map((g, i) => g * logistic(g) * up![i]!), [[3, C], [3, C]]));
}

test('swiglu has the bits of silu times up', async () => {
  const n = 37, gate = floats('gate', noise(n, 1).map((v) => v * 10)), up = floats('up', noise(n, 2));
  const fused = await evaluate(swiglu(gate.tensor, up.tensor), [gate, up]), alone = await evaluate(silu(gate.tensor), [gate]);
  expect([...fused]).toEqual(Array.from(alone, (v, i) => Math.fround(v * up.values[i]!)));
});

test('sizes that do not fit are refused by name', () => {
  expect(() => swiglu(param('mlp.gate', [4, 3]), param('mlp.up', [4, 5]))).toThrow('mlp.gate (4, 3) and mlp.up (4, 5) differ');
});
