// Causal depthwise convolution with a residual: every channel also sees its own last few values.
// "Canon layers", Allen-Zhu 2025, https://arxiv.org/abs/2512.17351
//
//   y[t,c] = x[t,c] + sum over k of weight[k,c] x[t-k,c],   k = 0 .. taps-1, nothing before the first position
import { put } from "./row";
import { head, madd, storeHead } from "./simd";
import { first, last } from "./slice";

@unmanaged class Convolution {
  history: usize; // (S,Tk,C)
  weight: usize;  // (taps,C)
  start: usize;   // (S) i32
  y: usize;       // (S·T,C)
  R: i32;         // S·T
  T: i32;
  Tk: i32;
  C: i32;
  taps: i32;
}
@unmanaged class ConvolutionGradX { dy: usize; weight: usize; dx: usize; R: i32; T: i32; C: i32; taps: i32; }
@unmanaged class ConvolutionGradWeight { dy: usize; x: usize; dweight: usize; R: i32; T: i32; C: i32; taps: i32; }

export function convolution(p: Convolution, thread: i32, threads: i32): void {
  const T = p.T, Tk = p.Tk, C = p.C, taps = p.taps, weight = p.weight, row = <usize>C << 2;
  for (let r = first(p.R, thread, threads), end = last(p.R, thread, threads); r < end; r++) {
    const s = r / T, position = min(Tk - 1, load<i32>(p.start + (<usize>s << 2)) + r % T);
    const x = p.history + (<usize>s * <usize>Tk + <usize>position) * row, y = p.y + <usize>r * row;
    const seen = min(taps, position + 1);
    for (let c = 0; c < C; c += 4) {
      const at = <usize>c << 2;
      let sum = v128.load(x + at);
      for (let k = 0; k < seen; k++) sum = madd(v128.load(weight + <usize>k * row + at), v128.load(x + at - <usize>k * row), sum);
      if (c + 4 <= C) v128.store(y + at, sum);
      else storeHead(y + at, sum, C - c);
    }
  }
}

// dx[t] = dy[t] + sum over k of weight[k] dy[t+k]
export function convolutionGradX(p: ConvolutionGradX, thread: i32, threads: i32): void {
  const T = p.T, C = p.C, taps = p.taps, weight = p.weight, row = <usize>C << 2;
  for (let r = first(p.R, thread, threads), end = last(p.R, thread, threads); r < end; r++) {
    const dy = p.dy + <usize>r * row, dx = p.dx + <usize>r * row, ahead = min(taps, T - r % T);
    for (let c = 0; c < C; c += 4) {
      const at = <usize>c << 2;
      let sum = v128.load(dy + at);
      for (let k = 0; k < ahead; k++) sum = madd(v128.load(weight + <usize>k * row + at), v128.load(dy + at + <usize>k * row), sum);
      if (c + 4 <= C) v128.store(dx + at, sum);
      else storeHead(dx + at, sum, C - c);
    }
  }
}

// dweight[k] = sum over rows of dy[t] x[t-k]: threads share the channels, four at a time
export function convolutionGradWeight(p: ConvolutionGradWeight, thread: i32, threads: i32): void {
  const R = p.R, T = p.T, C = p.C, taps = p.taps, row = <usize>C << 2, vectors = (C + 3) >> 2;
  for (let v = first(vectors, thread, threads), end = last(vectors, thread, threads); v < end; v++) {
    const at = <usize>v << 4, n = C - (v << 2), dy = p.dy + at, x = p.x + at, dweight = p.dweight + at;
    let k = 0;
    for (; k + 4 <= taps && T >= k + 4; k += 4) fourTaps(dy, x, R, T, k, row, dweight + <usize>k * row, n);
    for (; k < taps; k++) {
      let sum = f32x4.splat(0);
      for (let s = 0; s < R; s += T) sum = oneTap(dy, x, s + k, s + T, k, row, sum);
      put(dweight + <usize>k * row, head4(sum, n), n);
    }
  }
}

/** sum + dy[r] x[r-k] for r from `from` to `to` */
// @ts-ignore: decorator
@inline function oneTap(dy: usize, x: usize, from: i32, to: i32, k: i32, row: usize, sum: v128): v128 {
  let d = dy + <usize>from * row, at = x + <usize>(from - k) * row;
  for (; from < to; from++, d += row, at += row) sum = madd(v128.load(d), v128.load(at), sum);
  return sum;
}

/** Taps k to k+3 at once: each row of dy is read once. */
function fourTaps(dy: usize, x: usize, R: i32, T: i32, k: i32, row: usize, dweight: usize, n: i32): void {
  let a = f32x4.splat(0), b = a, c = a, d = a;
  for (let s = 0; s < R; s += T) {
    // the first rows of a sequence have nothing before them to look back at
    a = oneTap(dy, x, s + k, s + k + 3, k, row, a);
    b = oneTap(dy, x, s + k + 1, s + k + 3, k + 1, row, b);
    c = oneTap(dy, x, s + k + 2, s + k + 3, k + 2, row, c);
    let g = dy + <usize>(s + k + 3) * row, p = x + <usize>s * row;
    let x3 = v128.load(p), x2 = v128.load(p + row), x1 = v128.load(p + 2 * row);
    p += 3 * row;
    for (let r = k + 3; r < T; r++, g += row, p += row) {
      const y = v128.load(g), x0 = v128.load(p);
      a = madd(y, x0, a);
      b = madd(y, x1, b);
      c = madd(y, x2, c);
      d = madd(y, x3, d);
      x3 = x2;
      x2 = x1;
      x1 = x0;
    }
  }
  put(dweight, head4(a, n), n);
  put(dweight + row, head4(b, n), n);
  put(dweight + 2 * row, head4(c, n), n);
  put(dweight + 3 * row, head4(d, n), n);
}

// @ts-ignore: decorator
@inline function head4(a: v128, n: i32): v128 {
  return n >= 4 ? a : head(a, n);
}
