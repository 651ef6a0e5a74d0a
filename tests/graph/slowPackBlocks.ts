// The twin of assembly/packBlocks.ts in plain code: where every number of a block goes.
import { dequantize, ggufBytes } from '../../src/formats/index.ts';
import type { QuantizedType } from '../../src/graph/index.ts';

/** Rows that lie together, numbers per block of ggml's, bytes of the blocks of those rows packed, and the number by which kernels know the type. */
const types = {
  Q8_0: { code: 0, group: 16, numbers: 32, packed: 544 },
  Q4_0: { code: 1, group: 16, numbers: 32, packed: 288 },
  Q4_K: { code: 2, group: 16, numbers: 256, packed: 2368 },
  Q6_K: { code: 3, group: 16, numbers: 256, packed: 4384 },
  F32: { code: 4, group: 8, numbers: 1, packed: 32 },
} as const;

/** Where the eight-bit number k of a block lies for row r of 16; rows 4-7 and 12-15 stand in the upper byte of a lane. */
const eightAt = (r: number, k: number): number => (k >> 1) * 32 + (r >> 3) * 16 + ((r & 3) * 2 + (k & 1)) * 2 + ((r >> 2) & 1);

/** The same for the 16-bit lane in which four-bit numbers stand, row r in bits 4 (r >> 2) and up. */
const fourAt = (r: number, k: number): number => (k >> 1) * 16 + ((r & 3) * 2 + (k & 1)) * 2 + (r >> 3);

/** What is taken away from the lower byte of a lane of two: it is unsigned there. */
const CENTER = 128;

/** Writes one number of four bits; those of the highest rows are read with a sign, so they stand 8 lower. */
function putFour(to: Uint8Array, at: number, r: number, k: number, q: number): void {
  const bits = r >= 12 ? q ^ 8 : q;
  to[at + fourAt(r, k)]! |= bits << (r & 4);
}

/** Writes one number of eight bits. */
function putEight(to: Uint8Array, at: number, r: number, k: number, q: number): void {
  to[at + eightAt(r, k)] = r & 4 ? q : q + CENTER;
}

type Pack = (from: Uint8Array, block: number, to: Uint8Array, at: number, r: number) => void;

/** Copies an f16. */
function copyScale(from: Uint8Array, block: number, to: Uint8Array, at: number): void {
  to[at] = from[block]!;
  to[at + 1] = from[block + 1]!;
}

/** Row r of 16: one block of ggml's into its place. Blocks of ggml's are told in formats/quantizeBlocks32.ts and 256.ts. */
const packers: Readonly<Record<Exclude<QuantizedType, 'F32'>, Pack>> = {
  Q8_0(from, block, to, at, r) {
    copyScale(from, block, to, at + 2 * r);
    for (let k = 0; k < 32; k++) putEight(to, at + 32, r, k, from[block + 2 + k]!);
  },
  Q4_0(from, block, to, at, r) {
    copyScale(from, block, to, at + 2 * r);
    for (let j = 0; j < 16; j++) {
      const byte = from[block + 2 + j]!;
      putFour(to, at + 32, r, j, byte & 15);
      putFour(to, at + 32, r, j + 16, byte >> 4);
    }
  },
  Q4_K(from, block, to, at, r) {
    copyScale(from, block, to, at + 2 * r);
    copyScale(from, block + 2, to, at + 32 + 2 * r);
    for (let g = 0; g < 8; g++) {
      const into = at + 64 + g * 288, low = from[block + 8 + g]!;
      to[into + r] = g < 4 ? from[block + 4 + g]! & 63 : (low & 15) | ((from[block + g]! >> 6) << 4);
      to[into + 16 + r] = g < 4 ? low & 63 : (low >> 4) | ((from[block + 4 + g]! >> 6) << 4);
      for (let j = 0; j < 32; j++) putFour(to, into + 32, r, j, (from[block + 16 + (g >> 1) * 32 + j]! >> ((g & 1) * 4)) & 15);
    }
  },
  Q6_K(from, block, to, at, r) {
    copyScale(from, block + 208, to, at + 2 * r);
    for (let g = 0; g < 8; g++) {
      const into = at + 32 + g * 544, half = g >> 2, quarter = g & 3;
      to[into + r] = from[block + 192 + 2 * g]!;
      to[into + 16 + r] = from[block + 193 + 2 * g]!;
      for (let j = 0; j < 32; j++) {
        const low = (from[block + half * 64 + (quarter & 1) * 32 + j]! >> (quarter < 2 ? 0 : 4)) & 15;
        const high = (from[block + 128 + half * 32 + j]! >> (2 * quarter)) & 3;
        putEight(to, into + 32, r, j, (low | (high << 4)) - 32);
      }
    }
  },
};

/** Numbers of a row of f32 that lie together: the blocks in which sums run, KC in assembly/gemm.ts. */
const RUN = 384;

/** Rows of f32, the first of them row `from` of the matrix: blocks of RUN, in them 8 rows side by side. */
function packFloats([N, K]: readonly [N: number, K: number], numbers: Float32Array, to: Float32Array, from: number): void {
  const { group } = types.F32, padded = Math.ceil(N / group) * group;
  for (let at = 0, row = from; at < numbers.length; row++) {
    const r = row % group;
    for (let k = 0; k < K; k += RUN) {
      const run = Math.min(RUN, K - k);
      for (let into = k * padded + (row - r) * run + r, end = at + run; at < end; at++, into += group) to[into] = numbers[at]!;
    }
  }
}

/** Packs whole rows of a matrix, number `from` and following, from blocks as a GGUF file holds them. */
export function slowPackBlocks(type: QuantizedType, [N, K]: readonly [N: number, K: number], data: Uint8Array, to: Uint8Array, from = 0): void {
  const { numbers, packed, group } = types[type], blocks = K / numbers, bytes = ggufBytes(type, numbers), rows = data.length / (blocks * bytes);
  if (type === 'F32') {
    packFloats([N, K], dequantize('F32', data), new Float32Array(to.buffer, to.byteOffset, to.length / 4), from);
    return;
  }
  for (let row = 0; row < rows; row++) {
    const r = (from + row) % group, start = ((from + row - r) / group) * blocks * packed;
    for (let b = 0; b < blocks; b++) packers[type](data, (row * blocks + b) * bytes, to, start + b * packed, r);
  }
}
