import { gemm, GEMM_SCRATCH } from "./gemm";
import { exp4 } from "./math";
import { scratch } from "./plan";
import { head, madd, storeHead, sum4 } from "./simd";
import { first, last } from "./slice";
import { MR } from "./tile";

@unmanaged class AttentionGrad {
  q: usize; k: usize; v: usize; out: usize; lse: usize; dout: usize;
  dq: usize; dk: usize; dv: usize;     // strides as q, k, v
  S: i32; T: i32; sq: i32; skv: i32; nh: i32; nkv: i32; hs: i32; scale: f32;
}
const BLOCK: i32 = 8 * MR;

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
