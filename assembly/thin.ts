// Products with few rows on the left, as in decoding: packing B would cost more than multiplying it once. B is read
// where it lies, four numbers of k at a time, and turned round in registers. The order of every sum is that of the
// tiles (k = 0, 1, 2 ... inside a block of KC, then block by block), so the bits are the same.
import { head, madd, storeHead } from "./simd";

/** c[0..n) = more + sum, four columns from `sum`. */
// @ts-ignore: decorator
@inline function finish(sum: v128, c: usize, more: usize, n: i32): void {
  const total = more ? f32x4.add(v128.load(more), sum) : sum;
  if (n >= 4) v128.store(c, total);
  else if (n > 0) storeHead(c, total, n);
}

/** Eight columns of one row; b (N,K): eight lines along k, of which those behind the end repeat the last one. */
function along(a: usize, b: usize, ldb: usize, lines: i32, kc: i32, c: usize, more: usize): void {
  const most = lines - 1;
  let p0 = b, p1 = b + <usize>min(1, most) * ldb, p2 = b + <usize>min(2, most) * ldb, p3 = b + <usize>min(3, most) * ldb;
  let p4 = b + <usize>min(4, most) * ldb, p5 = b + <usize>min(5, most) * ldb, p6 = b + <usize>min(6, most) * ldb, p7 = b + <usize>min(7, most) * ldb;
  let s = f32x4.splat(0), t = s;
  for (; kc >= 4; kc -= 4) {
    const r0 = v128.load(p0), r1 = v128.load(p1), r2 = v128.load(p2), r3 = v128.load(p3);
    const t0 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), t1 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
    const t2 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5), t3 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
    const r4 = v128.load(p4), r5 = v128.load(p5), r6 = v128.load(p6), r7 = v128.load(p7);
    const t4 = v128.shuffle<f32>(r4, r5, 0, 4, 1, 5), t5 = v128.shuffle<f32>(r4, r5, 2, 6, 3, 7);
    const t6 = v128.shuffle<f32>(r6, r7, 0, 4, 1, 5), t7 = v128.shuffle<f32>(r6, r7, 2, 6, 3, 7);
    const a0 = v128.load32_splat(a), a1 = v128.load32_splat(a, 4), a2 = v128.load32_splat(a, 8), a3 = v128.load32_splat(a, 12);
    s = madd(a0, v128.shuffle<i64>(t0, t2, 0, 2), s);
    t = madd(a0, v128.shuffle<i64>(t4, t6, 0, 2), t);
    s = madd(a1, v128.shuffle<i64>(t0, t2, 1, 3), s);
    t = madd(a1, v128.shuffle<i64>(t4, t6, 1, 3), t);
    s = madd(a2, v128.shuffle<i64>(t1, t3, 0, 2), s);
    t = madd(a2, v128.shuffle<i64>(t5, t7, 0, 2), t);
    s = madd(a3, v128.shuffle<i64>(t1, t3, 1, 3), s);
    t = madd(a3, v128.shuffle<i64>(t5, t7, 1, 3), t);
    a += 16;
    p0 += 16; p1 += 16; p2 += 16; p3 += 16; p4 += 16; p5 += 16; p6 += 16; p7 += 16;
  }
  for (; kc > 0; kc--) {
    const x = v128.load32_splat(a);
    s = madd(x, f32x4(load<f32>(p0), load<f32>(p1), load<f32>(p2), load<f32>(p3)), s);
    t = madd(x, f32x4(load<f32>(p4), load<f32>(p5), load<f32>(p6), load<f32>(p7)), t);
    a += 4;
    p0 += 4; p1 += 4; p2 += 4; p3 += 4; p4 += 4; p5 += 4; p6 += 4; p7 += 4;
  }
  finish(s, c, more, lines);
  finish(t, c + 16, more ? more + 16 : 0, lines - 4);
}

/** Eight columns of one row; b (K,N): lines across k. Reads up to 32 bytes from each line. */
function across(a: usize, b: usize, ldb: usize, lines: i32, kc: i32, c: usize, more: usize): void {
  let s = f32x4.splat(0), t = s;
  for (; kc > 0; kc--, a += 4, b += ldb) {
    const x = v128.load32_splat(a);
    s = madd(x, v128.load(b), s);
    t = madd(x, v128.load(b, 16), t);
  }
  finish(head4(s, lines), c, more, lines);
  finish(head4(t, lines - 4), c + 16, more ? more + 16 : 0, lines - 4);
}

/** What lies behind the end of a line is no number of ours. */
// @ts-ignore: decorator
@inline function head4(a: v128, n: i32): v128 {
  return n >= 4 ? a : head(a, n);
}

/** One block of kc of C (M,N) = more + A B, for a few rows; A (M,K) as it lies. */
export function thin(
  M: i32, N: i32, kc: i32, a: usize, lda: usize, b: usize, ldb: usize, tb: bool, c: usize, ldc: usize, more: usize, ldmore: usize,
): void {
  for (let j = 0; j < N; j += 8) {
    const lines = min(8, N - j), offset = <usize>j << 2, line = tb ? b + <usize>j * ldb : b + offset;
    for (let i = 0; i < M; i++) {
      const at = a + <usize>i * lda, to = c + <usize>i * ldc + offset, from = more ? more + <usize>i * ldmore + offset : 0;
      if (tb) along(at, line, ldb, lines, kc, to, from);
      else across(at, line, ldb, lines, kc, to, from);
    }
  }
}
