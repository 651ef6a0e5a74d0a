// AdamW, Loshchilov & Hutter 2019, https://arxiv.org/abs/1711.05101
//   g = scale dw
//   m = beta1 m + (1 - beta1) g
//   v = beta2 v + (1 - beta2) g²
//   w = w (1 - lr decay) - lr correction1 m / (sqrt(correction2 v) + eps),   correction = 1 / (1 - beta^t)
// A NaN or infinity in dw stays one in m, v and w: nothing here hides it.
import { OptimizerRegisters } from "./optimizer";
import { lostRows, rowAt, rowCount } from "./rowIndex";
import { madd, storeHead } from "./simd";
import { first, last } from "./slice";

// `rate` multiplies the learning rate; rest is 1 - beta, rounded once. Both begin alike: `update` reads what they share.
@unmanaged class AdamW {
  w: usize; g: usize; m: usize; v: usize; registers: usize;
  beta1: f32; rest1: f32; beta2: f32; rest2: f32; eps: f32; decay: f32; rate: f32;
  n: i32;
}
@unmanaged class AdamWSparse {
  w: usize; g: usize; m: usize; v: usize; registers: usize;
  beta1: f32; rest1: f32; beta2: f32; rest2: f32; eps: f32; decay: f32; rate: f32;
  index: usize; C: i32;
}

/** Updates n weights from w on, the last 1 to 3 of them alone: what follows may belong to another row. */
function update(w: usize, g: usize, m: usize, v: usize, n: i32, p: AdamW, gradientScale: f32): void {
  const registers = changetype<OptimizerRegisters>(p.registers), lr = p.rate * registers.learningRate;
  const scale = f32x4.splat(gradientScale), keep = f32x4.splat(1 - lr * p.decay), step = f32x4.splat(lr * registers.correction1);
  const correction2 = f32x4.splat(registers.correction2), eps = f32x4.splat(p.eps);
  const beta1 = f32x4.splat(p.beta1), rest1 = f32x4.splat(p.rest1), beta2 = f32x4.splat(p.beta2), rest2 = f32x4.splat(p.rest2);
  for (let i: usize = 0, left = n; left > 0; i += 16, left -= 4) {
    const gi = f32x4.mul(scale, v128.load(g + i));
    const mi = madd(beta1, v128.load(m + i), f32x4.mul(rest1, gi));
    const vi = madd(beta2, v128.load(v + i), f32x4.mul(rest2, f32x4.mul(gi, gi)));
    const change = f32x4.div(f32x4.mul(step, mi), f32x4.add(f32x4.sqrt(f32x4.mul(correction2, vi)), eps));
    const wi = f32x4.sub(f32x4.mul(keep, v128.load(w + i)), change);
    if (left >= 4) {
      v128.store(m + i, mi);
      v128.store(v + i, vi);
      v128.store(w + i, wi);
    } else {
      storeHead(m + i, mi, left);
      storeHead(v + i, vi, left);
      storeHead(w + i, wi, left);
    }
  }
}

/** One step for n weights. */
export function adamW(p: AdamW, thread: i32, threads: i32): void {
  const vectors = (p.n + 3) >> 2, from = first(vectors, thread, threads), to = min(p.n, last(vectors, thread, threads) << 2);
  const at = <usize>from << 4;
  update(p.w + at, p.g + at, p.m + at, p.v + at, to - (from << 2), p, changetype<OptimizerRegisters>(p.registers).scale);
}

/** One step for the rows of a table that the gradient lists. Moments of other rows rest, and other rows do not decay. */
export function adamWSparse(p: AdamWSparse, thread: i32, threads: i32): void {
  const index = p.index, count = rowCount(index), C = p.C, bytes = <usize>C << 2;
  const scale = lostRows(index) ? f32.NaN : changetype<OptimizerRegisters>(p.registers).scale;
  for (let place = first(count, thread, threads), end = last(count, thread, threads); place < end; place++) {
    const at = <usize>load<i32>(rowAt(index, place)) * bytes;
    update(p.w + at, p.g + <usize>place * bytes, p.m + at, p.v + at, C, changetype<AdamW>(p), scale);
  }
}
