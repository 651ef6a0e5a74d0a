// Causal multi-head attention with grouped keys and values (Vaswani et al. 2017, https://arxiv.org/abs/1706.03762;
// Ainslie et al. 2023, https://arxiv.org/abs/2305.13245), in blocks of queries, so that (T,T) is never stored:
//
//   P = softmax(scale Q Kᵀ + mask),   O = P V,   query at position t sees keys 0 .. t
//
// Queries lie in S sequences of T rows; keys and values in histories of Tk rows each. In training the history is the
// sequence itself and every start is 0; in decoding it is the cache, and `start` says where the new rows stand.
// Several query heads share one head of keys and values: head h reads number h / (nh / nkv).
import { gemm, GEMM_SCRATCH } from "./gemm";
import { exp4, log4 } from "./math";
import { scratch } from "./plan";
import { head, madd, max4, storeHead, sum4 } from "./simd";
import { first, last } from "./slice";
import { MR } from "./tile";

@unmanaged class Attention {
  q: usize; k: usize; v: usize;        // first head; rows lie sq, skv, skv numbers apart
  out: usize;                          // (S·T, nh·hs)
  lse: usize;                          // (S,nh,T): log of the sum of exponentials, for the gradient; or 0
  probs: usize;                        // (S,nh,T,Tk) when somebody wants to see them, else 0
  start: usize;                        // (S) i32
  S: i32; T: i32; Tk: i32; sq: i32; skv: i32; nh: i32; nkv: i32; hs: i32; scale: f32;
}
@unmanaged class AttentionGrad {
  q: usize; k: usize; v: usize; out: usize; lse: usize; dout: usize;
  dq: usize; dk: usize; dv: usize;     // strides as q, k, v
  S: i32; T: i32; sq: i32; skv: i32; nh: i32; nkv: i32; hs: i32; scale: f32;
}

/** Queries of one block: eight tiles. */
const BLOCK: i32 = 8 * MR;

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

export function attention(p: Attention, thread: i32, threads: i32): void {
  const T = p.T, Tk = p.Tk, nh = p.nh, hs = p.hs, scale = p.scale, group = nh / p.nkv, probs = p.probs;
  const sq = <usize>p.sq << 2, skv = <usize>p.skv << 2, so = <usize>(nh * hs) << 2, head = <usize>hs << 2;
  const blocks = (T + BLOCK - 1) / BLOCK, jobs = p.S * nh * blocks;
  const work = scratch + GEMM_SCRATCH, ld = <usize>((Tk + 3) & ~3) << 2;
  for (let j = first(jobs, thread, threads), end = last(jobs, thread, threads); j < end; j++) {
    const t0 = j % blocks * BLOCK, h = j / blocks % nh, s = j / blocks / nh;
    const n = min(BLOCK, T - t0), start = load<i32>(p.start + (<usize>s << 2));
    const seen = min(Tk, start + t0 + n), wide = (seen + 3) & ~3;
    const row = <usize>(s * T + t0), keys = <usize>s * <usize>Tk * skv + <usize>(h / group) * head;
    gemm(n, seen, hs, p.q + row * sq + <usize>h * head, sq, false, p.k + keys, skv, true, work, ld, 0, 0, scratch);
    for (let i = 0; i < n; i++) {
      const lse = softmaxRow(work + <usize>i * ld, min(seen, start + t0 + i + 1), wide, scale);
      const at = <usize>((s * nh + h) * T + t0 + i);
      if (p.lse) store<f32>(p.lse + (at << 2), lse);
      if (probs) {
        const to = probs + (at * <usize>Tk << 2);
        memory.copy(to, work + <usize>i * ld, <usize>seen << 2);
        memory.fill(to + (<usize>seen << 2), 0, <usize>(Tk - seen) << 2);
      }
    }
    gemm(n, hs, seen, work, ld, false, p.v + keys, skv, false, p.out + row * so + <usize>h * head, so, 0, 0, scratch);
  }
}

/** P[i] = exp(scale S[i] - lse) for the first n keys, zeros up to `end`. */
function probabilities(row: usize, n: i32, end: i32, scale: f32, lse: f32): void {
  const by = f32x4.splat(scale), minus = f32x4.splat(lse), whole = n & ~3, rest = n & 3;
  let i = 0;
  for (; i < whole; i += 4) {
    const at = row + (<usize>i << 2);
    v128.store(at, exp4(f32x4.sub(f32x4.mul(v128.load(at), by), minus)));
  }
  if (rest) {
    const at = row + (<usize>whole << 2);
    v128.store(at, head(exp4(f32x4.sub(f32x4.mul(v128.load(at), by), minus)), rest));
    i += 4;
  }
  for (; i < end; i += 4) v128.store(row + (<usize>i << 2), f32x4.splat(0));
}

function dot(a: usize, b: usize, n: i32): f32 {
  let sum = f32x4.splat(0), i = 0;
  for (; i + 4 <= n; i += 4) sum = madd(v128.load(a + (<usize>i << 2)), v128.load(b + (<usize>i << 2)), sum);
  if (i < n) sum = madd(head(v128.load(a + (<usize>i << 2)), n - i), head(v128.load(b + (<usize>i << 2)), n - i), sum);
  return sum4(sum);
}

// With D[i] = dO[i]·O[i]:   dS = scale P (dO Vᵀ - D),   dQ = dS K,   dK = dSᵀ Q,   dV = Pᵀ dO     (Dao 2023, https://arxiv.org/abs/2307.08691)
// One thread does all queries of one head of keys and values, so the sums over queries keep their order.
export function attentionGrad(p: AttentionGrad, thread: i32, threads: i32): void {
  const T = p.T, nh = p.nh, nkv = p.nkv, hs = p.hs, scale = p.scale, group = nh / nkv;
  const sq = <usize>p.sq << 2, skv = <usize>p.skv << 2, so = <usize>(nh * hs) << 2, bytes = <usize>hs << 2;
  const jobs = p.S * nkv, ld = <usize>((T + 3) & ~3) << 2;
  const P = scratch + GEMM_SCRATCH, dS = P + <usize>BLOCK * ld;
  for (let j = first(jobs, thread, threads), end = last(jobs, thread, threads); j < end; j++) {
    const g = j % nkv, s = j / nkv, kv = <usize>s * <usize>T * skv + <usize>g * bytes;
    const k = p.k + kv, v = p.v + kv, dk = p.dk + kv, dv = p.dv + kv;
    for (let t = 0; t < T; t++) {
      memory.fill(dk + <usize>t * skv, 0, bytes);
      memory.fill(dv + <usize>t * skv, 0, bytes);
    }
    for (let h = g * group; h < (g + 1) * group; h++) {
      for (let t0 = 0; t0 < T; t0 += BLOCK) {
        const n = min(BLOCK, T - t0), seen = t0 + n, wide = (seen + 3) & ~3, row = <usize>(s * T + t0);
        const q = p.q + row * sq + <usize>h * bytes, dq = p.dq + row * sq + <usize>h * bytes;
        const out = p.out + row * so + <usize>h * bytes, dout = p.dout + row * so + <usize>h * bytes;
        gemm(n, seen, hs, q, sq, false, k, skv, true, P, ld, 0, 0, scratch);
        gemm(n, seen, hs, dout, so, false, v, skv, true, dS, ld, 0, 0, scratch);
        for (let i = 0; i < n; i++) {
          const lse = load<f32>(p.lse + (<usize>((s * nh + h) * T + t0 + i) << 2));
          const pr = P + <usize>i * ld, ds = dS + <usize>i * ld;
          probabilities(pr, t0 + i + 1, wide, scale, lse);
          const d = f32x4.splat(dot(dout + <usize>i * so, out + <usize>i * so, hs)), by = f32x4.splat(scale);
          let c = 0;
          for (; c + 4 <= seen; c += 4) {
            const at = <usize>c << 2;
            v128.store(ds + at, f32x4.mul(by, f32x4.mul(v128.load(pr + at), f32x4.sub(v128.load(ds + at), d))));
          }
          if (c < seen) {
            const at = <usize>c << 2;
            storeHead(ds + at, f32x4.mul(by, f32x4.mul(v128.load(pr + at), f32x4.sub(v128.load(ds + at), d))), seen - c);
          }
        }
        gemm(n, hs, seen, dS, ld, false, k, skv, false, dq, sq, 0, 0, scratch);
        gemm(seen, hs, n, dS, ld, true, q, sq, false, dk, skv, dk, skv, scratch);
        gemm(seen, hs, n, P, ld, true, dout, so, false, dv, skv, dv, skv, scratch);
      }
    }
  }
}
