// What normalisation, softmax and losses need to know about one row of C floats: sums and the largest number.
// Even and odd vectors are added apart, so that one addition need not wait for the one before;
// the order depends on C alone.
import { head, madd, max4, storeHead, sum4 } from "./simd";

/** Writes a vector of a row of which `left` numbers are still to come. */
// @ts-ignore: decorator
@inline export function put(at: usize, a: v128, left: i32): void {
  if (left >= 4) v128.store(at, a);
  else storeHead(at, a, left);
}

/** Sum of a[c]. */
export function sumRow(a: usize, C: i32): f32 {
  let even = f32x4.splat(0), odd = f32x4.splat(0), i = C;
  for (; i >= 8; i -= 8, a += 32) {
    even = f32x4.add(even, v128.load(a));
    odd = f32x4.add(odd, v128.load(a, 16));
  }
  if (i >= 4) {
    even = f32x4.add(even, v128.load(a));
    i -= 4;
    a += 16;
  }
  if (i > 0) odd = f32x4.add(odd, head(v128.load(a), i));
  return sum4(f32x4.add(even, odd));
}

/** Sum of a[c] b[c]. */
export function dotRow(a: usize, b: usize, C: i32): f32 {
  let even = f32x4.splat(0), odd = f32x4.splat(0), i = C;
  for (; i >= 8; i -= 8, a += 32, b += 32) {
    even = madd(v128.load(a), v128.load(b), even);
    odd = madd(v128.load(a, 16), v128.load(b, 16), odd);
  }
  if (i >= 4) {
    even = madd(v128.load(a), v128.load(b), even);
    i -= 4;
    a += 16;
    b += 16;
  }
  if (i > 0) odd = madd(head(v128.load(a), i), head(v128.load(b), i), odd);
  return sum4(f32x4.add(even, odd));
}

/** Largest a[c]. NaN is passed over. */
export function maxRow(a: usize, C: i32): f32 {
  const lowest = f32x4.splat(-Infinity);
  let most = lowest, i = C;
  for (; i >= 4; i -= 4, a += 16) most = f32x4.pmax(most, v128.load(a));
  if (i > 0) most = f32x4.pmax(most, v128.bitselect(v128.load(a), lowest, head(i32x4.splat(-1), i)));
  return max4(most);
}
