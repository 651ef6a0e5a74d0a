// Attention of few new queries, as in decoding: keys and values stream by once, row by row as they lie, eight rows side
// by side and all heads of a thread in turn. Nothing is packed but, for several queries at a time, eight keys.
// The order of every sum is that of `attention`, so the bits are the same.
import { Attention } from "./attention";
import { KC } from "./gemm";
import { keptRows } from "./kept";
import { exp4, log4 } from "./math";
import { packB } from "./pack";
import { rowsPanel } from "./packedRows";
import { scratch } from "./plan";
import { put } from "./row";
import { madd, max4, sum4 } from "./simd";
import { first, last } from "./slice";
import { lines8 } from "./thinLines";
import { NR } from "./tile";

if (NR != 8) ERROR("attentionFew: eight keys are written out here; other widths of a panel are not.");

/** Most queries of a sequence for which this is faster. */
export const FEW: i32 = 8;
/** Rows of scores that are worked on together. */
const ROWS: i32 = 64;

/** Scores of one row to probabilities over the first n of them; zeros from n to the end. Returns the log of the sum. */
function softmaxRow(row: usize, n: i32, end: i32, scale: f32): f32 {
  const whole = n & ~3, rest = n & 3, by = f32x4.splat(scale), none = f32x4.splat(-Infinity);
  let most = none, i = 0;
  for (; i < whole; i += 4) {
    const x = f32x4.mul(v128.load(row + (<usize>i << 2)), by);
    v128.store(row + (<usize>i << 2), x);
    most = f32x4.max(most, x);
  }
  if (rest) {
    const at = row + (<usize>whole << 2), mask = i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(rest));
    const x = v128.bitselect(f32x4.mul(v128.load(at), by), none, mask);
    v128.store(at, x);
    most = f32x4.max(most, x);
    i += 4;
  }
  const top = max4(most), m = f32x4.splat(top);
  let total = f32x4.splat(0);
  for (let j = 0; j < i; j += 4) {
    const at = row + (<usize>j << 2), e = exp4(f32x4.sub(v128.load(at), m));
    v128.store(at, e);
    total = f32x4.add(total, e);
  }
  const sum = sum4(total), inverse = f32x4.splat(1 / sum);
  for (let j = 0; j < i; j += 4) {
    const at = row + (<usize>j << 2);
    v128.store(at, f32x4.mul(v128.load(at), inverse));
  }
  for (; i < end; i += 4) v128.store(row + (<usize>i << 2), f32x4.splat(0));
  return top + f32x4.extract_lane(log4(f32x4.splat(sum)), 0);
}

/** c[i, 0..8) = q[i] · key, for a panel of eight keys, [hs][8]. */
function scoreRows(M: i32, hs: i32, q: usize, ldq: usize, panel: usize, c: usize, ldc: usize): void {
  for (; M > 0; M -= 4) {
    for (let k = 0; k < hs; k += KC) rowsPanel(min(4, M), min(KC, hs - k), q + (<usize>k << 2), ldq, panel + <usize>k * 32, c, ldc, k > 0 ? c : 0, ldc);
    q += 4 * ldq;
    c += 4 * ldc;
  }
}

/** The same for one query and keys where they lie, `stride` bytes apart, of which `most` + 1 exist. */
// @ts-ignore: decorator
@inline function scoreOne(hs: i32, q: usize, keys: usize, stride: usize, most: i32, c: usize): void {
  for (let k = 0; k < hs; k += KC) lines8(q + (<usize>k << 2), keys + (<usize>k << 2), stride, most, min(KC, hs - k), c, k == 0);
}

/** out[0..hs) += Σ p[j] v[j], j = 0 .. 7 */
function weighEight(p: usize, v: usize, stride: usize, hs: i32, out: usize): void {
  const p0 = v128.load32_splat(p), p1 = v128.load32_splat(p, 4), p2 = v128.load32_splat(p, 8), p3 = v128.load32_splat(p, 12);
  const p4 = v128.load32_splat(p, 16), p5 = v128.load32_splat(p, 20), p6 = v128.load32_splat(p, 24), p7 = v128.load32_splat(p, 28);
  let v1 = v + stride, v2 = v1 + stride, v3 = v2 + stride, v4 = v3 + stride, v5 = v4 + stride, v6 = v5 + stride, v7 = v6 + stride;
  for (; hs >= 8; hs -= 8) {
    let x = v128.load(out), y = v128.load(out, 16);
    x = madd(p0, v128.load(v), x);
    y = madd(p0, v128.load(v, 16), y);
    x = madd(p1, v128.load(v1), x);
    y = madd(p1, v128.load(v1, 16), y);
    x = madd(p2, v128.load(v2), x);
    y = madd(p2, v128.load(v2, 16), y);
    x = madd(p3, v128.load(v3), x);
    y = madd(p3, v128.load(v3, 16), y);
    x = madd(p4, v128.load(v4), x);
    y = madd(p4, v128.load(v4, 16), y);
    x = madd(p5, v128.load(v5), x);
    y = madd(p5, v128.load(v5, 16), y);
    x = madd(p6, v128.load(v6), x);
    y = madd(p6, v128.load(v6, 16), y);
    x = madd(p7, v128.load(v7), x);
    y = madd(p7, v128.load(v7, 16), y);
    v128.store(out, x);
    v128.store(out, y, 16);
    out += 32;
    v += 32; v1 += 32; v2 += 32; v3 += 32; v4 += 32; v5 += 32; v6 += 32; v7 += 32;
  }
  for (; hs > 0; hs -= 4) {
    let x = v128.load(out);
    x = madd(p0, v128.load(v), x);
    x = madd(p1, v128.load(v1), x);
    x = madd(p2, v128.load(v2), x);
    x = madd(p3, v128.load(v3), x);
    x = madd(p4, v128.load(v4), x);
    x = madd(p5, v128.load(v5), x);
    x = madd(p6, v128.load(v6), x);
    x = madd(p7, v128.load(v7), x);
    put(out, x, hs);
    out += 16;
    v += 16; v1 += 16; v2 += 16; v3 += 16; v4 += 16; v5 += 16; v6 += 16; v7 += 16;
  }
}

/** The same for n values. */
function weigh(n: i32, p: usize, v: usize, stride: usize, hs: i32, out: usize): void {
  if (n >= 8) return weighEight(p, v, stride, hs, out);
  for (; n > 0; n--, p += 4, v += stride) {
    const share = v128.load32_splat(p);
    for (let c: usize = 0, left = hs; left > 0; left -= 4, c += 16) put(out + c, madd(share, v128.load(v + c), v128.load(out + c)), left);
  }
}

/** At most FEW queries of each sequence. */
export function attentionFew(p: Attention, thread: i32, threads: i32): void {
  const T = p.T, Tk = p.Tk, nh = p.nh, hs = p.hs, scale = p.scale, share = nh / p.nkv, window = p.window, type = p.type;
  const sq = <usize>p.sq << 2, skv = <usize>p.skv << 2, so = <usize>(nh * hs) << 2, head = <usize>hs << 2, kept = type == 0 ? head : type == 1 ? <usize>hs << 1 : <usize>hs;
  // scratch: a panel of keys | rows of keys or values as f32 | sums | scores
  const panel = scratch, rows = panel + <usize>hs * 32, sums = rows + 8 * head + 64, ld = <usize>((Tk + 7) & ~7) << 2, scores = sums + <usize>ROWS * head + 64;
  const most = ROWS / T;
  for (let job = first(p.S * nh, thread, threads), end = last(p.S * nh, thread, threads); job < end;) {
    const s = job / nh, h0 = job % nh, h1 = min(min(nh, h0 + most), h0 + end - job), start = load<i32>(p.start + (<usize>s << 2));
    job += h1 - h0;
    const seen = min(Tk, start + T), from = max(0, min(Tk, start + 1) - window) & ~7, past = <usize>s * <usize>Tk * skv;
    const q = p.q + <usize>(s * T) * sq;
    for (let j = from; j < seen; j += 8) {
      const at = past + <usize>j * skv, n = min(8, Tk - j), to = scores + (<usize>j << 2);
      for (let h = h0; h < h1;) {
        const g = h / share, next = min(h1, (g + 1) * share);
        let keys = p.k + at + <usize>g * kept, stride = skv;
        if (type) {
          keptRows(type, keys, p.ks + at + (<usize>g << 2), skv, n, hs, rows);
          keys = rows;
          stride = head;
        }
        if (T > 1 || next - h > 1) packB(panel, keys, stride, true, n, hs);
        if (T > 1) for (; h < next; h++) scoreRows(T, hs, q + <usize>h * head, sq, panel, to + <usize>((h - h0) * T) * ld, ld);
        else if (next - h > 1) scoreRows(next - h, hs, q + <usize>h * head, head, panel, to + <usize>(h - h0) * ld, ld);
        else scoreOne(hs, q + <usize>h * head, keys, stride, n - 1, to + <usize>(h - h0) * ld);
        h = next;
      }
    }
    const end8 = (seen + 7) & ~7;
    for (let i = 0, all = (h1 - h0) * T; i < all; i++) {
      const t = i % T, line = scores + <usize>i * ld, more = min(seen, start + t + 1);
      for (let j = from; j < more - window; j++) store<f32>(line + (<usize>j << 2), -Infinity);
      const lse = softmaxRow(line + (<usize>from << 2), more - from, end8 - from, scale), at = <usize>((s * nh + h0 + i / T) * T + t);
      if (p.lse) store<f32>(p.lse + (at << 2), lse);
      if (p.probs) {
        const to = p.probs + (at * <usize>Tk << 2);
        memory.fill(to, 0, <usize>Tk << 2);
        memory.copy(to + (<usize>from << 2), line + (<usize>from << 2), <usize>(seen - from) << 2);
      }
    }
    const out = p.out + <usize>(s * T) * so;
    // sums of a block of KC values, the first of them where the result will be
    for (let block = from / KC * KC; block < seen; block += KC) {
      const begin = max(block, from), stop = min(seen, block + KC), fresh = begin == from;
      for (let h = h0; h < h1; h++) {
        for (let t = 0; t < T; t++) memory.fill(fresh ? out + <usize>t * so + <usize>h * head : sums + <usize>((h - h0) * T + t) * head, 0, head);
      }
      for (let j = begin; j < stop; j += 8) {
        const at = past + <usize>j * skv, n = min(8, stop - j);
        for (let h = h0; h < h1;) {
          const g = h / share, next = min(h1, (g + 1) * share);
          let values = p.v + at + <usize>g * kept, stride = skv;
          if (type) {
            keptRows(type, values, p.vs + at + (<usize>g << 2), skv, n, hs, rows);
            values = rows;
            stride = head;
          }
          for (; h < next; h++) {
            for (let t = 0; t < T; t++) {
              const i = <usize>((h - h0) * T + t);
              weigh(n, scores + i * ld + (<usize>j << 2), values, stride, hs, fresh ? out + <usize>t * so + <usize>h * head : sums + i * head);
            }
          }
        }
      }
      if (fresh) continue;
      for (let h = h0; h < h1; h++) {
        for (let t = 0; t < T; t++) {
          const to = out + <usize>t * so + <usize>h * head, more = sums + <usize>((h - h0) * T + t) * head;
          for (let c: usize = 0, left = hs; left > 0; left -= 4, c += 16) put(to + c, f32x4.add(v128.load(to + c), v128.load(more + c)), left);
        }
      }
    }
  }
}
