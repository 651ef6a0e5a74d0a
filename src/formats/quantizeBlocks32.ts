// Blocks of 32 numbers with one scale d (and in the _1 types one minimum m), both 16-bit floats:
//   Q4_0, Q5_0: y = (q - 8 or 16) · d     Q4_1, Q5_1: y = q · d + m     Q8_0: y = q · d     IQ4_NL: y = table[q] · d
// A byte of the four-bit part holds numbers j (low) and j + 16 (high); the fifth bits of all 32 stand in one word.
// Every product and sum is rounded to f32 as in ggml's reference code, so the results have the same bits.
// See https://github.com/ggml-org/ggml/blob/master/src/ggml-quants.c

import { f16ToF32Bits } from './dtype.ts';
import { f32ToF16Bits } from './quantizeF16.ts';

/** Turns the block that begins at byte `at` into f32 numbers from `to` on. */
export type DequantizeBlock = (block: DataView, at: number, y: Float32Array, to: number) => void;

/** Turns the f32 numbers from `from` on into the block that begins at byte `at`. */
export type QuantizeBlock = (x: Float32Array, from: number, block: DataView, at: number) => void;

const { fround } = Math;
const word = new Uint32Array(1);
const float = new Float32Array(word.buffer);

/** The 16-bit float at byte `at`. */
export function readF16(block: DataView, at: number): number {
  word[0] = f16ToF32Bits(block.getUint16(at, true));
  return float[0]!;
}

/** Four-bit blocks: scale, perhaps minimum, perhaps fifth bits, then 16 bytes of two numbers each. */
function dequantizeNibbles(hasMinimum: boolean, hasFifthBits: boolean): DequantizeBlock {
  const center = hasMinimum ? 0 : hasFifthBits ? 16 : 8;
  return (block, at, y, to) => {
    const d = readF16(block, at), m = hasMinimum ? readF16(block, at + 2) : 0;
    const fifthAt = at + (hasMinimum ? 4 : 2), nibbles = fifthAt + (hasFifthBits ? 4 : 0);
    const fifth = hasFifthBits ? block.getUint32(fifthAt, true) : 0;
    for (let j = 0; j < 16; j++) {
      const byte = block.getUint8(nibbles + j);
      const low = ((byte & 15) | (((fifth >>> j) & 1) << 4)) - center;
      const high = ((byte >> 4) | (((fifth >>> (j + 16)) & 1) << 4)) - center;
      // Adding m = 0 would turn -0 into 0, so types without a minimum do not add.
      y[to + j] = hasMinimum ? fround(low * d) + m : low * d;
      y[to + j + 16] = hasMinimum ? fround(high * d) + m : high * d;
    }
  };
}

/** IQ4_NL: sixteen levels, closer together near zero, where most weights are. */
const levels = [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113] as const;

/** How each type of 32-number blocks is read. */
export const dequantizeBlocks32 = {
  Q4_0: dequantizeNibbles(false, false),
  Q4_1: dequantizeNibbles(true, false),
  Q5_0: dequantizeNibbles(false, true),
  Q5_1: dequantizeNibbles(true, true),
  Q8_0(block, at, y, to) {
    const d = readF16(block, at);
    for (let j = 0; j < 32; j++) y[to + j] = block.getInt8(at + 2 + j) * d;
  },
  IQ4_NL(block, at, y, to) {
    const d = readF16(block, at);
    for (let j = 0; j < 16; j++) {
      const byte = block.getUint8(at + 2 + j);
      y[to + j] = levels[byte & 15]! * d;
      y[to + j + 16] = levels[byte >> 4]! * d;
    }
  },
} satisfies Record<string, DequantizeBlock>;

/** 1/d in f32, and 0 for a scale of 0. Infinite where d is so small that its inverse is no f32. */
const inverse = (d: number): number => (d === 0 ? 0 : fround(1 / d));

/** What a cast to int8 gives on x86: beyond the integers (an infinite inverse scale) it is 0. */
const toInt8 = (value: number): number => (Number.isFinite(value) ? (Math.trunc(value) << 24) >> 24 : 0);

/** Four bits with the value of largest magnitude at -8, so that it is kept with its sign. */
const quantizeQ4: QuantizeBlock = (x, from, block, at) => {
  let extreme = 0, largest = 0;
  for (let j = 0; j < 32; j++) {
    const value = x[from + j]!;
    if (Math.abs(value) > largest) [largest, extreme] = [Math.abs(value), value];
  }
  const d = fround(extreme / -8), id = inverse(d);
  block.setUint16(at, f32ToF16Bits(d), true);
  const level = (value: number): number => Math.min(15, toInt8(fround(fround(value * id) + 8.5))) & 255;
  for (let j = 0; j < 16; j++) block.setUint8(at + 2 + j, (level(x[from + j]!) | (level(x[from + j + 16]!) << 4)) & 255);
};

/** Eight bits with the largest magnitude at 127; halves round away from zero. */
const quantizeQ8: QuantizeBlock = (x, from, block, at) => {
  let largest = 0;
  for (let j = 0; j < 32; j++) largest = Math.max(largest, Math.abs(x[from + j]!));
  const d = fround(largest / 127), id = inverse(d);
  block.setUint16(at, f32ToF16Bits(d), true);
  for (let j = 0; j < 32; j++) {
    const scaled = fround(x[from + j]! * id);
    block.setInt8(at + 2 + j, toInt8(scaled < 0 ? -Math.floor(0.5 - scaled) : Math.floor(scaled + 0.5)));
  }
};

/** How each type of 32-number blocks that can be written is written. */
export const quantizeBlocks32 = { Q4_0: quantizeQ4, Q8_0: quantizeQ8 } as const;
