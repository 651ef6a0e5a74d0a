// The innermost loop of the matrix product: one tile of C, MR rows by 8 columns, kept in registers.
//
//   c[i,j] = add[i,j] + sum over k of a[k,i] b[k,j]
//
// `a` and `b` are packed so that the loop reads both in order: a as [k][MR], b as [k][8]. The sum of each number runs
// over k = 0, 1, 2 ..., so it does not depend on how the matrix was cut into tiles.
// V8 keeps 15 vector registers: 5 rows (10 sums, 2 of b, 1 of a, 1 product) in the exact build, which multiplies and
// adds separately; 6 rows in the fast build, where fused multiply-add needs no register for the product. One live
// value more halves the speed, and unrolling over k helps only where sums are fused.
import { madd } from "./simd";

/** Rows of a tile. */
export const MR: i32 = ASC_FEATURE_RELAXED_SIMD ? 6 : 5;
/** Columns of a tile. */
export const NR: i32 = 8;

/** `add` may be the tile itself, a row that is added to every row (ldadd 0), or 0 for nothing. ldc, ldadd in bytes. */
export function tile(kc: i32, a: usize, b: usize, c: usize, ldc: usize, add: usize, ldadd: usize): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0), c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0), c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0), c31 = f32x4.splat(0);
  let c40 = f32x4.splat(0), c41 = f32x4.splat(0);
  let c50 = f32x4.splat(0), c51 = f32x4.splat(0);
  for (; kc > 0; kc--) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    const a0 = v128.load32_splat(a);
    c00 = madd(a0, b0, c00);
    c01 = madd(a0, b1, c01);
    const a1 = v128.load32_splat(a, 4);
    c10 = madd(a1, b0, c10);
    c11 = madd(a1, b1, c11);
    const a2 = v128.load32_splat(a, 8);
    c20 = madd(a2, b0, c20);
    c21 = madd(a2, b1, c21);
    const a3 = v128.load32_splat(a, 12);
    c30 = madd(a3, b0, c30);
    c31 = madd(a3, b1, c31);
    const a4 = v128.load32_splat(a, 16);
    c40 = madd(a4, b0, c40);
    c41 = madd(a4, b1, c41);
    if (ASC_FEATURE_RELAXED_SIMD) {
      const a5 = v128.load32_splat(a, 20);
      c50 = madd(a5, b0, c50);
      c51 = madd(a5, b1, c51);
    }
    a += MR << 2;
    b += NR << 2;
  }
  // two ways out, each with its own stores: sums that meet again behind an `if` would be kept in memory
  if (add) {
    v128.store(c, f32x4.add(v128.load(add), c00));
    v128.store(c, f32x4.add(v128.load(add, 16), c01), 16);
    c += ldc;
    add += ldadd;
    v128.store(c, f32x4.add(v128.load(add), c10));
    v128.store(c, f32x4.add(v128.load(add, 16), c11), 16);
    c += ldc;
    add += ldadd;
    v128.store(c, f32x4.add(v128.load(add), c20));
    v128.store(c, f32x4.add(v128.load(add, 16), c21), 16);
    c += ldc;
    add += ldadd;
    v128.store(c, f32x4.add(v128.load(add), c30));
    v128.store(c, f32x4.add(v128.load(add, 16), c31), 16);
    c += ldc;
    add += ldadd;
    v128.store(c, f32x4.add(v128.load(add), c40));
    v128.store(c, f32x4.add(v128.load(add, 16), c41), 16);
    if (ASC_FEATURE_RELAXED_SIMD) {
      c += ldc;
      add += ldadd;
      v128.store(c, f32x4.add(v128.load(add), c50));
      v128.store(c, f32x4.add(v128.load(add, 16), c51), 16);
    }
  } else {
    v128.store(c, c00);
    v128.store(c, c01, 16);
    c += ldc;
    v128.store(c, c10);
    v128.store(c, c11, 16);
    c += ldc;
    v128.store(c, c20);
    v128.store(c, c21, 16);
    c += ldc;
    v128.store(c, c30);
    v128.store(c, c31, 16);
    c += ldc;
    v128.store(c, c40);
    v128.store(c, c41, 16);
    if (ASC_FEATURE_RELAXED_SIMD) {
      c += ldc;
      v128.store(c, c50);
      v128.store(c, c51, 16);
    }
  }
}
