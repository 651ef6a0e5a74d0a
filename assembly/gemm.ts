// Matrix product on one thread, packed and tiled (Goto & van de Geijn 2008, https://doi.org/10.1145/1356052.1356053):
// a block of A (MC by KC) is packed once and stays in the second-level cache; panels of B (KC by NR, or WIDE) are packed just
// in time into the first level and used at once against all of A.
//
//   C (M,N) = add + A (M,K) B (K,N)
//
// The order of every sum depends on K alone: blocks of KC, inside a block k = 0, 1, 2 ... So a row has the same bits
// alone and among others, whatever thread computes it.
import { packA, packB, packWide } from "./pack";
import { THIN, thinAcross, thinAlong } from "./thin";
import { MR, NR, tile } from "./tile";
import { WIDE, wide, wideTile } from "./wide";

/** Every sum runs in blocks of this many numbers. */
export const KC: i32 = 384;
/** Numbers in a block of A: it shares the second-level cache with C and what comes of B. */
const A_SIZE: i32 = 300 * KC;

// where a thread's scratch holds: an edge tile, the panel of B, the block of A
export const EDGE_BYTES: usize = 1024;
export const B_BYTES: usize = <usize>KC * <usize>WIDE * 4;
const A_BYTES: usize = <usize>A_SIZE << 2;
/** Bytes of scratch that `gemm` uses. */
export const GEMM_SCRATCH: usize = EDGE_BYTES + B_BYTES + A_BYTES;

/** One tile, `nr` columns wide. */
// @ts-ignore: decorator
@inline function one(nr: i32, kc: i32, a: usize, b: usize, c: usize, ldc: usize, add: usize, ldadd: usize): void {
  if (nr == WIDE) wideTile(kc, a, b, c, ldc, add, ldadd);
  else tile(kc, a, b, c, ldc, add, ldadd);
}

/** Tiles at the border: computed whole, copied as far as they reach. */
function edge(nr: i32, kc: i32, a: usize, b: usize, c: usize, ldc: usize, add: usize, ldadd: usize, m: i32, n: i32, at: usize): void {
  one(nr, kc, a, b, at, <usize>nr << 2, 0, 0);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      const sum = load<f32>(at + (<usize>(i * nr + j) << 2)), offset = <usize>j << 2;
      store<f32>(c + offset, add ? load<f32>(add + offset) + sum : sum);
    }
    c += ldc;
    add += add ? ldadd : 0;
  }
}

/** All tiles of one panel of B. A function of its own, so that the tile loop is called often and compiled early. */
export function panel(nr: i32, mc: i32, kc: i32, a: usize, b: usize, c: usize, ldc: usize, add: usize, ldadd: usize, n: i32, at: usize): void {
  const step = <usize>kc * (<usize>MR << 2);
  for (let i = 0; i < mc; i += MR) {
    const m = min(MR, mc - i);
    if (m == MR && n == nr) one(nr, kc, a, b, c, ldc, add, ldadd);
    else edge(nr, kc, a, b, c, ldc, add, ldadd, m, n, at);
    a += step;
    c += ldc * <usize>MR;
    if (add) add += ldadd * <usize>MR;
  }
}

/** Rows of A in a block: all, if they fit, else blocks of about the same size. B is packed again for each of them. */
// @ts-ignore: decorator
@inline export function blockRows(M: i32, kc: i32): i32 {
  const fit = A_SIZE / kc / MR * MR, blocks = (M + fit - 1) / fit;
  return ((M + blocks - 1) / blocks + MR - 1) / MR * MR;
}

/**
 * @param a (M,K) with lines `lda` bytes apart, or, when `ta`, (K,M)
 * @param b (K,N) with lines `ldb` bytes apart, or, when `tb`, (N,K)
 * @param add (M,N), a row that is added to all rows (ldadd 0), c itself, or 0
 */
export function gemm(
  M: i32, N: i32, K: i32, a: usize, lda: usize, ta: bool, b: usize, ldb: usize, tb: bool,
  c: usize, ldc: usize, add: usize, ldadd: usize, scratch: usize,
): void {
  if (M <= THIN && tb && !ta) {
    thinAlong(M, N, K, KC, a, lda, b, ldb, c, ldc, add, ldadd, scratch);
    return;
  }
  const at = scratch, bp = at + EDGE_BYTES, ap = bp + B_BYTES, nr = wide ? WIDE : NR;
  for (let k = 0; k < K; k += KC) {
    const kc = min(KC, K - k);
    const more = k > 0 ? c : add, ldmore = k > 0 ? ldc : ldadd;
    if (M < MR && !ta && !tb) {
      thinAcross(M, N, kc, a + (<usize>k << 2), lda, b + <usize>k * ldb, ldb, c, ldc, more, ldmore);
      continue;
    }
    const most = blockRows(M, kc);
    for (let i = 0; i < M; i += most) {
      const mc = min(most, M - i);
      packA(ap, a + (ta ? <usize>k * lda + (<usize>i << 2) : <usize>i * lda + (<usize>k << 2)), lda, !ta, mc, kc);
      for (let j = 0; j < N; j += nr) {
        const n = min(nr, N - j), from = b + (tb ? <usize>j * ldb + (<usize>k << 2) : <usize>k * ldb + (<usize>j << 2));
        if (nr == NR) packB(bp, from, ldb, tb, n, kc);
        else packWide(bp, from, ldb, tb, n, kc);
        const offset = <usize>j << 2;
        panel(nr, mc, kc, ap, bp, c + <usize>i * ldc + offset, ldc, more ? more + <usize>i * ldmore + offset : 0, ldmore, n, at);
      }
    }
  }
}
