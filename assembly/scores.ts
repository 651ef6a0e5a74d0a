// The scores of a block of queries against all keys, while attention works on them. They lie in panels of NR keys:
//
//   query i, key j  at  panel j / NR, line i, place j % NR      a panel is ROWS lines of NR numbers
//
// A tile of scores is written there as it comes, a query is every ROWS-th line, and both products that follow read
// the panels without packing them: by queries (rows of P in P V) and by keys (columns of dS in dSᵀ Q).
// They begin at a multiple of a line's bytes.
import { KC } from "./gemm";
import { expConstant, expWith } from "./math";
import { madd, max4, storeHead, sum4 } from "./simd";
import { MR, NR, tile } from "./tile";

if (NR != 8) ERROR("scores: lines of two vectors are written out here; other widths are not.");

/** Most queries of a block: whole tiles, and one block where T is 64. */
export const ROWS: i32 = (64 + MR - 1) / MR * MR;
/** Bytes of a line and of a panel. */
export const LINE: usize = <usize>NR << 2;
export const PANEL: usize = <usize>ROWS * LINE;

/** The panel that holds key j. */
// @ts-ignore: decorator
@inline export function panelOf(scores: usize, j: i32): usize {
  return scores + <usize>(j / NR) * PANEL;
}

/**
 * MR lines of scores times a packed panel of B, [k][NR]: c[i,j] = sum over k of scores[i,k] b[k,j], from the first key of a panel on.
 * One loop: with a loop for every panel, older V8s keep some of the sums in memory, at half the speed.
 */
export function scoresTile(k: i32, a: usize, b: usize, c: usize, ldc: usize): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0), c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0), c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0), c31 = f32x4.splat(0);
  let c40 = f32x4.splat(0), c41 = f32x4.splat(0);
  let c50 = f32x4.splat(0), c51 = f32x4.splat(0);
  for (; k > 0; k--) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    const a0 = v128.load32_splat(a);
    c00 = madd(a0, b0, c00);
    c01 = madd(a0, b1, c01);
    const a1 = v128.load32_splat(a, NR << 2);
    c10 = madd(a1, b0, c10);
    c11 = madd(a1, b1, c11);
    const a2 = v128.load32_splat(a, 2 * NR << 2);
    c20 = madd(a2, b0, c20);
    c21 = madd(a2, b1, c21);
    const a3 = v128.load32_splat(a, 3 * NR << 2);
    c30 = madd(a3, b0, c30);
    c31 = madd(a3, b1, c31);
    const a4 = v128.load32_splat(a, 4 * NR << 2);
    c40 = madd(a4, b0, c40);
    c41 = madd(a4, b1, c41);
    if (ASC_FEATURE_RELAXED_SIMD) {
      const a5 = v128.load32_splat(a, 5 * NR << 2);
      c50 = madd(a5, b0, c50);
      c51 = madd(a5, b1, c51);
    }
    b += LINE;
    a += 4;
    if ((a & (LINE - 1)) == 0) a += PANEL - LINE; // a line of a panel ends here
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  c += ldc;
  v128.store(c, c10);
  v128.store(c, c11, 16);
  c += ldc;
  v128.store(c, c20);
  v128.store(c, c21, 16);
  c += ldc;
  v128.store(c, c30);
  v128.store(c, c31, 16);
  c += ldc;
  v128.store(c, c40);
  v128.store(c, c41, 16);
  if (ASC_FEATURE_RELAXED_SIMD) {
    c += ldc;
    v128.store(c, c50);
    v128.store(c, c51, 16);
  }
}

/** Adds m by n numbers of a tile that lies in lines of NR at `from` to c, or just writes them there. */
function putTile(from: usize, c: usize, ldc: usize, m: i32, n: i32, add: bool): void {
  for (let i = 0; i < m; i++, c += ldc, from += LINE) {
    for (let j = 0; j < n; j += 4) {
      const at = <usize>j << 2, x = v128.load(from + at), y = add ? f32x4.add(v128.load(c + at), x) : x;
      if (j + 4 <= n) v128.store(c + at, y);
      else storeHead(c + at, y, n - j);
    }
  }
}

/** Scores of queries i .. n - 1, packed in tiles of which one begins at i, against one panel of keys. */
export function panelScores(i: i32, n: i32, hs: i32, q: usize, k: usize, to: usize): void {
  const step = <usize>hs * (<usize>MR << 2);
  for (; i < n; i += MR) {
    const a = q + <usize>(i / MR) * step, c = to + <usize>i * LINE;
    for (let d = 0; d < hs; d += KC) {
      const add = d > 0 ? c : 0;
      tile(min(KC, hs - d), a + <usize>d * (<usize>MR << 2), k + <usize>d * LINE, c, LINE, add, LINE);
    }
  }
}

/** A row of tiles, of which m lines count, times packed panels of Tk lines each: lines from .. end - 1, in blocks of KC. */
export function weigh(m: i32, hs: i32, Tk: i32, from: i32, end: i32, p: usize, v: usize, out: usize, so: usize, edge: usize): void {
  for (let c = 0; c < hs; c += NR, out += LINE, v += <usize>Tk * LINE) {
    const n = min(NR, hs - c);
    for (let j = from; j < end;) {
      const stop = min(end, j - j % KC + KC), a = panelOf(p, j), b = v + <usize>j * LINE;
      if (m == MR && n == NR && j == from) scoresTile(stop - j, a, b, out, so);
      else {
        scoresTile(stop - j, a, b, edge, LINE);
        putTile(edge, out, so, m, n, j > from);
      }
      j = stop;
    }
  }
}

/**
 * Gives `value` to what MR lines may not see in the panels of keys from .. to - 1: the first line sees keys up to
 * `end` - 1, at most `window` of them, every next line one key later.
 */
function hide(scores: usize, from: i32, to: i32, end: i32, window: i32, value: f32): void {
  const hidden = f32x4.splat(value);
  for (let j = from; j < to; j += NR) {
    let at = panelOf(scores, j);
    for (let i = 0; i < MR; i++) {
      const behind = i32x4.splat(end + i), before = i32x4.splat(end + i - window);
      let keys = i32x4.add(i32x4.splat(j), i32x4(0, 1, 2, 3));
      for (const next = at + LINE; at < next; at += 16) {
        const seen = v128.and(i32x4.lt_s(keys, behind), i32x4.ge_s(keys, before));
        v128.store(at, v128.bitselect(v128.load(at), hidden, seen));
        keys = i32x4.add(keys, i32x4.splat(4));
      }
    }
  }
}

/**
 * Hides what a row of tiles may not see, as `hide` does, in its panels from key `from` up to `to`: only where a line
 * ends or begins. No line ends before key `end`, none begins behind `end` + MR - window.
 */
function hideEnds(scores: usize, from: i32, to: i32, end: i32, window: i32, value: f32): void {
  const diagonal = end / NR * NR;
  hide(scores, max(from, diagonal), to, end, window, value);
  hide(scores, from, min(diagonal, end + MR - window), end, window, value);
}

/**
 * A row of tiles of scores becomes probabilities. Its panels run from key `from` up to `to`; which keys a line may see
 * is said as for `hide`. The largest scaled score of each line goes to `top`, its sum of exponentials to `sum`, MR
 * numbers each. A sum runs over four lanes, key j in lane j % 4. `work` has room for two vectors for each line.
 */
export function softmaxLines(scores: usize, from: i32, to: i32, end: i32, window: i32, scale: f32, top: usize, sum: usize, work: usize): void {
  hideEnds(scores, from, to, end, window, -Infinity);
  // all lines side by side: they do not wait for each other
  const begin = panelOf(scores, from), stop = panelOf(scores, to + NR - 1), by = f32x4.splat(scale), behind = work + 16 * MR;
  for (let w = work; w < behind; w += 16) v128.store(w, f32x4.splat(-Infinity));
  for (let panel = begin; panel < stop; panel += PANEL) {
    for (let at = panel, w = work; w < behind; at += LINE, w += 16) {
      v128.store(w, f32x4.pmax(f32x4.pmax(v128.load(at), v128.load(at, 16)), v128.load(w)));
    }
  }
  for (let i: usize = 0; i < <usize>MR; i++) {
    const most = max4(v128.load(work + (i << 4))) * scale;
    store<f32>(top + (i << 2), most);
    v128.store(work + (i << 4), f32x4.splat(0));
    v128.store(behind + (i << 4), f32x4.splat(most));
  }
  const e0 = expConstant(0), e1 = expConstant(1), e2 = expConstant(2), e3 = expConstant(3), e4 = expConstant(4), e5 = expConstant(5);
  const e6 = expConstant(6), e7 = expConstant(7), e8 = expConstant(8), e9 = expConstant(9), e10 = expConstant(10), e11 = expConstant(11);
  for (let panel = begin; panel < stop; panel += PANEL) {
    for (let at = panel, w = work; w < behind; at += LINE, w += 16) {
      const most = v128.load(w, 16 * MR), x = v128.load(at), y = v128.load(at, 16), total = v128.load(w);
      const e = expWith(f32x4.sub(f32x4.mul(x, by), most), e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, e10, e11);
      const f = expWith(f32x4.sub(f32x4.mul(y, by), most), e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, e10, e11);
      v128.store(at, e);
      v128.store(at, f, 16);
      v128.store(w, f32x4.add(f32x4.add(total, e), f));
    }
  }
  for (let i: usize = 0; i < <usize>MR; i++) {
    const all = sum4(v128.load(work + (i << 4)));
    store<f32>(sum + (i << 2), all);
    v128.store(work + (i << 4), f32x4.splat(1 / all));
  }
  for (let panel = begin; panel < stop; panel += PANEL) {
    for (let at = panel, w = work; w < behind; at += LINE, w += 16) {
      const inverse = v128.load(w);
      v128.store(at, f32x4.mul(v128.load(at), inverse));
      v128.store(at, f32x4.mul(v128.load(at, 16), inverse), 16);
    }
  }
}

/**
 * From scores back to probabilities, P = exp(scale S - lse), and from dP in `slopes` to dS = scale P (dP - D), in one
 * pass over a row of tiles. `lse` and `d` hold a number for each line; the rest as in softmaxLines.
 */
export function slopeLines(scores: usize, slopes: usize, from: i32, to: i32, end: i32, window: i32, scale: f32, lse: usize, d: usize): void {
  hideEnds(scores, from, to, end, window, -Infinity);
  const aside = slopes - scores, by = f32x4.splat(scale), behind = lse + 4 * MR;
  d -= lse;
  const e0 = expConstant(0), e1 = expConstant(1), e2 = expConstant(2), e3 = expConstant(3), e4 = expConstant(4), e5 = expConstant(5);
  const e6 = expConstant(6), e7 = expConstant(7), e8 = expConstant(8), e9 = expConstant(9), e10 = expConstant(10), e11 = expConstant(11);
  for (let panel = panelOf(scores, from), stop = panelOf(scores, to + NR - 1); panel < stop; panel += PANEL) {
    for (let at = panel, i = lse; i < behind; at += LINE, i += 4) {
      const minus = v128.load32_splat(i), mean = v128.load32_splat(d + i), slope = at + aside;
      const x = v128.load(at), y = v128.load(at, 16), u = v128.load(slope), v = v128.load(slope, 16);
      const p = expWith(f32x4.sub(f32x4.mul(x, by), minus), e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, e10, e11);
      const r = expWith(f32x4.sub(f32x4.mul(y, by), minus), e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, e10, e11);
      v128.store(at, p);
      v128.store(at, r, 16);
      v128.store(slope, f32x4.mul(by, f32x4.mul(p, f32x4.sub(u, mean))));
      v128.store(slope, f32x4.mul(by, f32x4.mul(r, f32x4.sub(v, mean))), 16);
    }
  }
}
