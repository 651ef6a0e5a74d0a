// How threads share a flat array of n floats: in whole vectors, by offsets in bytes.
import { first, last } from "./slice";

/** Offset of the first byte that belongs to `thread`. */
// @ts-ignore: decorator
@inline export function begin(n: i32, thread: i32, threads: i32): usize {
  return <usize>first((n + 3) >> 2, thread, threads) << 4;
}

/** One past the last byte that belongs to `thread`. */
// @ts-ignore: decorator
@inline export function finish(n: i32, thread: i32, threads: i32): usize {
  return <usize>last((n + 3) >> 2, thread, threads) << 4;
}
