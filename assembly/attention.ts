// Causal multi-head attention with grouped keys and values (Vaswani et al. 2017, https://arxiv.org/abs/1706.03762;
// Ainslie et al. 2023, https://arxiv.org/abs/2305.13245), in blocks of queries, so that (T,T) is never stored:
//
//   P = softmax(scale Q Kᵀ + mask),   O = P V,   query at position t sees keys 0 .. t, or the last `window` of them
//
// Queries lie in S sequences of T rows; keys and values in histories of Tk rows each. In training the history is the
// sequence itself and every start is 0; in decoding it is the cache, and `start` says where the new rows stand.
// Several query heads share one head of keys and values: head h reads number h / (nh / nkv).
//
// Keys and values of a head are packed once for all its queries; only tiles that reach below the diagonal are computed.
// The order of every sum depends on the position alone: scores over channels, the softmax over four lanes of keys,
// the output over keys in blocks of KC.
import { attentionFew, FEW } from "./attentionFew";
import { keptRows } from "./kept";
import { log4 } from "./math";
import { packA, packB } from "./pack";
import { scratch } from "./plan";
import { LINE, PANEL, panelOf, panelScores, ROWS, softmaxLines, weigh } from "./scores";
import { put } from "./row";
import { MR, NR } from "./tile";
import { touch } from "./touch";

@unmanaged export class Attention {
  q: usize; k: usize; v: usize;        // first head; rows lie sq, skv, skv words of four bytes apart
  out: usize;                          // (S·T, nh·hs)
  lse: usize;                          // (S,nh,T): log of the sum of exponentials, for the gradient; or 0
  probs: usize;                        // (S,nh,T,Tk) when somebody wants to see them, else 0
  start: usize;                        // (S) i32
  ks: usize; vs: usize;                // scales of keys and values, where they are kept in 8 bits
  type: i32;                           // how keys and values are kept, see kept.ts; the same for all below
  S: i32; T: i32; Tk: i32; sq: i32; skv: i32; nh: i32; nkv: i32; hs: i32; window: i32; scale: f32;
}

/** What `groups` rows of tiles cost, of which the first sees `start` keys and its own: about one for each key. */
// @ts-ignore: decorator
@inline function cost(groups: i32, start: i32): i64 {
  return <i64>groups * (2 * <i64>start + <i64>MR * (groups + 1));
}

/** The row of tiles, counted over all heads, at which the part of a thread begins: parts cost the same. */
function part(heads: i32, groups: i32, start: i32, thread: i32, threads: i32): i32 {
  const whole = cost(groups, start), at = whole * heads * thread / threads, rest = at % whole;
  let group = 0;
  while (cost(group, start) < rest) group++;
  return <i32>(at / whole) * groups + group;
}

/** Copies a line of probabilities of keys from .. to - 1, which both begin panels, to a row of Tk numbers; zero elsewhere. */
function show(line: usize, from: i32, to: i32, Tk: i32, row: usize): void {
  memory.fill(row, 0, <usize>Tk << 2);
  for (let j = from; j < min(to, Tk); j += 4) put(row + (<usize>j << 2), v128.load(panelOf(line, j) + (<usize>(j % NR) << 2)), Tk - j);
}

/** Keys and values that are turned into f32 at a time. */
const AT_ONCE: i32 = 64;

/** Packs keys and values number j .. seen - 1 of a head that are kept in fewer bits. `rows` has room for some of them as f32. */
function packKept(
  type: i32, k: usize, ks: usize, v: usize, vs: usize, stride: usize, j: i32, seen: i32, Tk: i32, hs: i32, keys: usize, values: usize, rows: usize,
): void {
  const head = <usize>hs << 2;
  for (; j < seen; j += AT_ONCE) {
    const n = min(AT_ONCE, seen - j), at = <usize>j * stride;
    keptRows(type, k + at, ks + at, stride, n, hs, rows);
    for (let i = 0; i < n; i += NR) packB(keys + <usize>(j + i) * head, rows + <usize>i * head, head, true, min(NR, n - i), hs);
    keptRows(type, v + at, vs + at, stride, n, hs, rows);
    for (let c = 0; c < hs; c += NR) packB(values + <usize>(c / NR * Tk + j) * LINE, rows + (<usize>c << 2), head, false, min(NR, hs - c), n);
  }
}

export function attention(p: Attention, thread: i32, threads: i32): void {
  if (p.T <= FEW) return attentionFew(p, thread, threads);
  const T = p.T, Tk = p.Tk, nh = p.nh, hs = p.hs, scale = p.scale, share = nh / p.nkv, window = p.window;
  const sq = <usize>p.sq << 2, skv = <usize>p.skv << 2, so = <usize>(nh * hs) << 2, head = <usize>hs << 2;
  const type = p.type, kept = type == 0 ? head : type == 1 ? <usize>hs << 1 : <usize>hs;
  // scratch: an edge tile | largest score and sum of each query | scores | queries | keys | values | keys or values as f32
  const edge = scratch, tops = edge + 1024, sums = tops + 512, scores = sums + 512;
  const queries = scores + <usize>((Tk + NR - 1) / NR) * PANEL, keys = queries + <usize>ROWS * head, values = keys + <usize>((Tk + NR - 1) / NR * NR) * head;
  const groups = (T + MR - 1) / MR, heads = p.S * nh, start0 = load<i32>(p.start);
  let packed = -1, low = 0, high = 0; // which head of keys and values is packed, from key `low` up to `high`
  for (let u = part(heads, groups, start0, thread, threads), end = part(heads, groups, start0, thread + 1, threads); u < end;) {
    const t0 = u % groups * MR, h = u / groups % nh, s = u / groups / nh, g = h / share;
    const n = min(min(ROWS, T - t0), (end - u) * MR), tiles = (n + MR - 1) / MR;
    u += tiles;
    const start = load<i32>(p.start + (<usize>s << 2)) + t0;
    // the first query sees keys from .. start, the last one up to `seen` - 1
    const seen = min(Tk, start + n), from = max(0, min(Tk, start + 1) - window) / NR * NR;
    const past = <usize>s * <usize>Tk * skv, k = p.k + past + <usize>g * kept, v = p.v + past + <usize>g * kept;
    if (packed != s * p.nkv + g || from < low) {
      packed = s * p.nkv + g;
      low = high = from;
    }
    touch(p.q + <usize>(s * T + t0) * sq + <usize>h * head, sq, n, head, edge);
    touch(p.out + <usize>(s * T + t0) * so + <usize>h * head, so, n, head, edge);
    if (type && high < seen) {
      const scale = past + (<usize>g << 2), rows = values + <usize>((hs + NR - 1) / NR * Tk) * LINE;
      packKept(type, k, p.ks + scale, v, p.vs + scale, skv, high, seen, Tk, hs, keys, values, rows);
      high = seen / NR * NR;
    } else if (high < seen) {
      touch(k + <usize>high * skv, skv, seen - high, head, edge);
      touch(v + <usize>high * skv, skv, seen - high, head, edge);
      for (let j = high; j < seen; j += NR) packB(keys + <usize>j * head, k + <usize>j * skv, skv, true, min(NR, Tk - j), hs);
      for (let c = 0; c < hs; c += NR) {
        packB(values + <usize>(c / NR * Tk + high) * LINE, v + <usize>high * skv + (<usize>c << 2), skv, false, min(NR, hs - c), seen - high);
      }
      high = seen / NR * NR; // the last panel may not be whole
    }
    packA(queries, p.q + <usize>(s * T + t0) * sq + <usize>h * head, sq, true, n, hs);
    for (let j = from; j < seen; j += NR) {
      // queries before key j do not see it, nor do those for which it is too old
      panelScores(max(0, j - start) / MR * MR, min(n, j + NR - 1 + window - start), hs, queries, keys + <usize>j * head, scores + <usize>(j / NR) * PANEL);
    }
    const out = p.out + <usize>(s * T + t0) * so + <usize>h * head, row = <usize>((s * nh + h) * T + t0);
    for (let i = 0; i < n; i += MR) {
      const m = min(MR, n - i), stop = min(seen, start + i + m), lo = max(0, min(Tk, start + i + 1) - window) / NR * NR;
      const at = <usize>i << 2, line = scores + <usize>i * LINE;
      softmaxLines(line, lo, stop, start + i + 1, window, scale, tops + at, sums + at, edge);
      if (p.probs) for (let r = 0; r < m; r++) show(line + <usize>r * LINE, lo, stop, Tk, p.probs + ((row + <usize>(i + r)) * <usize>Tk << 2));
      weigh(m, hs, Tk, lo, stop, line, values, out + <usize>i * so, so, edge);
    }
    if (p.lse) {
      for (let i = 0; i < n; i += 4) {
        const at = <usize>i << 2;
        put(p.lse + (row << 2) + at, f32x4.add(v128.load(tops + at), log4(v128.load(sums + at))), n - i);
      }
    }
  }
}
