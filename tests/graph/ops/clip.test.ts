import { expect, test } from 'vitest';
import { adamW, adamWSparse, gradientNorm, REGISTERS, writeRegisters } from '../../../src/graph/ops/adamW.ts';
import { clip } from '../../../src/graph/ops/clip.ts';
import { sparseGradient, sparseRows } from '../../../src/graph/ops/sparseRows.ts';
import { input } from '../../../src/graph/tensor.ts';
import { close, noise } from '../expectOp.ts';
import { evaluate, floats, integers, onTeams, write } from '../onTeams.ts';

const registers = () => floats('registers', [0.5, 1, 1, 1, 0]);
const norm = (...numbers: ArrayLike<number>[]): number => Math.sqrt(numbers.flatMap((x) => Array.from(x)).reduce((sum, x) => sum + x * x, 0));

for (const n of [1, 3, 8, 13, 4096, 4097, 20_001]) {
  test(`the norm of ${n} numbers matches float64, and the scale clips it`, async () => {
    const g = floats('g', noise(n, 1)), expected = norm(g.values);
    for (const limit of [expected / 4, expected * 4, Infinity]) {
      const r = registers(), after = await evaluate(clip([g.tensor], r.tensor, limit), [g, r]);
      expect(gradientNorm(after)).toBe(Math.fround(expected));
      expect(Array.from(after)).toEqual([0.5, 1, 1, expect.closeTo(Math.min(1, limit / expected), 6), Math.fround(expected)]);
    }
  });
}

test('numbers whose squares overflow or vanish in a float have a norm', async () => {
  const g = floats('g', [3e30, -4e30]), tiny = floats('tiny', [3e-30, 4e-30]), r = registers();
  expect(gradientNorm(await evaluate(clip([g.tensor], r.tensor, 1), [g, r])) / 5e30).toBeCloseTo(1, 6);
  expect(gradientNorm(await evaluate(clip([tiny.tensor], r.tensor, 1), [tiny, r])) / 5e-30).toBeCloseTo(1, 6);
});

for (const bad of [NaN, Infinity, -Infinity]) {
  test(`${bad} in a gradient shows in the norm, and makes the scale NaN`, async () => {
    const g = floats('g', Float32Array.from({ length: 9000 }, (_, i) => (i === 8123 ? bad : 1))), r = registers();
    const after = await evaluate(clip([g.tensor], r.tensor, 1), [g, r]);
    expect(Number.isFinite(gradientNorm(after))).toBe(false);
    expect(after[3]).toBeNaN();
  });
}

test('no gradient at all has norm 0 and keeps its scale', async () => {
  const g = floats('g', new Float32Array(10)), r = registers();
  expect(Array.from((await evaluate(clip([g.tensor], r.tensor, 1), [g, r])).slice(3))).toEqual([1, 0]);
});

test('steps of clipped AdamW on weights, a bias and a table together match float64', async () => {
  const n = 5000, V = 700, C = 9, R = 600, limit = 0.3, options = { beta1: 0.9, beta2: 0.99, decay: 0.1 };
  const zeros = (name: string, k: number) => floats(name, new Float32Array(k));
  const w = floats('w', noise(n, 1)), m = zeros('m', n), v = zeros('v', n), g = zeros('g', n), b = floats('b', noise(3, 2)), bm = zeros('bm', 3), bv = zeros('bv', 3), bg = zeros('bg', 3);
  const table = floats('table', noise(V * C, 5), [V, C]), tm = floats('tm', new Float32Array(V * C), [V, C]), tv = floats('tv', new Float32Array(V * C), [V, C]), ids = integers('ids', new Int32Array(R)), dy = floats('dy', new Float32Array(R * C), [R, C]), r = registers();
  const sparse = sparseGradient(sparseRows(ids.tensor, dy.tensor, V)), clipped = clip([g.tensor, sparse, bg.tensor], r.tensor, limit);
  const steps = [adamW(w.tensor, g.tensor, m.tensor, v.tensor, clipped, options), adamWSparse(table.tensor, sparse, tm.tensor, tv.tensor, clipped, options), adamW(b.tensor, bg.tensor, bm.tensor, bv.tensor, clipped, { ...options, decay: 0 })];

  await onTeams(steps, [w, m, v, g, b, bm, bv, bg, table, tm, tv, ids, dy, r], (plan) => {
    const weights = [w.values, table.values, b.values].map((x) => ({ w: Float64Array.from(x), m: new Float64Array(x.length), v: new Float64Array(x.length) }));
    for (let t = 1; t <= 5; t++) {
      const batch = Array.from({ length: R }, (_, i) => (i * i * t) % V), rows = noise(R * C, t), dense = new Float64Array(V * C), gradient = noise(n, 50 + t).map((x) => x / 60), small = noise(3, 60 + t);
      batch.forEach((id, k) => { for (let c = 0; c < C; c++) dense[id * C + c] = dense[id * C + c]! + rows[k * C + c]!; });
      write(plan, ids.tensor, batch, true);
      write(plan, dy.tensor, rows);
      write(plan, g.tensor, gradient);
      write(plan, bg.tensor, small);
      writeRegisters(plan.read(r.tensor), { learningRate: 0.01, step: t, ...options });
      plan.run();
      const length = norm(gradient, dense, small), factor = Math.min(1, limit / length);
      expect(gradientNorm(plan.read(r.tensor)) / length).toBeCloseTo(1, 6);
      [gradient, dense, small].forEach((numbers, k) => {
        const part = weights[k]!, decay = k === 2 ? 0 : options.decay;
        numbers.forEach((x, i) => {
          if (k === 1 && !batch.includes(Math.floor(i / C))) return;
          part.m[i] = options.beta1 * part.m[i]! + (1 - options.beta1) * factor * x;
          part.v[i] = options.beta2 * part.v[i]! + (1 - options.beta2) * (factor * x) ** 2;
          part.w[i] = part.w[i]! * (1 - 0.01 * decay) - (0.01 * part.m[i]!) / (1 - options.beta1 ** t) / (Math.sqrt(part.v[i]! / (1 - options.beta2 ** t)) + 1e-8);
        });
      });
    }
    steps.forEach((step, k) => close(plan.read(step), weights[k]!.w, 3e-6, step.name));
    return Float32Array.from(steps.flatMap((step) => Array.from(plan.read(step))));
  });
});

test('what cannot be clipped is refused', () => {
  const g = input('g', [4]), r = input('registers', [REGISTERS]);
  for (const limit of [0, -1, NaN]) expect(() => clip([g], r, limit)).toThrow(`the limit must be a number above 0 (Infinity measures only), but it is ${limit}`);
  expect(() => clip([], r, 1)).toThrow('at least one gradient');
  expect(() => clip([g], g, 1)).toThrow('the registers must be 5 numbers, but they are g (4)');
});
