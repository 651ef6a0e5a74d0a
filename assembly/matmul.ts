// C (M,N) = add + A (M,K) B (K,N), either side read transposed. Threads share the columns or the rows of C,
// whichever there are more of; what a number is does not depend on that.
import { gemm } from "./gemm";
import { scratch } from "./plan";
import { first, last } from "./slice";
import { MR, NR } from "./tile";

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
}

export function matmul(p: Matmul, thread: i32, threads: i32): void {
  const M = p.M, N = p.N, K = p.K, ta = p.ta != 0, tb = p.tb != 0;
  const lda = <usize>p.lda << 2, ldb = <usize>p.ldb << 2, ldadd = <usize>p.ldadd << 2, ldout = <usize>p.ldout << 2;
  let m0 = 0, m1 = M, n0 = 0, n1 = N;
  if (N >= M) {
    const tiles = (N + NR - 1) / NR;
    n0 = min(N, first(tiles, thread, threads) * NR);
    n1 = min(N, last(tiles, thread, threads) * NR);
  } else {
    const tiles = (M + MR - 1) / MR;
    m0 = min(M, first(tiles, thread, threads) * MR);
    m1 = min(M, last(tiles, thread, threads) * MR);
  }
  if (m0 == m1 || n0 == n1) return;
  const m = <usize>m0, n = <usize>n0 << 2;
  gemm(
    m1 - m0, n1 - n0, K,
    p.a + (ta ? m << 2 : m * lda), lda, ta,
    p.b + (tb ? <usize>n0 * ldb : n), ldb, tb,
    p.out + m * ldout + n, ldout,
    p.add ? p.add + m * ldadd + n : 0, ldadd, scratch,
  );
}
