import { describe, expect, test } from 'vitest';
import { backward } from '../../../src/graph/backward.ts';
import { scale } from '../../../src/graph/ops/add.ts';
import { crossEntropy, crossEntropyWithGradient } from '../../../src/graph/ops/crossEntropy.ts';
import { softcap } from '../../../src/graph/ops/softcap.ts';
import { estimate } from '../../../src/graph/plan.ts';
import { input, param } from '../../../src/graph/tensor.ts';
import { expectOp, noise } from '../expectOp.ts';
import { evaluate, floats, integers } from '../onTeams.ts';

function reference(logits: Float64Array, targets: Float64Array, weights: Float64Array, cap = 0): Float64Array {
  const V = logits.length / targets.length;
  return targets.map((target, r) => {
    if (target < 0 || weights[r] === 0) return 0;
    const l = logits.subarray(r * V, r * V + V).map((v) => (cap ? cap * Math.tanh(v / cap) : v));
    const most = Math.max(...l);
    return weights[r]! * (most + Math.log(l.reduce((sum, v) => sum + Math.exp(v - most), 0)) - l[target]!);
  });
}

const R = 6;
/** Targets at both ends and between, one that is not scored, one of weight 0. */
const targetsFor = (V: number): Float64Array => Float64Array.from([0, V - 1, -1, V >> 1, V >> 2, V - 1]);
const weights = Float64Array.from([1, 0.5, 1, 0, 2, 0.25]);

describe.each([0, 1.5, 15])('with a softcap of %f', (cap) => {
  test.each([1, 2, 3, 4, 5, 8, 33, 257, 1030])('the loss over %i tokens, and its gradient, match float64', (V) =>
    expectOp(
      (l, t, w) => crossEntropy(l!, t!, w!, { softcap: cap }),
      (l, t, w) => reference(l!, t!, w!, cap),
      [[R, V], [R], [R]],
      { values: [noise(R * V, 1).map((v) => v * 20), targetsFor(V), weights], integers: [1], constants: [2], tolerance: 2e-6 },
    ));
});

test('the fused softcap matches softcap, then crossEntropy', async () => {
  const V = 37, l = floats('l', noise(R * V, 4).map((v) => v * 50), [R, V]), t = integers('t', targetsFor(V)), w = floats('w', weights);
  const fused = await evaluate(crossEntropy(l.tensor, t.tensor, w.tensor, { softcap: 15 }), [l, t, w]);
  const composed = await evaluate(crossEntropy(softcap(l.tensor, 15), t.tensor, w.tensor), [l, t, w]);
  fused.forEach((v, i) => expect(v).toBeCloseTo(composed[i]!, 5));
});

test.each([0, 15])('loss and gradient in one pass are those of two, with a softcap of %f', async (softcap) => {
  const V = 37, l = floats('l', noise(R * V, 4).map((v) => v * 20), [R, V]), t = integers('t', targetsFor(V)), w = floats('w', weights), dloss = floats('dloss', noise(R, 5));
  const logits = param('logits', [R, V]), given = [{ ...l, tensor: logits }, t, w, dloss];
  const apart = crossEntropy(logits, t.tensor, w.tensor, { softcap }), both = crossEntropyWithGradient(logits, t.tensor, w.tensor, dloss.tensor, { softcap });
  expect(await evaluate(both.dlogits, given)).toEqual(await evaluate(backward(apart, dloss.tensor).get(logits)!, given));
  const loss = await evaluate(apart, given.slice(0, 3));
  (await evaluate(both.loss, given)).forEach((v, r) => expect(v).toBeCloseTo(loss[r]!, 5));
});

test('huge logits neither overflow nor lose the loss', async () => {
  const l = floats('l', [1e4, 0, -1e4, 3e38, -3e38, 0, -Infinity, 0, 0], [3, 3]), t = integers('t', [1, 0, 2]), w = floats('w', [1, 1, 1]);
  const loss = await evaluate(crossEntropy(l.tensor, t.tensor, w.tensor), [l, t, w]);
  expect([...loss]).toEqual([1e4, 0, Math.fround(Math.LN2)]);
});

test('a target that is no token makes the loss and the gradient NaN, in its row alone', async () => {
  const l = floats('l', [0, 0, 0, 0, 0, 0], [2, 3]), t = integers('t', [3, 0]), w = floats('w', [1, 1]), dloss = floats('dloss', [1, 1]);
  const logits = param('logits', [2, 3]), loss = crossEntropy(logits, t.tensor, w.tensor);
  const y = await evaluate(loss, [{ ...l, tensor: logits }, t, w]);
  expect(y[0]).toBeNaN();
  expect(y[1]).toBeCloseTo(Math.log(3), 6);
  const dx = await evaluate(backward(loss, dloss.tensor).get(logits)!, [{ ...l, tensor: logits }, t, w, dloss]);
  expect(dx.slice(0, 3).every(Number.isNaN)).toBe(true);
  expect(dx[3]).toBeCloseTo(-2 / 3, 6);
});

test('all logits are never stored twice', async () => {
  const V = 4096, x = param('x', [16, V]), t = input('t', [16]), w = input('w', [16]), dloss = input('dloss', [16]);
  const loss = crossEntropy(scale(x, 2), t, w, { softcap: 15 }), dx = backward(loss, dloss).get(x)!;
  expect(estimate([loss, dx]).arenaBytes).toBeLessThan(16 * V * 4 + 1024);

  // and what was computed in place has the bits of what was not
  const given = [floats('x', noise(16 * V, 1).map((v) => v * 10), [16, V]), integers('t', Array.from({ length: 16 }, (_, r) => r * 250)), floats('w', noise(16, 2)), floats('dloss', noise(16, 3))]
    .map((g, i) => ({ ...g, tensor: [x, t, w, dloss][i]! }));
  const inPlace = await evaluate(dx, given);
  const logits = param('logits', [16, V]), apart = backward(crossEntropy(logits, t, w, { softcap: 15 }), dloss).get(logits)!;
  const doubled = given[0]!.values as Float64Array;
  const outOfPlace = await evaluate(apart, [{ ...given[0]!, tensor: logits, values: doubled.map((v) => 2 * v) }, ...given.slice(1)]);
  expect(inPlace.some((v) => v !== 0)).toBe(true);
  expect(inPlace).toEqual(outOfPlace.map((v) => 2 * v));
});

test('sizes and softcaps that do not fit are refused', () => {
  const l = param('head.logits', [4, 9]), four = input('t', [4]), five = input('batch.weights', [5]);
  expect(() => crossEntropy(l, four, five)).toThrow('head.logits (4, 9) has 4 rows, batch.weights (5) has 5');
  expect(() => crossEntropy(l, four, four, { softcap: NaN })).toThrow('softcap must be a number above 0');
  expect(() => softcap(l, 0)).toThrow('softcap must be a number above 0');
});
