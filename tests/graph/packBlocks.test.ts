// Packing in the engine puts every bit where the plain twin puts it, and rounds as `quantize` does.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createEngine, type Engine } from '../../src/engine/index.ts';
import { ggufBytes, quantize } from '../../src/formats/index.ts';
import { packBlocks, packedBytes, type QuantizedType, quantizedTypes } from '../../src/graph/index.ts';
import { noise } from './expectOp.ts';
import { slowPackBlocks } from './slowPackBlocks.ts';

let engines: Engine[];
beforeAll(async () => {
  engines = await Promise.all([createEngine({ threads: 1 }), createEngine({ threads: 2 })]);
  for (const engine of engines) engine.reserveScratch(1024); // stays with the engine
});
afterAll(() => engines.forEach((engine) => engine.stop()));

/** Bytes at random, with scales that are finite. */
function blocks(type: QuantizedType, count: number): Uint8Array {
  if (type === 'F32') return quantize('F32', Float32Array.from(noise(count, 3)));
  const bytes = new Uint8Array(ggufBytes(type, count)), length = ggufBytes(type, type.endsWith('K') ? 256 : 32);
  for (let i = 0, state = 1; i < bytes.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  for (let b = 0; b < bytes.length; b += length) for (const at of { Q8_0: [1], Q4_0: [1], Q4_K: [1, 3], Q6_K: [209] }[type]) bytes[b + at]! &= 0xbb;
  return bytes;
}

/** Packs on every engine, in pieces that end behind the given rows, and compares the bits. */
function packed(type: QuantizedType, N: number, K: number, data: Uint8Array | Float32Array, ends: readonly number[] = [N]): Uint8Array {
  const results = engines.map((engine) => {
    const bytes = packedBytes(type, N, K), address = engine.memory.allocate(bytes), row = data.length / N, used = engine.memory.used;
    ends.forEach((end, i) => packBlocks(engine, { type, N, K, address, name: 'w' }, data.subarray((ends[i - 1] ?? 0) * row, end * row), ends[i - 1] ?? 0));
    expect(engine.memory.used).toBe(used);
    const result = engine.u8(address, bytes).slice();
    engine.memory.free(address);
    return result;
  });
  expect(Buffer.compare(results[0]!, results[1]!)).toBe(0);
  return results[0]!;
}

function slow(type: QuantizedType, N: number, K: number, data: Uint8Array): Uint8Array {
  const to = new Uint8Array(packedBytes(type, N, K));
  slowPackBlocks(type, [N, K], data, to);
  return to;
}

test.each(quantizedTypes)('%s: rows in any pieces, from bytes at any place, lie where the twin puts them', (type) => {
  for (const [N, blocksOfRow] of [[1, 1], [16, 3], [37, 2], [53, 5]] as const) {
    const K = blocksOfRow * (type.endsWith('K') ? 256 : type === 'F32' ? 97 : 32), data = blocks(type, N * K), expected = slow(type, N, K, data);
    const moved = new Uint8Array(data.length + 1);
    moved.set(data, 1);
    for (const ends of [[N], [Math.ceil(N / 3), Math.ceil(N / 2), N]]) {
      expect(Buffer.compare(packed(type, N, K, data, ends), expected)).toBe(0);
      expect(Buffer.compare(packed(type, N, K, moved.subarray(1), ends), expected)).toBe(0);
    }
  }
});

test.each(['Q8_0', 'Q4_0', 'F32'] as const)('%s: numbers are rounded with the bits of quantize', (type) => {
  const K = 64, special = [
    [], [1], [-1], [1, -1], [-1, 1], [0.5, 127], [1.5, -2.5, 127, 63.5, 126.5, -126.5], [1e-30, 3e-31], [1e-38, -1e-39], [1e-41], [2 ** -126], [6e4, -6e4], [5.2e5, 1], [-5e5, 3], [-0],
    Array.from({ length: 32 }, (_, i) => i - 15.5), Array.from({ length: 32 }, (_, i) => 0.49999997 * (i - 16)), Array.from({ length: 32 }, (_, i) => (i % 2 ? 1 : -1) * (i + 0.5)),
  ];
  const N = special.length + 40, values = Float32Array.from(noise(N * K, 3));
  special.forEach((row, i) => values.set(Float32Array.from({ length: K }, (_, k) => row[k] ?? 0), i * K));
  for (let i = special.length; i < N; i++) for (let k = 0; k < K; k++) values[i * K + k]! *= 10 ** ((i % 9) - 5);
  expect(Buffer.compare(packed(type, N, K, values, [11, N]), slow(type, N, K, quantize(type, values)))).toBe(0);
});

test('more rows than are brought to the engine at once, and rows that are there already', () => {
  const N = 3000, K = 512, values = Float32Array.from(noise(N * K, 5)), expected = slow('Q8_0', N, K, quantize('Q8_0', values));
  expect(Buffer.compare(packed('Q8_0', N, K, values), expected)).toBe(0);
  for (const engine of engines) {
    const [from, to] = [engine.memory.allocate(values.byteLength), engine.memory.allocate(expected.length)];
    engine.f32(from, values.length).set(values);
    packBlocks(engine, { type: 'Q8_0', N, K, address: to, name: 'w' }, engine.f32(from, values.length));
    expect(Buffer.compare(engine.u8(to, expected.length), expected)).toBe(0);
    for (const address of [from, to]) engine.memory.free(address);
  }
});

test('what is damaged or does not fit is refused by name, and takes no memory', () => {
  for (const engine of engines) {
    const address = engine.memory.allocate(4096), used = engine.memory.used;
    const pack = (type: QuantizedType, N: number, K: number, data: Uint8Array | Float32Array, from = 0) => () => packBlocks(engine, { type, N, K, address, name: 'h.0.w' }, data, from);
    expect(pack('Q8_0', 8, 64, new Uint8Array(67))).toThrow('h.0.w (8, 64) of Q8_0 has 544 bytes; 67 bytes from row 0 on do not fit.');
    expect(pack('Q8_0', 2, 32, new Float32Array(64), 1)).toThrow('h.0.w (2, 32) of Q8_0 has 64 numbers; 64 numbers from row 1 on do not fit.');
    expect(pack('F32', 8, 4, new Uint8Array(17))).toThrow('17 bytes from row 0 on do not fit');
    expect(pack('Q8_0', 2, 24, new Float32Array(48))).toThrow('h.0.w has rows of 24 numbers, but Q8_0 needs a multiple of 32.');
    expect(pack('Q4_K', 1, 256, new Float32Array(256))).toThrow('h.0.w: numbers cannot be rounded to Q4_K here.');
    expect(pack('Q8_0', 2, 32, quantize('Q8_0', Float32Array.from({ length: 64 }, (_, i) => (i === 40 ? 1e9 : 0))))).toThrow('h.0.w: the scale of block 0 in row 1 is not a finite number.');
    expect(pack('Q4_0', 2, 32, Float32Array.from({ length: 64 }, (_, i) => (i === 40 ? 1e9 : 0)))).toThrow('h.0.w: the scale of block 0 in row 1 is not a finite number.');
    for (const value of [NaN, Infinity, -Infinity]) {
      for (const type of ['Q8_0', 'Q4_0'] as const) {
        expect(pack(type, 2, 32, Float32Array.from({ length: 64 }, (_, i) => (i === 40 ? value : 1)))).toThrow(`h.0.w: Number 40 is ${value}, which ${type} cannot hold`);
      }
    }
    expect(engine.memory.used).toBe(used);
    engine.memory.free(address);
  }
});
