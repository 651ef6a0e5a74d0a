// Activation functions and their gradients: one pass each, and any input may be overwritten.
//
//   relu²    max(x, 0)²                            So et al. 2021, https://arxiv.org/abs/2109.08668
//   gelu     x Φ(x), Φ the normal distribution     Hendrycks & Gimpel 2016, https://arxiv.org/abs/1606.08415
//            geluErf: Φ(x) = (1 + erf(x / √2)) / 2
//            gelu:    Φ(x) ≈ (1 + tanh u) / 2 = sigmoid(2u), u = √(2/π) (x + 0.044715 x³)
//   silu     x sigmoid(x)                          Elfwing et al. 2017, https://arxiv.org/abs/1702.03118
//   swiglu   silu(gate) up                         Shazeer 2020, https://arxiv.org/abs/2002.05202
import { begin, finish } from "./flat";
import { constant, erf4, exp4, expConstant, expWith, sigmoid4, tanh4 } from "./math";
import { madd } from "./simd";
import { first, last } from "./slice";

@unmanaged class Relu2 { x: usize; out: usize; n: i32; }
@unmanaged class Relu2Grad { x: usize; dy: usize; out: usize; n: i32; }
@unmanaged class Gelu { x: usize; out: usize; n: i32; }
@unmanaged class GeluGrad { x: usize; dy: usize; out: usize; n: i32; }
@unmanaged class GeluErf { x: usize; out: usize; n: i32; }
@unmanaged class GeluErfGrad { x: usize; dy: usize; out: usize; n: i32; }
@unmanaged class Silu { x: usize; out: usize; n: i32; }
@unmanaged class SiluGrad { x: usize; dy: usize; out: usize; n: i32; }
@unmanaged class Swiglu { gate: usize; up: usize; out: usize; n: i32; }
@unmanaged class SwigluGrad { gate: usize; up: usize; dy: usize; out: usize; n: i32; }
@unmanaged class Tanh { x: usize; out: usize; n: i32; }
@unmanaged class TanhGrad { y: usize; dy: usize; out: usize; n: i32; }
@unmanaged class Sigmoid { x: usize; out: usize; n: i32; }
@unmanaged class SigmoidGrad { y: usize; dy: usize; out: usize; n: i32; }

// Which of the functions below is meant; always a constant, so that nothing is decided in a loop. Slopes are odd and
// read dy; from SWIGLU on there is an up.
const RELU2: i32 = 0, RELU2_GRAD: i32 = 1, GELU: i32 = 2, GELU_GRAD: i32 = 3, SILU: i32 = 4, SILU_GRAD: i32 = 5, SWIGLU: i32 = 6, SWIGLU_GRAD: i32 = 7;

// 2u = x (A + B x²): the doubled argument of the tanh, as the sigmoid wants it
const A: f32 = 1.5957691216, B: f32 = 0.0713548163; // 2 √(2/π), and 0.044715 times that
const FACTORS = memory.data<f32>([A, B, -A, -B, 3 * B, 16, -16]);

/**
 * A function of four numbers x, times dy and up where it has them; e0 ... e11 are the constants of the exponential.
 *
 *   relu2   max(x, 0)²            its slope  2 max(x, 0)
 *   gelu    x / (1 + e^-2u)       its slope  s (1 + x (1 - s) 2u'),  s = sigmoid(2u),  2u' = A + 3B x²
 *   silu    x s,  s = sigmoid(x)  its slope  s (1 + x (1 - s))
 *   swiglu  silu(x) up
 */
// @ts-ignore: decorator
@inline function value(
  which: i32, x: v128, dy: v128, up: v128, linear: v128, cubic: v128, steep: v128, most: v128, least: v128,
  e0: v128, e1: v128, e2: v128, e3: v128, e4: v128, e5: v128, e6: v128, e7: v128, e8: v128, e9: v128, one: v128, e11: v128,
): v128 {
  if (which == RELU2 || which == RELU2_GRAD) {
    const a = f32x4.pmax(x, f32x4.splat(0));
    return which == RELU2 ? f32x4.mul(a, a) : f32x4.mul(f32x4.add(a, a), dy);
  }
  if (which == GELU) {
    // linear and cubic are negative here
    const e = expWith(f32x4.mul(x, madd(f32x4.mul(x, x), cubic, linear)), e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, one, e11);
    return f32x4.div(x, f32x4.add(one, e));
  }
  // beyond ±16 the slope of gelu no longer changes
  const a = which == GELU_GRAD ? f32x4.pmax(f32x4.pmin(x, most), least) : x, square = f32x4.mul(a, a);
  const u = which == GELU_GRAD ? f32x4.mul(a, madd(square, cubic, linear)) : a;
  const s = f32x4.div(one, f32x4.add(one, expWith(f32x4.neg(u), e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, one, e11)));
  if (which == SILU) return f32x4.mul(a, s);
  if (which == SWIGLU) return f32x4.mul(f32x4.mul(a, s), up);
  const by = which == GELU_GRAD ? f32x4.mul(a, madd(square, steep, linear)) : a;
  const slope = f32x4.mul(s, madd(by, f32x4.sub(one, s), one));
  return f32x4.mul(which == SWIGLU_GRAD ? f32x4.mul(dy, up) : dy, slope);
}

/**
 * out = value(x, dy, up). Two vectors in every turn and constants from outside the loop: so a V8 that pairs operations
 * joins the two, and others need not load constants anew. Addresses have names, because it takes them for neighbours only
 * when they come from the same sum. What the last turn writes behind the end is padding: tensors take whole cache lines.
 */
// @ts-ignore: decorator
@inline function each(which: i32, x: usize, dy: usize, up: usize, out: usize, n: i32, thread: i32, threads: i32): void {
  const e0 = expConstant(0), e1 = expConstant(1), e2 = expConstant(2), e3 = expConstant(3), e4 = expConstant(4), e5 = expConstant(5);
  const e6 = expConstant(6), e7 = expConstant(7), e8 = expConstant(8), e9 = expConstant(9), one = expConstant(10), e11 = expConstant(11);
  const linear = constant(FACTORS, which == GELU ? 2 : 0), cubic = constant(FACTORS, which == GELU ? 3 : 1), steep = constant(FACTORS, 4);
  const most = constant(FACTORS, 5), least = constant(FACTORS, 6), eights = (n + 7) >> 3;
  for (let i = <usize>first(eights, thread, threads) << 5, end = <usize>last(eights, thread, threads) << 5; i < end; i += 32) {
    const xi = x + i, di = dy + i, ui = up + i, to = out + i, a = v128.load(xi), b = v128.load(xi, 16);
    const c = which & 1 ? v128.load(di) : a, d = which & 1 ? v128.load(di, 16) : b, u = which >= SWIGLU ? v128.load(ui) : a, v = which >= SWIGLU ? v128.load(ui, 16) : b;
    const f = value(which, a, c, u, linear, cubic, steep, most, least, e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, one, e11);
    const g = value(which, b, d, v, linear, cubic, steep, most, least, e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, one, e11);
    v128.store(to, f);
    v128.store(to, g, 16);
  }
}

/** out = max(x, 0)² */
export function relu2(p: Relu2, thread: i32, threads: i32): void {
  each(RELU2, p.x, 0, 0, p.out, p.n, thread, threads);
}

/** dx = 2 max(x, 0) dy */
export function relu2Grad(p: Relu2Grad, thread: i32, threads: i32): void {
  each(RELU2_GRAD, p.x, p.dy, 0, p.out, p.n, thread, threads);
}

/** out = x sigmoid(2u) */
export function gelu(p: Gelu, thread: i32, threads: i32): void {
  each(GELU, p.x, 0, 0, p.out, p.n, thread, threads);
}

export function geluGrad(p: GeluGrad, thread: i32, threads: i32): void {
  each(GELU_GRAD, p.x, p.dy, 0, p.out, p.n, thread, threads);
}

/** out = x sigmoid(x) */
export function silu(p: Silu, thread: i32, threads: i32): void {
  each(SILU, p.x, 0, 0, p.out, p.n, thread, threads);
}

export function siluGrad(p: SiluGrad, thread: i32, threads: i32): void {
  each(SILU_GRAD, p.x, p.dy, 0, p.out, p.n, thread, threads);
}

/** out = silu(gate) up */
export function swiglu(p: Swiglu, thread: i32, threads: i32): void {
  each(SWIGLU, p.gate, 0, p.up, p.out, p.n, thread, threads);
}

/** dgate = dy up silu'(gate) */
export function swigluGrad(p: SwigluGrad, thread: i32, threads: i32): void {
  each(SWIGLU_GRAD, p.gate, p.dy, p.up, p.out, p.n, thread, threads);
}

const ROOT_HALF: f32 = 0.7071067812, DENSITY: f32 = 0.3989422804; // 1/√2, 1/√(2π)

/** out = x (1 + erf(x / √2)) / 2 */
export function geluErf(p: GeluErf, thread: i32, threads: i32): void {
  const x = p.x, out = p.out;
  for (let i = begin(p.n, thread, threads), end = finish(p.n, thread, threads); i < end; i += 16) {
    const a = v128.load(x + i), half = f32x4.mul(a, f32x4.splat(0.5));
    v128.store(out + i, madd(half, erf4(f32x4.mul(a, f32x4.splat(ROOT_HALF))), half));
  }
}

/** dx = dy ((1 + erf(x / √2)) / 2 + x φ(x)),  φ(x) = e^(-x²/2) / √(2π) */
export function geluErfGrad(p: GeluErfGrad, thread: i32, threads: i32): void {
  const x = p.x, dy = p.dy, out = p.out, half = f32x4.splat(0.5);
  for (let i = begin(p.n, thread, threads), end = finish(p.n, thread, threads); i < end; i += 16) {
    const a = v128.load(x + i), area = madd(half, erf4(f32x4.mul(a, f32x4.splat(ROOT_HALF))), half);
    const density = f32x4.mul(exp4(f32x4.mul(f32x4.mul(a, a), f32x4.splat(-0.5))), f32x4.splat(DENSITY));
    v128.store(out + i, f32x4.mul(v128.load(dy + i), madd(a, density, area)));
  }
}

export function tanh(p: Tanh, thread: i32, threads: i32): void {
  const x = p.x, out = p.out;
  for (let i = begin(p.n, thread, threads), end = finish(p.n, thread, threads); i < end; i += 16) {
    v128.store(out + i, tanh4(v128.load(x + i)));
  }
}

/** dx = dy (1 - y²) */
export function tanhGrad(p: TanhGrad, thread: i32, threads: i32): void {
  const y = p.y, dy = p.dy, out = p.out, one = f32x4.splat(1);
  for (let i = begin(p.n, thread, threads), end = finish(p.n, thread, threads); i < end; i += 16) {
    const a = v128.load(y + i);
    v128.store(out + i, f32x4.mul(v128.load(dy + i), f32x4.sub(one, f32x4.mul(a, a))));
  }
}

export function sigmoid(p: Sigmoid, thread: i32, threads: i32): void {
  const x = p.x, out = p.out;
  for (let i = begin(p.n, thread, threads), end = finish(p.n, thread, threads); i < end; i += 16) {
    v128.store(out + i, sigmoid4(v128.load(x + i)));
  }
}

/** dx = dy y (1 - y) */
export function sigmoidGrad(p: SigmoidGrad, thread: i32, threads: i32): void {
  const y = p.y, dy = p.dy, out = p.out, one = f32x4.splat(1);
  for (let i = begin(p.n, thread, threads), end = finish(p.n, thread, threads); i < end; i += 16) {
    const a = v128.load(y + i);
    v128.store(out + i, f32x4.mul(v128.load(dy + i), f32x4.mul(a, f32x4.sub(one, a))));
  }
}
