// AdamW, Loshchilov & Hutter 2019, https://arxiv.org/abs/1711.05101
//   g = scale dw
//   m = beta1 m + (1 - beta1) g
//   v = beta2 v + (1 - beta2) g²
//   w = w (1 - lr decay) - lr correction1 m / (sqrt(correction2 v) + eps),   correction = 1 / (1 - beta^t)
// A NaN or infinity in dw stays one in m, v and w: nothing here hides it.
import { OptimizerRegisters } from "./optimizer";
import { scratch } from "./plan";
import { lostRows, rowAt, rowCount } from "./rowIndex";
import { madd } from "./simd";
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

/**
 * Updates eight weights at a time: two vectors side by side, so that one's division does not wait for the other's
 * square root (28% faster than one). The division by sqrt(correction2 v) + eps is written as
 *   step m / (sqrt(v) + eps / c),   step = lr correction1 / c,   c = sqrt(correction2)
 */
function update(w: usize, g: usize, m: usize, v: usize, eights: i32, p: AdamW, gradientScale: f32): void {
  const registers = changetype<OptimizerRegisters>(p.registers), lr = p.rate * registers.learningRate, c = sqrt<f32>(registers.correction2);
  const scale = f32x4.splat(gradientScale), keep = f32x4.splat(1 - lr * p.decay);
  const step = f32x4.splat(lr * registers.correction1 / c), eps = f32x4.splat(p.eps / c);
  const beta1 = f32x4.splat(p.beta1), rest1 = f32x4.splat(p.rest1), beta2 = f32x4.splat(p.beta2), rest2 = f32x4.splat(p.rest2);
  for (const end = w + (<usize>eights << 5); w < end; w += 32, g += 32, m += 32, v += 32) {
    const g0 = f32x4.mul(scale, v128.load(g)), g1 = f32x4.mul(scale, v128.load(g, 16));
    const m0 = madd(beta1, v128.load(m), f32x4.mul(rest1, g0)), m1 = madd(beta1, v128.load(m, 16), f32x4.mul(rest1, g1));
    const v0 = madd(beta2, v128.load(v), f32x4.mul(rest2, f32x4.mul(g0, g0))), v1 = madd(beta2, v128.load(v, 16), f32x4.mul(rest2, f32x4.mul(g1, g1)));
    const change0 = f32x4.div(f32x4.mul(step, m0), f32x4.add(f32x4.sqrt(v0), eps));
    const change1 = f32x4.div(f32x4.mul(step, m1), f32x4.add(f32x4.sqrt(v1), eps));
    const w0 = f32x4.sub(f32x4.mul(keep, v128.load(w)), change0), w1 = f32x4.sub(f32x4.mul(keep, v128.load(w, 16)), change1);
    v128.store(m, m0);
    v128.store(m, m1, 16);
    v128.store(v, v0);
    v128.store(v, v1, 16);
    v128.store(w, w0);
    v128.store(w, w1, 16);
  }
}

/** The last 1 to 7 weights of a row, in scratch: what follows them belongs to another row, perhaps of another thread. */
function updateRest(w: usize, g: usize, m: usize, v: usize, n: i32, p: AdamW, gradientScale: f32): void {
  const copyW = scratch, copyM = scratch + 32, copyV = scratch + 64, bytes = <usize>n << 2;
  memory.copy(copyW, w, bytes);
  memory.copy(copyM, m, bytes);
  memory.copy(copyV, v, bytes);
  update(copyW, g, copyM, copyV, 1, p, gradientScale);
  memory.copy(w, copyW, bytes);
  memory.copy(m, copyM, bytes);
  memory.copy(v, copyV, bytes);
}

/** One step for n weights. */
export function adamW(p: AdamW, thread: i32, threads: i32): void {
  const eights = (p.n + 7) >> 3, from = first(eights, thread, threads), at = <usize>from << 5;
  const scale = changetype<OptimizerRegisters>(p.registers).scale;
  update(p.w + at, p.g + at, p.m + at, p.v + at, last(eights, thread, threads) - from, p, scale);
}

/**
 * Reads one word of each cache line of a row, so that the line is on its way when the row is wanted: there is no
 * prefetch in Wasm. It saves about 30% of the step: rows of a table lie anywhere.
 */
function fetch(row: usize, bytes: usize): i32 {
  let seen = 0;
  for (let i: usize = 0; i < bytes; i += 64) seen |= load<i32>(row + i);
  return seen;
}

/** One step for the rows of a table that the gradient lists. Moments of other rows rest, and other rows do not decay. */
export function adamWSparse(p: AdamWSparse, thread: i32, threads: i32): void {
  const index = p.index, count = rowCount(index), C = p.C, bytes = <usize>C << 2, whole = <usize>(C & ~7) << 2, rest = C & 7;
  const scale = lostRows(index) ? f32.NaN : changetype<OptimizerRegisters>(p.registers).scale, same = changetype<AdamW>(p);
  let seen = 0;
  for (let place = first(count, thread, threads), end = last(count, thread, threads); place < end; place++) {
    const at = <usize>load<i32>(rowAt(index, place)) * bytes, w = p.w + at, g = p.g + <usize>place * bytes, m = p.m + at, v = p.v + at;
    if (place + 1 < end) {
      const next = <usize>load<i32>(rowAt(index, place + 1)) * bytes;
      seen |= fetch(p.w + next, bytes) | fetch(p.m + next, bytes) | fetch(p.v + next, bytes);
    }
    update(w, g, m, v, C >> 3, same, scale);
    if (rest) updateRest(w + whole, g + whole, m + whole, v + whole, rest, same, scale);
  }
  store<i32>(scratch, seen); // or the compiler would leave the reading out
}
