// The K types: 256 numbers in groups of 16 or 32. Each group has a small integer scale s (and perhaps minimum m),
// and the block has 16-bit floats d (and dmin) for those: a scale of scales.
//   Q2_K, Q4_K, Q5_K: y = (d·s)·q - dmin·m        Q3_K: y = d·(s - 32)·(q - 4)        Q6_K: y = d·s·(q - 32)
// Every product and difference is rounded to f32 as in ggml's reference code, so the results have the same bits.
// See https://github.com/ggml-org/ggml/blob/master/src/ggml-quants.c and https://github.com/ggml-org/llama.cpp/pull/1684

import { readF16, type DequantizeBlock } from './quantizeBlocks32.ts';

const { fround } = Math;

/** scales (16) | two-bit numbers (64) | d | dmin. A scale byte holds s (low) and m (high). */
const dequantizeQ2: DequantizeBlock = (block, at, y, to) => {
  const d = readF16(block, at + 80), dmin = readF16(block, at + 82);
  for (let i = 0; i < 256; i++) {
    const half = i >> 7, shift = ((i >> 5) & 3) * 2;
    const scales = block.getUint8(at + (i >> 4));
    const q = (block.getUint8(at + 16 + half * 32 + (i & 31)) >> shift) & 3;
    y[to + i] = fround(fround(d * (scales & 15)) * q) - fround(dmin * (scales >> 4));
  }
};

/** third bits (32) | low two bits (64) | six-bit scales (12) | d. A third bit that is 0 takes 4 away. */
const dequantizeQ3: DequantizeBlock = (block, at, y, to) => {
  const d = readF16(block, at + 108);
  for (let i = 0; i < 256; i++) {
    const half = i >> 7, shift = ((i >> 5) & 3) * 2, column = i & 31, group = i >> 4;
    const low = (block.getUint8(at + 96 + (group & 7)) >> (group < 8 ? 0 : 4)) & 15;
    const high = (block.getUint8(at + 104 + (group & 3)) >> (2 * (group >> 2))) & 3;
    const third = (block.getUint8(at + column) >> (i >> 5)) & 1;
    const q = ((block.getUint8(at + 32 + half * 32 + column) >> shift) & 3) - (third ? 0 : 4);
    y[to + i] = fround(d * ((low | (high << 4)) - 32)) * q;
  }
};

/**
 * Eight six-bit scales and eight six-bit minima in 12 bytes: the first four of each lie in the low bits of bytes 0-3
 * and 4-7; of the others the low four bits share bytes 8-11, and the high two stand atop bytes 0-3 and 4-7.
 */
function scaleAndMinimum(block: DataView, at: number, group: number): [scale: number, minimum: number] {
  if (group < 4) return [block.getUint8(at + group) & 63, block.getUint8(at + group + 4) & 63];
  const low = block.getUint8(at + group + 4);
  return [
    (low & 15) | ((block.getUint8(at + group - 4) >> 6) << 4),
    (low >> 4) | ((block.getUint8(at + group) >> 6) << 4),
  ];
}

/** d | dmin | scales (12) | in Q5_K fifth bits (32) | four-bit numbers (128), groups in pairs: low half, high half. */
function dequantizeNibbles(hasFifthBits: boolean): DequantizeBlock {
  const nibbles = hasFifthBits ? 48 : 16;
  return (block, at, y, to) => {
    const d = readF16(block, at), dmin = readF16(block, at + 2);
    for (let group = 0; group < 8; group++) {
      const [scale, minimum] = scaleAndMinimum(block, at + 4, group);
      const step = fround(d * scale), offset = fround(dmin * minimum);
      const from = at + nibbles + (group >> 1) * 32, shift = (group & 1) * 4;
      for (let j = 0; j < 32; j++) {
        const fifth = hasFifthBits ? (block.getUint8(at + 16 + j) >> group) & 1 : 0;
        const q = ((block.getUint8(from + j) >> shift) & 15) | (fifth << 4);
        y[to + group * 32 + j] = fround(step * q) - offset;
      }
    }
  };
}

/** low four bits (128) | high two bits (64) | signed scales (16) | d. */
const dequantizeQ6: DequantizeBlock = (block, at, y, to) => {
  const d = readF16(block, at + 208);
  for (let i = 0; i < 256; i++) {
    const half = i >> 7, quarter = (i >> 5) & 3, column = i & 31;
    const low = (block.getUint8(at + half * 64 + (quarter & 1) * 32 + column) >> (quarter < 2 ? 0 : 4)) & 15;
    const high = (block.getUint8(at + 128 + half * 32 + column) >> (2 * quarter)) & 3;
    y[to + i] = fround(d * block.getInt8(at + 192 + (i >> 4))) * ((low | (high << 4)) - 32);
  }
};

/** How each type of 256-number blocks is read. */
export const dequantizeBlocks256 = {
  Q2_K: dequantizeQ2,
  Q3_K: dequantizeQ3,
  Q4_K: dequantizeNibbles(false),
  Q5_K: dequantizeNibbles(true),
  Q6_K: dequantizeQ6,
} as const;
