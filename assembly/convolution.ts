// Causal depthwise convolution with a residual: every channel also sees its own last few values.
// "Canon layers", Allen-Zhu 2025, https://arxiv.org/abs/2512.17351
//
//   y[t,c] = x[t,c] + sum over k of weight[k,c] x[t-k,c],   k = 0 .. taps-1, nothing before the first position
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
    const at = <usize>v << 4, n = C - (v << 2);
    for (let k = 0; k < taps; k++) {
      let sum = f32x4.splat(0);
      for (let r = 0; r < R; r++) {
        if (r % T < k) continue;
        sum = madd(v128.load(p.dy + <usize>r * row + at), v128.load(p.x + <usize>(r - k) * row + at), sum);
      }
      const dweight = p.dweight + <usize>k * row + at;
      if (n >= 4) v128.store(dweight, sum);
      else storeHead(dweight, head(sum, n), n);
    }
  }
}
