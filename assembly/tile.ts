// The innermost loop of the matrix product: one tile of C, MR rows by 8 columns, kept in registers.
//
//   c[i,j] = add[i,j] + sum over k of a[k,i] b[k,j]
//
// `a` and `b` are packed so that the loop reads both in order: a as [k][MR], b as [k][8]. The sum of each number runs
// over k = 0, 1, 2 ..., so it does not depend on how the matrix was cut into tiles.
// V8 keeps 15 vector registers: 5 rows (10 sums, 2 of b, 1 of a, 1 product) in the exact build, which multiplies and
// adds separately; 6 rows in the fast build, where fused multiply-add needs no register for the product. One live
// value more halves the speed.
import { madd } from "./simd";

/** Rows of a tile. */
export const MR: i32 = ASC_FEATURE_RELAXED_SIMD ? 6 : 5;
/** Columns of a tile. */
export const NR: i32 = 8;
/** Bytes of a k-row of a and of b. */
const A: usize = <usize>MR << 2, B: usize = <usize>NR << 2;

/** Whether four k-rows are multiplied in one turn: a fifth faster (exact build) where the machine's compiler keeps their order, a third slower where it does not. The sums are the same. */
let unrolled: bool = false;

export function setUnrolled(on: bool): void {
  unrolled = on;
}

/** `add` may be the tile itself, a row that is added to every row (ldadd 0), or 0 for nothing. ldc, ldadd in bytes. */
export function tile(kc: i32, a: usize, b: usize, c: usize, ldc: usize, add: usize, ldadd: usize): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0), c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0), c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0), c31 = f32x4.splat(0);
  let c40 = f32x4.splat(0), c41 = f32x4.splat(0);
  let c50 = f32x4.splat(0), c51 = f32x4.splat(0);
  let x = f32x4.splat(0), b0 = x, b1 = x;
  if (unrolled) {
    for (let k = kc >> 2; k > 0; k--) {
      b0 = v128.load(b);
      b1 = v128.load(b, 16);
      x = v128.load32_splat(a);
      c00 = madd(x, b0, c00);
      c01 = madd(x, b1, c01);
      x = v128.load32_splat(a, 4);
      c10 = madd(x, b0, c10);
      c11 = madd(x, b1, c11);
      x = v128.load32_splat(a, 8);
      c20 = madd(x, b0, c20);
      c21 = madd(x, b1, c21);
      x = v128.load32_splat(a, 12);
      c30 = madd(x, b0, c30);
      c31 = madd(x, b1, c31);
      x = v128.load32_splat(a, 16);
      c40 = madd(x, b0, c40);
      c41 = madd(x, b1, c41);
      if (ASC_FEATURE_RELAXED_SIMD) {
        x = v128.load32_splat(a, 20);
        c50 = madd(x, b0, c50);
        c51 = madd(x, b1, c51);
      }
      b0 = v128.load(b, 1 * B);
      b1 = v128.load(b, 1 * B + 16);
      x = v128.load32_splat(a, 1 * A);
      c00 = madd(x, b0, c00);
      c01 = madd(x, b1, c01);
      x = v128.load32_splat(a, 1 * A + 4);
      c10 = madd(x, b0, c10);
      c11 = madd(x, b1, c11);
      x = v128.load32_splat(a, 1 * A + 8);
      c20 = madd(x, b0, c20);
      c21 = madd(x, b1, c21);
      x = v128.load32_splat(a, 1 * A + 12);
      c30 = madd(x, b0, c30);
      c31 = madd(x, b1, c31);
      x = v128.load32_splat(a, 1 * A + 16);
      c40 = madd(x, b0, c40);
      c41 = madd(x, b1, c41);
      if (ASC_FEATURE_RELAXED_SIMD) {
        x = v128.load32_splat(a, 1 * A + 20);
        c50 = madd(x, b0, c50);
        c51 = madd(x, b1, c51);
      }
      b0 = v128.load(b, 2 * B);
      b1 = v128.load(b, 2 * B + 16);
      x = v128.load32_splat(a, 2 * A);
      c00 = madd(x, b0, c00);
      c01 = madd(x, b1, c01);
      x = v128.load32_splat(a, 2 * A + 4);
      c10 = madd(x, b0, c10);
      c11 = madd(x, b1, c11);
      x = v128.load32_splat(a, 2 * A + 8);
      c20 = madd(x, b0, c20);
      c21 = madd(x, b1, c21);
      x = v128.load32_splat(a, 2 * A + 12);
      c30 = madd(x, b0, c30);
      c31 = madd(x, b1, c31);
      x = v128.load32_splat(a, 2 * A + 16);
      c40 = madd(x, b0, c40);
      c41 = madd(x, b1, c41);
      if (ASC_FEATURE_RELAXED_SIMD) {
        x = v128.load32_splat(a, 2 * A + 20);
        c50 = madd(x, b0, c50);
        c51 = madd(x, b1, c51);
      }
      b0 = v128.load(b, 3 * B);
      b1 = v128.load(b, 3 * B + 16);
      x = v128.load32_splat(a, 3 * A);
      c00 = madd(x, b0, c00);
      c01 = madd(x, b1, c01);
      x = v128.load32_splat(a, 3 * A + 4);
      c10 = madd(x, b0, c10);
      c11 = madd(x, b1, c11);
      x = v128.load32_splat(a, 3 * A + 8);
      c20 = madd(x, b0, c20);
      c21 = madd(x, b1, c21);
      x = v128.load32_splat(a, 3 * A + 12);
      c30 = madd(x, b0, c30);
      c31 = madd(x, b1, c31);
      x = v128.load32_splat(a, 3 * A + 16);
      c40 = madd(x, b0, c40);
      c41 = madd(x, b1, c41);
      if (ASC_FEATURE_RELAXED_SIMD) {
        x = v128.load32_splat(a, 3 * A + 20);
        c50 = madd(x, b0, c50);
        c51 = madd(x, b1, c51);
      }
      a += 4 * A;
      b += 4 * B;
    }
    kc &= 3;
  }
  for (; kc > 0; kc--) {
    b0 = v128.load(b);
    b1 = v128.load(b, 16);
    x = v128.load32_splat(a);
    c00 = madd(x, b0, c00);
    c01 = madd(x, b1, c01);
    x = v128.load32_splat(a, 4);
    c10 = madd(x, b0, c10);
    c11 = madd(x, b1, c11);
    x = v128.load32_splat(a, 8);
    c20 = madd(x, b0, c20);
    c21 = madd(x, b1, c21);
    x = v128.load32_splat(a, 12);
    c30 = madd(x, b0, c30);
    c31 = madd(x, b1, c31);
    x = v128.load32_splat(a, 16);
    c40 = madd(x, b0, c40);
    c41 = madd(x, b1, c41);
    if (ASC_FEATURE_RELAXED_SIMD) {
      x = v128.load32_splat(a, 20);
      c50 = madd(x, b0, c50);
      c51 = madd(x, b1, c51);
    }
    a += A;
    b += B;
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
