// Sums.
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
  for (let v = first(vectors, thread, threads), end = last(vectors, thread, threads); v < end; v++) {
    let x = p.x + (<usize>v << 4), sum = f32x4.splat(0);
    for (let r = 0; r < R; r++, x += stride) sum = f32x4.add(sum, v128.load(x));
    const n = C - (v << 2), out = p.out + (<usize>v << 4);
    if (n >= 4) v128.store(out, sum);
    else storeHead(out, sum, n);
  }
}
