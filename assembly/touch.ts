// Memory answers late, but it answers many questions at once. Work that reads a few lines, computes, and reads the
// next few, waits for each; reading one number of every cache line first, far ahead of the work, waits once.

/** Fetches `rows` pieces of `bytes` bytes, `stride` apart, into the cache. Writes what it read to `aside`, or nobody would read it. */
export function touch(at: usize, stride: usize, rows: i32, bytes: usize, aside: usize): void {
  let sum = 0;
  for (; rows > 0; rows--, at += stride) {
    for (let c: usize = 0; c < bytes; c += 64) sum += load<i32>(at + c);
    sum += load<i32>(at + bytes - 4);
  }
  store<i32>(aside, sum);
}
