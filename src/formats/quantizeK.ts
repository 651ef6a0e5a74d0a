// Writing the K types Q4_K and Q6_K as ggml's reference quantizers do, bit for bit: every product and sum is rounded to f32 in
// their order. For each group a scale (and minimum) is searched that makes the weighted squared error small:
//   Q6_K: least squares for x ≈ d·q, tried for 19 starting scales; Q4_K: for x ≈ d·q - m, tried for 21
// The layout of the blocks is told in quantizeBlocks256.ts.
// See https://github.com/ggml-org/ggml/blob/master/src/ggml-quants.c and https://github.com/ggml-org/llama.cpp/pull/1684

import type { QuantizeBlock } from './quantizeBlocks32.ts';
import { readF16 } from './quantizeBlocks32.ts';
import { f32ToF16Bits } from './quantizeF16.ts';

const { fround } = Math;
const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

/** To the nearest, ties to even, as adding 1.5 · 2^23 does; what is too large wraps. */
function nearest(value: number): number {
  if (value > -4_194_304 && value < 4_194_304) return fround(value + 12_582_912) - 12_582_912;
  float[0] = fround(value) + 12_582_912;
  return (bits[0]! & 0x007fffff) - 0x00400000;
}

const clamp = (l: number, least: number, most: number): number => (l < least ? least : l > most ? most : l);

/** Groups whose numbers are all smaller are zero. */
const EPSILON = fround(1e-15);
const TENTH = fround(0.1);

/** The scale d of 16 numbers x ≈ d · (L - 32), weighted by x². */
function sixBitScale(x: Float32Array, from: number, L: Int32Array, to: number): number {
  let extreme = 0, largest = 0;
  for (let i = 0; i < 16; i++) {
    const size = Math.abs(x[from + i]!);
    if (size > largest) [largest, extreme] = [size, x[from + i]!];
  }
  if (largest < EPSILON) {
    L.fill(0, to, to + 16);
    return 0;
  }
  let inverse = fround(-32 / extreme), sumlx = 0, suml2 = 0;
  const sums = (): void => {
    sumlx = suml2 = 0;
    for (let i = 0; i < 16; i++) {
      const v = x[from + i]!, l = clamp(nearest(fround(inverse * v)), -32, 31), w = fround(v * v);
      sumlx = fround(sumlx + fround(fround(w * v) * l));
      suml2 = fround(suml2 + fround(fround(w * l) * l));
    }
  };
  const levels = (): void => {
    for (let i = 0; i < 16; i++) L[to + i] = 32 + clamp(nearest(fround(inverse * x[from + i]!)), -32, 31);
  };
  sums();
  levels();
  let scale = suml2 ? fround(sumlx / suml2) : 0, best = fround(scale * sumlx);
  for (let step = -9; step <= 9; step++) {
    if (step === 0) continue;
    inverse = fround(-fround(32 + fround(TENTH * step)) / extreme);
    sums();
    if (suml2 > 0 && fround(sumlx * sumlx) > fround(best * suml2)) {
      levels();
      scale = fround(sumlx / suml2);
      best = fround(scale * sumlx);
    }
  }
  return scale;
}

const L = new Int32Array(256), tried = new Int32Array(32), scales = new Float32Array(16), mins = new Float32Array(8), weights = new Float32Array(32);

const quantizeQ6: QuantizeBlock = (x, from, block, at) => {
  let most = 0, largest = 0;
  for (let g = 0; g < 16; g++) {
    const scale = (scales[g] = sixBitScale(x, from + 16 * g, L, 16 * g));
    if (Math.abs(scale) > largest) [largest, most] = [Math.abs(scale), scale];
  }
  if (largest < EPSILON) {
    for (let i = 0; i < 210; i++) block.setUint8(at + i, 0);
    return;
  }
  const inverse = fround(-128 / most);
  block.setUint16(at + 208, f32ToF16Bits(fround(1 / inverse)), true);
  const d = readF16(block, at + 208);
  for (let g = 0; g < 16; g++) {
    block.setInt8(at + 192 + g, Math.min(127, nearest(fround(inverse * scales[g]!))));
    const step = fround(d * block.getInt8(at + 192 + g));
    if (step) for (let i = 16 * g; i < 16 * g + 16; i++) L[i] = clamp(nearest(fround(x[from + i]! / step)), -32, 31) + 32;
  }
  for (let half = 0; half < 2; half++) {
    for (let l = 0, j = 128 * half; l < 32; l++, j++) {
      const [a, b, c, e] = [L[j]!, L[j + 32]!, L[j + 64]!, L[j + 96]!];
      block.setUint8(at + 64 * half + l, ((a & 15) | ((c & 15) << 4)) & 255);
      block.setUint8(at + 64 * half + 32 + l, ((b & 15) | ((e & 15) << 4)) & 255);
      block.setUint8(at + 128 + 32 * half + l, ((a >> 4) | ((b >> 4) << 2) | ((c >> 4) << 4) | ((e >> 4) << 6)) & 255);
    }
  }
};

/** Scale and minimum of 32 numbers x ≈ scale · l - minimum, l from 0 to 15, weighted by `weights`; the levels go to L. */
function fourBitScale(x: Float32Array, from: number, to: number): [scale: number, minimum: number] {
  let min = x[from]!, max = min, sumW = weights[0]!, sumX = fround(sumW * min);
  for (let i = 1; i < 32; i++) {
    const v = x[from + i]!, w = weights[i]!;
    if (v < min) min = v;
    if (v > max) max = v;
    sumW = fround(sumW + w);
    sumX = fround(sumX + fround(w * v));
  }
  if (min > 0) min = 0;
  if (max === min) {
    L.fill(0, to, to + 32);
    return [0, -min];
  }
  let inverse = fround(15 / fround(max - min)), scale = fround(1 / inverse), found = min;
  /** Weighted squared error of `tried` under a scale and a minimum. */
  const errorOf = (by: number, above: number): number => {
    let error = 0;
    for (let i = 0; i < 32; i++) {
      const difference = fround(fround(fround(by * tried[i]!) + above) - x[from + i]!);
      error = fround(error + fround(weights[i]! * fround(difference * difference)));
    }
    return error;
  };
  for (let i = 0; i < 32; i++) tried[i] = clamp(nearest(fround(inverse * fround(x[from + i]! - min))), 0, 15);
  L.set(tried, to);
  let best = errorOf(scale, min);
  for (let step = 0; step <= 20; step++) {
    inverse = fround(fround(fround(-1 + fround(TENTH * step)) + 15) / fround(max - found));
    let sumL = 0, sumL2 = 0, sumXL = 0;
    for (let i = 0; i < 32; i++) {
      const v = x[from + i]!, w = weights[i]!, l = (tried[i] = clamp(nearest(fround(inverse * fround(v - found))), 0, 15)), wl = fround(w * l);
      sumL = fround(sumL + wl);
      sumL2 = fround(sumL2 + fround(wl * l));
      sumXL = fround(sumXL + fround(wl * v));
    }
    const D = fround(fround(sumW * sumL2) - fround(sumL * sumL));
    if (!(D > 0)) continue;
    let thisScale = fround(fround(fround(sumW * sumXL) - fround(sumX * sumL)) / D), thisMin = fround(fround(fround(sumL2 * sumX) - fround(sumL * sumXL)) / D);
    if (thisMin > 0) {
      thisMin = 0;
      thisScale = fround(sumXL / sumL2);
    }
    const error = errorOf(thisScale, thisMin);
    // as in the reference, later tries begin from the minimum that was found
    if (error < best) {
      [best, scale, found] = [error, thisScale, thisMin];
      L.set(tried, to);
    }
  }
  return [scale, -found];
}

const quantizeQ4K: QuantizeBlock = (x, from, block, at) => {
  let mostScale = 0, mostMin = 0;
  for (let g = 0; g < 8; g++) {
    let sum = 0;
    for (let l = from + 32 * g; l < from + 32 * g + 32; l++) sum = fround(sum + fround(x[l]! * x[l]!));
    const average = fround(Math.sqrt(fround(sum / 32)));
    for (let l = 0; l < 32; l++) weights[l] = average + Math.abs(x[from + 32 * g + l]!);
    const [scale, minimum] = fourBitScale(x, from + 32 * g, 32 * g);
    scales[g] = scale;
    mins[g] = minimum;
    if (scale > mostScale) mostScale = scale;
    if (minimum > mostMin) mostMin = minimum;
  }
  const byScale = mostScale > 0 ? fround(63 / mostScale) : 0, byMin = mostMin > 0 ? fround(63 / mostMin) : 0;
  for (let i = 4; i < 16; i++) block.setUint8(at + i, 0);
  const or = (byte: number, value: number): void => block.setUint8(at + 4 + byte, block.getUint8(at + 4 + byte) | value);
  const sc = new Uint8Array(8), m = new Uint8Array(8);
  for (let g = 0; g < 8; g++) {
    const s = (sc[g] = Math.min(63, nearest(fround(byScale * scales[g]!)) & 255)), n = (m[g] = Math.min(63, nearest(fround(byMin * mins[g]!)) & 255));
    if (g < 4) {
      or(g, s);
      or(g + 4, n);
    } else {
      or(g + 4, (s & 15) | ((n & 15) << 4));
      or(g - 4, (s >> 4) << 6);
      or(g, (n >> 4) << 6);
    }
  }
  block.setUint16(at, f32ToF16Bits(fround(mostScale / 63)), true);
  block.setUint16(at + 2, f32ToF16Bits(fround(mostMin / 63)), true);
  const d = readF16(block, at), dmin = readF16(block, at + 2);
  for (let g = 0; g < 8; g++) {
    const step = fround(d * sc[g]!), offset = fround(dmin * m[g]!);
    if (step) for (let i = 32 * g; i < 32 * g + 32; i++) L[i] = clamp(nearest(fround(fround(x[from + i]! + offset) / step)), 0, 15);
  }
  for (let pair = 0; pair < 4; pair++) {
    for (let l = 0, j = 64 * pair; l < 32; l++, j++) block.setUint8(at + 16 + 32 * pair + l, L[j]! | (L[j + 32]! << 4));
  }
};

/** How each of the K types that can be written is written. */
export const quantizeBlocks256 = { Q4_K: quantizeQ4K, Q6_K: quantizeQ6 } as const;
