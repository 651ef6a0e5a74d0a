// What happens to queries and keys before they meet: each head is brought to unit length (QK-norm, Henry et al. 2020,
// https://arxiv.org/abs/2010.04245, here as root mean square), then turned by an angle that grows with the position
// (RoPE, Su et al. 2021, https://arxiv.org/abs/2104.09864), so that their product knows how far apart they are.
//
//   x' = x / sqrt(mean(x²) + eps)                       when norm is asked for
//   (a', b') = (a cos - b sin, b cos + a sin)           for each pair (a, b) of the head
//
// A pair is (i, i + hs/2), or (2i, 2i+1) when interleaved. The table holds hs/2 cosines, then hs/2 sines, a row per position.
import { dotRow, put } from "./row";
import { sum4 } from "./simd";
import { first, last } from "./slice";

@unmanaged class Rotate {
  x: usize;       // (R,stride): the first `heads` heads are queries and keys, the rest is copied
  table: usize;   // (positions, hs), or 0 for no rotation
  start: usize;   // (S) i32
  out: usize;     // as x; may be x
  R: i32;
  T: i32;
  positions: i32;
  stride: i32;
  heads: i32;
  hs: i32;
  interleaved: i32;
  eps: f32;       // 0 for no norm
}
@unmanaged class RotateGrad {
  x: usize; table: usize; start: usize; dy: usize; dx: usize; // dx may be dy
  R: i32; T: i32; positions: i32; stride: i32; heads: i32; hs: i32; interleaved: i32; eps: f32;
}
@unmanaged class RotateTable { out: usize; factors: usize; positions: i32; hs: i32; base: f32; } // factors (hs/2), or 0

/** 1 / sqrt(mean(x²) + eps) of one head. */
// @ts-ignore: decorator
@inline export function unit(x: usize, hs: i32, eps: f32): f32 {
  let sum: f32 = 0, c = 0;
  if (hs >= 4) {
    let squares = f32x4.splat(0);
    for (; c + 4 <= hs; c += 4) {
      const v = v128.load(x + (<usize>c << 2));
      squares = f32x4.add(squares, f32x4.mul(v, v));
    }
    sum = sum4(squares);
  }
  for (; c < hs; c++) {
    const v = load<f32>(x + (<usize>c << 2));
    sum += v * v;
  }
  return 1 / sqrt<f32>(sum / <f32>hs + eps);
}

/** Turns one head by the angles of a table row, times `scale`; `sign` -1 turns back. */
// @ts-ignore: decorator
@inline function turn(x: usize, y: usize, angles: usize, hs: i32, interleaved: bool, scale: f32, sign: f32): void {
  const half = hs >> 1, bytes = <usize>half << 2;
  if (interleaved) {
    for (let i = 0; i < half; i++) {
      const at = <usize>i << 2, a = load<f32>(x + 2 * at) * scale, b = load<f32>(x + 2 * at, 4) * scale;
      const cos = load<f32>(angles + at), sin = sign * load<f32>(angles + bytes + at);
      store<f32>(y + 2 * at, a * cos - b * sin);
      store<f32>(y + 2 * at, b * cos + a * sin, 4);
    }
    return;
  }
  let i = 0;
  const s = f32x4.splat(scale), g = f32x4.splat(sign);
  for (; i + 4 <= half; i += 4) {
    const at = <usize>i << 2, a = f32x4.mul(v128.load(x + at), s), b = f32x4.mul(v128.load(x + bytes + at), s);
    const cos = v128.load(angles + at), sin = f32x4.mul(g, v128.load(angles + bytes + at));
    v128.store(y + at, f32x4.sub(f32x4.mul(a, cos), f32x4.mul(b, sin)));
    v128.store(y + bytes + at, f32x4.add(f32x4.mul(b, cos), f32x4.mul(a, sin)));
  }
  for (; i < half; i++) {
    const at = <usize>i << 2, a = load<f32>(x + at) * scale, b = load<f32>(x + bytes + at) * scale;
    const cos = load<f32>(angles + at), sin = sign * load<f32>(angles + bytes + at);
    store<f32>(y + at, a * cos - b * sin);
    store<f32>(y + bytes + at, b * cos + a * sin);
  }
}

export function rotate(p: Rotate, thread: i32, threads: i32): void {
  const T = p.T, positions = p.positions, stride = <usize>p.stride << 2, heads = p.heads, hs = p.hs, eps = p.eps, table = p.table;
  const bytes = <usize>hs << 2, done = <usize>heads * bytes, interleaved = p.interleaved != 0;
  for (let r = first(p.R, thread, threads), end = last(p.R, thread, threads); r < end; r++) {
    const x = p.x + <usize>r * stride, out = p.out + <usize>r * stride;
    const position = min(positions - 1, load<i32>(p.start + (<usize>(r / T) << 2)) + r % T);
    const angles = table + <usize>position * bytes;
    for (let h = 0; h < heads; h++) {
      const from = x + <usize>h * bytes, to = out + <usize>h * bytes;
      const scale: f32 = eps > 0 ? unit(from, hs, eps) : 1;
      if (table) turn(from, to, angles, hs, interleaved, scale, 1);
      else for (let c = 0; c < hs; c++) store<f32>(to + (<usize>c << 2), load<f32>(from + (<usize>c << 2)) * scale);
    }
    if (out != x) memory.copy(out + done, x + done, stride - done);
  }
}

// g = the gradient turned back;   without norm dx = g;   with it dx = u (g - x u² mean(g x)),  u = 1 / sqrt(mean(x²) + eps)
export function rotateGrad(p: RotateGrad, thread: i32, threads: i32): void {
  const T = p.T, positions = p.positions, stride = <usize>p.stride << 2, heads = p.heads, hs = p.hs, eps = p.eps, table = p.table;
  const bytes = <usize>hs << 2, done = <usize>heads * bytes, interleaved = p.interleaved != 0;
  for (let r = first(p.R, thread, threads), end = last(p.R, thread, threads); r < end; r++) {
    const x = p.x + <usize>r * stride, dy = p.dy + <usize>r * stride, dx = p.dx + <usize>r * stride;
    const position = min(positions - 1, load<i32>(p.start + (<usize>(r / T) << 2)) + r % T);
    const angles = table + <usize>position * bytes;
    for (let h = 0; h < heads; h++) {
      const from = dy + <usize>h * bytes, to = dx + <usize>h * bytes;
      if (table) turn(from, to, angles, hs, interleaved, 1, -1);
      else if (to != from) memory.copy(to, from, bytes);
      if (eps > 0) {
        const v = x + <usize>h * bytes, u = unit(v, hs, eps);
        const pull = f32x4.splat(u * u * dotRow(to, v, hs) / <f32>hs), by = f32x4.splat(u);
        for (let c: usize = 0, left = hs; left > 0; c += 16, left -= 4) {
          put(to + c, f32x4.mul(by, f32x4.sub(v128.load(to + c), f32x4.mul(v128.load(v + c), pull))), left);
        }
      }
    }
    if (dx != dy) memory.copy(dx + done, dy + done, stride - done);
  }
}

/** Cosines and sines of position · base^(-2i/hs) / factors[i], in float64 and rounded once. */
export function rotateTable(p: RotateTable, thread: i32, threads: i32): void {
  const hs = p.hs, half = hs >> 1, factors = p.factors;
  for (let t = first(p.positions, thread, threads), end = last(p.positions, thread, threads); t < end; t++) {
    const row = p.out + (<usize>t * <usize>hs << 2);
    for (let i = 0; i < half; i++) {
      const frequency = NativeMath.pow(<f64>p.base, -2 * <f64>i / <f64>hs);
      const angle = <f64>t * (factors ? frequency / <f64>load<f32>(factors + (<usize>i << 2)) : frequency);
      store<f32>(row + (<usize>i << 2), <f32>NativeMath.cos(angle));
      store<f32>(row + (<usize>(half + i) << 2), <f32>NativeMath.sin(angle));
    }
  }
}
