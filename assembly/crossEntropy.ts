// How surprised a model is by the token that came, in nats:
//
//   loss[r] = weight[r] (ln sum over v of e^l[v]  -  l[target[r]]),   l = cap(logits[r])
//   cap(l)  = softcap tanh(l / softcap), or l itself when softcap is 0     (Gemma 2, https://arxiv.org/abs/2408.00118)
//
// A row whose weight is 0 or whose target is below 0 is not read at all: its loss and its gradient are 0.
// A target that is no column gives a loss of NaN.
import { cap4, exp4, expConstant, expWith, log4, tanhConstant, tanhWith } from "./math";
import { scratch } from "./plan";
import { maxRow, put } from "./row";
import { head, sum4 } from "./simd";
import { first, last } from "./slice";

@unmanaged class CrossEntropy {
  logits: usize;  // (R,V)
  targets: usize; // (R) i32
  weights: usize; // (R)
  loss: usize;    // (R)
  R: i32;
  V: i32;
  softcap: f32;
}
@unmanaged class CrossEntropyGrad {
  logits: usize;
  targets: usize;
  weights: usize;
  dloss: usize;   // (R)
  loss: usize;    // (R), or 0 when nobody asks for it
  out: usize;     // (R,V), may be the logits
  rows: usize;    // 0, or (R) i32: the first `count` rows of logits and out belong to these targets, weights, losses
  count: usize;
  R: i32;
  V: i32;
  softcap: f32;
}

export function crossEntropy(p: CrossEntropy, thread: i32, threads: i32): void {
  const V = p.V, stride = <usize>V << 2, softcap = p.softcap, cap = f32x4.splat(softcap), inverse = f32x4.splat(1 / softcap);
  for (let r = first(p.R, thread, threads), end = last(p.R, thread, threads); r < end; r++) {
    const at = <usize>r << 2, row = p.logits + <usize>r * stride;
    const target = load<i32>(p.targets + at), weight = load<f32>(p.weights + at);
    let loss: f32 = 0;
    if (target >= V) {
      loss = NaN;
    } else if (target >= 0 && weight != 0) {
      let most = f32x4.splat(maxRow(row, V)), sum: f32, score = v128.load32_splat(row + (<usize>target << 2));
      if (softcap > 0) {
        most = cap4(most, cap, inverse);
        score = cap4(score, cap, inverse);
        sum = sumOfCappedExp(row, V, most, softcap);
      } else {
        sum = sumOfExp(row, V, most);
      }
      loss = cost(weight, most, sum, score);
    }
    store<f32>(p.loss + at, loss);
  }
}

/** weight (most + ln sum - score) */
// @ts-ignore: decorator
@inline function cost(weight: f32, most: v128, sum: f32, score: v128): f32 {
  return weight * f32x4.extract_lane(f32x4.sub(f32x4.add(most, log4(f32x4.splat(sum))), score), 0);
}

/** Sum of e^(l - most). */
function sumOfExp(l: usize, V: i32, most: v128): f32 {
  let even = f32x4.splat(0), odd = even, i = V;
  const e0 = expConstant(0), e1 = expConstant(1), e2 = expConstant(2), e3 = expConstant(3), e4 = expConstant(4), e5 = expConstant(5);
  const e6 = expConstant(6), e7 = expConstant(7), e8 = expConstant(8), e9 = expConstant(9), e10 = expConstant(10), e11 = expConstant(11);
  for (; i >= 8; i -= 8, l += 32) {
    const x = v128.load(l), y = v128.load(l, 16);
    even = f32x4.add(even, expWith(f32x4.sub(x, most), e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, e10, e11));
    odd = f32x4.add(odd, expWith(f32x4.sub(y, most), e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, e10, e11));
  }
  for (; i > 0; i -= 4, l += 16) {
    const e = exp4(f32x4.sub(v128.load(l), most));
    even = f32x4.add(even, i < 4 ? head(e, i) : e);
  }
  return sum4(f32x4.add(even, odd));
}

// As many capped logits are held in working memory at a time. Cap and exponential are loops of their own:
// in one loop they are so long that the processor overlaps too few turns.
const BLOCK: i32 = 1024;

/** Sum of e^(cap(l) - most). */
function sumOfCappedExp(l: usize, V: i32, most: v128, softcap: f32): f32 {
  const block = scratch;
  let sum: f32 = 0;
  for (let v = 0; v < V; v += BLOCK, l += <usize>BLOCK << 2) {
    const n = min(BLOCK, V - v);
    capRow(l, block, n, softcap);
    sum += sumOfExp(block, n, most);
  }
  return sum;
}

/** out = cap(l), V numbers. */
function capRow(l: usize, out: usize, V: i32, softcap: f32): void {
  const cap = f32x4.splat(softcap), inverse = f32x4.splat(1 / softcap);
  const t0 = tanhConstant(0), t1 = tanhConstant(1), t2 = tanhConstant(2), t3 = tanhConstant(3), t4 = tanhConstant(4);
  const t5 = tanhConstant(5), t6 = tanhConstant(6), t7 = tanhConstant(7), t8 = tanhConstant(8), t9 = tanhConstant(9);
  let left = V;
  for (; left >= 8; left -= 8, l += 32, out += 32) {
    const x = v128.load(l), y = v128.load(l, 16);
    const a = f32x4.mul(cap, tanhWith(f32x4.mul(x, inverse), t0, t1, t2, t3, t4, t5, t6, t7, t8, t9));
    const b = f32x4.mul(cap, tanhWith(f32x4.mul(y, inverse), t0, t1, t2, t3, t4, t5, t6, t7, t8, t9));
    v128.store(out, a);
    v128.store(out, b, 16);
  }
  for (; left > 0; left -= 4, l += 16, out += 16) put(out, cap4(v128.load(l), cap, inverse), left);
}

/** out = e^(l - most), V numbers; returns their sum. */
function expRow(l: usize, out: usize, V: i32, most: v128): f32 {
  const e0 = expConstant(0), e1 = expConstant(1), e2 = expConstant(2), e3 = expConstant(3), e4 = expConstant(4), e5 = expConstant(5);
  const e6 = expConstant(6), e7 = expConstant(7), e8 = expConstant(8), e9 = expConstant(9), e10 = expConstant(10), e11 = expConstant(11);
  let even = f32x4.splat(0), odd = even, left = V;
  for (; left >= 8; left -= 8, l += 32, out += 32) {
    const x = v128.load(l), y = v128.load(l, 16);
    const a = expWith(f32x4.sub(x, most), e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, e10, e11), b = expWith(f32x4.sub(y, most), e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, e10, e11);
    even = f32x4.add(even, a);
    odd = f32x4.add(odd, b);
    v128.store(out, a);
    v128.store(out, b, 16);
  }
  for (; left > 0; left -= 4, l += 16, out += 16) {
    const e = exp4(f32x4.sub(v128.load(l), most));
    even = f32x4.add(even, left < 4 ? head(e, left) : e);
    put(out, e, left);
  }
  return sum4(f32x4.add(even, odd));
}

/**
 * dlogits = dloss weight (e^(l - lse) - [v is the target]) dl/dlogits,  dl/dlogits = 1 - (l / softcap)²
 *
 * The loss comes with it, so that training looks at the logits once, and every exponential is computed once: it is kept
 * where the gradient will stand, or, with a softcap, in working memory.
 */
export function crossEntropyGrad(p: CrossEntropyGrad, thread: i32, threads: i32): void {
  const R = p.R, V = p.V, stride = <usize>V << 2, softcap = p.softcap, rows = p.rows, count = rows ? load<i32>(p.count) : R;
  if (rows && p.loss) {
    for (let r = first(R, thread, threads), end = last(R, thread, threads); r < end; r++) {
      const at = <usize>r << 2;
      if (load<i32>(p.targets + at) < 0 || load<f32>(p.weights + at) == 0) store<f32>(p.loss + at, 0);
    }
  }
  for (let i = first(count, thread, threads), end = last(count, thread, threads); i < end; i++) {
    const at = <usize>(rows ? load<i32>(rows + (<usize>i << 2)) : i) << 2, row = p.logits + <usize>i * stride, out = p.out + <usize>i * stride;
    const target = load<i32>(p.targets + at), weight = load<f32>(p.weights + at), d = load<f32>(p.dloss + at) * weight;
    let loss: f32 = 0;
    if (target < 0 || weight == 0) memory.fill(out, 0, stride);
    else if (softcap > 0) loss = gradOfCapped(row, out, V, target, weight, d, softcap);
    else loss = gradOfPlain(row, out, V, target, weight, d);
    if (p.loss) store<f32>(p.loss + at, loss);
  }
}

// Where `out` is the row itself the target's logit is read first. A target that is no column makes everything NaN.

function gradOfPlain(row: usize, out: usize, V: i32, target: i32, weight: f32, d: f32): f32 {
  const score = target < V ? v128.load32_splat(row + (<usize>target << 2)) : f32x4.splat(NaN), most = f32x4.splat(maxRow(row, V));
  const sum = expRow(row, out, V, most), loss = cost(weight, most, sum, score);
  multiply(out, V, target < V ? d / sum : NaN);
  if (target < V) store<f32>(out + (<usize>target << 2), load<f32>(out + (<usize>target << 2)) - d);
  return loss;
}

/** a[c] = by a[c] */
function multiply(a: usize, C: i32, by: f32): void {
  const factor = f32x4.splat(by);
  for (; C >= 8; C -= 8, a += 32) {
    const x = f32x4.mul(factor, v128.load(a)), y = f32x4.mul(factor, v128.load(a, 16));
    v128.store(a, x);
    v128.store(a, y, 16);
  }
  for (; C > 0; C -= 4, a += 16) put(a, f32x4.mul(factor, v128.load(a)), C);
}

/** The exponentials wait in working memory: in `out` are the capped logits, which the slope needs. */
function gradOfCapped(row: usize, out: usize, V: i32, target: i32, weight: f32, d: f32, softcap: f32): f32 {
  const inverse = f32x4.splat(1 / softcap), one = f32x4.splat(1), most = cap4(f32x4.splat(maxRow(row, V)), f32x4.splat(softcap), inverse);
  let e = scratch, l = out, left = V;
  capRow(row, out, V, softcap);
  const score = target < V ? v128.load32_splat(out + (<usize>target << 2)) : f32x4.splat(NaN);
  const sum = expRow(out, e, V, most), scale = f32x4.splat(target < V ? d / sum : NaN);
  for (; left >= 8; left -= 8, e += 32, l += 32) {
    const t = f32x4.mul(v128.load(l), inverse), u = f32x4.mul(v128.load(l, 16), inverse);
    const x = f32x4.mul(f32x4.mul(scale, v128.load(e)), f32x4.sub(one, f32x4.mul(t, t))), y = f32x4.mul(f32x4.mul(scale, v128.load(e, 16)), f32x4.sub(one, f32x4.mul(u, u)));
    v128.store(l, x);
    v128.store(l, y, 16);
  }
  for (; left > 0; left -= 4, e += 16, l += 16) {
    const t = f32x4.mul(v128.load(l), inverse);
    put(l, f32x4.mul(f32x4.mul(scale, v128.load(e)), f32x4.sub(one, f32x4.mul(t, t))), left);
  }
  const t = f32x4.extract_lane(score, 0) / softcap;
  if (target < V) store<f32>(out + (<usize>target << 2), load<f32>(out + (<usize>target << 2)) - d * (1 - t * t));
  return cost(weight, most, sum, score);
}
