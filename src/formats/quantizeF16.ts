// Sixteen-bit floats from 32-bit ones, to the nearest, ties to even: as ggml and every processor round.
//   F16: 1 sign, 5 exponent, 10 fraction bits        BF16: the upper half of an f32

const one = new Float32Array(1);
const bits = new Uint32Array(one.buffer);

/**
 * The bits of the 16-bit IEEE float nearest to `value`. Above 65,504 lies infinity; NaN becomes 0x7e00 with its sign.
 *
 * @example
 * f32ToF16Bits(1); // 0x3c00
 */
export function f32ToF16Bits(value: number): number {
  one[0] = value;
  const word = bits[0]!, sign = (word >>> 16) & 0x8000, magnitude = word & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x477ff000) return sign | 0x7c00; // 65,520 and more round to infinity
  if (magnitude >= 0x38800000) {
    const rebased = magnitude - 0x38000000;
    return sign | ((rebased + 0xfff + ((rebased >> 13) & 1)) >> 13);
  }
  if (magnitude < 0x33000000) return sign; // below 2^-25 there is nothing but zero
  // Subnormal: the fraction with its leading one, in units of 2^-24.
  const fraction = (magnitude & 0x7fffff) | 0x800000, shift = 126 - (magnitude >> 23);
  const half = 1 << (shift - 1), odd = (fraction >> shift) & 1;
  return sign | ((fraction + half - 1 + odd) >> shift);
}

/**
 * The bits of the bfloat16 nearest to `value`. NaN stays a quiet NaN.
 *
 * @example
 * f32ToBf16Bits(1); // 0x3f80
 */
export function f32ToBf16Bits(value: number): number {
  one[0] = value;
  const word = bits[0]!;
  if ((word & 0x7fffffff) > 0x7f800000) return (word >>> 16) | 64;
  return ((word + 0x7fff + ((word >>> 16) & 1)) >>> 16) & 0xffff;
}

/** Writes every value of `x` as F16, little endian. */
export const quantizeF16 = (x: Float32Array): Uint8Array<ArrayBuffer> => halvesOf(x, f32ToF16Bits);

/** A loop, because Uint16Array.from is ten times slower. */
function halvesOf(x: Float32Array, bitsOf: (value: number) => number): Uint8Array<ArrayBuffer> {
  const halves = new Uint16Array(x.length);
  for (let i = 0; i < x.length; i++) halves[i] = bitsOf(x[i]!);
  return new Uint8Array(halves.buffer);
}

/** Writes every value of `x` as BF16, little endian. */
export const quantizeBf16 = (x: Float32Array): Uint8Array<ArrayBuffer> => halvesOf(x, f32ToBf16Bits);
