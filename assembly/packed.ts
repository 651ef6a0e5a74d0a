// Products with weights that were packed for reading (src/graph/packBlocks.ts): 8 lines of a matrix (N,K) side by side,
// the last of them filled up with zeros, and KC of k at a time, [K/KC][N/8][KC][8]. That is the panel that a tile
// multiplies, so nothing has to be packed or turned round:
//
//   C (M,N) = add + A (M,K) Wᵀ
//
// A thread reads the weights of a block of k in one run, as fast as memory gives them, while the few numbers of A that
// meet them stay in the first-level cache. Sums run in the order of `gemm` (blocks of KC, inside a block k = 0, 1, 2
// ...), so the bits are those of `matmul`.
import { B_BYTES, blockRows, EDGE_BYTES, KC, panel } from "./gemm";
import { packA } from "./pack";
import { rowsPanel } from "./packedRows";
import { scratch } from "./plan";
import { first, last } from "./slice";
import { MR, NR } from "./tile";
import { WIDE, wide } from "./wide";

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

/** Up to so many rows are read where they lie; more are packed and multiplied by tiles. */
const FEW: i32 = ASC_FEATURE_RELAXED_SIMD ? 4 : 3;
/** Bytes of one k in a panel. */
const WIDTH: usize = <usize>NR << 2;

/** Up to FEW rows times the panels of n columns, one block of k. */
function fewRows(M: i32, n: i32, kc: i32, a: usize, lda: usize, b: usize, c: usize, ldc: usize, add: usize, ldadd: usize): void {
  const step = <usize>kc * WIDTH;
  for (; n >= NR; n -= NR) {
    rowsPanel(M, kc, a, lda, b, c, ldc, add, ldadd);
    b += step;
    c += WIDTH;
    add += add ? WIDTH : 0;
  }
  if (n == 0) return;
  rowsPanel(M, kc, a, lda, b, scratch, WIDTH, 0, 0);
  for (let i: usize = 0; i < <usize>M; i++) {
    for (let j: usize = 0; j < <usize>n << 2; j += 4) {
      const sum = load<f32>(scratch + i * WIDTH + j);
      store<f32>(c + i * ldc + j, add ? load<f32>(add + i * ldadd + j) + sum : sum);
    }
  }
}

/** Two panels side by side, [k][16]. */
function sideBySide(to: usize, b: usize, step: usize): void {
  for (const end = b + step; b < end; b += WIDTH, to += 2 * WIDTH) {
    v128.store(to, v128.load(b));
    v128.store(to, v128.load(b, 16), 16);
    v128.store(to, v128.load(b + step), 32);
    v128.store(to, v128.load(b + step, 16), 48);
  }
}

/** The same for many rows: a block of A is packed as in `gemm`. */
function manyRows(M: i32, N: i32, kc: i32, a: usize, lda: usize, b: usize, c: usize, ldc: usize, add: usize, ldadd: usize): void {
  const step = <usize>kc * WIDTH, pair = scratch + EDGE_BYTES, packed = pair + B_BYTES, block = blockRows(M, kc);
  for (let i = 0; i < M; i += block) {
    const mc = min(block, M - i);
    packA(packed, a + <usize>i * lda, lda, true, mc, kc);
    let weights = b, to = c + <usize>i * ldc, plus = add ? add + <usize>i * ldadd : 0;
    let n = N;
    if (ASC_FEATURE_RELAXED_SIMD && wide) {
      for (; n > NR; n -= WIDE) {
        sideBySide(pair, weights, step);
        panel(WIDE, mc, kc, packed, pair, to, ldc, plus, ldadd, min(WIDE, n), scratch);
        weights += 2 * step;
        to += 2 * WIDTH;
        plus += plus ? 2 * WIDTH : 0;
      }
    }
    // rows that fill no tile are read where they lie, while the panel is in the first-level cache
    const rest = M <= 8 ? mc % MR : 0, tiles = mc - rest, rows = a + <usize>(i + tiles) * lda;
    for (; n > 0; n -= NR) {
      if (rest > 0 && rest <= 4 && n >= NR) {
        panel(NR, tiles, kc, packed, weights, to, ldc, plus, ldadd, NR, scratch);
        rowsPanel(rest, kc, rows, lda, weights, to + <usize>tiles * ldc, ldc, plus ? plus + <usize>tiles * ldadd : 0, ldadd);
      } else {
        panel(NR, mc, kc, packed, weights, to, ldc, plus, ldadd, min(NR, n), scratch);
      }
      weights += step;
      to += WIDTH;
      plus += plus ? WIDTH : 0;
    }
  }
}

/** Threads share the panels, or, where there are more of them than columns, the rows. */
export function matmulPacked(p: MatmulPacked, thread: i32, threads: i32): void {
  const M = p.M, N = p.N, K = p.K, panels = (N + NR - 1) / NR;
  const lda = <usize>K << 2, ldc = <usize>N << 2, ldadd = <usize>p.ldadd << 2;
  let m0 = 0, m1 = M, j0 = 0, j1 = panels;
  if (M > FEW && M > N) {
    const tiles = (M + MR - 1) / MR;
    m0 = min(M, first(tiles, thread, threads) * MR);
    m1 = min(M, last(tiles, thread, threads) * MR);
  } else {
    j0 = first(panels, thread, threads);
    j1 = last(panels, thread, threads);
  }
  if (m0 == m1 || j0 == j1) return;
  const n = min(N, j1 * NR) - j0 * NR, column = <usize>j0 * WIDTH;
  const a = p.a + <usize>m0 * lda, c = p.out + <usize>m0 * ldc + column, add = p.add ? p.add + <usize>m0 * ldadd + column : 0;
  for (let k = 0; k < K; k += KC) {
    const kc = min(KC, K - k), b = p.weight + (<usize>k * panels + <usize>j0 * kc) * WIDTH;
    const more = k > 0 ? c : add, ldmore = k > 0 ? ldc : ldadd;
    if (M > FEW) manyRows(m1 - m0, n, kc, a + (<usize>k << 2), lda, b, c, ldc, more, ldmore);
    else fewRows(M, n, kc, a + (<usize>k << 2), lda, b, c, ldc, more, ldmore);
  }
}

/** out[r] = table[tokens[r]], from a packed table; a token outside 0 to V-1 picks zeros. */
export function embeddingPacked(p: EmbeddingPacked, thread: i32, threads: i32): void {
  const tokens = p.tokens, table = p.table, V = p.V, C = p.C, panels = (V + NR - 1) / NR;
  for (let r = first(p.R, thread, threads), end = last(p.R, thread, threads); r < end; r++) {
    const token = load<i32>(tokens + (<usize>r << 2));
    let out = p.out + <usize>r * (<usize>C << 2);
    if (<u32>token >= <u32>V) {
      memory.fill(out, 0, <usize>C << 2);
      continue;
    }
    for (let k = 0; k < C; k += KC) {
      const kc = min(KC, C - k);
      let at = table + (<usize>k * panels + <usize>(token / NR) * kc) * WIDTH + (<usize>(token % NR) << 2);
      for (const stop = out + (<usize>kc << 2); out < stop; out += 4, at += WIDTH) store<f32>(out, load<f32>(at));
    }
  }
}
