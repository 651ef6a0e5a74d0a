import { expect, test } from 'vitest';
import { createEngine } from '../../../src/engine/index.ts';
import { backward } from '../../../src/graph/backward.ts';
import { attention } from '../../../src/graph/ops/attention.ts';
import { view } from '../../../src/graph/ops/fill.ts';
import { remember } from '../../../src/graph/ops/remember.ts';
import { compile } from '../../../src/graph/plan.ts';
import { input, param, size, type Tensor } from '../../../src/graph/tensor.ts';
import { close, expectOp, noise } from '../expectOp.ts';

interface Sizes { S: number; T: number; nh: number; nkv: number; hs: number; window?: number }

/** The definition, in float64: every score is there. */
function reference(x: Float64Array, { S, T, nh, nkv, hs, window = T }: Sizes): Float64Array {
  const W = (nh + 2 * nkv) * hs, out = new Float64Array(S * T * nh * hs);
  for (let s = 0; s < S; s++) for (let h = 0; h < nh; h++) for (let t = 0; t < T; t++) {
    const g = Math.floor(h / (nh / nkv)), q = (s * T + t) * W + h * hs;
    const scores = Array.from({ length: t + 1 }, (_, u) => {
      let sum = 0;
      if (u <= t - window) return -Infinity;
      for (let c = 0; c < hs; c++) sum += x[q + c]! * x[(s * T + u) * W + (nh + g) * hs + c]!;
      return sum / Math.sqrt(hs);
    });
    const most = Math.max(...scores), e = scores.map((v) => Math.exp(v - most)), total = e.reduce((a, b) => a + b, 0);
    for (let c = 0; c < hs; c++) {
      out[(s * T + t) * nh * hs + h * hs + c] = e.reduce((sum, p, u) => sum + (p / total) * x[(s * T + u) * W + (nh + nkv + g) * hs + c]!, 0);
    }
  }
  return out;
}

/** Its gradient, in float64: every probability is there. */
function slowGradient(x: Float64Array, dy: Float64Array, { S, T, nh, nkv, hs, window = T }: Sizes): Float64Array {
  const W = (nh + 2 * nkv) * hs, dx = new Float64Array(x.length), scale = 1 / Math.sqrt(hs);
  const dot = (a: Float64Array, i: number, b: Float64Array, j: number): number => {
    let sum = 0;
    for (let c = 0; c < hs; c++) sum += a[i + c]! * b[j + c]!;
    return sum;
  };
  const addTo = (i: number, from: Float64Array, j: number, by: number): void => {
    for (let c = 0; c < hs; c++) dx[i + c]! += by * from[j + c]!;
  };
  for (let s = 0; s < S; s++) for (let h = 0; h < nh; h++) for (let t = 0; t < T; t++) {
    const g = Math.floor(h / (nh / nkv)), q = (s * T + t) * W + h * hs, o = (s * T + t) * nh * hs + h * hs;
    const keys = Array.from({ length: Math.min(t + 1, window) }, (_, i) => (s * T + t - i) * W + (nh + g) * hs);
    const scores = keys.map((k) => scale * dot(x, q, x, k)), most = Math.max(...scores), e = scores.map((v) => Math.exp(v - most));
    const total = e.reduce((a, b) => a + b, 0), p = e.map((v) => v / total), dp = keys.map((k) => dot(dy, o, x, k + nkv * hs));
    const mean = p.reduce((sum, v, i) => sum + v * dp[i]!, 0);
    keys.forEach((k, i) => {
      const ds = scale * p[i]! * (dp[i]! - mean);
      addTo(q, x, k, ds);
      addTo(k, x, q, ds);
      addTo(k + nkv * hs, dy, o, p[i]!);
    });
  }
  return dx;
}

const apply = (qkv: Tensor, { S, T, nh, nkv, hs, window }: Sizes, start = input('start', [S])): Tensor =>
  attention(qkv, view(qkv, [S, T, (nh + 2 * nkv) * hs]), start, { nh, nkv, hs, k: nh * hs, v: (nh + nkv) * hs, ...(window && { window }) });

for (const sizes of [
  { S: 1, T: 1, nh: 1, nkv: 1, hs: 2 }, { S: 2, T: 5, nh: 2, nkv: 2, hs: 4 }, { S: 1, T: 7, nh: 4, nkv: 2, hs: 6 }, { S: 2, T: 9, nh: 3, nkv: 1, hs: 3 },
  { S: 1, T: 50, nh: 2, nkv: 1, hs: 8 }, { S: 1, T: 3, nh: 1, nkv: 1, hs: 4, window: 2 }, { S: 1, T: 21, nh: 2, nkv: 1, hs: 4, window: 1 },
  { S: 1, T: 37, nh: 2, nkv: 1, hs: 4, window: 11 },
] as Sizes[]) {
  const { S, T, nh, nkv, hs, window } = sizes;
  test(`attention of ${nh} heads on ${nkv}, ${S} x ${T} x ${hs}${window ? `, window ${window}` : ''}, and its gradient, match float64`, () =>
    expectOp((x) => apply(x!, sizes), (x) => reference(x!, sizes), [[S * T, (nh + 2 * nkv) * hs]], { tolerance: 5e-6, step: 1e-4 }));
}

for (const sizes of [{ S: 1, T: 131, nh: 2, nkv: 1, hs: 5 }, { S: 1, T: 140, nh: 2, nkv: 1, hs: 5, window: 20 }, { S: 1, T: 450, nh: 1, nkv: 1, hs: 12 }] as Sizes[]) {
  const { S, T, nh, nkv, hs, window = T } = sizes;
  test(`attention of ${T} queries, of which each sees ${window}, across blocks of queries and of keys, matches float64`, () =>
    expectOp((x) => apply(x!, sizes), (x) => reference(x!, sizes), [[S * T, (nh + 2 * nkv) * hs]], { constants: [0], tolerance: 5e-6 }));

  test(`its gradient matches float64: ${T} queries, window ${window}`, async () => {
    const found: Float32Array[] = [], W = (nh + 2 * nkv) * hs, values = noise(S * T * W, 6), weights = noise(S * T * nh * hs, 9);
    for (const threads of [1, 2]) {
      const engine = await createEngine({ threads });
      const x = param('x', [S * T, W]), y = apply(x, sizes), dy = input('dy', y.shape), dx = backward(y, dy).get(x)!;
      const plan = compile(engine, [dx], { keep: [x], threads });
      engine.f32(plan.at(x), size(x)).set(values);
      engine.f32(plan.at(dy), size(dy)).set(weights);
      plan.run();
      found.push(plan.read(dx).slice());
      engine.stop();
    }
    expect(found[1]).toEqual(found[0]);
    close(found[0]!, slowGradient(values, weights, sizes), 1e-5, 'dx');
  });
}

test('new rows against a cache, in any chunks, give the bits of the whole sequence at once', async () => {
  for (const window of [undefined, 17]) {
    const T = 90, nh = 4, nkv = 2, hs = 8, W = (nh + 2 * nkv) * hs, options = { nh, nkv, hs, k: 0, v: nkv * hs, ...(window && { window }) };
    const engine = await createEngine({ threads: 1 });
    const values = noise(T * W, 3);
    const x = input('x', [T, W]), whole = compile(engine, [apply(x, { S: 1, T, nh, nkv, hs, ...(window && { window }) })]);
    engine.f32(whole.at(x), T * W).set(values);
    whole.run();
    const expected = [...engine.f32(whole.at(whole.instructions.at(-1)!.tensor), T * nh * hs)];

    for (const chunks of [[90], [1, 89], [40, 41, 9], Array.from({ length: 90 }, () => 1)]) {
      const cache = input('cache', [1, 100, 2 * nkv * hs]), places = new Map([[cache, engine.memory.allocate(size(cache) * 4)]]);
      const found: number[] = [];
      let position = 0;
      for (const n of chunks) {
        const rows = input('rows', [n, W]), start = input('start', [1]);
        const out = attention(rows, remember(rows, cache, start, { offset: nh * hs }), start, options);
        const plan = compile(engine, [out], { places });
        engine.f32(plan.at(rows), n * W).set(values.subarray(position * W, (position + n) * W));
        engine.i32(plan.at(start), 1)[0] = position;
        plan.run();
        found.push(...plan.read(out));
        plan.free();
        position += n;
      }
      expect(found).toEqual(expected);
    }
  }
});

test('the probabilities can be seen, and every row sums to one', async () => {
  const engine = await createEngine({ threads: 1 });
  const [S, T, nh, hs] = [2, 6, 3, 4], x = param('x', [S * T, 3 * nh * hs]), probs = input('probs', [S, nh, T, T]);
  const out = attention(x, view(x, [S, T, 3 * nh * hs]), input('start', [S]), { nh, nkv: nh, hs, k: nh * hs, v: 2 * nh * hs, probs });
  const plan = compile(engine, [out]);
  engine.f32(plan.at(x), size(x)).set(noise(size(x), 5));
  plan.run();
  const seen = plan.read(probs);
  for (let r = 0; r < S * nh * T; r++) {
    const row = [...seen.subarray(r * T, (r + 1) * T)], t = r % T;
    expect(row.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 6);
    expect(row.slice(t + 1).every((p) => p === 0)).toBe(true);
    expect(row.slice(0, t + 1).every((p) => p > 0)).toBe(true);
  }
});

test('heads that do not fit are refused by name', () => {
  const x = param('blocks.1.qkv', [4, 24]);
  expect(() => attention(x, view(x, [1, 4, 24]), input('start', [1]), { nh: 3, nkv: 2, hs: 4, k: 12, v: 18 })).toThrow('3 query heads cannot share 2 heads');
  expect(() => attention(x, view(x, [1, 4, 24]), input('start', [1]), { nh: 8, nkv: 8, hs: 4, k: 12, v: 18 })).toThrow('8 heads of 4 do not fit in blocks.1.qkv (4, 24)');
  const options = { nh: 2, nkv: 2, hs: 4, k: 8, v: 16 };
  expect(() => attention(x, view(x, [1, 4, 24]), input('start', [1]), { ...options, window: 0 })).toThrow('window is 0');
  expect(() => attention(x, view(x, [1, 4, 24]), input('start', [1]), { ...options, scale: -1 })).toThrow('scale must be above 0, but it is -1');
});
