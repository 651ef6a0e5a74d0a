// What is kept, and how it is read: rows of the past as 32-bit floats, in 16 bits, and in 8 with a scale for each head.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createEngine, type Engine } from '../../../src/engine/index.ts';
import { dequantize, quantize } from '../../../src/formats/index.ts';
import { attention, cacheTypes, compile, input, type Kept, keptWords, remember, size } from '../../../src/graph/index.ts';
import { audit } from '../audit.ts';
import { noise } from '../expectOp.ts';

let engines: Engine[];
beforeAll(async () => {
  engines = await Promise.all([createEngine({ threads: 1 }), createEngine({ threads: 2 })]);
});
afterAll(() => engines.forEach((engine) => engine.stop()));

/** Numbers as they are read again. */
function rounded(x: Float64Array, { type, group }: Pick<Kept, 'type' | 'group'>): Float64Array {
  if (type === 'f32') return x;
  if (type === 'f16') return Float64Array.from(dequantize('F16', quantize('F16', Float32Array.from(x))));
  return x.map((value, i) => {
    const from = i - (i % group), most = x.subarray(from, from + group).reduce((m, v) => Math.max(m, Math.abs(v)), 0);
    const scaled = Math.fround(value * Math.fround(127 / most)), low = Math.floor(scaled);
    const q = scaled - low === 0.5 ? low + (low & 1) : Math.round(scaled);
    return most === 0 ? 0 : Math.fround(q * Math.fround(most / 127));
  });
}

interface Sizes { readonly S: number; readonly nh: number; readonly nkv: number; readonly hs: number; readonly Tk: number; readonly window?: number }

/** Reads rows of queries, keys and values of S sequences in pieces. @returns the outputs, by sequence and position. */
function inPieces(engine: Engine, values: Float64Array, pieces: readonly number[], { S, nh, nkv, hs, Tk, window }: Sizes, type: Kept['type']): Float32Array {
  const W = (nh + 2 * nkv) * hs, kept = { type, width: 2 * nkv * hs, group: hs }, cache = input('cache', [S, Tk, keptWords(kept)]), T = pieces.reduce((a, b) => a + b);
  const places = new Map([[cache, engine.memory.allocate(size(cache) * 4)]]), found = new Float32Array(S * T * nh * hs);
  let position = 0;
  for (const n of pieces) {
    const rows = input('rows', [S * n, W]), start = input('start', [S]);
    const out = attention(rows, remember(rows, cache, start, { offset: nh * hs, kept }), start, { nh, nkv, hs, k: 0, v: nkv * hs, kept, ...(window && { window }) });
    const plan = compile(engine, [out], { places, threads: engine.threads });
    for (let s = 0; s < S; s++) plan.read(rows).set(values.subarray((s * T + position) * W, (s * T + position + n) * W), s * n * W);
    engine.i32(plan.at(start), S).fill(position);
    if (position === 0) {
      audit(plan);
      engine.u8(places.get(cache)!, size(cache) * 4).fill(0x7f); // what an earlier conversation may have left behind
    }
    plan.run();
    for (let s = 0; s < S; s++) found.set(plan.read(out).subarray(s * n * nh * hs, (s + 1) * n * nh * hs), (s * T + position) * nh * hs);
    plan.free();
    position += n;
  }
  engine.memory.free(places.get(cache)!);
  return found;
}

/** The definition, in float64, on keys and values as they are read again. */
function reference(values: Float64Array, T: number, { S, nh, nkv, hs, window = T }: Sizes, type: Kept['type']): Float64Array {
  const W = (nh + 2 * nkv) * hs, out = new Float64Array(S * T * nh * hs);
  const past = rounded(Float64Array.from({ length: S * T * 2 * nkv * hs }, (_, i) => values[Math.floor(i / (2 * nkv * hs)) * W + nh * hs + (i % (2 * nkv * hs))]!), { type, group: hs });
  for (let s = 0; s < S; s++) for (let h = 0; h < nh; h++) for (let t = 0; t < T; t++) {
    const g = Math.floor(h / (nh / nkv)), keys = Array.from({ length: Math.min(t + 1, window) }, (_, i) => t - i);
    const scores = keys.map((u) => {
      let sum = 0;
      for (let c = 0; c < hs; c++) sum += values[(s * T + t) * W + h * hs + c]! * past[((s * T + u) * 2 * nkv + g) * hs + c]!;
      return Math.exp(sum / Math.sqrt(hs));
    });
    const total = scores.reduce((a, b) => a + b, 0);
    for (let c = 0; c < hs; c++) {
      out[((s * T + t) * nh + h) * hs + c] = keys.reduce((sum, u, i) => sum + (scores[i]! / total) * past[((s * T + u) * 2 * nkv + nkv + g) * hs + c]!, 0);
    }
  }
  return out;
}

const shapes: readonly Sizes[] = [
  { S: 1, nh: 2, nkv: 2, hs: 8, Tk: 41 }, { S: 2, nh: 6, nkv: 2, hs: 12, Tk: 48 }, { S: 1, nh: 3, nkv: 1, hs: 5, Tk: 39 },
  { S: 3, nh: 2, nkv: 1, hs: 4, Tk: 40, window: 11 }, { S: 1, nh: 70, nkv: 70, hs: 4, Tk: 38 },
];
const T = 38, ones = Array.from({ length: T }, () => 1);

for (const type of cacheTypes) {
  test.each(shapes)(`attention over a past kept as ${type} matches float64, with the same bits in pieces of any size and on any threads: %o`, (sizes) => {
    const values = noise(sizes.S * T * (sizes.nh + 2 * sizes.nkv) * sizes.hs, 3).map((v) => 4 * v), expected = reference(values, T, sizes, type);
    const all = engines.flatMap((engine) => [[T], ones, [9, 8, 7, 6, 5, 3], [20, 4, 2, 12]].map((pieces) => inPieces(engine, values, pieces, sizes, type)));
    for (const found of all) expect(found).toEqual(all[0]);
    all[0]!.forEach((v, i) => expect(Math.abs(v - expected[i]!)).toBeLessThan(4e-6));
  });
}

test('a past of many blocks of keys, and heads wider than a block, have the same bits in pieces of any size', () => {
  for (const [sizes, count] of [[{ S: 1, nh: 2, nkv: 1, hs: 4, Tk: 800 }, 800], [{ S: 1, nh: 2, nkv: 1, hs: 400, Tk: 20 }, 20], [{ S: 1, nh: 1, nkv: 1, hs: 4, Tk: 800, window: 390 }, 800]] as const) {
    const values = noise(count * (sizes.nh + 2 * sizes.nkv) * sizes.hs, 5);
    for (const type of cacheTypes) {
      const [engine] = engines as [Engine], whole = inPieces(engine, values, [count], sizes, type), few = count - 11;
      expect(inPieces(engine, values, [few, 1, 2, 8], sizes, type)).toEqual(whole);
      whole.forEach((v, i) => (i % 97 === 0 ? expect(Number.isFinite(v)).toBe(true) : undefined));
    }
  }
});

test('16 bits round as the format says, to the nearest, ties to even, and know infinity', () => {
  const hs = 32, x = [0, -0, 1, -1 / 3, 65504, 65519.99, 65520, -1e9, Infinity, -Infinity, NaN, 2 ** -14, 2 ** -24, 2 ** -25, 3 * 2 ** -26, 1e-9, 1 + 2 ** -11, 1 + 3 * 2 ** -11, 6e-5, 6.1e-5, 1e-5];
  const values = Float32Array.from({ length: hs }, (_, i) => x[i] ?? Math.sin(i) * 10 ** (i % 7 - 4)), kept: Kept = { type: 'f16', width: hs, group: hs };
  const [engine] = engines as [Engine], row = input('row', [1, hs]), cache = input('cache', [1, 2, keptWords(kept)]), start = input('start', [1]);
  const plan = compile(engine, [remember(row, cache, start, { kept })], { keep: [cache] });
  plan.read(row).set(values);
  engine.i32(plan.at(start), 1)[0] = 1;
  plan.run();
  const bits = (bytes: Uint8Array): number[] => [...new Uint16Array(bytes.slice().buffer)].map((half) => ((half & 0x7fff) > 0x7c00 ? 0x7e00 : half));
  expect(bits(engine.u8(plan.at(cache) + hs * 2, hs * 2))).toEqual(bits(quantize('F16', values)));
  plan.free();
});

test('8 bits: a head of zeros stays zero, one with a number that is none becomes NaN, and others are left alone', () => {
  const hs = 6, kept: Kept = { type: 'int8', width: 4 * hs, group: hs }, [engine] = engines as [Engine];
  const values = Float32Array.from({ length: 4 * hs }, (_, i) => (i < hs ? 0 : i === hs + 2 ? NaN : i === 2 * hs + 1 ? Infinity : i - 3 * hs));
  const row = input('row', [1, 4 * hs]), cache = input('cache', [1, 1, keptWords(kept)]), start = input('start', [1]);
  const plan = compile(engine, [remember(row, cache, start, { kept })], { keep: [cache] });
  plan.read(row).set(values);
  plan.run();
  const scales = engine.f32(plan.at(cache) + 24, 4);
  expect([...scales]).toEqual([0, NaN, NaN, Math.fround(5 / 127)]);
  expect([...new Int8Array(engine.u8(plan.at(cache) + 3 * hs, hs))]).toEqual([0, 25, 51, 76, 102, 127]);
  plan.free();
});

test('what does not fit is refused by name', () => {
  const x = input('x', [2, 24]), start = input('start', [1]), kept: Kept = { type: 'int8', width: 16, group: 4 };
  expect(() => remember(x, input('cache', [1, 9, 16]), start, { offset: 8, kept })).toThrow('the history must be (S,Tk,8), but it is cache (1, 9, 16)');
  expect(() => remember(x, input('cache', [1, 9, 8]), start, { offset: 9, kept })).toThrow('columns 9 to 25 do not exist in x (2, 24)');
  expect(() => keptWords({ type: 'int8', width: 10, group: 4 })).toThrow('not whole groups of 4');
  expect(() => attention(x, input('cache', [1, 9, 8]), start, { nh: 2, nkv: 2, hs: 4, k: 0, v: 6, kept })).toThrow('heads of 4 from columns 0 and 6 on do not agree with groups of 4');
  expect(() => attention(x, input('cache', [1, 9, 9]), start, { nh: 2, nkv: 2, hs: 4, k: 0, v: 8, kept })).toThrow('16 numbers kept as int8 take rows of 8');
});
