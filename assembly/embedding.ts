// Rows of a table: tokens pick them, and gradients go back to them.
// A token outside 0 to V-1 picks a row of zeros and gets no gradient: that is how padding and dropped rows are written.
import { storeHead } from "./simd";
import { first, last } from "./slice";

@unmanaged class Embedding { tokens: usize; table: usize; out: usize; R: i32; V: i32; C: i32; }
@unmanaged class EmbeddingGradient { tokens: usize; dy: usize; sum: usize; out: usize; R: i32; V: i32; C: i32; }
@unmanaged class Positions { x: usize; table: usize; start: usize; out: usize; R: i32; T: i32; C: i32; maxT: i32; }
@unmanaged class PositionIds { start: usize; out: usize; R: i32; T: i32; }

/** out[r] = table[tokens[r]] */
export function embedding(p: Embedding, thread: i32, threads: i32): void {
  const tokens = p.tokens, table = p.table, V = p.V, C = p.C, bytes = <usize>C << 2, whole = <usize>(C & ~3) << 2, rest = C & 3;
  for (let r = first(p.R, thread, threads), end = last(p.R, thread, threads); r < end; r++) {
    const token = load<i32>(tokens + (<usize>r << 2)), out = p.out + <usize>r * bytes;
    if (<u32>token >= <u32>V) {
      memory.fill(out, 0, bytes);
      continue;
    }
    const row = table + <usize>token * bytes;
    for (let c: usize = 0; c < whole; c += 16) v128.store(out + c, v128.load(row + c));
    if (rest) storeHead(out + whole, v128.load(row + whole), rest);
  }
}

/**
 * out[v] = sum[v] + the sum over all r with tokens[r] = v of dy[r]; sum = 0 stands for none, sum may be out.
 * Threads share the columns, a cache line (16 floats) at a time, so rows are added in the order r = 0, 1, 2 ...
 */
export function embeddingGradient(p: EmbeddingGradient, thread: i32, threads: i32): void {
  const tokens = p.tokens, dy = p.dy, sum = p.sum, out = p.out, R = p.R, V = p.V, C = p.C, bytes = <usize>C << 2, lines = (C + 15) >> 4;
  const from = <usize>first(lines, thread, threads) << 6, to = min(bytes, <usize>last(lines, thread, threads) << 6);
  if (from >= to) return;
  if (sum != out) {
    for (let v = 0; v < V; v++) {
      const at = <usize>v * bytes + from;
      if (sum == 0) memory.fill(out + at, 0, to - from);
      else memory.copy(out + at, sum + at, to - from);
    }
  }
  const whole = to & ~15, rest = <i32>(to & 15) >> 2;
  for (let r = 0; r < R; r++) {
    const token = load<i32>(tokens + (<usize>r << 2));
    if (<u32>token >= <u32>V) continue;
    const into = out + <usize>token * bytes, row = dy + <usize>r * bytes;
    for (let c = from; c < whole; c += 16) v128.store(into + c, f32x4.add(v128.load(into + c), v128.load(row + c)));
    if (rest) storeHead(into + whole, f32x4.add(v128.load(into + whole), v128.load(row + whole)), rest);
  }
}

/** out[r] = x[r] + table[start[r / T] + r % T]; a position outside 0 to maxT-1 adds nothing. */
export function positions(p: Positions, thread: i32, threads: i32): void {
  const T = p.T, C = p.C, maxT = p.maxT, start = p.start, bytes = <usize>C << 2, whole = <usize>(C & ~3) << 2, rest = C & 3;
  for (let r = first(p.R, thread, threads), end = last(p.R, thread, threads); r < end; r++) {
    const position = load<i32>(start + (<usize>(r / T) << 2)) + r % T;
    const x = p.x + <usize>r * bytes, out = p.out + <usize>r * bytes;
    if (<u32>position >= <u32>maxT) {
      if (x != out) memory.copy(out, x, bytes);
      continue;
    }
    const row = p.table + <usize>position * bytes;
    for (let c: usize = 0; c < whole; c += 16) v128.store(out + c, f32x4.add(v128.load(x + c), v128.load(row + c)));
    if (rest) storeHead(out + whole, f32x4.add(v128.load(x + whole), v128.load(row + whole)), rest);
  }
}

/** out[r] = start[r / T] + r % T */
export function positionIds(p: PositionIds, thread: i32, threads: i32): void {
  const T = p.T, start = p.start, out = p.out;
  for (let r = first(p.R, thread, threads), end = last(p.R, thread, threads); r < end; r++) {
    store<i32>(out + (<usize>r << 2), load<i32>(start + (<usize>(r / T) << 2)) + r % T);
  }
}
