// Products with few rows on the left, as in decoding: packing B would cost more than multiplying it once, so it is read
// where it lies. The order of every sum is that of the tiles (k = 0, 1, 2 ... inside a block of KC, then block by block),
// so the bits are the same.
//
// What limits is memory, and memory is fastest when it is read in few long runs, each in pages of its own. So the lines
// that are multiplied side by side are not neighbours: all lines are cut into 12, 8 or 4 stretches of equal length, and
// each stretch is read from its first line to its last. With fewer sums at once an addition waits for the one before;
// with more runs at once the machine no longer reads ahead.
import { head, madd, storeHead } from "./simd";
import { lines12, lines4x4, lines4x8, lines8 } from "./thinLines";

/** The most rows of A for which this is faster than packing B. */
export const THIN: i32 = 8;
/** Bytes of scratch for the sums of a strip; packed rows lie behind them. */
const SUMS: usize = 128;
/** The most blocks of k whose rows are packed at once. */
const BLOCKS: i32 = 36;

/** One strip of lines through all of K. In C they lie `step` numbers from each other. */
function strip(
  M: i32, wide: i32, K: i32, KC: i32, a: usize, b: usize, apart: usize, lines: i32,
  c: usize, ldc: usize, add: usize, ldadd: usize, step: i32, sums: usize,
): void {
  const by = <usize>step << 2, most = lines - 1;
  if (add) {
    for (let i = 0; i < M; i++) {
      for (let j = 0; j < lines; j++) store<f32>(sums + (<usize>(i * wide + j) << 2), load<f32>(add + <usize>i * ldadd + <usize>j * by));
    }
  }
  for (let k = 0; k < K; k += KC) {
    const kc = min(KC, K - k), at = b + (<usize>k << 2), fresh = k == 0 && !add;
    if (M > 4) lines4x8(a + (<usize>k << 5), at, apart, most, kc, sums, fresh);
    else if (M > 1) lines4x4(a + (<usize>k << 4), at, apart, most, kc, sums, fresh);
    else if (wide == 8) lines8(a + (<usize>k << 2), at, apart, most, kc, sums, fresh);
    else lines12(a + (<usize>k << 2), at, apart, most, kc, sums, fresh);
  }
  for (let i = 0; i < M; i++) {
    for (let j = 0; j < lines; j++) store<f32>(c + <usize>i * ldc + <usize>j * by, load<f32>(sums + (<usize>(i * wide + j) << 2)));
  }
}

/** Rows of A side by side, [k][width]; rows that do not exist are zeros. */
function packRows(to: usize, a: usize, lda: usize, M: i32, width: i32, K: i32): void {
  for (let k = 0; k < K; k++, a += 4) {
    for (let i = 0; i < width; i++, to += 4) store<f32>(to, i < M ? load<f32>(a + <usize>i * lda) : 0);
  }
}

/**
 * C (M,N) = add + A B for 1 to THIN rows of A (M,K), with B (N,K) read where it lies.
 *
 * @param KC numbers of k in a block
 * @param scratch room for SUMS bytes and BLOCKS blocks of THIN rows
 */
export function thinAlong(
  M: i32, N: i32, K: i32, KC: i32, a: usize, lda: usize, b: usize, ldb: usize, c: usize, ldc: usize, add: usize, ldadd: usize, scratch: usize,
): void {
  // of lines of whole pages, the first-level cache holds eight at the same place
  const wide = M > 1 ? 4 : (ldb & 4095) == 0 ? 8 : 12;
  // stretches of an odd number of lines, which begin at different places of a page
  let far = N / wide;
  if (far > 1 && !(far & 1)) far--;
  const packed = scratch + SUMS, whole = KC * BLOCKS;
  for (let k = 0; k < K; k += whole) {
    const n = min(whole, K - k), from = <usize>k << 2;
    const more = k > 0 ? c : add, ldmore = k > 0 ? ldc : ldadd, rows = M > 1 ? packed : a + from;
    if (M > 1) packRows(packed, a + from, lda, M, M > 4 ? 8 : 4, n);
    for (let j = 0; j < far; j++) {
      const at = <usize>j << 2;
      strip(M, wide, n, KC, rows, b + <usize>j * ldb + from, <usize>far * ldb, wide, c + at, ldc, more ? more + at : 0, ldmore, far, scratch);
    }
    for (let j = wide * far; j < N; j += wide) {
      const at = <usize>j << 2;
      strip(M, wide, n, KC, rows, b + <usize>j * ldb + from, ldb, min(wide, N - j), c + at, ldc, more ? more + at : 0, ldmore, 1, scratch);
    }
  }
}

/** c[0..n) = more + sum, four columns from `sum`. */
// @ts-ignore: decorator
@inline function finish(sum: v128, c: usize, more: usize, n: i32): void {
  const total = more ? f32x4.add(v128.load(more), sum) : sum;
  if (n >= 4) v128.store(c, total);
  else if (n > 0) storeHead(c, total, n);
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

/** One block of kc of C (M,N) = more + A B for a few rows; A (M,K) and B (K,N) as they lie. */
export function thinAcross(
  M: i32, N: i32, kc: i32, a: usize, lda: usize, b: usize, ldb: usize, c: usize, ldc: usize, more: usize, ldmore: usize,
): void {
  for (let j = 0; j < N; j += 8) {
    const lines = min(8, N - j), offset = <usize>j << 2;
    for (let i = 0; i < M; i++) {
      across(a + <usize>i * lda, b + offset, ldb, lines, kc, c + <usize>i * ldc + offset, more ? more + <usize>i * ldmore + offset : 0);
    }
  }
}
