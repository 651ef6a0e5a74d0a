// The twin reads the weights by `dequantize`, rounds activations as the kernel does, and sums whole numbers and blocks
// in float64.
import { expect, test } from 'vitest';
import { createEngine, type Engine } from '../../../src/engine/index.ts';
import { dequantize, ggufBytes, quantize } from '../../../src/formats/index.ts';
import { compile, embeddingQuantized, input, matmul, matmulQuantized, quantizedMatrix, type QuantizedType, quantizedTypes, size } from '../../../src/graph/index.ts';
import { close, noise } from '../expectOp.ts';
import { slowPackBlocks } from '../slowPackBlocks.ts';

const engines: Promise<Engine[]> = Promise.all([createEngine({ threads: 1 }), createEngine({ threads: 2 })]);

/** Blocks of every kind: quantized noise, or for the K types bytes at random with scales of a sane size. */
function blocks(type: QuantizedType, N: number, K: number, seed = 3): Uint8Array {
  const values = Float32Array.from(noise(N * K, seed));
  if (type === 'Q8_0' || type === 'Q4_0') return quantize(type, values);
  const bytes = new Uint8Array(ggufBytes(type, N * K)), length = ggufBytes(type, 256), view = new DataView(bytes.buffer);
  let state = seed;
  for (let i = 0; i < bytes.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  for (let b = 0; b < bytes.length; b += length) {
    for (const at of type === 'Q4_K' ? [0, 2] : [208]) view.setUint16(b + at, 0x1000 + (bytes[b + at]! << 2), true);
  }
  return bytes;
}

/** x rounded to 127 steps of each 32 numbers, in float64. */
function rounded(x: Float64Array): Float64Array {
  return x.map((_, i) => {
    const block = x.subarray(i - (i % 32), i - (i % 32) + 32), most = block.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
    const scaled = Math.fround(x[i]! * Math.fround(127 / most)), low = Math.floor(scaled);
    const q = scaled - low === 0.5 ? low + (low & 1) : Math.round(scaled);
    return most === 0 ? 0 : q * Math.fround(most / 127);
  });
}

interface Given { type: QuantizedType; M: number; N: number; K: number; add?: 'row' | 'residual'; x?: Float64Array; data?: Uint8Array }

/** Runs the op on one and two threads, compares the bits, and returns the numbers. */
async function product({ type, M, N, K, add, x = noise(M * K, 5), data = blocks(type, N, K) }: Given): Promise<Float32Array> {
  const bits: Float32Array[] = [];
  for (const engine of await engines) {
    const a = input('a', [M, K]), weight = quantizedMatrix('w', type, [N, K]), bias = input('add', add === 'row' ? [N] : [M, N]);
    const out = matmulQuantized(a, weight, add ? { add: bias } : {});
    const plan = compile(engine, [out], { keep: [a, weight.tensor, bias], threads: engine.threads });
    engine.f32(plan.at(a), M * K).set(x);
    slowPackBlocks(type, [N, K], data, engine.u8(plan.at(weight.tensor), size(weight.tensor) * 4));
    if (add) engine.f32(plan.at(bias), size(bias)).set(noise(size(bias), 9));
    plan.run();
    bits.push(plan.read(out).slice());
    plan.free();
  }
  expect(bits[1], 'two threads give the bits of one').toEqual(bits[0]);
  return bits[0]!;
}

function slowProduct({ type, M, N, K, add, x = noise(M * K, 5), data = blocks(type, N, K) }: Given): Float64Array {
  const w = dequantize(type, data), q = rounded(x), extra = noise(add === 'row' ? N : M * N, 9);
  return Float64Array.from({ length: M * N }, (_, at) => {
    const m = Math.floor(at / N), n = at % N;
    let sum = add ? extra[add === 'row' ? n : at]! : 0;
    for (let k = 0; k < K; k++) sum += q[m * K + k]! * w[n * K + k]!;
    return sum;
  });
}

for (const type of quantizedTypes.filter((type) => type !== 'F32')) {
  const block = type.endsWith('K') ? 256 : 32;
  for (const [M, N, K] of [[1, 1, 1], [1, 16, 1], [2, 17, 3], [5, 15, 2], [8, 50, 1], [33, 33, 2], [70, 20, 1]] as const) {
    const given = { type, M, N, K: K * block };
    test(`${type} of ${M} x ${N} x ${K * block} matches float64`, async () => close(await product(given), slowProduct(given), 2e-6, 'product'));
  }
  for (const add of ['row', 'residual'] as const) {
    test(`${type} adds a ${add} in the same pass`, async () => {
      for (const N of [16, 21]) {
        const given = { type, M: 3, N, K: block, add };
        close(await product(given), slowProduct(given), 2e-6, 'product');
      }
    });
  }

  test(`a row has the same bits alone and among others, ${type}`, async () => {
    const [M, N, K] = [67, 37, 2 * block], x = noise(M * K, 5), all = await product({ type, M, N, K, x });
    for (const m of [0, 1, 31, 32, 66]) {
      expect(await product({ type, M: 1, N, K, x: x.slice(m * K, (m + 1) * K) })).toEqual(all.slice(m * N, (m + 1) * N));
    }
  });

  test(`rows are looked up with the bits of dequantize, ${type}`, async () => {
    const [V, C] = [37, 2 * block], data = blocks(type, V, C), numbers = dequantize(type, data);
    for (const engine of await engines) {
      const tokens = input('tokens', [40]), table = quantizedMatrix('table', type, [V, C]), out = embeddingQuantized(tokens, table);
      const plan = compile(engine, [out], { keep: [tokens, table.tensor], threads: engine.threads });
      slowPackBlocks(type, [V, C], data, engine.u8(plan.at(table.tensor), size(table.tensor) * 4));
      engine.i32(plan.at(tokens), 40).set(Int32Array.from({ length: 40 }, (_, i) => i - 1));
      plan.run();
      const found = plan.read(out);
      for (let i = 0; i < 40; i++) {
        const token = i - 1, row = token >= 0 && token < V ? numbers.slice(token * C, (token + 1) * C) : new Float32Array(C);
        expect(found.slice(i * C, (i + 1) * C).map((v) => v + 0)).toEqual(row.map((v) => v + 0));
      }
      plan.free();
    }
  });
}

test('the largest numbers do not overflow the whole sums', async () => {
  for (const [type, scale] of [['Q8_0', 0x3c00], ['Q4_0', 0x3c00]] as const) {
    const data = new Uint8Array(ggufBytes(type, 32 * 32)), length = ggufBytes(type, 32);
    for (let n = 0; n < 32; n++) {
      // every weight of a row the least or the largest: -128, 127; nibbles 0, 15
      data.fill(type === 'Q8_0' ? (n & 1 ? 127 : 128) : n & 1 ? 255 : 0, n * length, (n + 1) * length);
      new DataView(data.buffer).setUint16(n * length, scale, true);
    }
    for (const x of [Float64Array.from({ length: 32 }, () => 127), Float64Array.from({ length: 32 }, () => -127)]) {
      const given = { type, M: 1, N: 32, K: 32, x, data };
      expect(await product(given)).toEqual(Float32Array.from(slowProduct(given)));
    }
  }
});

test('activations of zero, of any magnitude, and no numbers at all', async () => {
  const at = async (x: number) => (await product({ type: 'Q8_0', M: 1, N: 16, K: 64, x: Float64Array.from({ length: 64 }, (_, i) => (i === 40 ? x : 0)) }))[3]!;
  expect(await at(0)).toBe(0);
  const one = await at(1);
  expect(one).not.toBe(0);
  for (const x of [1e-20, 1e20, 2 ** 110]) expect(Math.abs((await at(x)) / x / one - 1)).toBeLessThan(1e-6);
  expect(await at(1e-35)).toBe(0);
  for (const x of [NaN, Infinity, -Infinity]) expect(await at(x)).toBeNaN();
});

test('scales that are subnormal in 16 bits count', async () => {
  const data = blocks('Q8_0', 16, 32);
  for (let n = 0; n < 16; n++) new DataView(data.buffer).setUint16(n * 34, n * 60 + 1, true);
  const given = { type: 'Q8_0', M: 1, N: 16, K: 32, data } as const;
  const expected = slowProduct(given);
  (await product(given)).forEach((v, i) => expect(Math.abs(v - expected[i]!)).toBeLessThan(1e-6 * Math.max(...expected.map(Math.abs))));
});

test('what the rounding of activations costs is what it must be', async () => {
  // an error of at most half a step, max / 254, for each of K numbers, as a random walk
  const [M, N, K] = [4, 64, 512], x = noise(M * K, 5), data = blocks('Q8_0', N, K), w = dequantize('Q8_0', data);
  const engine = (await engines)[0]!, a = input('a', [M, K]), b = input('b', [N, K]), out = matmul(a, b, { tb: true });
  const plan = compile(engine, [out], { keep: [a, b] });
  engine.f32(plan.at(a), M * K).set(x);
  engine.f32(plan.at(b), N * K).set(w);
  plan.run();
  const exact = plan.read(out).slice(), got = await product({ type: 'Q8_0', M, N, K, x, data });
  plan.free();
  const error = Math.sqrt(got.reduce((sum, v, i) => sum + (v - exact[i]!) ** 2, 0) / got.length);
  const step = 0.5 / 127, meanSquareWeight = w.reduce((sum, v) => sum + v * v, 0) / w.length;
  const expected = Math.sqrt(K * meanSquareWeight * step ** 2 / 12);
  expect(error).toBeLessThan(1.2 * expected);
  expect(error).toBeGreaterThan(0.7 * expected);
});

test('sizes that do not fit are refused by name', () => {
  expect(() => quantizedMatrix('h.0.w', 'Q4_K', [8, 96])).toThrow('h.0.w (8, 96) has rows of 96 numbers, but Q4_K needs a multiple of 256. Q8_0 and Q4_0 need multiples of 32.');
  expect(() => quantizedMatrix('h.0.w', 'Q8_0', [8, 24])).toThrow('h.0.w (8, 24) has rows of 24 numbers, but Q8_0 needs a multiple of 32.');
  const weight = quantizedMatrix('h.0.w', 'Q8_0', [8, 64]);
  expect(() => matmulQuantized(input('x', [2, 32]), weight)).toThrow('matmulQuantized: inner sizes differ. x (2, 32) has 32, h.0.w (8, 64) has 64.');
  expect(() => matmulQuantized(input('x', [2, 64]), weight, { add: input('r', [3]) })).toThrow('what is added must have 2 x 8 numbers or 8');
});
