// Four floats at a time.

/** a b + c. One rounding in the fast build, where the machine offers it; two in the exact build, everywhere. */
// @ts-ignore: decorator
@inline export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(c, f32x4.mul(a, b));
}

/** Sum of the four lanes, in pairs. */
// @ts-ignore: decorator
@inline export function sum4(a: v128): f32 {
  return (f32x4.extract_lane(a, 0) + f32x4.extract_lane(a, 1)) + (f32x4.extract_lane(a, 2) + f32x4.extract_lane(a, 3));
}

/** Largest of the four lanes. */
// @ts-ignore: decorator
@inline export function max4(a: v128): f32 {
  return max(max(f32x4.extract_lane(a, 0), f32x4.extract_lane(a, 1)), max(f32x4.extract_lane(a, 2), f32x4.extract_lane(a, 3)));
}

/** The first n (1 to 3) lanes of `a`, zero in the others: the end of a row whose length is no multiple of 4. */
// @ts-ignore: decorator
@inline export function head(a: v128, n: i32): v128 {
  return v128.and(a, i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(n)));
}

/** Writes the first n (1 to 3) lanes of `a`. */
// @ts-ignore: decorator
@inline export function storeHead(at: usize, a: v128, n: i32): void {
  v128.store32_lane(at, a, 0);
  if (n > 1) v128.store32_lane(at, a, 1, 4);
  if (n > 2) v128.store32_lane(at, a, 2, 8);
}
