// Numbers become shares that add up to 1:  y[c] = e^(x[c] - max) / sum of e^(x - max)
import { exp4 } from "./math";
import { dotRow, maxRow, put } from "./row";
import { head, sum4 } from "./simd";
import { first, last } from "./slice";

@unmanaged class Softmax { x: usize; out: usize; R: i32; C: i32; }
@unmanaged class SoftmaxGrad { y: usize; dy: usize; out: usize; R: i32; C: i32; }

export function softmax(p: Softmax, thread: i32, threads: i32): void {
  const C = p.C, stride = <usize>C << 2;
  for (let r = first(p.R, thread, threads), end = last(p.R, thread, threads); r < end; r++) {
    const x = p.x + <usize>r * stride, out = p.out + <usize>r * stride, most = f32x4.splat(maxRow(x, C));
    let sum = f32x4.splat(0);
    for (let c: usize = 0, left = C; left > 0; c += 16, left -= 4) {
      const e = exp4(f32x4.sub(v128.load(x + c), most));
      sum = f32x4.add(sum, left < 4 ? head(e, left) : e);
      put(out + c, e, left);
    }
    const share = f32x4.splat(1 / sum4(sum));
    for (let c: usize = 0, left = C; left > 0; c += 16, left -= 4) put(out + c, f32x4.mul(v128.load(out + c), share), left);
  }
}

/** dx = y (dy - sum of dy y) */
export function softmaxGrad(p: SoftmaxGrad, thread: i32, threads: i32): void {
  const C = p.C, stride = <usize>C << 2;
  for (let r = first(p.R, thread, threads), end = last(p.R, thread, threads); r < end; r++) {
    const y = p.y + <usize>r * stride, dy = p.dy + <usize>r * stride, out = p.out + <usize>r * stride;
    const mean = f32x4.splat(dotRow(y, dy, C));
    for (let c: usize = 0, left = C; left > 0; c += 16, left -= 4) {
      const share = v128.load(y + c);
      put(out + c, f32x4.mul(share, f32x4.sub(v128.load(dy + c), mean)), left);
    }
  }
}
