// Attention of few new queries, as in decoding: keys and values are read where they lie. The order of every sum is that of `attention`.
import { Attention } from "./attention";
import { gemm, GEMM_SCRATCH } from "./gemm";
import { exp4, log4 } from "./math";
import { scratch } from "./plan";
import { max4, sum4 } from "./simd";
import { first, last } from "./slice";

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

/** At most MR queries of each sequence. */
export function attentionFew(p: Attention, thread: i32, threads: i32): void {
  const T = p.T, Tk = p.Tk, nh = p.nh, hs = p.hs, scale = p.scale, group = nh / p.nkv, probs = p.probs, window = p.window;
  const sq = <usize>p.sq << 2, skv = <usize>p.skv << 2, so = <usize>(nh * hs) << 2, head = <usize>hs << 2;
  const jobs = p.S * nh, work = scratch + GEMM_SCRATCH, ld = <usize>((Tk + 3) & ~3) << 2;
  for (let j = first(jobs, thread, threads), end = last(jobs, thread, threads); j < end; j++) {
    const h = j % nh, s = j / nh, start = load<i32>(p.start + (<usize>s << 2));
    const seen = min(Tk, start + T), wide = (seen + 3) & ~3;
    const row = <usize>(s * T), keys = <usize>s * <usize>Tk * skv + <usize>(h / group) * head;
    gemm(T, seen, hs, p.q + row * sq + <usize>h * head, sq, false, p.k + keys, skv, true, work, ld, 0, 0, scratch);
    for (let i = 0; i < T; i++) {
      const line = work + <usize>i * ld, more = min(seen, start + i + 1);
      for (let t = 0; t < more - window; t++) store<f32>(line + (<usize>t << 2), -Infinity);
      const lse = softmaxRow(line, more, wide, scale);
      const at = <usize>(j * T + i);
      if (p.lse) store<f32>(p.lse + (at << 2), lse);
      if (probs) {
        const to = probs + (at * <usize>Tk << 2);
        memory.copy(to, line, <usize>seen << 2);
        memory.fill(to + (<usize>seen << 2), 0, <usize>(Tk - seen) << 2);
      }
    }
    gemm(T, hs, seen, work, ld, false, p.v + keys, skv, false, p.out + row * so + <usize>h * head, so, 0, 0, scratch);
  }
}
