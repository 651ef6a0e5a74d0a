// What a sequence must not forget: rows are written into a history (S sequences, Tk rows each) at their positions.
// In decoding the history holds the keys, values, convolution inputs and tokens of everything said so far.
import { keepRow, rowBytes } from "./kept";
import { first, last } from "./slice";

@unmanaged class Remember {
  x: usize;       // S·T rows, `stride` numbers apart
  history: usize; // (S,Tk) rows of W numbers, as they are kept
  start: usize;   // (S) i32: position of each sequence's first row
  R: i32;         // S·T
  T: i32;
  Tk: i32;
  W: i32;
  stride: i32;
  type: i32;      // how rows are kept, see kept.ts
  hs: i32;        // numbers that share a scale there
}

/** history[s, start[s] + t] = x[s,t]. Positions behind the end are dropped. */
export function remember(p: Remember, thread: i32, threads: i32): void {
  const T = p.T, Tk = p.Tk, W = p.W, type = p.type, hs = p.hs, bytes = rowBytes(type, W, hs), stride = <usize>p.stride << 2;
  for (let r = first(p.R, thread, threads), end = last(p.R, thread, threads); r < end; r++) {
    const s = r / T, position = load<i32>(p.start + (<usize>s << 2)) + r % T;
    if (position >= 0 && position < Tk) keepRow(type, p.x + <usize>r * stride, W, hs, p.history + (<usize>s * <usize>Tk + <usize>position) * bytes);
  }
}
