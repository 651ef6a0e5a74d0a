// Rows that are learned: the numbers of those with a weight and a target, one after the other, then -1 to the end.
// The last layer and the loss need no others, and in conversations only replies are learned.

@unmanaged class Learned {
  targets: usize; // (R) i32
  weights: usize; // (R)
  out: usize;     // (R) i32
  count: usize;   // i32: how many there are
  R: i32;
}

export function learned(p: Learned, thread: i32, threads: i32): void {
  if (thread != 0) return;
  const R = p.R, out = p.out;
  let count = 0;
  for (let r = 0; r < R; r++) {
    const at = <usize>r << 2;
    if (load<i32>(p.targets + at) < 0 || load<f32>(p.weights + at) == 0) continue;
    store<i32>(out + (<usize>count << 2), r);
    count++;
  }
  for (let i = count; i < R; i++) store<i32>(out + (<usize>i << 2), -1);
  store<i32>(p.count, count);
}
