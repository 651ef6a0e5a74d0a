// Clipping by the global norm, Pascanu et al. 2013, https://arxiv.org/abs/1211.5063
//   norm = sqrt(sum of all g²),   scale = min(1, limit / norm)
// in double precision, where the square of no float overflows. Sums are made in blocks of 4,096 numbers and the blocks
// added in order, so the bits depend on the sizes alone.
import { OptimizerRegisters } from "./optimizer";
import { lostRows, rowCount } from "./rowIndex";
import { head } from "./simd";
import { first, last } from "./slice";

const BLOCK: i32 = 4096;

@unmanaged class SumOfSquares { x: usize; out: usize; n: i32; index: usize; C: i32; }
@unmanaged class Clip { squares: usize; blocks: i32; registers: usize; limit: f32; }

function squareLow(x: v128): v128 {
  const wide = f64x2.promote_low_f32x4(x);
  return f64x2.mul(wide, wide);
}

function squares(x: usize, n: i32): f64 {
  let a = f64x2.splat(0), b = a, c = a, d = a;
  for (; n >= 8; n -= 8, x += 32) {
    const first4 = v128.load(x), next4 = v128.load(x, 16);
    a = f64x2.add(a, squareLow(first4));
    b = f64x2.add(b, squareLow(v128.shuffle<i64>(first4, first4, 1, 1)));
    c = f64x2.add(c, squareLow(next4));
    d = f64x2.add(d, squareLow(v128.shuffle<i64>(next4, next4, 1, 1)));
  }
  for (; n > 0; n -= 4, x += 16) {
    const rest = n >= 4 ? v128.load(x) : head(v128.load(x), n);
    a = f64x2.add(a, squareLow(rest));
    b = f64x2.add(b, squareLow(v128.shuffle<i64>(rest, rest, 1, 1)));
  }
  const sum = f64x2.add(f64x2.add(a, b), f64x2.add(c, d));
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/**
 * out[b] (f64) = sum of the squares of block b of x. With an `index`, x has C columns and only as many rows as the
 * index lists; blocks behind them are 0, and all are NaN if the index has lost rows.
 */
export function sumOfSquares(p: SumOfSquares, thread: i32, threads: i32): void {
  const x = p.x, out = p.out, index = p.index, blocks = (p.n + BLOCK - 1) / BLOCK;
  const n = index ? rowCount(index) * p.C : p.n, lost = index != 0 && lostRows(index) != 0;
  for (let b = first(blocks, thread, threads), end = last(blocks, thread, threads); b < end; b++) {
    const sum = squares(x + (<usize>b * BLOCK << 2), min(BLOCK, n - b * BLOCK));
    store<f64>(out + (<usize>b << 3), lost ? f64.NaN : sum);
  }
}

/** The norm and the scale, into the registers. A norm that is not finite makes the scale NaN: no step hides it. */
export function clip(p: Clip, thread: i32, _threads: i32): void {
  if (thread != 0) return;
  let sum: f64 = 0;
  for (let b = 0; b < p.blocks; b++) sum += load<f64>(p.squares + (<usize>b << 3));
  const norm = <f32>sqrt(sum), registers = changetype<OptimizerRegisters>(p.registers);
  registers.norm = norm;
  registers.scale = norm < <f32>Infinity ? min<f32>(1, p.limit / norm) : f32.NaN;
}
