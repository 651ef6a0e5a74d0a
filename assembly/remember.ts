// What a sequence must not forget: rows are written into a history (S sequences, Tk rows each) at their positions.
// In decoding the history holds the keys, values, convolution inputs and tokens of everything said so far.
import { first, last } from "./slice";

@unmanaged class Remember {
  x: usize;       // S·T rows, `stride` numbers apart
  history: usize; // (S,Tk,W)
  start: usize;   // (S) i32: position of each sequence's first row
  R: i32;         // S·T
  T: i32;
  Tk: i32;
  W: i32;
  stride: i32;
}

/** history[s, start[s] + t] = x[s,t]. Positions behind the end are dropped. */
export function remember(p: Remember, thread: i32, threads: i32): void {
  const T = p.T, Tk = p.Tk, bytes = <usize>p.W << 2, stride = <usize>p.stride << 2;
  for (let r = first(p.R, thread, threads), end = last(p.R, thread, threads); r < end; r++) {
    const s = r / T, position = load<i32>(p.start + (<usize>s << 2)) + r % T;
    if (position >= 0 && position < Tk) memory.copy(p.history + (<usize>s * <usize>Tk + <usize>position) * bytes, p.x + <usize>r * stride, bytes);
  }
}
