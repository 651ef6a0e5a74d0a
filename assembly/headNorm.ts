// Queries and keys of unit root mean square with a gain for each number of a head (QK-norm as in Qwen3; Henry et al. 2020,
// https://arxiv.org/abs/2010.04245). All heads of queries share one gain, all heads of keys another:
//
//   y = u x gain,   u = 1 / sqrt(mean(x²) + eps)          for each head of a row; the rest of the row is copied
import { unit } from "./rotate";
import { first, last } from "./slice";

@unmanaged class HeadNorm {
  x: usize;     // (R,stride): nq heads of queries, then nk of keys, then what is copied
  q: usize;     // (hs): gain of the queries
  k: usize;     // (hs): gain of the keys
  out: usize;   // as x
  R: i32; stride: i32; nq: i32; nk: i32; hs: i32; eps: f32;
}
@unmanaged class HeadNormGrad { x: usize; q: usize; k: usize; dy: usize; dx: usize; R: i32; stride: i32; nq: i32; nk: i32; hs: i32; eps: f32; } // dx may be dy
@unmanaged class HeadNormGradGain { x: usize; dy: usize; out: usize; R: i32; stride: i32; from: i32; heads: i32; hs: i32; eps: f32; }

export function headNorm(p: HeadNorm, thread: i32, threads: i32): void {
  const stride = <usize>p.stride << 2, nq = p.nq, heads = nq + p.nk, hs = p.hs, eps = p.eps, q = p.q, k = p.k;
  const bytes = <usize>hs << 2, done = <usize>heads * bytes;
  for (let r = first(p.R, thread, threads), end = last(p.R, thread, threads); r < end; r++) {
    const x = p.x + <usize>r * stride, out = p.out + <usize>r * stride;
    for (let h = 0; h < heads; h++) {
      const from = x + <usize>h * bytes, to = out + <usize>h * bytes, gain = h < nq ? q : k, u = unit(from, hs, eps);
      for (let c: usize = 0; c < bytes; c += 4) store<f32>(to + c, load<f32>(from + c) * u * load<f32>(gain + c));
    }
    memory.copy(out + done, x + done, stride - done);
  }
}

// g = dy gain;   dx = u (g - x u² mean(g x))
export function headNormGrad(p: HeadNormGrad, thread: i32, threads: i32): void {
  const stride = <usize>p.stride << 2, nq = p.nq, heads = nq + p.nk, hs = p.hs, eps = p.eps, q = p.q, k = p.k;
  const bytes = <usize>hs << 2, done = <usize>heads * bytes;
  for (let r = first(p.R, thread, threads), end = last(p.R, thread, threads); r < end; r++) {
    const x = p.x + <usize>r * stride, dy = p.dy + <usize>r * stride, dx = p.dx + <usize>r * stride;
    for (let h = 0; h < heads; h++) {
      const at = <usize>h * bytes, v = x + at, g = dy + at, to = dx + at, gain = h < nq ? q : k, u = unit(v, hs, eps);
      let sum: f32 = 0;
      for (let c: usize = 0; c < bytes; c += 4) sum += load<f32>(g + c) * load<f32>(gain + c) * load<f32>(v + c);
      const pull = u * u * sum / <f32>hs;
      for (let c: usize = 0; c < bytes; c += 4) store<f32>(to + c, u * (load<f32>(g + c) * load<f32>(gain + c) - load<f32>(v + c) * pull));
    }
    if (dx != dy) memory.copy(dx + done, dy + done, stride - done);
  }
}

/** dgain[c] = sum over rows and heads of dy x u: each thread has numbers of the gain of its own. */
export function headNormGradGain(p: HeadNormGradGain, thread: i32, threads: i32): void {
  const R = p.R, stride = <usize>p.stride << 2, heads = p.heads, hs = p.hs, eps = p.eps, out = p.out, bytes = <usize>hs << 2;
  const begin = <usize>first(hs, thread, threads) << 2, end = <usize>last(hs, thread, threads) << 2;
  if (begin >= end) return;
  memory.fill(out + begin, 0, end - begin);
  for (let r = 0; r < R; r++) {
    for (let h = 0; h < heads; h++) {
      const at = <usize>r * stride + <usize>(p.from + h) * bytes, x = p.x + at, dy = p.dy + at, u = unit(x, hs, eps);
      for (let c = begin; c < end; c += 4) store<f32>(out + c, load<f32>(out + c) + load<f32>(dy + c) * (load<f32>(x + c) * u));
    }
  }
}
