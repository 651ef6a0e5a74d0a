// Sums.
import { put } from "./row";
import { storeHead } from "./simd";
import { first, last } from "./slice";

@unmanaged class Add { a: usize; b: usize; out: usize; n: i32; }
@unmanaged class AddRow { x: usize; row: usize; out: usize; R: i32; C: i32; }
@unmanaged class SumRows { x: usize; out: usize; R: i32; C: i32; }
@unmanaged class Scale { x: usize; out: usize; n: i32; factor: f32; }

/** out = a + b */
export function add(p: Add, thread: i32, threads: i32): void {
  const a = p.a, b = p.b, out = p.out, vectors = (p.n + 3) >> 2;
  for (let i = <usize>first(vectors, thread, threads) << 4, end = <usize>last(vectors, thread, threads) << 4; i < end; i += 16) {
    v128.store(out + i, f32x4.add(v128.load(a + i), v128.load(b + i)));
  }
}

/** out = factor x */
export function scale(p: Scale, thread: i32, threads: i32): void {
  const x = p.x, out = p.out, factor = f32x4.splat(p.factor), vectors = (p.n + 3) >> 2;
  for (let i = <usize>first(vectors, thread, threads) << 4, end = <usize>last(vectors, thread, threads) << 4; i < end; i += 16) {
    v128.store(out + i, f32x4.mul(v128.load(x + i), factor));
  }
}

/** out[r,c] = x[r,c] + row[c] */
export function addRow(p: AddRow, thread: i32, threads: i32): void {
  const C = p.C, row = p.row, bytes = <usize>C << 2, whole = <usize>(C & ~3) << 2, rest = C & 3;
  for (let r = first(p.R, thread, threads), end = last(p.R, thread, threads); r < end; r++) {
    const x = p.x + <usize>r * bytes, out = p.out + <usize>r * bytes;
    for (let c: usize = 0; c < whole; c += 16) v128.store(out + c, f32x4.add(v128.load(x + c), v128.load(row + c)));
    if (rest) storeHead(out + whole, f32x4.add(v128.load(x + whole), v128.load(row + whole)), rest);
  }
}

/** out[c] = sum over r of x[r,c]. Threads share the columns, so the order of every sum is r = 0, 1, 2 ... */
export function sumRows(p: SumRows, thread: i32, threads: i32): void {
  const R = p.R, C = p.C, stride = <usize>C << 2, vectors = (C + 3) >> 2;
  let v = first(vectors, thread, threads), end = last(vectors, thread, threads);
  // eight vectors at a time: two cache lines of each row, and sums that do not wait for each other
  for (; v + 8 <= end; v += 8) sumEight(p.x + (<usize>v << 4), stride, R, p.out + (<usize>v << 4), C - (v << 2));
  for (; v < end; v++) {
    let x = p.x + (<usize>v << 4), sum = f32x4.splat(0);
    for (let r = 0; r < R; r++, x += stride) sum = f32x4.add(sum, v128.load(x));
    put(p.out + (<usize>v << 4), sum, C - (v << 2));
  }
}

/** Sums of 32 columns, of which `left`, at least 29, exist. */
function sumEight(x: usize, stride: usize, R: i32, out: usize, left: i32): void {
  let a = f32x4.splat(0), b = a, c = a, d = a, e = a, f = a, g = a, h = a;
  for (; R > 0; R--, x += stride) {
    a = f32x4.add(a, v128.load(x));
    b = f32x4.add(b, v128.load(x, 16));
    c = f32x4.add(c, v128.load(x, 32));
    d = f32x4.add(d, v128.load(x, 48));
    e = f32x4.add(e, v128.load(x, 64));
    f = f32x4.add(f, v128.load(x, 80));
    g = f32x4.add(g, v128.load(x, 96));
    h = f32x4.add(h, v128.load(x, 112));
  }
  v128.store(out, a);
  v128.store(out, b, 16);
  v128.store(out, c, 32);
  v128.store(out, d, 48);
  v128.store(out, e, 64);
  v128.store(out, f, 80);
  v128.store(out, g, 96);
  put(out + 112, h, left - 28);
}
