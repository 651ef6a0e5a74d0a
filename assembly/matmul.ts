// C (M,N) = add + A (M,K) B (K,N), either side read transposed. Threads share the columns or the rows of C,
// whichever there are more of; what a number is does not depend on that.
import { gemm } from "./gemm";
import { scratch } from "./plan";
import { first, last } from "./slice";
import { MR } from "./tile";
import { WIDE } from "./wide";

@unmanaged class Matmul {
  a: usize;
  b: usize;
  add: usize;   // 0, or what is added: (M,N), or one row (N) when ldadd is 0
  out: usize;
  M: i32;
  N: i32;
  K: i32;
  lda: i32;     // numbers from one line to the next
  ldb: i32;
  ldadd: i32;
  ldout: i32;
  ta: i32;      // a is (K,M)
  tb: i32;      // b is (N,K)
  count: usize; // 0, or an i32: only so many rows of a count, as it lies (of a and b when a is (K,M))
}

export function matmul(p: Matmul, thread: i32, threads: i32): void {
  const N = p.N, ta = p.ta != 0, tb = p.tb != 0;
  const M = !ta && p.count ? load<i32>(p.count) : p.M, K = ta && p.count ? load<i32>(p.count) : p.K;
  const lda = <usize>p.lda << 2, ldb = <usize>p.ldb << 2, ldadd = <usize>p.ldadd << 2, ldout = <usize>p.ldout << 2;
  let m0 = 0, m1 = M, n0 = 0, n1 = N;
  if (N >= M) {
    const tiles = (N + WIDE - 1) / WIDE;
    n0 = min(N, first(tiles, thread, threads) * WIDE);
    n1 = min(N, last(tiles, thread, threads) * WIDE);
  } else {
    const tiles = (M + MR - 1) / MR;
    m0 = min(M, first(tiles, thread, threads) * MR);
    m1 = min(M, last(tiles, thread, threads) * MR);
  }
  if (m0 == m1 || n0 == n1) return;
  const m = <usize>m0, n = <usize>n0 << 2;
  if (K == 0) {
    empty(m1 - m0, <usize>(n1 - n0) << 2, p.out + m * ldout + n, ldout, p.add ? p.add + m * ldadd + n : 0, ldadd);
    return;
  }
  gemm(
    m1 - m0, n1 - n0, K,
    p.a + (ta ? m << 2 : m * lda), lda, ta,
    p.b + (tb ? <usize>n0 * ldb : n), ldb, tb,
    p.out + m * ldout + n, ldout,
    p.add ? p.add + m * ldadd + n : 0, ldadd, scratch,
  );
}

/** The sum of no products. */
function empty(M: i32, bytes: usize, out: usize, ldout: usize, add: usize, ldadd: usize): void {
  for (let m: usize = 0; m < <usize>M; m++) {
    if (add) memory.copy(out + m * ldout, add + m * ldadd, bytes);
    else memory.fill(out + m * ldout, 0, bytes);
  }
}
