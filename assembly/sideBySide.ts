// Two tensors side by side: row r of the result is row r of a, then row r of b.
import { first, last } from "./slice";

@unmanaged class SideBySide {
  a: usize;     // (R,A)
  b: usize;     // (R,B)
  out: usize;   // (R,A+B)
  R: i32; A: i32; B: i32;
}

export function sideBySide(p: SideBySide, thread: i32, threads: i32): void {
  const a = p.a, b = p.b, out = p.out, A = <usize>p.A << 2, B = <usize>p.B << 2;
  for (let r = <usize>first(p.R, thread, threads), end = <usize>last(p.R, thread, threads); r < end; r++) {
    memory.copy(out + r * (A + B), a + r * A, A);
    memory.copy(out + r * (A + B) + A, b + r * B, B);
  }
}
