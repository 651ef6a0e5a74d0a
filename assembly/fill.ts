// Setting numbers, and moving them.
import { first, last } from "./slice";

@unmanaged class Fill { out: usize; n: i32; value: f32; }
@unmanaged class Copy { x: usize; out: usize; n: i32; }

/** out[i] = value */
export function fill(p: Fill, thread: i32, threads: i32): void {
  const out = p.out, v = f32x4.splat(p.value), vectors = (p.n + 3) >> 2;
  for (let i = first(vectors, thread, threads), end = last(vectors, thread, threads); i < end; i++) v128.store(out + (<usize>i << 4), v);
}

/** out[i] = x[i] */
export function copy(p: Copy, thread: i32, threads: i32): void {
  const vectors = (p.n + 3) >> 2, from = first(vectors, thread, threads), to = last(vectors, thread, threads);
  memory.copy(p.out + (<usize>from << 4), p.x + (<usize>from << 4), <usize>(to - from) << 4);
}
