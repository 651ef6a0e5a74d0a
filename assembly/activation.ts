// Activation functions and their gradients: one pass each, and any input may be overwritten.
//
//   relu²    max(x, 0)²                            So et al. 2021, https://arxiv.org/abs/2109.08668
//   gelu     x Φ(x), Φ the normal distribution     Hendrycks & Gimpel 2016, https://arxiv.org/abs/1606.08415
//            geluErf: Φ(x) = (1 + erf(x / √2)) / 2
//            gelu:    Φ(x) ≈ (1 + tanh u) / 2 = sigmoid(2u), u = √(2/π) (x + 0.044715 x³)
//   silu     x sigmoid(x)                          Elfwing et al. 2017, https://arxiv.org/abs/1702.03118
//   swiglu   silu(gate) up                         Shazeer 2020, https://arxiv.org/abs/2002.05202
import { begin, finish } from "./flat";
import { erf4, exp4, sigmoid4, tanh4 } from "./math";
import { madd } from "./simd";

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

/** out = max(x, 0)² */
export function relu2(p: Relu2, thread: i32, threads: i32): void {
  const x = p.x, out = p.out, zero = f32x4.splat(0);
  for (let i = begin(p.n, thread, threads), end = finish(p.n, thread, threads); i < end; i += 16) {
    const a = f32x4.pmax(v128.load(x + i), zero);
    v128.store(out + i, f32x4.mul(a, a));
  }
}

/** dx = 2 max(x, 0) dy */
export function relu2Grad(p: Relu2Grad, thread: i32, threads: i32): void {
  const x = p.x, dy = p.dy, out = p.out, zero = f32x4.splat(0);
  for (let i = begin(p.n, thread, threads), end = finish(p.n, thread, threads); i < end; i += 16) {
    const a = f32x4.pmax(v128.load(x + i), zero);
    v128.store(out + i, f32x4.mul(f32x4.add(a, a), v128.load(dy + i)));
  }
}

// 2u = x (A + B x²): the doubled argument of the tanh, as the sigmoid wants it
const A: f32 = 1.5957691216, B: f32 = 0.0713548163; // 2 √(2/π), and 0.044715 times that

/** out = x sigmoid(2u) = x / (1 + e^-2u) */
export function gelu(p: Gelu, thread: i32, threads: i32): void {
  const x = p.x, out = p.out, linear = f32x4.splat(-A), cubic = f32x4.splat(-B), one = f32x4.splat(1);
  for (let i = begin(p.n, thread, threads), end = finish(p.n, thread, threads); i < end; i += 16) {
    const a = v128.load(x + i);
    v128.store(out + i, f32x4.div(a, f32x4.add(one, exp4(f32x4.mul(a, madd(f32x4.mul(a, a), cubic, linear))))));
  }
}

/** dx = dy s (1 + x (1 - s) 2u'),  s = sigmoid(2u),  2u' = A + 3B x². Beyond ±16 the slope no longer changes. */
export function geluGrad(p: GeluGrad, thread: i32, threads: i32): void {
  const x = p.x, dy = p.dy, out = p.out, linear = f32x4.splat(A), cubic = f32x4.splat(B);
  for (let i = begin(p.n, thread, threads), end = finish(p.n, thread, threads); i < end; i += 16) {
    const a = f32x4.pmax(f32x4.pmin(v128.load(x + i), f32x4.splat(16)), f32x4.splat(-16)), square = f32x4.mul(a, a);
    const s = sigmoid4(f32x4.mul(a, madd(square, cubic, linear)));
    const steep = f32x4.mul(a, madd(square, f32x4.splat(3 * B), linear));
    const slope = f32x4.mul(s, madd(steep, f32x4.sub(f32x4.splat(1), s), f32x4.splat(1)));
    v128.store(out + i, f32x4.mul(v128.load(dy + i), slope));
  }
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

/** out = x sigmoid(x) */
export function silu(p: Silu, thread: i32, threads: i32): void {
  const x = p.x, out = p.out;
  for (let i = begin(p.n, thread, threads), end = finish(p.n, thread, threads); i < end; i += 16) {
    const a = v128.load(x + i);
    v128.store(out + i, f32x4.mul(a, sigmoid4(a)));
  }
}

/** s (1 + x (1 - s)) with s = sigmoid(x): the slope of silu. */
function siluSlope(x: v128): v128 {
  const s = sigmoid4(x), one = f32x4.splat(1);
  return f32x4.mul(s, madd(x, f32x4.sub(one, s), one));
}

export function siluGrad(p: SiluGrad, thread: i32, threads: i32): void {
  const x = p.x, dy = p.dy, out = p.out;
  for (let i = begin(p.n, thread, threads), end = finish(p.n, thread, threads); i < end; i += 16) {
    v128.store(out + i, f32x4.mul(v128.load(dy + i), siluSlope(v128.load(x + i))));
  }
}

/** out = silu(gate) up */
export function swiglu(p: Swiglu, thread: i32, threads: i32): void {
  const gate = p.gate, up = p.up, out = p.out;
  for (let i = begin(p.n, thread, threads), end = finish(p.n, thread, threads); i < end; i += 16) {
    const a = v128.load(gate + i);
    v128.store(out + i, f32x4.mul(f32x4.mul(a, sigmoid4(a)), v128.load(up + i)));
  }
}

/** dgate = dy up silu'(gate) */
export function swigluGrad(p: SwigluGrad, thread: i32, threads: i32): void {
  const gate = p.gate, up = p.up, dy = p.dy, out = p.out;
  for (let i = begin(p.n, thread, threads), end = finish(p.n, thread, threads); i < end; i += 16) {
    v128.store(out + i, f32x4.mul(f32x4.mul(v128.load(dy + i), v128.load(up + i)), siluSlope(v128.load(gate + i))));
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
