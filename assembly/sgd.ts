// Stochastic gradient descent with momentum, Polyak 1964, and weight decay, as in PyTorch:
//   g = scale dw + decay w
//   m = momentum m + g
//   w = w - lr m
import { OptimizerRegisters } from "./optimizer";
import { madd } from "./simd";
import { first, last } from "./slice";

@unmanaged class Sgd { w: usize; g: usize; m: usize; n: i32; registers: usize; momentum: f32; decay: f32; rate: f32; }

/** One step for n weights; m = 0 stands for no momentum. */
export function sgd(p: Sgd, thread: i32, threads: i32): void {
  const w = p.w, g = p.g, m = p.m, registers = changetype<OptimizerRegisters>(p.registers), vectors = (p.n + 3) >> 2;
  const scale = f32x4.splat(registers.scale), lr = f32x4.splat(p.rate * registers.learningRate);
  const momentum = f32x4.splat(p.momentum), decay = f32x4.splat(p.decay);
  for (let i = <usize>first(vectors, thread, threads) << 4, end = <usize>last(vectors, thread, threads) << 4; i < end; i += 16) {
    const wi = v128.load(w + i);
    let step = madd(decay, wi, f32x4.mul(scale, v128.load(g + i)));
    if (m) {
      step = madd(momentum, v128.load(m + i), step);
      v128.store(m + i, step);
    }
    v128.store(w + i, f32x4.sub(wi, f32x4.mul(lr, step)));
  }
}
