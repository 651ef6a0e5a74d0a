// Numbers of 16 bits, IEEE 754 binary16: one sign, five bits of exponent, ten of mantissa.

/** Bits of f16 that are kept, and 2^112, the distance of the two exponents' zero; an exponent of ones, before and after. */
const HALF = memory.data<u32>([0x8fffe000, 0x77800000, 0x0f800000, 0x7f800000]);

/** Four f16 as f32, exactly; infinity is not known. */
// @ts-ignore: decorator
@inline export function half4(at: usize): v128 {
  return f32x4.mul(v128.and(i32x4.shl(v128.load16x4_s(at), 13), v128.load32_splat(HALF)), v128.load32_splat(HALF, 4));
}

/** n f16 as f32, exactly, infinity and NaN too; up to three numbers behind the last one are written. */
export function halves(at: usize, n: i32, to: usize): void {
  const bits = v128.load32_splat(HALF), far = v128.load32_splat(HALF, 4), top = v128.load32_splat(HALF, 8), all = v128.load32_splat(HALF, 12);
  for (const end = to + (<usize>n << 2); to < end; to += 16, at += 8) {
    const x = v128.and(i32x4.shl(v128.load16x4_s(at), 13), bits);
    // an exponent of ones stays one
    v128.store(to, v128.or(f32x4.mul(x, far), v128.and(i32x4.eq(v128.and(x, top), top), all)));
  }
}

/** Four f32 as f16 in the low halves of the lanes, to the nearest, ties to even; from 65,520 on infinite. */
export function toHalf4(x: v128): v128 {
  const a = v128.and(x, i32x4.splat(0x7fffffff));
  // a normal number: round off 13 bits, then move the exponent's zero
  const odd = v128.and(i32x4.shr_u(a, 13), i32x4.splat(1));
  const normal = i32x4.shr_u(i32x4.add(i32x4.add(a, i32x4.splat(0xfff - (112 << 23))), odd), 13);
  // under 2^-14 steps are 2^-24, those of f32 at 1/2: adding it rounds
  const small = i32x4.sub(f32x4.add(a, f32x4.splat(0.5)), i32x4.splat(0x3f000000));
  let h = v128.bitselect(small, normal, i32x4.lt_s(a, i32x4.splat(0x38800000)));
  h = v128.bitselect(i32x4.splat(0x7c00), h, i32x4.ge_s(a, i32x4.splat(0x477ff000)));
  h = v128.bitselect(i32x4.splat(0x7e00), h, i32x4.gt_s(a, i32x4.splat(0x7f800000)));
  return v128.or(h, v128.and(i32x4.shr_u(x, 16), i32x4.splat(0x8000)));
}
