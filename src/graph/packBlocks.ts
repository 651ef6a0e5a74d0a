// Quantized weights as the kernels read them: 16 rows of a matrix (columns of the product) side by side, block by block,
// inside a block two numbers of each row at a time. The layout and its reasons are told in assembly/quantized.ts; as
// many bytes per weight as in a GGUF file, a little more for the K types (4.6 for 4.5 in Q4_K, 8.6 for 6.6 in Q6_K).
// Weights that are not quantized (F32) gain by packing too: 8 rows side by side, number by number, in the
// order in which they are multiplied (assembly/packed.ts).
import { count, FormatError, ShapeError } from '../errors.ts';
import { dequantize, ggufBytes } from '../formats/index.ts';

/** Rows that lie together, numbers per block of ggml's, bytes of the blocks of those rows packed, and the number by which kernels know the type. */
const types = {
  Q8_0: { code: 0, group: 16, numbers: 32, packed: 544 },
  Q4_0: { code: 1, group: 16, numbers: 32, packed: 288 },
  Q4_K: { code: 2, group: 16, numbers: 256, packed: 2368 },
  Q6_K: { code: 3, group: 16, numbers: 256, packed: 4384 },
  F32: { code: 4, group: 8, numbers: 1, packed: 32 },
} as const;

/** The types of weights that can be packed and multiplied as they are: quantized ones, and F32, which loses nothing. */
export type QuantizedType = keyof typeof types;
export const quantizedTypes = Object.keys(types) as readonly QuantizedType[];

/** Whether weights of this type of GGUF can be multiplied as they are. */
export const isQuantizedType = (dtype: string): dtype is QuantizedType => Object.hasOwn(types, dtype);

/** The number by which kernels know the type. */
export const codeOf = (type: QuantizedType): number => types[type].code;

/** Numbers of a row come in multiples of this. */
export const blockOf = (type: QuantizedType): number => types[type].numbers;

/** Bytes of a packed matrix of N rows of K numbers; N is rounded up to a multiple of 16, or of 8 for F32. */
export const packedBytes = (type: QuantizedType, N: number, K: number): number => Math.ceil(N / types[type].group) * (K / types[type].numbers) * types[type].packed;

/** Bytes of one of ggml's blocks. */
const blockBytes = (type: QuantizedType): number => ggufBytes(type, types[type].numbers);

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

/** Where the 16-bit scales of a block lie. */
const scalesAt: Readonly<Record<keyof typeof packers, readonly number[]>> = { Q8_0: [0], Q4_0: [0], Q4_K: [0, 2], Q6_K: [208] };

/**
 * Packs rows of a matrix from blocks as a GGUF file holds them.
 *
 * @param data whole rows of K numbers, one behind the other: all N of the matrix, or some.
 * @param to the packed matrix, zeros where nothing was written yet; for F32 it begins at a multiple of 4 bytes.
 * @param from number of the first row of `data`.
 * @throws {ShapeError} when K is no multiple of the type's block, or the data are not whole rows that fit.
 * @throws {FormatError} when the scale of a block is not finite.
 * @example
 * const packed = new Uint8Array(packedBytes('Q8_0', 2, 32));
 * packBlocks('Q8_0', [2, 32], quantize('Q8_0', new Float32Array(64)), packed);
 */
export function packBlocks(type: QuantizedType, [N, K]: readonly [N: number, K: number], data: Uint8Array, to: Uint8Array, { from = 0, name = 'The matrix' } = {}): void {
  checkRows(type, K, name);
  const { numbers, packed, group } = types[type], blocks = K / numbers, bytes = blockBytes(type), rows = data.length / (blocks * bytes);
  if (!Number.isInteger(rows) || from + rows > N || to.length !== packedBytes(type, N, K)) {
    throw new ShapeError(`${name} (${N}, ${K}) of ${type} takes ${count(N * blocks * bytes)} bytes, ${count(packedBytes(type, N, K))} packed; ${count(data.length)} bytes from row ${from} on do not fit into ${count(to.length)}.`);
  }
  if (type === 'F32') {
    packFloats([N, K], dequantize('F32', data), new Float32Array(to.buffer, to.byteOffset, to.length / 4), from);
    return;
  }
  const pack = packers[type];
  for (let row = 0; row < rows; row++) {
    const r = (from + row) % group, start = ((from + row - r) / group) * blocks * packed;
    for (let b = 0; b < blocks; b++) {
      const block = (row * blocks + b) * bytes;
      for (const at of scalesAt[type]) {
        // an exponent of ones: infinity or NaN
        if ((data[block + at + 1]! & 0x7c) === 0x7c) throw new FormatError(`${name}: the scale of block ${b} in row ${from + row} is not a finite number. The weights are damaged, or were too large for ${type}.`);
      }
      pack(data, block, to, start + b * packed, r);
    }
  }
}

/** @throws {ShapeError} when rows of K numbers are not whole blocks. */
export function checkRows(type: QuantizedType, K: number, name: string): void {
  if (!Number.isSafeInteger(K) || K < 1 || K % blockOf(type) !== 0) {
    const other = type !== 'Q8_0' && K > 0 && K % 32 === 0 ? ' Q8_0 and Q4_0 need multiples of 32.' : '';
    throw new ShapeError(`${name} has rows of ${count(K)} numbers, but ${type} needs a multiple of ${blockOf(type)}.${other}`);
  }
}
