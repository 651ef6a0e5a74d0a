// Yes or no, many times over: what was seen costs the more the less it was expected. With yes and no the counts of both,
//
//   loss[r] = sum over c of  yes ln(1 + e^-x) + no ln(1 + e^x),      dx = dloss ((yes + no) sigmoid(x) - yes)
import { exp4, log4, sigmoid4 } from "./math";
import { put } from "./row";
import { head, madd, sum4 } from "./simd";
import { first, last } from "./slice";

@unmanaged class LogisticLoss { x: usize; yes: usize; no: usize; loss: usize; R: i32; C: i32; }
@unmanaged class LogisticLossGrad { x: usize; yes: usize; no: usize; dloss: usize; out: usize; R: i32; C: i32; }

export function logisticLoss(p: LogisticLoss, thread: i32, threads: i32): void {
  const C = p.C, stride = <usize>C << 2, one = f32x4.splat(1), none = f32x4.splat(0);
  for (let r = first(p.R, thread, threads), end = last(p.R, thread, threads); r < end; r++) {
    const x = p.x + <usize>r * stride, yes = p.yes + <usize>r * stride, no = p.no + <usize>r * stride;
    let sum = none;
    for (let c: usize = 0, left = C; left > 0; c += 16, left -= 4) {
      // ln(1 + e^x) = max(x, 0) + ln(1 + e^-|x|), and x less for the other side
      const at = v128.load(x + c), both = log4(f32x4.add(one, exp4(f32x4.neg(f32x4.abs(at)))));
      const up = f32x4.add(f32x4.max(at, none), both), down = f32x4.add(f32x4.max(f32x4.neg(at), none), both);
      const cost = madd(v128.load(yes + c), down, f32x4.mul(v128.load(no + c), up));
      sum = f32x4.add(sum, left < 4 ? head(cost, left) : cost);
    }
    store<f32>(p.loss + (<usize>r << 2), sum4(sum));
  }
}

export function logisticLossGrad(p: LogisticLossGrad, thread: i32, threads: i32): void {
  const C = p.C, stride = <usize>C << 2;
  for (let r = first(p.R, thread, threads), end = last(p.R, thread, threads); r < end; r++) {
    const x = p.x + <usize>r * stride, yes = p.yes + <usize>r * stride, no = p.no + <usize>r * stride, out = p.out + <usize>r * stride;
    const share = v128.load32_splat(p.dloss + (<usize>r << 2));
    for (let c: usize = 0, left = C; left > 0; c += 16, left -= 4) {
      const y = v128.load(yes + c), n = v128.load(no + c);
      put(out + c, f32x4.mul(share, f32x4.sub(f32x4.mul(f32x4.add(y, n), sigmoid4(v128.load(x + c))), y)), left);
    }
  }
}
