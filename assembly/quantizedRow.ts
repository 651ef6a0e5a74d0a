// Activations in eight bits, as a quantized product reads them. A row of K floats is cut into blocks of 32 with a scale
// of their own:
//
//   x[k] ≈ d q[k],   d = max |x| / 127,   q whole, -127 to 127
//
// A block takes 96 bytes: four first values of whole sums | d | d Σ q | two more first values | 32 q of 16 bits each.
// The first values undo what the weights' bytes are off by (see quantized.ts): the four are Σ q times numbers of the
// type, the two are -128 Σ q over the first and the second 16.

/** Bytes of a block. */
export const ROW_BLOCK: usize = 96;
/** Where its q begin. */
export const ROW_NUMBERS: usize = 32;

/** Below this a block counts as zeros: 127 / max would be no f32. */
const LEAST: f32 = 1e-30;

// @ts-ignore: decorator
@inline function whole8(x: usize, inverse: v128): v128 {
  const low = i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(v128.load(x), inverse)));
  const high = i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(v128.load(x, 16), inverse)));
  return i16x8.narrow_i32x4_s(low, high);
}

/**
 * Quantizes one row. A number that is not finite makes d, and so every sum over the block, NaN.
 *
 * @param first four whole numbers (i32): Σ q times these becomes the four first values.
 */
export function quantizeRow(x: usize, K: i32, first: usize, to: usize): void {
  const times = v128.load(first);
  for (let k = 0; k < K; k += 32, x += 128, to += ROW_BLOCK) {
    let most = f32x4.max(f32x4.abs(v128.load(x)), f32x4.abs(v128.load(x, 16)));
    most = f32x4.max(most, f32x4.max(f32x4.abs(v128.load(x, 32)), f32x4.abs(v128.load(x, 48))));
    most = f32x4.max(most, f32x4.max(f32x4.abs(v128.load(x, 64)), f32x4.abs(v128.load(x, 80))));
    most = f32x4.max(most, f32x4.max(f32x4.abs(v128.load(x, 96)), f32x4.abs(v128.load(x, 112))));
    most = f32x4.max(most, v128.shuffle<f32>(most, most, 2, 3, 0, 1));
    most = f32x4.max(most, v128.shuffle<f32>(most, most, 1, 0, 3, 2));
    const largest = f32x4.extract_lane(most, 0);
    const d: f32 = largest < LEAST ? 0 : largest / 127, inverse = f32x4.splat(largest < LEAST ? 0 : 127 / largest);
    const q0 = whole8(x, inverse), q1 = whole8(x + 32, inverse), q2 = whole8(x + 64, inverse), q3 = whole8(x + 96, inverse);
    v128.store(to, q0, ROW_NUMBERS);
    v128.store(to, q1, ROW_NUMBERS + 16);
    v128.store(to, q2, ROW_NUMBERS + 32);
    v128.store(to, q3, ROW_NUMBERS + 48);
    // turned round, so that lanes 0 and 1 are the sums of both halves
    const low = i32x4.extadd_pairwise_i16x8_s(i16x8.add(q0, q1)), high = i32x4.extadd_pairwise_i16x8_s(i16x8.add(q2, q3));
    let halves = i32x4.add(v128.shuffle<i32>(low, high, 0, 4, 1, 5), v128.shuffle<i32>(low, high, 2, 6, 3, 7));
    halves = i32x4.add(halves, v128.shuffle<i32>(halves, halves, 2, 3, 2, 3));
    const sum = i32x4.splat(i32x4.extract_lane(halves, 0) + i32x4.extract_lane(halves, 1));
    v128.store(to, i32x4.mul(sum, times));
    v128.store64_lane(to, i32x4.neg(i32x4.shl(halves, 7)), 0, 24);
    store<f32>(to, d, 16);
    store<f32>(to, d * <f32>i32x4.extract_lane(sum, 0), 20);
  }
}
