// How rows of the past are kept, by type:
//
//   0 f32    W numbers
//   1 f16    W halves, to the nearest
//   2 int8   W bytes | a scale (f32) for each group of hs numbers       x ≈ d q,  d = max |x| / 127,  q whole, -127 to 127
//
// each part filled up to whole words of four bytes. What is read is f32 again: d q, rounded once.
import { halves, toHalf4 } from "./half";
import { head, max4 } from "./simd";

export const F32: i32 = 0, F16: i32 = 1, INT8: i32 = 2;

/** Below this a group counts as zeros: 127 / max would be no f32. */
const LEAST: f32 = 1e-30;

/** Where the scales of a row of W numbers begin. */
// @ts-ignore: decorator
@inline function scalesAt(W: i32): usize {
  return <usize>((W + 3) & ~3);
}

/** Bytes of a row. */
export function rowBytes(type: i32, W: i32, hs: i32): usize {
  if (type == F16) return <usize>((W + 1) & ~1) << 1;
  if (type == INT8) return scalesAt(W) + (<usize>(W / hs) << 2);
  return <usize>W << 2;
}

/** Writes the first n (1 to 4) bytes of the low half of lane after lane, `size` bytes each. */
// @ts-ignore: decorator
@inline function storeNarrow(to: usize, lanes: v128, n: i32, size: usize): void {
  for (let i = 0; i < n; i++) {
    if (size == 2) store<u16>(to + (<usize>i << 1), <u16>i32x4.extract_lane(lanes, 0));
    else store<u8>(to + <usize>i, <u8>i32x4.extract_lane(lanes, 0));
    lanes = v128.shuffle<i32>(lanes, lanes, 1, 2, 3, 0);
  }
}

function keepHalves(x: usize, W: i32, to: usize): void {
  for (; W >= 4; W -= 4, x += 16, to += 8) {
    const h = toHalf4(v128.load(x));
    v128.store64_lane(to, i16x8.narrow_i32x4_u(h, h), 0);
  }
  if (W > 0) storeNarrow(to, toHalf4(v128.load(x)), W, 2);
}

/** A number that is not finite makes the scale, and so all of its group, NaN. */
function keepGroup(x: usize, hs: i32, to: usize, scale: usize): void {
  let most = f32x4.splat(0), i = 0;
  for (; i + 4 <= hs; i += 4) most = f32x4.max(most, f32x4.abs(v128.load(x + (<usize>i << 2))));
  if (i < hs) most = f32x4.max(most, f32x4.abs(head(v128.load(x + (<usize>i << 2)), hs - i)));
  const largest = max4(most), small = largest < LEAST, inverse = f32x4.splat(small ? 0 : 127 / largest);
  store<f32>(scale, small ? 0 : largest - largest == 0 ? largest / 127 : NaN);
  for (i = 0; i < hs; i += 4) {
    const q = i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(v128.load(x + (<usize>i << 2)), inverse)));
    if (i + 4 <= hs) {
      const pairs = i16x8.narrow_i32x4_s(q, q);
      v128.store32_lane(to + <usize>i, i8x16.narrow_i16x8_s(pairs, pairs), 0);
    } else {
      storeNarrow(to + <usize>i, q, hs - i, 1);
    }
  }
}

/** Keeps a row of W numbers. */
export function keepRow(type: i32, x: usize, W: i32, hs: i32, to: usize): void {
  if (type == F16) {
    keepHalves(x, W, to);
  } else if (type == INT8) {
    let scale = to + scalesAt(W);
    for (let i = 0; i + hs <= W; i += hs, scale += 4) keepGroup(x + (<usize>i << 2), hs, to + <usize>i, scale);
  } else {
    memory.copy(to, x, <usize>W << 2);
  }
}

/**
 * Reads n rows of hs numbers as f32, one behind the other; up to three numbers behind the last one are written too.
 *
 * @param at the first number of the first row
 * @param scale its scale, where there are scales
 * @param stride bytes from row to row
 */
export function keptRows(type: i32, at: usize, scale: usize, stride: usize, n: i32, hs: i32, to: usize): void {
  const bytes = <usize>hs << 2;
  for (; n > 0; n--, at += stride, scale += stride, to += bytes) {
    if (type == F16) {
      halves(at, hs, to);
    } else {
      let from = at, into = to;
      const end = to + bytes;
      const d = v128.load32_splat(scale);
      for (; into + 16 < end; into += 32, from += 8) {
        const pairs = v128.load8x8_s(from);
        v128.store(into, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(pairs)), d));
        v128.store(into, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(pairs)), d), 16);
      }
      if (into < end) v128.store(into, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(v128.load8x8_s(from))), d));
    }
  }
}
