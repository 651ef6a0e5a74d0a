// Normalisation of rows, and its gradients.
//
//   RMSNorm, Zhang & Sennrich 2019, https://arxiv.org/abs/1910.07467
//     y = x s weight,                  s = 1 / sqrt(mean(x²) + eps)
//   LayerNorm, Ba et al. 2016, https://arxiv.org/abs/1607.06450
//     y = (x - mean) s weight + bias,  s = 1 / sqrt(variance(x) + eps)
//
// The forward pass keeps what it learned of each row: s for RMSNorm, (mean, s) for LayerNorm.
// Addresses of weight, bias and sum may be 0: then there is none.
import { dotRow, put, sumRow } from "./row";
import { head, madd, sum4 } from "./simd";
import { first, last } from "./slice";

@unmanaged class RmsNorm { x: usize; weight: usize; out: usize; scales: usize; R: i32; C: i32; eps: f32; }
@unmanaged class RmsNormGrad { x: usize; weight: usize; dy: usize; sum: usize; out: usize; scales: usize; R: i32; C: i32; }
@unmanaged class RmsNormGradWeight { x: usize; dy: usize; out: usize; scales: usize; R: i32; C: i32; }
@unmanaged class LayerNorm { x: usize; weight: usize; bias: usize; out: usize; scales: usize; R: i32; C: i32; eps: f32; }
@unmanaged class LayerNormGrad { x: usize; weight: usize; dy: usize; sum: usize; out: usize; scales: usize; R: i32; C: i32; }
@unmanaged class LayerNormGradWeight { x: usize; dy: usize; out: usize; scales: usize; R: i32; C: i32; }

export function rmsNorm(p: RmsNorm, thread: i32, threads: i32): void {
  const C = p.C, weight = p.weight, scales = p.scales, eps = p.eps, stride = <usize>C << 2;
  for (let r = first(p.R, thread, threads), end = last(p.R, thread, threads); r < end; r++) {
    const x = p.x + <usize>r * stride, out = p.out + <usize>r * stride;
    const scale: f32 = 1 / sqrt<f32>(dotRow(x, x, C) / <f32>C + eps), s = f32x4.splat(scale);
    store<f32>(scales + (<usize>r << 2), scale);
    if (weight) {
      for (let c: usize = 0, left = C; left > 0; c += 16, left -= 4) {
        put(out + c, f32x4.mul(f32x4.mul(v128.load(x + c), s), v128.load(weight + c)), left);
      }
    } else {
      for (let c: usize = 0, left = C; left > 0; c += 16, left -= 4) put(out + c, f32x4.mul(v128.load(x + c), s), left);
    }
  }
}

/** dx = s (g - x s² mean(g x)) + sum,  g = dy weight */
export function rmsNormGrad(p: RmsNormGrad, thread: i32, threads: i32): void {
  const C = p.C, weight = p.weight, scales = p.scales, stride = <usize>C << 2;
  for (let r = first(p.R, thread, threads), end = last(p.R, thread, threads); r < end; r++) {
    const row = <usize>r * stride, x = p.x + row, dy = p.dy + row, out = p.out + row, sum = p.sum ? p.sum + row : 0;
    const scale = load<f32>(scales + (<usize>r << 2)), dot = weight ? dotThree(x, dy, weight, C) : dotRow(x, dy, C);
    const s = f32x4.splat(scale), pull = f32x4.splat(-(scale * scale * scale * dot) / <f32>C);
    for (let c: usize = 0, left = C; left > 0; c += 16, left -= 4) {
      let g = v128.load(dy + c);
      if (weight) g = f32x4.mul(g, v128.load(weight + c));
      let dx = madd(g, s, f32x4.mul(v128.load(x + c), pull));
      if (sum) dx = f32x4.add(v128.load(sum + c), dx);
      put(out + c, dx, left);
    }
  }
}

/** dweight = sum over rows of dy x s */
export function rmsNormGradWeight(p: RmsNormGradWeight, thread: i32, threads: i32): void {
  const C = p.C, R = p.R, scales = p.scales, stride = <usize>C << 2, vectors = (C + 3) >> 2;
  let v = first(vectors, thread, threads), end = last(vectors, thread, threads);
  // four vectors at a time: one cache line of each row
  for (; v + 4 <= end; v += 4) {
    let x = p.x + (<usize>v << 4), dy = p.dy + (<usize>v << 4);
    let a = f32x4.splat(0), b = a, c = a, d = a;
    for (let r = 0; r < R; r++, x += stride, dy += stride) {
      const s = v128.load32_splat(scales + (<usize>r << 2));
      a = madd(f32x4.mul(v128.load(x), s), v128.load(dy), a);
      b = madd(f32x4.mul(v128.load(x, 16), s), v128.load(dy, 16), b);
      c = madd(f32x4.mul(v128.load(x, 32), s), v128.load(dy, 32), c);
      d = madd(f32x4.mul(v128.load(x, 48), s), v128.load(dy, 48), d);
    }
    putFour(p.out + (<usize>v << 4), a, b, c, d, C - (v << 2));
  }
  for (; v < end; v++) {
    let x = p.x + (<usize>v << 4), dy = p.dy + (<usize>v << 4), a = f32x4.splat(0);
    for (let r = 0; r < R; r++, x += stride, dy += stride) {
      a = madd(f32x4.mul(v128.load(x), v128.load32_splat(scales + (<usize>r << 2))), v128.load(dy), a);
    }
    put(p.out + (<usize>v << 4), a, C - (v << 2));
  }
}

export function layerNorm(p: LayerNorm, thread: i32, threads: i32): void {
  const C = p.C, weight = p.weight, bias = p.bias, scales = p.scales, eps = p.eps, stride = <usize>C << 2;
  for (let r = first(p.R, thread, threads), end = last(p.R, thread, threads); r < end; r++) {
    const x = p.x + <usize>r * stride, out = p.out + <usize>r * stride, mean = sumRow(x, C) / <f32>C;
    const scale: f32 = 1 / sqrt<f32>(squaresAround(x, mean, C) / <f32>C + eps), m = f32x4.splat(mean), s = f32x4.splat(scale);
    store<f32>(scales + (<usize>r << 3), mean);
    store<f32>(scales + (<usize>r << 3), scale, 4);
    for (let c: usize = 0, left = C; left > 0; c += 16, left -= 4) {
      let y = f32x4.mul(f32x4.mul(f32x4.sub(v128.load(x + c), m), s), v128.load(weight + c));
      if (bias) y = f32x4.add(y, v128.load(bias + c));
      put(out + c, y, left);
    }
  }
}

/** dx = s (g - mean(g) - h mean(g h)) + sum,  g = dy weight,  h = (x - mean) s */
export function layerNormGrad(p: LayerNormGrad, thread: i32, threads: i32): void {
  const C = p.C, weight = p.weight, scales = p.scales, stride = <usize>C << 2;
  for (let r = first(p.R, thread, threads), end = last(p.R, thread, threads); r < end; r++) {
    const row = <usize>r * stride, x = p.x + row, dy = p.dy + row, out = p.out + row, sum = p.sum ? p.sum + row : 0;
    const mean = load<f32>(scales + (<usize>r << 3)), scale = load<f32>(scales + (<usize>r << 3), 4);
    const m = f32x4.splat(mean), s = f32x4.splat(scale);
    let sums = f32x4.splat(0), dots = f32x4.splat(0);
    for (let c: usize = 0, left = C; left > 0; c += 16, left -= 4) {
      let g = f32x4.mul(v128.load(dy + c), v128.load(weight + c)), h = f32x4.sub(v128.load(x + c), m);
      if (left < 4) {
        g = head(g, left);
        h = head(h, left);
      }
      sums = f32x4.add(sums, g);
      dots = madd(g, h, dots);
    }
    const shift = f32x4.splat(sum4(sums) / <f32>C), pull = f32x4.splat(scale * scale * sum4(dots) / <f32>C);
    for (let c: usize = 0, left = C; left > 0; c += 16, left -= 4) {
      const g = f32x4.mul(v128.load(dy + c), v128.load(weight + c)), h = f32x4.sub(v128.load(x + c), m);
      let dx = f32x4.mul(s, f32x4.sub(f32x4.sub(g, shift), f32x4.mul(h, pull)));
      if (sum) dx = f32x4.add(v128.load(sum + c), dx);
      put(out + c, dx, left);
    }
  }
}

/** dweight = sum over rows of dy (x - mean) s */
export function layerNormGradWeight(p: LayerNormGradWeight, thread: i32, threads: i32): void {
  const C = p.C, R = p.R, scales = p.scales, stride = <usize>C << 2, vectors = (C + 3) >> 2;
  let v = first(vectors, thread, threads), end = last(vectors, thread, threads);
  for (; v + 4 <= end; v += 4) {
    let x = p.x + (<usize>v << 4), dy = p.dy + (<usize>v << 4);
    let a = f32x4.splat(0), b = a, c = a, d = a;
    for (let r = 0; r < R; r++, x += stride, dy += stride) {
      const m = v128.load32_splat(scales + (<usize>r << 3)), s = v128.load32_splat(scales + (<usize>r << 3), 4);
      a = madd(f32x4.mul(f32x4.sub(v128.load(x), m), s), v128.load(dy), a);
      b = madd(f32x4.mul(f32x4.sub(v128.load(x, 16), m), s), v128.load(dy, 16), b);
      c = madd(f32x4.mul(f32x4.sub(v128.load(x, 32), m), s), v128.load(dy, 32), c);
      d = madd(f32x4.mul(f32x4.sub(v128.load(x, 48), m), s), v128.load(dy, 48), d);
    }
    putFour(p.out + (<usize>v << 4), a, b, c, d, C - (v << 2));
  }
  for (; v < end; v++) {
    let x = p.x + (<usize>v << 4), dy = p.dy + (<usize>v << 4), a = f32x4.splat(0);
    for (let r = 0; r < R; r++, x += stride, dy += stride) {
      const m = v128.load32_splat(scales + (<usize>r << 3)), s = v128.load32_splat(scales + (<usize>r << 3), 4);
      a = madd(f32x4.mul(f32x4.sub(v128.load(x), m), s), v128.load(dy), a);
    }
    put(p.out + (<usize>v << 4), a, C - (v << 2));
  }
}

/** Sum of a[c] b[c] w[c]. */
function dotThree(a: usize, b: usize, w: usize, C: i32): f32 {
  let even = f32x4.splat(0), odd = even, i = C;
  for (; i >= 8; i -= 8, a += 32, b += 32, w += 32) {
    even = madd(f32x4.mul(v128.load(b), v128.load(w)), v128.load(a), even);
    odd = madd(f32x4.mul(v128.load(b, 16), v128.load(w, 16)), v128.load(a, 16), odd);
  }
  for (; i > 0; i -= 4, a += 16, b += 16, w += 16) {
    let g = f32x4.mul(v128.load(b), v128.load(w)), x = v128.load(a);
    if (i < 4) {
      g = head(g, i);
      x = head(x, i);
    }
    even = madd(g, x, even);
  }
  return sum4(f32x4.add(even, odd));
}

/** Sum of (x[c] - mean)². */
function squaresAround(x: usize, mean: f32, C: i32): f32 {
  const m = f32x4.splat(mean);
  let even = f32x4.splat(0), odd = even, i = C;
  for (; i >= 8; i -= 8, x += 32) {
    const a = f32x4.sub(v128.load(x), m), b = f32x4.sub(v128.load(x, 16), m);
    even = madd(a, a, even);
    odd = madd(b, b, odd);
  }
  for (; i > 0; i -= 4, x += 16) {
    let a = f32x4.sub(v128.load(x), m);
    if (i < 4) a = head(a, i);
    even = madd(a, a, even);
  }
  return sum4(f32x4.add(even, odd));
}

/** Writes four vectors of a row of which `left` numbers, at least 13, are still to come. */
function putFour(at: usize, a: v128, b: v128, c: v128, d: v128, left: i32): void {
  v128.store(at, a);
  v128.store(at, b, 16);
  v128.store(at, c, 32);
  put(at + 48, d, left - 12);
}
