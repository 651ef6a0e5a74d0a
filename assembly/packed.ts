// Products with weights that were packed for reading: 8 lines of a matrix (N,K) side by side, `[N/8][K][8]`, the last
// panel filled up with zeros. That is the panel that a tile multiplies, so nothing has to be packed or turned round,
// and a thread reads all its weights in one run, as fast as memory gives them:
//
//   C (M,N) = add + A (M,K) Wᵀ
//
// Sums run in the order of `gemm` (blocks of KC, inside a block k = 0, 1, 2 ...), so the bits are those of `matmul`.
import { EDGE_BYTES, KC, MC, MC_LAST, panel } from "./gemm";
import { packA } from "./pack";
import { rowsPanel } from "./packedRows";
import { scratch } from "./plan";
import { first, last } from "./slice";
import { MR, NR } from "./tile";

@unmanaged class MatmulPacked {
  a: usize;      // (M,K)
  weight: usize; // (N,K), packed
  add: usize;    // 0, or what is added: (M,N), or one row (N) when ldadd is 0
  out: usize;
  M: i32;
  N: i32;
  K: i32;
  ldadd: i32;    // numbers from one line to the next
}

@unmanaged class EmbeddingPacked { tokens: usize; table: usize; out: usize; R: i32; V: i32; C: i32; }

/** Up to so many rows are read where they lie; more are packed. */
const FEW: i32 = 8;

/** Up to FEW rows times the n columns of one panel. */
function fewRows(M: i32, n: i32, K: i32, a: usize, lda: usize, b: usize, c: usize, ldc: usize, add: usize, ldadd: usize): void {
  for (let k = 0; k < K; k += KC) {
    const kc = min(KC, K - k), more = k > 0 ? c : add, ldmore = k > 0 ? ldc : ldadd;
    if (n == NR) {
      rowsPanel(M, kc, a, lda, b, c, ldc, more, ldmore);
    } else {
      rowsPanel(M, kc, a, lda, b, scratch, <usize>NR << 2, 0, 0);
      for (let i = 0; i < M; i++) {
        for (let j = 0; j < n; j++) {
          const offset = <usize>j << 2, sum = load<f32>(scratch + (<usize>(i * NR) << 2) + offset);
          store<f32>(c + <usize>i * ldc + offset, more ? load<f32>(more + <usize>i * ldmore + offset) + sum : sum);
        }
      }
    }
    a += <usize>kc << 2;
    b += <usize>kc * (<usize>NR << 2);
  }
}

/** Many rows: a block of A is packed as in `gemm`, the panels of weights are ready. */
function manyRows(M: i32, N: i32, K: i32, a: usize, lda: usize, b: usize, c: usize, ldc: usize, add: usize, ldadd: usize): void {
  const step = <usize>K * (<usize>NR << 2), packed = scratch + EDGE_BYTES;
  for (let k = 0; k < K; k += KC) {
    const kc = min(KC, K - k), more = k > 0 ? c : add, ldmore = k > 0 ? ldc : ldadd;
    for (let i = 0, mc = 0; i < M; i += mc) {
      mc = M - i <= MC_LAST ? M - i : MC;
      packA(packed, a + <usize>i * lda, lda, true, mc, kc);
      let weights = b, to = c + <usize>i * ldc, plus = more ? more + <usize>i * ldmore : 0;
      for (let n = N; n > 0; n -= NR) {
        panel(mc, kc, packed, weights, to, ldc, plus, ldmore, min(NR, n), scratch);
        weights += step;
        to += <usize>NR << 2;
        plus += plus ? <usize>NR << 2 : 0;
      }
    }
    a += <usize>kc << 2;
    b += <usize>kc * (<usize>NR << 2);
  }
}

/** Threads share the panels, or, where there are more of them than columns, the rows. */
export function matmulPacked(p: MatmulPacked, thread: i32, threads: i32): void {
  const M = p.M, N = p.N, K = p.K, panels = (N + NR - 1) / NR;
  const lda = <usize>K << 2, ldadd = <usize>p.ldadd << 2, ldc = <usize>N << 2, step = <usize>K * (<usize>NR << 2);
  if (M > FEW && M > N) {
    const tiles = (M + MR - 1) / MR, m0 = min(M, first(tiles, thread, threads) * MR), m1 = min(M, last(tiles, thread, threads) * MR), m = <usize>m0;
    if (m0 < m1) manyRows(m1 - m0, N, K, p.a + m * lda, lda, p.weight, p.out + m * ldc, ldc, p.add ? p.add + m * ldadd : 0, ldadd);
    return;
  }
  const j0 = first(panels, thread, threads), j1 = last(panels, thread, threads);
  if (j0 == j1) return;
  const offset = <usize>(j0 * NR) << 2;
  let weight = p.weight + <usize>j0 * step, c = p.out + offset, add = p.add ? p.add + offset : 0, n = min(N, j1 * NR) - j0 * NR;
  if (M > FEW) {
    manyRows(M, n, K, p.a, lda, weight, c, ldc, add, ldadd);
    return;
  }
  for (const a = p.a; n > 0; n -= NR) {
    fewRows(M, min(NR, n), K, a, lda, weight, c, ldc, add, ldadd);
    weight += step;
    c += <usize>NR << 2;
    add += add ? <usize>NR << 2 : 0;
  }
}

/** out[r] = table[tokens[r]], from a packed table; a token outside 0 to V-1 picks zeros. */
export function embeddingPacked(p: EmbeddingPacked, thread: i32, threads: i32): void {
  const tokens = p.tokens, table = p.table, V = p.V, C = p.C, bytes = <usize>C << 2, step = <usize>C * (<usize>NR << 2);
  for (let r = first(p.R, thread, threads), end = last(p.R, thread, threads); r < end; r++) {
    const token = load<i32>(tokens + (<usize>r << 2)), out = p.out + <usize>r * bytes;
    if (<u32>token >= <u32>V) {
      memory.fill(out, 0, bytes);
      continue;
    }
    const line = table + <usize>(token / NR) * step + (<usize>(token % NR) << 2);
    for (let k: usize = 0; k < bytes; k += 4) store<f32>(out + k, load<f32>(line + k * <usize>NR));
  }
}
