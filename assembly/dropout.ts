// Dropout, Srivastava et al. 2014, https://jmlr.org/papers/v15/srivastava14a.html
//   out[i] = 0 with probability p, otherwise x[i] / (1 - p)
// Element i is dropped where word i of (seed, stream) is below `threshold` = p 2^32. The gradient runs the same kernel
// on dy and draws the same words again, so no mask is stored.
import { philox16 } from "./philox";
import { scratch } from "./plan";
import { first, last } from "./slice";

@unmanaged class Dropout { x: usize; out: usize; n: i32; seed: usize; stream: i32; threshold: i32; factor: f32; }
@unmanaged class DropIds { ids: usize; out: usize; n: i32; seed: usize; stream: i32; threshold: i32; }

/** out[i] = factor x[i], or 0 where word i is below the threshold. Needs 64 bytes of scratch; out may be x. */
export function dropout(p: Dropout, thread: i32, threads: i32): void {
  const groups = (p.n + 15) >> 4, seedLow = load<i32>(p.seed), seedHigh = load<i32>(p.seed, 4), stream = p.stream, words = scratch;
  const threshold = i32x4.splat(p.threshold), factor = f32x4.splat(p.factor);
  for (let g = first(groups, thread, threads), end = last(groups, thread, threads); g < end; g++) {
    const x = p.x + (<usize>g << 6), out = p.out + (<usize>g << 6);
    philox16(words, seedLow, seedHigh, stream, g);
    for (let i: usize = 0; i < 64; i += 16) {
      const dropped = i32x4.lt_u(v128.load(words + i), threshold);
      v128.store(out + i, v128.andnot(f32x4.mul(v128.load(x + i), factor), dropped));
    }
  }
}

/** out[i] = ids[i], or -1 where word i is below the threshold. */
export function dropIds(p: DropIds, thread: i32, threads: i32): void {
  const groups = (p.n + 15) >> 4, seedLow = load<i32>(p.seed), seedHigh = load<i32>(p.seed, 4), stream = p.stream;
  const threshold = i32x4.splat(p.threshold);
  for (let g = first(groups, thread, threads), end = last(groups, thread, threads); g < end; g++) {
    const ids = p.ids + (<usize>g << 6), out = p.out + (<usize>g << 6);
    philox16(out, seedLow, seedHigh, stream, g);
    for (let i: usize = 0; i < 64; i += 16) {
      const dropped = i32x4.lt_u(v128.load(out + i), threshold);
      v128.store(out + i, v128.or(v128.load(ids + i), dropped));
    }
  }
}
