// How far a prediction is from the numbers that were wanted:  loss[r] = mean over c of (x[r,c] - target[r,c])²
import { put } from "./row";
import { head, madd, sum4 } from "./simd";
import { first, last } from "./slice";

@unmanaged class MeanSquaredError { x: usize; target: usize; loss: usize; R: i32; C: i32; }
@unmanaged class MeanSquaredErrorGrad { x: usize; target: usize; dloss: usize; out: usize; R: i32; C: i32; }

export function meanSquaredError(p: MeanSquaredError, thread: i32, threads: i32): void {
  const C = p.C, stride = <usize>C << 2;
  for (let r = first(p.R, thread, threads), end = last(p.R, thread, threads); r < end; r++) {
    const x = p.x + <usize>r * stride, target = p.target + <usize>r * stride;
    let sum = f32x4.splat(0);
    for (let c: usize = 0, left = C; left > 0; c += 16, left -= 4) {
      let d = f32x4.sub(v128.load(x + c), v128.load(target + c));
      if (left < 4) d = head(d, left);
      sum = madd(d, d, sum);
    }
    store<f32>(p.loss + (<usize>r << 2), sum4(sum) / <f32>C);
  }
}

/** dx = dloss 2/C (x - target) */
export function meanSquaredErrorGrad(p: MeanSquaredErrorGrad, thread: i32, threads: i32): void {
  const C = p.C, stride = <usize>C << 2;
  for (let r = first(p.R, thread, threads), end = last(p.R, thread, threads); r < end; r++) {
    const x = p.x + <usize>r * stride, target = p.target + <usize>r * stride, out = p.out + <usize>r * stride;
    const d = f32x4.splat(load<f32>(p.dloss + (<usize>r << 2)) * 2 / <f32>C);
    for (let c: usize = 0, left = C; left > 0; c += 16, left -= 4) {
      put(out + c, f32x4.mul(d, f32x4.sub(v128.load(x + c), v128.load(target + c))), left);
    }
  }
}
