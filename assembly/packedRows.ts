// The innermost loops of products with few rows and packed weights: 1 to 4 rows of A, as they lie, times one panel of
// weights, [k][8], that streams by:
//
//   c[row, 0..8) = add + sum over k of a[row, k] b[k, 0..8)
//
// The sum of each number runs over k = 0, 1, 2 ..., as in a tile. Written out for each number of rows, since sums must
// be local variables to stay in registers.
import { madd } from "./simd";

/** One row. */
function rows1(kc: i32, a: usize, lda: usize, b: usize, c: usize, ldc: usize, add: usize, ldadd: usize): void {
  let s00 = f32x4.splat(0), s01 = s00;
  for (; kc >= 4; kc -= 4) {
    {
      const b0 = v128.load(b), b1 = v128.load(b, 16);
      const x0 = v128.load32_splat(a);
      s00 = madd(x0, b0, s00);
      s01 = madd(x0, b1, s01);
    }
    {
      const b0 = v128.load(b, 32), b1 = v128.load(b, 48);
      const x0 = v128.load32_splat(a, 4);
      s00 = madd(x0, b0, s00);
      s01 = madd(x0, b1, s01);
    }
    {
      const b0 = v128.load(b, 64), b1 = v128.load(b, 80);
      const x0 = v128.load32_splat(a, 8);
      s00 = madd(x0, b0, s00);
      s01 = madd(x0, b1, s01);
    }
    {
      const b0 = v128.load(b, 96), b1 = v128.load(b, 112);
      const x0 = v128.load32_splat(a, 12);
      s00 = madd(x0, b0, s00);
      s01 = madd(x0, b1, s01);
    }
    b += 128;
    a += 16;
  }
  for (; kc > 0; kc--) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    const x0 = v128.load32_splat(a);
    s00 = madd(x0, b0, s00);
    s01 = madd(x0, b1, s01);
    b += 32;
    a += 4;
  }
  if (add) {
    v128.store(c, f32x4.add(v128.load(add), s00));
    v128.store(c, f32x4.add(v128.load(add, 16), s01), 16);
  } else {
    v128.store(c, s00);
    v128.store(c, s01, 16);
  }
}

/** Two rows. */
function rows2(kc: i32, a: usize, lda: usize, b: usize, c: usize, ldc: usize, add: usize, ldadd: usize): void {
  let a1 = a + lda;
  let s00 = f32x4.splat(0), s01 = s00, s10 = s00, s11 = s00;
  for (; kc >= 4; kc -= 4) {
    {
      const b0 = v128.load(b), b1 = v128.load(b, 16);
      const x0 = v128.load32_splat(a);
      s00 = madd(x0, b0, s00);
      s01 = madd(x0, b1, s01);
      const x1 = v128.load32_splat(a1);
      s10 = madd(x1, b0, s10);
      s11 = madd(x1, b1, s11);
    }
    {
      const b0 = v128.load(b, 32), b1 = v128.load(b, 48);
      const x0 = v128.load32_splat(a, 4);
      s00 = madd(x0, b0, s00);
      s01 = madd(x0, b1, s01);
      const x1 = v128.load32_splat(a1, 4);
      s10 = madd(x1, b0, s10);
      s11 = madd(x1, b1, s11);
    }
    {
      const b0 = v128.load(b, 64), b1 = v128.load(b, 80);
      const x0 = v128.load32_splat(a, 8);
      s00 = madd(x0, b0, s00);
      s01 = madd(x0, b1, s01);
      const x1 = v128.load32_splat(a1, 8);
      s10 = madd(x1, b0, s10);
      s11 = madd(x1, b1, s11);
    }
    {
      const b0 = v128.load(b, 96), b1 = v128.load(b, 112);
      const x0 = v128.load32_splat(a, 12);
      s00 = madd(x0, b0, s00);
      s01 = madd(x0, b1, s01);
      const x1 = v128.load32_splat(a1, 12);
      s10 = madd(x1, b0, s10);
      s11 = madd(x1, b1, s11);
    }
    b += 128;
    a += 16; a1 += 16;
  }
  for (; kc > 0; kc--) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    const x0 = v128.load32_splat(a);
    s00 = madd(x0, b0, s00);
    s01 = madd(x0, b1, s01);
    const x1 = v128.load32_splat(a1);
    s10 = madd(x1, b0, s10);
    s11 = madd(x1, b1, s11);
    b += 32;
    a += 4; a1 += 4;
  }
  if (add) {
    v128.store(c, f32x4.add(v128.load(add), s00));
    v128.store(c, f32x4.add(v128.load(add, 16), s01), 16);
    c += ldc;
    add += ldadd;
    v128.store(c, f32x4.add(v128.load(add), s10));
    v128.store(c, f32x4.add(v128.load(add, 16), s11), 16);
  } else {
    v128.store(c, s00);
    v128.store(c, s01, 16);
    c += ldc;
    v128.store(c, s10);
    v128.store(c, s11, 16);
  }
}

/** Three rows. */
function rows3(kc: i32, a: usize, lda: usize, b: usize, c: usize, ldc: usize, add: usize, ldadd: usize): void {
  let a1 = a + lda, a2 = a1 + lda;
  let s00 = f32x4.splat(0), s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00;
  for (; kc >= 4; kc -= 4) {
    {
      const b0 = v128.load(b), b1 = v128.load(b, 16);
      const x0 = v128.load32_splat(a);
      s00 = madd(x0, b0, s00);
      s01 = madd(x0, b1, s01);
      const x1 = v128.load32_splat(a1);
      s10 = madd(x1, b0, s10);
      s11 = madd(x1, b1, s11);
      const x2 = v128.load32_splat(a2);
      s20 = madd(x2, b0, s20);
      s21 = madd(x2, b1, s21);
    }
    {
      const b0 = v128.load(b, 32), b1 = v128.load(b, 48);
      const x0 = v128.load32_splat(a, 4);
      s00 = madd(x0, b0, s00);
      s01 = madd(x0, b1, s01);
      const x1 = v128.load32_splat(a1, 4);
      s10 = madd(x1, b0, s10);
      s11 = madd(x1, b1, s11);
      const x2 = v128.load32_splat(a2, 4);
      s20 = madd(x2, b0, s20);
      s21 = madd(x2, b1, s21);
    }
    {
      const b0 = v128.load(b, 64), b1 = v128.load(b, 80);
      const x0 = v128.load32_splat(a, 8);
      s00 = madd(x0, b0, s00);
      s01 = madd(x0, b1, s01);
      const x1 = v128.load32_splat(a1, 8);
      s10 = madd(x1, b0, s10);
      s11 = madd(x1, b1, s11);
      const x2 = v128.load32_splat(a2, 8);
      s20 = madd(x2, b0, s20);
      s21 = madd(x2, b1, s21);
    }
    {
      const b0 = v128.load(b, 96), b1 = v128.load(b, 112);
      const x0 = v128.load32_splat(a, 12);
      s00 = madd(x0, b0, s00);
      s01 = madd(x0, b1, s01);
      const x1 = v128.load32_splat(a1, 12);
      s10 = madd(x1, b0, s10);
      s11 = madd(x1, b1, s11);
      const x2 = v128.load32_splat(a2, 12);
      s20 = madd(x2, b0, s20);
      s21 = madd(x2, b1, s21);
    }
    b += 128;
    a += 16; a1 += 16; a2 += 16;
  }
  for (; kc > 0; kc--) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    const x0 = v128.load32_splat(a);
    s00 = madd(x0, b0, s00);
    s01 = madd(x0, b1, s01);
    const x1 = v128.load32_splat(a1);
    s10 = madd(x1, b0, s10);
    s11 = madd(x1, b1, s11);
    const x2 = v128.load32_splat(a2);
    s20 = madd(x2, b0, s20);
    s21 = madd(x2, b1, s21);
    b += 32;
    a += 4; a1 += 4; a2 += 4;
  }
  if (add) {
    v128.store(c, f32x4.add(v128.load(add), s00));
    v128.store(c, f32x4.add(v128.load(add, 16), s01), 16);
    c += ldc;
    add += ldadd;
    v128.store(c, f32x4.add(v128.load(add), s10));
    v128.store(c, f32x4.add(v128.load(add, 16), s11), 16);
    c += ldc;
    add += ldadd;
    v128.store(c, f32x4.add(v128.load(add), s20));
    v128.store(c, f32x4.add(v128.load(add, 16), s21), 16);
  } else {
    v128.store(c, s00);
    v128.store(c, s01, 16);
    c += ldc;
    v128.store(c, s10);
    v128.store(c, s11, 16);
    c += ldc;
    v128.store(c, s20);
    v128.store(c, s21, 16);
  }
}

/** Four rows. */
function rows4(kc: i32, a: usize, lda: usize, b: usize, c: usize, ldc: usize, add: usize, ldadd: usize): void {
  let a1 = a + lda, a2 = a1 + lda, a3 = a2 + lda;
  let s00 = f32x4.splat(0), s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00, s30 = s00, s31 = s00;
  for (; kc >= 4; kc -= 4) {
    {
      const b0 = v128.load(b), b1 = v128.load(b, 16);
      const x0 = v128.load32_splat(a);
      s00 = madd(x0, b0, s00);
      s01 = madd(x0, b1, s01);
      const x1 = v128.load32_splat(a1);
      s10 = madd(x1, b0, s10);
      s11 = madd(x1, b1, s11);
      const x2 = v128.load32_splat(a2);
      s20 = madd(x2, b0, s20);
      s21 = madd(x2, b1, s21);
      const x3 = v128.load32_splat(a3);
      s30 = madd(x3, b0, s30);
      s31 = madd(x3, b1, s31);
    }
    {
      const b0 = v128.load(b, 32), b1 = v128.load(b, 48);
      const x0 = v128.load32_splat(a, 4);
      s00 = madd(x0, b0, s00);
      s01 = madd(x0, b1, s01);
      const x1 = v128.load32_splat(a1, 4);
      s10 = madd(x1, b0, s10);
      s11 = madd(x1, b1, s11);
      const x2 = v128.load32_splat(a2, 4);
      s20 = madd(x2, b0, s20);
      s21 = madd(x2, b1, s21);
      const x3 = v128.load32_splat(a3, 4);
      s30 = madd(x3, b0, s30);
      s31 = madd(x3, b1, s31);
    }
    {
      const b0 = v128.load(b, 64), b1 = v128.load(b, 80);
      const x0 = v128.load32_splat(a, 8);
      s00 = madd(x0, b0, s00);
      s01 = madd(x0, b1, s01);
      const x1 = v128.load32_splat(a1, 8);
      s10 = madd(x1, b0, s10);
      s11 = madd(x1, b1, s11);
      const x2 = v128.load32_splat(a2, 8);
      s20 = madd(x2, b0, s20);
      s21 = madd(x2, b1, s21);
      const x3 = v128.load32_splat(a3, 8);
      s30 = madd(x3, b0, s30);
      s31 = madd(x3, b1, s31);
    }
    {
      const b0 = v128.load(b, 96), b1 = v128.load(b, 112);
      const x0 = v128.load32_splat(a, 12);
      s00 = madd(x0, b0, s00);
      s01 = madd(x0, b1, s01);
      const x1 = v128.load32_splat(a1, 12);
      s10 = madd(x1, b0, s10);
      s11 = madd(x1, b1, s11);
      const x2 = v128.load32_splat(a2, 12);
      s20 = madd(x2, b0, s20);
      s21 = madd(x2, b1, s21);
      const x3 = v128.load32_splat(a3, 12);
      s30 = madd(x3, b0, s30);
      s31 = madd(x3, b1, s31);
    }
    b += 128;
    a += 16; a1 += 16; a2 += 16; a3 += 16;
  }
  for (; kc > 0; kc--) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    const x0 = v128.load32_splat(a);
    s00 = madd(x0, b0, s00);
    s01 = madd(x0, b1, s01);
    const x1 = v128.load32_splat(a1);
    s10 = madd(x1, b0, s10);
    s11 = madd(x1, b1, s11);
    const x2 = v128.load32_splat(a2);
    s20 = madd(x2, b0, s20);
    s21 = madd(x2, b1, s21);
    const x3 = v128.load32_splat(a3);
    s30 = madd(x3, b0, s30);
    s31 = madd(x3, b1, s31);
    b += 32;
    a += 4; a1 += 4; a2 += 4; a3 += 4;
  }
  if (add) {
    v128.store(c, f32x4.add(v128.load(add), s00));
    v128.store(c, f32x4.add(v128.load(add, 16), s01), 16);
    c += ldc;
    add += ldadd;
    v128.store(c, f32x4.add(v128.load(add), s10));
    v128.store(c, f32x4.add(v128.load(add, 16), s11), 16);
    c += ldc;
    add += ldadd;
    v128.store(c, f32x4.add(v128.load(add), s20));
    v128.store(c, f32x4.add(v128.load(add, 16), s21), 16);
    c += ldc;
    add += ldadd;
    v128.store(c, f32x4.add(v128.load(add), s30));
    v128.store(c, f32x4.add(v128.load(add, 16), s31), 16);
  } else {
    v128.store(c, s00);
    v128.store(c, s01, 16);
    c += ldc;
    v128.store(c, s10);
    v128.store(c, s11, 16);
    c += ldc;
    v128.store(c, s20);
    v128.store(c, s21, 16);
    c += ldc;
    v128.store(c, s30);
    v128.store(c, s31, 16);
  }
}

/** 1 to 4 rows. */
export function rowsPanel(M: i32, kc: i32, a: usize, lda: usize, b: usize, c: usize, ldc: usize, add: usize, ldadd: usize): void {
  if (M == 1) rows1(kc, a, lda, b, c, ldc, add, ldadd);
  else if (M == 2) rows2(kc, a, lda, b, c, ldc, add, ldadd);
  else if (M == 3) rows3(kc, a, lda, b, c, ldc, add, ldadd);
  else rows4(kc, a, lda, b, c, ldc, add, ldadd);
}
