// The tile of the turbo modes: as many rows as the other tile has, by 16 columns.
//
// These are 20 or 24 sums of 128 bits, far more than there are registers, and slow, unless the compiler pairs neighbours
// into registers of 256 bits: then the fast build has 12 sums, 2 of b and 1 of a, the exact build 10, 2, 1 and a product,
// and both are nearly twice as fast. V8 from 13 on does so when it is asked to (--experimental-wasm-revectorize); it finds
// pairs by neighbouring loads and stores, and only where four k-rows stand in one turn. The order of every sum is that of
// the other tiles, and a pair computes what its halves would: the bits are the same.
import { madd } from "./simd";
import { MR } from "./tile";

/** Columns of a wide tile. */
export const WIDE: i32 = 16;
/** Bytes of a k-row of a and of b. */
const A: usize = <usize>MR << 2, B: usize = <usize>WIDE << 2;

/** Whether products use it. The engine says so when it has measured that it pays. */
export let wide: bool = false;

export function setWide(on: bool): void {
  wide = on;
}

/** As `tile`, 16 columns wide. */
export function wideTile(kc: i32, a: usize, b: usize, c: usize, ldc: usize, add: usize, ldadd: usize): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0), c02 = f32x4.splat(0), c03 = f32x4.splat(0);
  let c10 = f32x4.splat(0), c11 = f32x4.splat(0), c12 = f32x4.splat(0), c13 = f32x4.splat(0);
  let c20 = f32x4.splat(0), c21 = f32x4.splat(0), c22 = f32x4.splat(0), c23 = f32x4.splat(0);
  let c30 = f32x4.splat(0), c31 = f32x4.splat(0), c32 = f32x4.splat(0), c33 = f32x4.splat(0);
  let c40 = f32x4.splat(0), c41 = f32x4.splat(0), c42 = f32x4.splat(0), c43 = f32x4.splat(0);
  let c50 = f32x4.splat(0), c51 = f32x4.splat(0), c52 = f32x4.splat(0), c53 = f32x4.splat(0);
  let x = f32x4.splat(0), b0 = x, b1 = x, b2 = x, b3 = x;
  for (let k = kc >> 2; k > 0; k--) {
    b0 = v128.load(b);
    b1 = v128.load(b, 16);
    b2 = v128.load(b, 32);
    b3 = v128.load(b, 48);
    x = v128.load32_splat(a);
    c00 = madd(x, b0, c00);
    c01 = madd(x, b1, c01);
    c02 = madd(x, b2, c02);
    c03 = madd(x, b3, c03);
    x = v128.load32_splat(a, 4);
    c10 = madd(x, b0, c10);
    c11 = madd(x, b1, c11);
    c12 = madd(x, b2, c12);
    c13 = madd(x, b3, c13);
    x = v128.load32_splat(a, 8);
    c20 = madd(x, b0, c20);
    c21 = madd(x, b1, c21);
    c22 = madd(x, b2, c22);
    c23 = madd(x, b3, c23);
    x = v128.load32_splat(a, 12);
    c30 = madd(x, b0, c30);
    c31 = madd(x, b1, c31);
    c32 = madd(x, b2, c32);
    c33 = madd(x, b3, c33);
    x = v128.load32_splat(a, 16);
    c40 = madd(x, b0, c40);
    c41 = madd(x, b1, c41);
    c42 = madd(x, b2, c42);
    c43 = madd(x, b3, c43);
    if (ASC_FEATURE_RELAXED_SIMD) {
      x = v128.load32_splat(a, 20);
      c50 = madd(x, b0, c50);
      c51 = madd(x, b1, c51);
      c52 = madd(x, b2, c52);
      c53 = madd(x, b3, c53);
    }
    b0 = v128.load(b, 1 * B + 0);
    b1 = v128.load(b, 1 * B + 16);
    b2 = v128.load(b, 1 * B + 32);
    b3 = v128.load(b, 1 * B + 48);
    x = v128.load32_splat(a, 1 * A + 0);
    c00 = madd(x, b0, c00);
    c01 = madd(x, b1, c01);
    c02 = madd(x, b2, c02);
    c03 = madd(x, b3, c03);
    x = v128.load32_splat(a, 1 * A + 4);
    c10 = madd(x, b0, c10);
    c11 = madd(x, b1, c11);
    c12 = madd(x, b2, c12);
    c13 = madd(x, b3, c13);
    x = v128.load32_splat(a, 1 * A + 8);
    c20 = madd(x, b0, c20);
    c21 = madd(x, b1, c21);
    c22 = madd(x, b2, c22);
    c23 = madd(x, b3, c23);
    x = v128.load32_splat(a, 1 * A + 12);
    c30 = madd(x, b0, c30);
    c31 = madd(x, b1, c31);
    c32 = madd(x, b2, c32);
    c33 = madd(x, b3, c33);
    x = v128.load32_splat(a, 1 * A + 16);
    c40 = madd(x, b0, c40);
    c41 = madd(x, b1, c41);
    c42 = madd(x, b2, c42);
    c43 = madd(x, b3, c43);
    if (ASC_FEATURE_RELAXED_SIMD) {
      x = v128.load32_splat(a, 1 * A + 20);
      c50 = madd(x, b0, c50);
      c51 = madd(x, b1, c51);
      c52 = madd(x, b2, c52);
      c53 = madd(x, b3, c53);
    }
    b0 = v128.load(b, 2 * B + 0);
    b1 = v128.load(b, 2 * B + 16);
    b2 = v128.load(b, 2 * B + 32);
    b3 = v128.load(b, 2 * B + 48);
    x = v128.load32_splat(a, 2 * A + 0);
    c00 = madd(x, b0, c00);
    c01 = madd(x, b1, c01);
    c02 = madd(x, b2, c02);
    c03 = madd(x, b3, c03);
    x = v128.load32_splat(a, 2 * A + 4);
    c10 = madd(x, b0, c10);
    c11 = madd(x, b1, c11);
    c12 = madd(x, b2, c12);
    c13 = madd(x, b3, c13);
    x = v128.load32_splat(a, 2 * A + 8);
    c20 = madd(x, b0, c20);
    c21 = madd(x, b1, c21);
    c22 = madd(x, b2, c22);
    c23 = madd(x, b3, c23);
    x = v128.load32_splat(a, 2 * A + 12);
    c30 = madd(x, b0, c30);
    c31 = madd(x, b1, c31);
    c32 = madd(x, b2, c32);
    c33 = madd(x, b3, c33);
    x = v128.load32_splat(a, 2 * A + 16);
    c40 = madd(x, b0, c40);
    c41 = madd(x, b1, c41);
    c42 = madd(x, b2, c42);
    c43 = madd(x, b3, c43);
    if (ASC_FEATURE_RELAXED_SIMD) {
      x = v128.load32_splat(a, 2 * A + 20);
      c50 = madd(x, b0, c50);
      c51 = madd(x, b1, c51);
      c52 = madd(x, b2, c52);
      c53 = madd(x, b3, c53);
    }
    b0 = v128.load(b, 3 * B + 0);
    b1 = v128.load(b, 3 * B + 16);
    b2 = v128.load(b, 3 * B + 32);
    b3 = v128.load(b, 3 * B + 48);
    x = v128.load32_splat(a, 3 * A + 0);
    c00 = madd(x, b0, c00);
    c01 = madd(x, b1, c01);
    c02 = madd(x, b2, c02);
    c03 = madd(x, b3, c03);
    x = v128.load32_splat(a, 3 * A + 4);
    c10 = madd(x, b0, c10);
    c11 = madd(x, b1, c11);
    c12 = madd(x, b2, c12);
    c13 = madd(x, b3, c13);
    x = v128.load32_splat(a, 3 * A + 8);
    c20 = madd(x, b0, c20);
    c21 = madd(x, b1, c21);
    c22 = madd(x, b2, c22);
    c23 = madd(x, b3, c23);
    x = v128.load32_splat(a, 3 * A + 12);
    c30 = madd(x, b0, c30);
    c31 = madd(x, b1, c31);
    c32 = madd(x, b2, c32);
    c33 = madd(x, b3, c33);
    x = v128.load32_splat(a, 3 * A + 16);
    c40 = madd(x, b0, c40);
    c41 = madd(x, b1, c41);
    c42 = madd(x, b2, c42);
    c43 = madd(x, b3, c43);
    if (ASC_FEATURE_RELAXED_SIMD) {
      x = v128.load32_splat(a, 3 * A + 20);
      c50 = madd(x, b0, c50);
      c51 = madd(x, b1, c51);
      c52 = madd(x, b2, c52);
      c53 = madd(x, b3, c53);
    }
    a += 4 * A;
    b += 4 * B;
  }
  for (kc &= 3; kc > 0; kc--) {
    b0 = v128.load(b);
    b1 = v128.load(b, 16);
    b2 = v128.load(b, 32);
    b3 = v128.load(b, 48);
    x = v128.load32_splat(a);
    c00 = madd(x, b0, c00);
    c01 = madd(x, b1, c01);
    c02 = madd(x, b2, c02);
    c03 = madd(x, b3, c03);
    x = v128.load32_splat(a, 4);
    c10 = madd(x, b0, c10);
    c11 = madd(x, b1, c11);
    c12 = madd(x, b2, c12);
    c13 = madd(x, b3, c13);
    x = v128.load32_splat(a, 8);
    c20 = madd(x, b0, c20);
    c21 = madd(x, b1, c21);
    c22 = madd(x, b2, c22);
    c23 = madd(x, b3, c23);
    x = v128.load32_splat(a, 12);
    c30 = madd(x, b0, c30);
    c31 = madd(x, b1, c31);
    c32 = madd(x, b2, c32);
    c33 = madd(x, b3, c33);
    x = v128.load32_splat(a, 16);
    c40 = madd(x, b0, c40);
    c41 = madd(x, b1, c41);
    c42 = madd(x, b2, c42);
    c43 = madd(x, b3, c43);
    if (ASC_FEATURE_RELAXED_SIMD) {
      x = v128.load32_splat(a, 20);
      c50 = madd(x, b0, c50);
      c51 = madd(x, b1, c51);
      c52 = madd(x, b2, c52);
      c53 = madd(x, b3, c53);
    }
    a += A;
    b += B;
  }
  if (add) {
    v128.store(c, f32x4.add(v128.load(add), c00));
    v128.store(c, f32x4.add(v128.load(add, 16), c01), 16);
    v128.store(c, f32x4.add(v128.load(add, 32), c02), 32);
    v128.store(c, f32x4.add(v128.load(add, 48), c03), 48);
    c += ldc;
    add += ldadd;
    v128.store(c, f32x4.add(v128.load(add), c10));
    v128.store(c, f32x4.add(v128.load(add, 16), c11), 16);
    v128.store(c, f32x4.add(v128.load(add, 32), c12), 32);
    v128.store(c, f32x4.add(v128.load(add, 48), c13), 48);
    c += ldc;
    add += ldadd;
    v128.store(c, f32x4.add(v128.load(add), c20));
    v128.store(c, f32x4.add(v128.load(add, 16), c21), 16);
    v128.store(c, f32x4.add(v128.load(add, 32), c22), 32);
    v128.store(c, f32x4.add(v128.load(add, 48), c23), 48);
    c += ldc;
    add += ldadd;
    v128.store(c, f32x4.add(v128.load(add), c30));
    v128.store(c, f32x4.add(v128.load(add, 16), c31), 16);
    v128.store(c, f32x4.add(v128.load(add, 32), c32), 32);
    v128.store(c, f32x4.add(v128.load(add, 48), c33), 48);
    c += ldc;
    add += ldadd;
    v128.store(c, f32x4.add(v128.load(add), c40));
    v128.store(c, f32x4.add(v128.load(add, 16), c41), 16);
    v128.store(c, f32x4.add(v128.load(add, 32), c42), 32);
    v128.store(c, f32x4.add(v128.load(add, 48), c43), 48);
    if (ASC_FEATURE_RELAXED_SIMD) {
      c += ldc;
      add += ldadd;
      v128.store(c, f32x4.add(v128.load(add), c50));
      v128.store(c, f32x4.add(v128.load(add, 16), c51), 16);
      v128.store(c, f32x4.add(v128.load(add, 32), c52), 32);
      v128.store(c, f32x4.add(v128.load(add, 48), c53), 48);
    }
  } else {
    v128.store(c, c00);
    v128.store(c, c01, 16);
    v128.store(c, c02, 32);
    v128.store(c, c03, 48);
    c += ldc;
    v128.store(c, c10);
    v128.store(c, c11, 16);
    v128.store(c, c12, 32);
    v128.store(c, c13, 48);
    c += ldc;
    v128.store(c, c20);
    v128.store(c, c21, 16);
    v128.store(c, c22, 32);
    v128.store(c, c23, 48);
    c += ldc;
    v128.store(c, c30);
    v128.store(c, c31, 16);
    v128.store(c, c32, 32);
    v128.store(c, c33, 48);
    c += ldc;
    v128.store(c, c40);
    v128.store(c, c41, 16);
    v128.store(c, c42, 32);
    v128.store(c, c43, 48);
    if (ASC_FEATURE_RELAXED_SIMD) {
      c += ldc;
      v128.store(c, c50);
      v128.store(c, c51, 16);
      v128.store(c, c52, 32);
      v128.store(c, c53, 48);
    }
  }
}
