import { expect, test } from 'vitest';
import { createEngine } from '../../../src/engine/index.ts';
import { attention } from '../../../src/graph/ops/attention.ts';
import { view } from '../../../src/graph/ops/fill.ts';
import { remember } from '../../../src/graph/ops/remember.ts';
import { compile } from '../../../src/graph/plan.ts';
import { input, param, size, type Tensor } from '../../../src/graph/tensor.ts';
import { expectOp, noise } from '../expectOp.ts';

interface Sizes { S: number; T: number; nh: number; nkv: number; hs: number }

/** The definition, in float64: every score is there. */
function reference(x: Float64Array, { S, T, nh, nkv, hs }: Sizes): Float64Array {
  const W = (nh + 2 * nkv) * hs, out = new Float64Array(S * T * nh * hs);
  for (let s = 0; s < S; s++) for (let h = 0; h < nh; h++) for (let t = 0; t < T; t++) {
    const g = Math.floor(h / (nh / nkv)), q = (s * T + t) * W + h * hs;
    const scores = Array.from({ length: t + 1 }, (_, u) => {
      let sum = 0;
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

const apply = (qkv: Tensor, { S, T, nh, nkv, hs }: Sizes, start = input('start', [S])): Tensor =>
  attention(qkv, view(qkv, [S, T, (nh + 2 * nkv) * hs]), start, { nh, nkv, hs, k: nh * hs, v: (nh + nkv) * hs });

for (const sizes of [
  { S: 1, T: 1, nh: 1, nkv: 1, hs: 2 }, { S: 2, T: 5, nh: 2, nkv: 2, hs: 4 }, { S: 1, T: 7, nh: 4, nkv: 2, hs: 6 }, { S: 2, T: 9, nh: 3, nkv: 1, hs: 3 },
  { S: 1, T: 50, nh: 2, nkv: 1, hs: 8 },
]) {
  const { S, T, nh, nkv, hs } = sizes;
  test(`attention of ${nh} heads on ${nkv}, ${S} x ${T} x ${hs}, and its gradient, match float64`, () =>
    expectOp((x) => apply(x!, sizes), (x) => reference(x!, sizes), [[S * T, (nh + 2 * nkv) * hs]], { tolerance: 5e-6, step: 1e-4 }));
}

test('attention across several blocks of queries matches float64', () => {
  const sizes = { S: 1, T: 131, nh: 2, nkv: 1, hs: 5 };
  return expectOp((x) => apply(x!, sizes), (x) => reference(x!, sizes), [[131, 20]], { constants: [0], tolerance: 5e-6 });
});

test('new rows against a cache, in any chunks, give the bits of the whole sequence at once', async () => {
  const T = 90, nh = 4, nkv = 2, hs = 8, W = (nh + 2 * nkv) * hs, options = { nh, nkv, hs, k: 0, v: nkv * hs };
  const engine = await createEngine({ threads: 1 });
  const values = noise(T * W, 3);
  const x = input('x', [T, W]), whole = compile(engine, [apply(x, { S: 1, T, nh, nkv, hs })]);
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
});
