// Packs weights as quantized.ts and packed.ts read them: rows of a matrix come as blocks of ggml's, or as f32 numbers,
// which are rounded to blocks on the way, with the bits of ggml's own rounding (src/formats/quantizeBlocks32.ts).
// 16 rows, or 8 of f32, lie side by side: group by group, so that threads share groups.
import { toHalf4 } from "./half";
import { KC } from "./gemm";
import { packB } from "./pack";
import { scratch } from "./plan";
import { max4 } from "./simd";
import { first, last } from "./slice";
import { NR } from "./tile";

@unmanaged class PackBlocks {
  data: usize;    // `rows` rows, the first of them number `from` of the matrix
  packed: usize;  // (N,K)
  bad: usize;     // i32: becomes 1 where the scale of a block is not finite
  rows: i32;
  from: i32;
  N: i32;
  K: i32;
  type: i32;      // 0 Q8_0, 1 Q4_0, 2 Q4_K, 3 Q6_K, 4 f32
  numbers: i32;   // 1 where data are f32 numbers
}

const Q8_0: i32 = 0, Q4_0: i32 = 1, Q4_K: i32 = 2, F32: i32 = 4;

/** 1 / d, and 0 where that is no f32 (or d is 0). */
// @ts-ignore: decorator
@inline function inverse(d: f32): f32 {
  const by: f32 = d == 0 ? 0 : 1 / d;
  return by - by == 0 ? by : 0;
}

/** The largest magnitude of 32 numbers. */
function largestOf(x: usize): f32 {
  let most = f32x4.splat(0);
  for (const end = x + 128; x < end; x += 16) most = f32x4.max(most, f32x4.abs(v128.load(x)));
  return max4(most);
}

// @ts-ignore: decorator
@inline function storeHalf(to: usize, x: f32): void {
  store<u16>(to, <u16>i32x4.extract_lane(toHalf4(f32x4.splat(x)), 0));
}

/** 32 numbers become a block of Q8_0: halves round away from zero. */
function quantizeEight(x: usize, to: usize): void {
  const d = largestOf(x) / 127, by = f32x4.splat(inverse(d)), half = f32x4.splat(0.5), less = f32x4.splat(-0.5);
  storeHalf(to, d);
  for (let k: usize = 0; k < 32; k += 4) {
    const scaled = f32x4.mul(v128.load(x + (k << 2)), by), whole = f32x4.trunc(scaled), rest = f32x4.sub(scaled, whole);
    // comparisons are -1 where they hold
    const q = i32x4.add(i32x4.sub(i32x4.trunc_sat_f32x4_s(whole), f32x4.ge(rest, half)), f32x4.le(rest, less));
    const pairs = i16x8.narrow_i32x4_s(q, q);
    v128.store32_lane(to + 2 + k, i8x16.narrow_i16x8_s(pairs, pairs), 0);
  }
}

/** 32 numbers become a block of Q4_0: the first of largest magnitude becomes -8. */
function quantizeFour(x: usize, to: usize): void {
  const largest = largestOf(x);
  let extreme: f32 = largest;
  if (largest > 0) {
    for (let at = x; ; at += 4) {
      extreme = load<f32>(at);
      if (abs(extreme) == largest) break;
    }
  }
  const d = extreme / -8, by = inverse(d), none = by == 0 && d != 0;
  storeHalf(to, d);
  const scale = f32x4.splat(by), center = f32x4.splat(8.5), most = i32x4.splat(none ? 0 : 15);
  for (let j: usize = 0; j < 16; j += 4) {
    const low = i32x4.min_s(i32x4.trunc_sat_f32x4_s(f32x4.add(f32x4.mul(v128.load(x + (j << 2)), scale), center)), most);
    const high = i32x4.min_s(i32x4.trunc_sat_f32x4_s(f32x4.add(f32x4.mul(v128.load(x + (j << 2), 64), scale), center)), most);
    const q = v128.or(low, i32x4.shl(high, 4)), pairs = i16x8.narrow_i32x4_u(q, q);
    v128.store32_lane(to + 2 + j, i8x16.narrow_i16x8_u(pairs, pairs), 0);
  }
}

/** 32 bytes of row r of 16, with their signs; rows 0-3 and 8-11 are kept 128 higher. */
function putEights(from: usize, at: usize, r: i32): void {
  const flip = r & 4 ? 0 : 128;
  at += <usize>((r >> 3) * 16 + (r & 3) * 4 + ((r >> 2) & 1));
  for (const end = from + 32; from < end; from += 2, at += 32) {
    store<u8>(at, <u8>(<i32>load<u8>(from) ^ flip));
    store<u8>(at, <u8>(<i32>load<u8>(from, 1) ^ flip), 2);
  }
}

/** Joins four bits to what is there. */
// @ts-ignore: decorator
@inline function join(at: usize, bits: i32): void {
  store<u8>(at, <u8>(<i32>load<u8>(at) | bits));
}

/** 32 numbers of four bits of row r of 16, in the bits from `low` on of bytes first .. + 15, then second .. + 15; the highest rows are read with a sign, so they are kept 8 lower. */
function putFours(first: usize, low: i32, second: usize, high: i32, at: usize, r: i32): void {
  const shift = r & 4, flip = r >= 12 ? 8 : 0;
  at += <usize>((r & 3) * 4 + (r >> 3));
  for (const end = first + 16; first < end; first += 2, second += 2, at += 16) {
    join(at, (((<i32>load<u8>(first) >> low) & 15) ^ flip) << shift);
    join(at + 2, (((<i32>load<u8>(first, 1) >> low) & 15) ^ flip) << shift);
    join(at + 128, (((<i32>load<u8>(second) >> high) & 15) ^ flip) << shift);
    join(at + 130, (((<i32>load<u8>(second, 1) >> high) & 15) ^ flip) << shift);
  }
}

/** Row r of 16: one block of ggml's at `from` into its place at `to`. */
function place(type: i32, from: usize, to: usize, r: i32): void {
  const row = <usize>r;
  if (type == Q8_0) {
    store<u16>(to + 2 * row, load<u16>(from));
    putEights(from + 2, to + 32, r);
  } else if (type == Q4_0) {
    store<u16>(to + 2 * row, load<u16>(from));
    putFours(from + 2, 0, from + 2, 4, to + 32, r);
  } else if (type == Q4_K) {
    store<u16>(to + 2 * row, load<u16>(from));
    store<u16>(to + 32 + 2 * row, load<u16>(from, 2));
    for (let g = 0; g < 8; g++) {
      const into = to + 64 + <usize>g * 288, at = from + <usize>g, low = <i32>load<u8>(at, 8);
      store<u8>(into + row, <u8>(g < 4 ? <i32>load<u8>(at, 4) & 63 : (low & 15) | ((<i32>load<u8>(at) >> 6) << 4)));
      store<u8>(into + 16 + row, <u8>(g < 4 ? low & 63 : (low >> 4) | ((<i32>load<u8>(at, 4) >> 6) << 4)));
      const numbers = from + 16 + <usize>(g >> 1) * 32, shift = (g & 1) * 4;
      putFours(numbers, shift, numbers + 16, shift, into + 32, r);
    }
  } else {
    store<u16>(to + 2 * row, load<u16>(from, 208));
    for (let g = 0; g < 8; g++) {
      const into = to + 32 + <usize>g * 544, half = <usize>(g >> 2), quarter = g & 3;
      store<u8>(into + row, load<u8>(from + <usize>(2 * g), 192));
      store<u8>(into + 16 + row, load<u8>(from + <usize>(2 * g), 193));
      const lows = from + half * 64 + <usize>(quarter & 1) * 32, highs = from + 128 + half * 32;
      for (let j: usize = 0; j < 32; j++) {
        const low = (<i32>load<u8>(lows + j) >> (quarter < 2 ? 0 : 4)) & 15, high = (<i32>load<u8>(highs + j) >> (2 * quarter)) & 3;
        store<u8>(scratch + j, <u8>((low | (high << 4)) - 32));
      }
      putEights(scratch, into + 32, r);
    }
  }
}

/** Whether the 16-bit scale at `at` is infinite or no number. */
// @ts-ignore: decorator
@inline function spoilt(at: usize): bool {
  return (load<u16>(at) & 0x7c00) == 0x7c00;
}

/** Rows r0 .. r1 of the data, f32: whole panels, and single lines at the ends. */
function packFloats(p: PackBlocks, r0: i32, r1: i32): void {
  const K = p.K, padded = (p.N + NR - 1) / NR * NR, stride = <usize>K << 2;
  for (let r = r0; r < r1;) {
    const row = p.from + r, line = row % NR, n = line == 0 ? min(NR, r1 - r) : 1, from = p.data + <usize>r * stride;
    for (let k = 0; k < K; k += KC) {
      const run = min(KC, K - k);
      let to = p.packed + ((<usize>k * <usize>padded + <usize>(row - line) * <usize>run) << 2), at = from + (<usize>k << 2);
      if (n == NR) {
        packB(to, at, stride, true, NR, run);
      } else {
        for (let i = 0; i < n; i++, at += stride) {
          let into = to + (<usize>(line + i) << 2);
          for (let x = at, end = at + (<usize>run << 2); x < end; x += 4, into += NR << 2) store<f32>(into, load<f32>(x));
        }
      }
    }
    r += n;
  }
}

export function packBlocks(p: PackBlocks, thread: i32, threads: i32): void {
  const type = p.type, K = p.K, from = p.from, group = type == F32 ? NR : 16, g0 = from / group, groups = (from + p.rows - 1) / group - g0 + 1;
  const r0 = max(0, (g0 + first(groups, thread, threads)) * group - from), r1 = min(p.rows, (g0 + last(groups, thread, threads)) * group - from);
  if (type == F32) return packFloats(p, r0, r1);
  const numbers = p.numbers != 0, blocks = <usize>(type >= Q4_K ? K >> 8 : K >> 5);
  const bytes: usize = numbers ? 128 : type == Q8_0 ? 34 : type == Q4_0 ? 18 : type == Q4_K ? 144 : 210;
  const packed: usize = type == Q8_0 ? 544 : type == Q4_0 ? 288 : type == Q4_K ? 2368 : 4384;
  let bad = false;
  for (let r = r0; r < r1; r++) {
    const row = from + r;
    let at = p.data + <usize>r * blocks * bytes, to = p.packed + <usize>(row / 16) * blocks * packed;
    for (let b: usize = 0; b < blocks; b++, at += bytes, to += packed) {
      let block = at;
      if (numbers) {
        block = scratch;
        if (type == Q8_0) quantizeEight(at, block);
        else quantizeFour(at, block);
      }
      if (spoilt(type > Q4_K ? block + 208 : block) || (type == Q4_K && spoilt(block + 2))) bad = true;
      place(type, block, to, row & 15);
    }
  }
  if (bad) atomic.store<i32>(p.bad, 1);
}
