// The innermost loops of products with few rows: one block of k for some lines of B (N,K) that begin `apart` bytes from
// each other, four numbers of k from each line, turned round in registers:
//
//   sums[row][line] = (or +=) a[row] · b[line]
//
// Lines behind number `most` repeat it. The sum of each number runs over k = 0, 1, 2 ..., as in a tile.
import { madd } from "./simd";

/** Twelve lines, one row of A. */
export function lines12(a: usize, b: usize, apart: usize, most: i32, kc: i32, sums: usize, fresh: bool): void {
  let p0 = b, p1 = b + <usize>min(1, most) * apart, p2 = b + <usize>min(2, most) * apart, p3 = b + <usize>min(3, most) * apart, p4 = b + <usize>min(4, most) * apart;
  let p5 = b + <usize>min(5, most) * apart, p6 = b + <usize>min(6, most) * apart, p7 = b + <usize>min(7, most) * apart, p8 = b + <usize>min(8, most) * apart;
  let p9 = b + <usize>min(9, most) * apart, p10 = b + <usize>min(10, most) * apart, p11 = b + <usize>min(11, most) * apart;
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0;
  for (; kc >= 4; kc -= 4) {
    {
      const r0 = v128.load(p0), r1 = v128.load(p1), r2 = v128.load(p2), r3 = v128.load(p3);
      const t0 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), t1 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
      const t2 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5), t3 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
      s0 = madd(v128.load32_splat(a), v128.shuffle<i64>(t0, t2, 0, 2), s0);
      s0 = madd(v128.load32_splat(a, 4), v128.shuffle<i64>(t0, t2, 1, 3), s0);
      s0 = madd(v128.load32_splat(a, 8), v128.shuffle<i64>(t1, t3, 0, 2), s0);
      s0 = madd(v128.load32_splat(a, 12), v128.shuffle<i64>(t1, t3, 1, 3), s0);
    }
    {
      const r0 = v128.load(p4), r1 = v128.load(p5), r2 = v128.load(p6), r3 = v128.load(p7);
      const t0 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), t1 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
      const t2 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5), t3 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
      s1 = madd(v128.load32_splat(a), v128.shuffle<i64>(t0, t2, 0, 2), s1);
      s1 = madd(v128.load32_splat(a, 4), v128.shuffle<i64>(t0, t2, 1, 3), s1);
      s1 = madd(v128.load32_splat(a, 8), v128.shuffle<i64>(t1, t3, 0, 2), s1);
      s1 = madd(v128.load32_splat(a, 12), v128.shuffle<i64>(t1, t3, 1, 3), s1);
    }
    {
      const r0 = v128.load(p8), r1 = v128.load(p9), r2 = v128.load(p10), r3 = v128.load(p11);
      const t0 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), t1 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
      const t2 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5), t3 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
      s2 = madd(v128.load32_splat(a), v128.shuffle<i64>(t0, t2, 0, 2), s2);
      s2 = madd(v128.load32_splat(a, 4), v128.shuffle<i64>(t0, t2, 1, 3), s2);
      s2 = madd(v128.load32_splat(a, 8), v128.shuffle<i64>(t1, t3, 0, 2), s2);
      s2 = madd(v128.load32_splat(a, 12), v128.shuffle<i64>(t1, t3, 1, 3), s2);
    }
    a += 16;
    p0 += 16; p1 += 16; p2 += 16; p3 += 16; p4 += 16; p5 += 16; p6 += 16; p7 += 16; p8 += 16; p9 += 16; p10 += 16; p11 += 16;
  }
  for (; kc > 0; kc--) {
    s0 = madd(v128.load32_splat(a), f32x4(load<f32>(p0), load<f32>(p1), load<f32>(p2), load<f32>(p3)), s0);
    s1 = madd(v128.load32_splat(a), f32x4(load<f32>(p4), load<f32>(p5), load<f32>(p6), load<f32>(p7)), s1);
    s2 = madd(v128.load32_splat(a), f32x4(load<f32>(p8), load<f32>(p9), load<f32>(p10), load<f32>(p11)), s2);
    a += 4;
    p0 += 4; p1 += 4; p2 += 4; p3 += 4; p4 += 4; p5 += 4; p6 += 4; p7 += 4; p8 += 4; p9 += 4; p10 += 4; p11 += 4;
  }
  if (fresh) {
    v128.store(sums, s0);
    v128.store(sums, s1, 16);
    v128.store(sums, s2, 32);
  } else {
    v128.store(sums, f32x4.add(v128.load(sums), s0));
    v128.store(sums, f32x4.add(v128.load(sums, 16), s1), 16);
    v128.store(sums, f32x4.add(v128.load(sums, 32), s2), 32);
  }
}

/** Eight lines, one row of A. */
export function lines8(a: usize, b: usize, apart: usize, most: i32, kc: i32, sums: usize, fresh: bool): void {
  let p0 = b, p1 = b + <usize>min(1, most) * apart, p2 = b + <usize>min(2, most) * apart, p3 = b + <usize>min(3, most) * apart, p4 = b + <usize>min(4, most) * apart;
  let p5 = b + <usize>min(5, most) * apart, p6 = b + <usize>min(6, most) * apart, p7 = b + <usize>min(7, most) * apart;
  let s0 = f32x4.splat(0), s1 = s0;
  for (; kc >= 4; kc -= 4) {
    {
      const r0 = v128.load(p0), r1 = v128.load(p1), r2 = v128.load(p2), r3 = v128.load(p3);
      const t0 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), t1 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
      const t2 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5), t3 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
      s0 = madd(v128.load32_splat(a), v128.shuffle<i64>(t0, t2, 0, 2), s0);
      s0 = madd(v128.load32_splat(a, 4), v128.shuffle<i64>(t0, t2, 1, 3), s0);
      s0 = madd(v128.load32_splat(a, 8), v128.shuffle<i64>(t1, t3, 0, 2), s0);
      s0 = madd(v128.load32_splat(a, 12), v128.shuffle<i64>(t1, t3, 1, 3), s0);
    }
    {
      const r0 = v128.load(p4), r1 = v128.load(p5), r2 = v128.load(p6), r3 = v128.load(p7);
      const t0 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), t1 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
      const t2 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5), t3 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
      s1 = madd(v128.load32_splat(a), v128.shuffle<i64>(t0, t2, 0, 2), s1);
      s1 = madd(v128.load32_splat(a, 4), v128.shuffle<i64>(t0, t2, 1, 3), s1);
      s1 = madd(v128.load32_splat(a, 8), v128.shuffle<i64>(t1, t3, 0, 2), s1);
      s1 = madd(v128.load32_splat(a, 12), v128.shuffle<i64>(t1, t3, 1, 3), s1);
    }
    a += 16;
    p0 += 16; p1 += 16; p2 += 16; p3 += 16; p4 += 16; p5 += 16; p6 += 16; p7 += 16;
  }
  for (; kc > 0; kc--) {
    s0 = madd(v128.load32_splat(a), f32x4(load<f32>(p0), load<f32>(p1), load<f32>(p2), load<f32>(p3)), s0);
    s1 = madd(v128.load32_splat(a), f32x4(load<f32>(p4), load<f32>(p5), load<f32>(p6), load<f32>(p7)), s1);
    a += 4;
    p0 += 4; p1 += 4; p2 += 4; p3 += 4; p4 += 4; p5 += 4; p6 += 4; p7 += 4;
  }
  if (fresh) {
    v128.store(sums, s0);
    v128.store(sums, s1, 16);
  } else {
    v128.store(sums, f32x4.add(v128.load(sums), s0));
    v128.store(sums, f32x4.add(v128.load(sums, 16), s1), 16);
  }
}

/** Four lines, four rows; a is packed as [k][4]. */
export function lines4x4(a: usize, b: usize, apart: usize, most: i32, kc: i32, sums: usize, fresh: bool): void {
  let p0 = b, p1 = b + <usize>min(1, most) * apart, p2 = b + <usize>min(2, most) * apart, p3 = b + <usize>min(3, most) * apart;
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
  for (; kc >= 4; kc -= 4) {
    {
      const r0 = v128.load(p0), r1 = v128.load(p1), r2 = v128.load(p2), r3 = v128.load(p3);
      const t0 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), t1 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
      const t2 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5), t3 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
      const b0 = v128.shuffle<i64>(t0, t2, 0, 2);
      s0 = madd(v128.load32_splat(a), b0, s0);
      s1 = madd(v128.load32_splat(a, 4), b0, s1);
      s2 = madd(v128.load32_splat(a, 8), b0, s2);
      s3 = madd(v128.load32_splat(a, 12), b0, s3);
      const b1 = v128.shuffle<i64>(t0, t2, 1, 3);
      s0 = madd(v128.load32_splat(a, 16), b1, s0);
      s1 = madd(v128.load32_splat(a, 20), b1, s1);
      s2 = madd(v128.load32_splat(a, 24), b1, s2);
      s3 = madd(v128.load32_splat(a, 28), b1, s3);
      const b2 = v128.shuffle<i64>(t1, t3, 0, 2);
      s0 = madd(v128.load32_splat(a, 32), b2, s0);
      s1 = madd(v128.load32_splat(a, 36), b2, s1);
      s2 = madd(v128.load32_splat(a, 40), b2, s2);
      s3 = madd(v128.load32_splat(a, 44), b2, s3);
      const b3 = v128.shuffle<i64>(t1, t3, 1, 3);
      s0 = madd(v128.load32_splat(a, 48), b3, s0);
      s1 = madd(v128.load32_splat(a, 52), b3, s1);
      s2 = madd(v128.load32_splat(a, 56), b3, s2);
      s3 = madd(v128.load32_splat(a, 60), b3, s3);
    }
    a += 64;
    p0 += 16; p1 += 16; p2 += 16; p3 += 16;
  }
  for (; kc > 0; kc--) {
    const b0 = f32x4(load<f32>(p0), load<f32>(p1), load<f32>(p2), load<f32>(p3));
    s0 = madd(v128.load32_splat(a), b0, s0);
    s1 = madd(v128.load32_splat(a, 4), b0, s1);
    s2 = madd(v128.load32_splat(a, 8), b0, s2);
    s3 = madd(v128.load32_splat(a, 12), b0, s3);
    a += 16;
    p0 += 4; p1 += 4; p2 += 4; p3 += 4;
  }
  if (fresh) {
    v128.store(sums, s0);
    v128.store(sums, s1, 16);
    v128.store(sums, s2, 32);
    v128.store(sums, s3, 48);
  } else {
    v128.store(sums, f32x4.add(v128.load(sums), s0));
    v128.store(sums, f32x4.add(v128.load(sums, 16), s1), 16);
    v128.store(sums, f32x4.add(v128.load(sums, 32), s2), 32);
    v128.store(sums, f32x4.add(v128.load(sums, 48), s3), 48);
  }
}

/** Four lines, eight rows; a is packed as [k][8]. */
export function lines4x8(a: usize, b: usize, apart: usize, most: i32, kc: i32, sums: usize, fresh: bool): void {
  let p0 = b, p1 = b + <usize>min(1, most) * apart, p2 = b + <usize>min(2, most) * apart, p3 = b + <usize>min(3, most) * apart;
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
  for (; kc >= 4; kc -= 4) {
    {
      const r0 = v128.load(p0), r1 = v128.load(p1), r2 = v128.load(p2), r3 = v128.load(p3);
      const t0 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), t1 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
      const t2 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5), t3 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
      const b0 = v128.shuffle<i64>(t0, t2, 0, 2);
      s0 = madd(v128.load32_splat(a), b0, s0);
      s1 = madd(v128.load32_splat(a, 4), b0, s1);
      s2 = madd(v128.load32_splat(a, 8), b0, s2);
      s3 = madd(v128.load32_splat(a, 12), b0, s3);
      s4 = madd(v128.load32_splat(a, 16), b0, s4);
      s5 = madd(v128.load32_splat(a, 20), b0, s5);
      s6 = madd(v128.load32_splat(a, 24), b0, s6);
      s7 = madd(v128.load32_splat(a, 28), b0, s7);
      const b1 = v128.shuffle<i64>(t0, t2, 1, 3);
      s0 = madd(v128.load32_splat(a, 32), b1, s0);
      s1 = madd(v128.load32_splat(a, 36), b1, s1);
      s2 = madd(v128.load32_splat(a, 40), b1, s2);
      s3 = madd(v128.load32_splat(a, 44), b1, s3);
      s4 = madd(v128.load32_splat(a, 48), b1, s4);
      s5 = madd(v128.load32_splat(a, 52), b1, s5);
      s6 = madd(v128.load32_splat(a, 56), b1, s6);
      s7 = madd(v128.load32_splat(a, 60), b1, s7);
      const b2 = v128.shuffle<i64>(t1, t3, 0, 2);
      s0 = madd(v128.load32_splat(a, 64), b2, s0);
      s1 = madd(v128.load32_splat(a, 68), b2, s1);
      s2 = madd(v128.load32_splat(a, 72), b2, s2);
      s3 = madd(v128.load32_splat(a, 76), b2, s3);
      s4 = madd(v128.load32_splat(a, 80), b2, s4);
      s5 = madd(v128.load32_splat(a, 84), b2, s5);
      s6 = madd(v128.load32_splat(a, 88), b2, s6);
      s7 = madd(v128.load32_splat(a, 92), b2, s7);
      const b3 = v128.shuffle<i64>(t1, t3, 1, 3);
      s0 = madd(v128.load32_splat(a, 96), b3, s0);
      s1 = madd(v128.load32_splat(a, 100), b3, s1);
      s2 = madd(v128.load32_splat(a, 104), b3, s2);
      s3 = madd(v128.load32_splat(a, 108), b3, s3);
      s4 = madd(v128.load32_splat(a, 112), b3, s4);
      s5 = madd(v128.load32_splat(a, 116), b3, s5);
      s6 = madd(v128.load32_splat(a, 120), b3, s6);
      s7 = madd(v128.load32_splat(a, 124), b3, s7);
    }
    a += 128;
    p0 += 16; p1 += 16; p2 += 16; p3 += 16;
  }
  for (; kc > 0; kc--) {
    const b0 = f32x4(load<f32>(p0), load<f32>(p1), load<f32>(p2), load<f32>(p3));
    s0 = madd(v128.load32_splat(a), b0, s0);
    s1 = madd(v128.load32_splat(a, 4), b0, s1);
    s2 = madd(v128.load32_splat(a, 8), b0, s2);
    s3 = madd(v128.load32_splat(a, 12), b0, s3);
    s4 = madd(v128.load32_splat(a, 16), b0, s4);
    s5 = madd(v128.load32_splat(a, 20), b0, s5);
    s6 = madd(v128.load32_splat(a, 24), b0, s6);
    s7 = madd(v128.load32_splat(a, 28), b0, s7);
    a += 32;
    p0 += 4; p1 += 4; p2 += 4; p3 += 4;
  }
  if (fresh) {
    v128.store(sums, s0);
    v128.store(sums, s1, 16);
    v128.store(sums, s2, 32);
    v128.store(sums, s3, 48);
    v128.store(sums, s4, 64);
    v128.store(sums, s5, 80);
    v128.store(sums, s6, 96);
    v128.store(sums, s7, 112);
  } else {
    v128.store(sums, f32x4.add(v128.load(sums), s0));
    v128.store(sums, f32x4.add(v128.load(sums, 16), s1), 16);
    v128.store(sums, f32x4.add(v128.load(sums, 32), s2), 32);
    v128.store(sums, f32x4.add(v128.load(sums, 48), s3), 48);
    v128.store(sums, f32x4.add(v128.load(sums, 64), s4), 64);
    v128.store(sums, f32x4.add(v128.load(sums, 80), s5), 80);
    v128.store(sums, f32x4.add(v128.load(sums, 96), s6), 96);
    v128.store(sums, f32x4.add(v128.load(sums, 112), s7), 112);
  }
}
