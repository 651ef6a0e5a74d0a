// Products with weights that stay quantized. A weight is a small whole number q times a scale that a block of 32 (along
// k) shares; activations are brought to the same form (quantizedRow.ts), so that blocks are summed in whole numbers:
//
//   C[m,n] = add[m,n] + Σ over blocks b of  dx[m,b] dw[n,b] Σ over k in b of qx[m,k] qw[n,k]
//
// The whole sums are exact; the sum over blocks runs b = 0, 1, 2 ... in f32. So a number depends on its row, its column
// and K alone, and rows have the same bits alone and in company, on any number of threads.
//
// Weights are packed (src/graph/packBlocks.ts) so that a thread reads memory in one stream: 16 columns at a time, block
// by block, inside a block two k at a time. `i32x4.dot_i16x8_s` multiplies four columns of two k by one pair of
// activations. Its 16-bit lanes carry several weights, of four or eight columns that are four apart:
//
//   8 bits   lane = 256 q[n+4] + u[n],  u = q + 128      Σ x lane        = 256 H + L'     Σ x (lane >> 8) = H
//   4 bits   lane = 4096 t + 256 c + 16 b + a            Σ x (lane >> 4s) likewise, t with its sign
//
// The lowest needs no mask: what stands above it is known and taken away once per block. The offset of u and t is
// taken away by the first values of the sums, which the activations bring along.
//
//   Q8_0   16 d (f16) | 16 pairs of k, 32 bytes each                                          y = d q
//   Q4_0   16 d (f16) | 16 pairs of k, 16 bytes each                                          y = d (q - 8)
//   Q4_K   16 d, 16 dmin (f16) | 8 x (16 scales, 16 minima (bytes) | 16 pairs of 16 bytes)    y = (d scale) q - (dmin minimum)
//   Q6_K   16 d (f16) | 8 x (2 x 16 scales (signed bytes) | 16 pairs of 32 bytes)             y = (d scale) q, a scale for 16
//
// What they are is told in https://github.com/ggml-org/ggml/blob/master/src/ggml-quants.c
import { half4 } from "./half";
import { scratch } from "./plan";
import { ROW_BLOCK, ROW_NUMBERS, quantizeRow } from "./quantizedRow";
import { madd, storeHead } from "./simd";
import { first, last } from "./slice";

@unmanaged class MatmulQuantized {
  a: usize;     // (M,K)
  weight: usize; // (N,K), packed
  add: usize;   // 0, or what is added: (M,N), or one row (N) when ldadd is 0
  out: usize;
  M: i32;
  N: i32;
  K: i32;
  type: i32;    // 0 Q8_0, 1 Q4_0, 2 Q4_K, 3 Q6_K
  ldadd: i32;   // numbers from one line to the next
}

@unmanaged class EmbeddingQuantized { tokens: usize; table: usize; out: usize; R: i32; V: i32; C: i32; type: i32; }

const Q8_0 = 0, Q4_0 = 1, Q4_K = 2, Q6_K = 3;

/** Columns that are packed together. */
const GROUP: i32 = 16;
/** Rows whose quantized activations lie in scratch at a time. */
const ROWS: i32 = 32;
/** From so many rows per thread on, threads share rows and not columns: then no row is quantized twice. */
const SHARED_ROWS: i32 = 16;
// scratch: sums of a group whose columns do not all exist | scales of a block of 256 | rows
const SCALES: usize = 64, QUANTIZED: usize = 192;

// by type: the first values of the four sums per Σ q (see above)
const FIRST = memory.data<i32>([
  -128, 0, -128, 0,
  -2184, -136, -8, 0,
  32768, 2048, 128, 8,
  0, 0, 0, 0,
]);

/** Bytes of 16 columns. */
function groupBytes(type: i32, K: i32): usize {
  const blocks = <usize>(K >> 5);
  if (type == Q8_0) return blocks * 544;
  if (type == Q4_0) return blocks * 288;
  if (type == Q4_K) return (blocks >> 3) * 2368;
  return (blocks >> 3) * 4384;
}

/** 16 columns of one row, Q8_0; `x` is a quantized row. */
function row8(w: usize, x: usize, blocks: i32, out: usize): void {
  let y0 = f32x4.splat(0), y1 = y0, y2 = y0, y3 = y0;
  for (; blocks > 0; blocks--) {
    const zero = i32x4.splat(0);
    let a0 = v128.load32_splat(x), a1 = zero, a2 = a0, a3 = zero, p = w + 32;
    const end = x + ROW_BLOCK, d = v128.load32_splat(x, 16);
    for (x += ROW_NUMBERS; x < end; x += 4) {
      let pair = v128.load32_splat(x), v = v128.load(p);
      a0 = i32x4.add(a0, i32x4.dot_i16x8_s(pair, v));
      a1 = i32x4.add(a1, i32x4.dot_i16x8_s(pair, i16x8.shr_s(v, 8)));
      v = v128.load(p, 16);
      a2 = i32x4.add(a2, i32x4.dot_i16x8_s(pair, v));
      a3 = i32x4.add(a3, i32x4.dot_i16x8_s(pair, i16x8.shr_s(v, 8)));
      x += 4;
      pair = v128.load32_splat(x), v = v128.load(p, 32);
      a0 = i32x4.add(a0, i32x4.dot_i16x8_s(pair, v));
      a1 = i32x4.add(a1, i32x4.dot_i16x8_s(pair, i16x8.shr_s(v, 8)));
      v = v128.load(p, 48);
      a2 = i32x4.add(a2, i32x4.dot_i16x8_s(pair, v));
      a3 = i32x4.add(a3, i32x4.dot_i16x8_s(pair, i16x8.shr_s(v, 8)));
      p += 64;
    }
    y0 = madd(f32x4.convert_i32x4_s(i32x4.sub(a0, i32x4.shl(a1, 8))), f32x4.mul(d, half4(w)), y0);
    y1 = madd(f32x4.convert_i32x4_s(a1), f32x4.mul(d, half4(w + 8)), y1);
    y2 = madd(f32x4.convert_i32x4_s(i32x4.sub(a2, i32x4.shl(a3, 8))), f32x4.mul(d, half4(w + 16)), y2);
    y3 = madd(f32x4.convert_i32x4_s(a3), f32x4.mul(d, half4(w + 24)), y3);
    w = p;
  }
  v128.store(out, y0);
  v128.store(out, y1, 16);
  v128.store(out, y2, 32);
  v128.store(out, y3, 48);
}

/** The same, Q4_0. */
function row4(w: usize, x: usize, blocks: i32, out: usize): void {
  let y0 = f32x4.splat(0), y1 = y0, y2 = y0, y3 = y0;
  for (; blocks > 0; blocks--) {
    let a0 = v128.load32_splat(x), a1 = v128.load32_splat(x, 4), a2 = v128.load32_splat(x, 8), a3 = v128.load32_splat(x, 12), p = w + 32;
    const end = x + ROW_BLOCK, d = v128.load32_splat(x, 16);
    for (x += ROW_NUMBERS; x < end; x += 4) {
      let pair = v128.load32_splat(x), v = v128.load(p);
      a0 = i32x4.add(a0, i32x4.dot_i16x8_s(pair, v));
      a1 = i32x4.add(a1, i32x4.dot_i16x8_s(pair, i16x8.shr_s(v, 4)));
      a2 = i32x4.add(a2, i32x4.dot_i16x8_s(pair, i16x8.shr_s(v, 8)));
      a3 = i32x4.add(a3, i32x4.dot_i16x8_s(pair, i16x8.shr_s(v, 12)));
      x += 4;
      pair = v128.load32_splat(x), v = v128.load(p, 16);
      a0 = i32x4.add(a0, i32x4.dot_i16x8_s(pair, v));
      a1 = i32x4.add(a1, i32x4.dot_i16x8_s(pair, i16x8.shr_s(v, 4)));
      a2 = i32x4.add(a2, i32x4.dot_i16x8_s(pair, i16x8.shr_s(v, 8)));
      a3 = i32x4.add(a3, i32x4.dot_i16x8_s(pair, i16x8.shr_s(v, 12)));
      p += 32;
    }
    y0 = madd(f32x4.convert_i32x4_s(i32x4.sub(a0, i32x4.shl(a1, 4))), f32x4.mul(d, half4(w)), y0);
    y1 = madd(f32x4.convert_i32x4_s(i32x4.sub(a1, i32x4.shl(a2, 4))), f32x4.mul(d, half4(w + 8)), y1);
    y2 = madd(f32x4.convert_i32x4_s(i32x4.sub(a2, i32x4.shl(a3, 4))), f32x4.mul(d, half4(w + 16)), y2);
    y3 = madd(f32x4.convert_i32x4_s(a3), f32x4.mul(d, half4(w + 24)), y3);
    w = p;
  }
  v128.store(out, y0);
  v128.store(out, y1, 16);
  v128.store(out, y2, 32);
  v128.store(out, y3, 48);
}

/** Four unsigned bytes as f32. */
// @ts-ignore: decorator
@inline function bytes4(at: usize): v128 {
  return f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(at))));
}

/** Four signed bytes as f32. */
// @ts-ignore: decorator
@inline function signed4(at: usize): v128 {
  return f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(v128.load32_zero(at))));
}

/** The f16 scales of a block of 256, 16 or 32 of them, as f32. */
function scalesOf(w: usize, count: i32, to: usize): void {
  for (const end = to + (<usize>count << 2); to < end; to += 16, w += 8) v128.store(to, half4(w));
}

/** The same, Q4_K, for a block of 256; adds to what `out` holds. `d` are the scales and minima of the block. */
function superRow4(w: usize, x: usize, d: usize, out: usize): void {
  for (let block = 0; block < 8; block++) {
    let a0 = v128.load32_splat(x), a1 = v128.load32_splat(x, 4), a2 = v128.load32_splat(x, 8), a3 = v128.load32_splat(x, 12), p = w + 32;
    const end = x + ROW_BLOCK, dx = v128.load32_splat(x, 16), sum = v128.load32_splat(x, 20);
    for (x += ROW_NUMBERS; x < end; x += 4) {
      let pair = v128.load32_splat(x), v = v128.load(p);
      a0 = i32x4.add(a0, i32x4.dot_i16x8_s(pair, v));
      a1 = i32x4.add(a1, i32x4.dot_i16x8_s(pair, i16x8.shr_s(v, 4)));
      a2 = i32x4.add(a2, i32x4.dot_i16x8_s(pair, i16x8.shr_s(v, 8)));
      a3 = i32x4.add(a3, i32x4.dot_i16x8_s(pair, i16x8.shr_s(v, 12)));
      x += 4;
      pair = v128.load32_splat(x), v = v128.load(p, 16);
      a0 = i32x4.add(a0, i32x4.dot_i16x8_s(pair, v));
      a1 = i32x4.add(a1, i32x4.dot_i16x8_s(pair, i16x8.shr_s(v, 4)));
      a2 = i32x4.add(a2, i32x4.dot_i16x8_s(pair, i16x8.shr_s(v, 8)));
      a3 = i32x4.add(a3, i32x4.dot_i16x8_s(pair, i16x8.shr_s(v, 12)));
      p += 32;
    }
    superStep4(out, w, d, i32x4.sub(a0, i32x4.shl(a1, 4)), dx, sum);
    superStep4(out + 16, w + 4, d + 16, i32x4.sub(a1, i32x4.shl(a2, 4)), dx, sum);
    superStep4(out + 32, w + 8, d + 32, i32x4.sub(a2, i32x4.shl(a3, 4)), dx, sum);
    superStep4(out + 48, w + 12, d + 48, a3, dx, sum);
    w = p;
  }
}

/** y += (d scale) dx Σ - (dmin minimum) dx Σ q. */
// @ts-ignore: decorator
@inline function superStep4(y: usize, scales: usize, d: usize, whole: v128, dx: v128, sum: v128): void {
  const step = f32x4.mul(dx, f32x4.mul(v128.load(d), bytes4(scales)));
  const offset = f32x4.mul(v128.load(d, 64), bytes4(scales + 16));
  v128.store(y, madd(f32x4.convert_i32x4_s(whole), step, f32x4.sub(v128.load(y), f32x4.mul(offset, sum))));
}

/** The same, Q6_K: two sums per block of 32, each with a scale of its own. */
function superRow6(w: usize, x: usize, d: usize, out: usize): void {
  for (let block = 0; block < 8; block++) {
    const dx = v128.load32_splat(x, 16), next = x + ROW_BLOCK;
    let p = w + 32;
    x += ROW_NUMBERS;
    for (let part = x - 8, ends = w + 32; w < ends; w += 16, part += 4) {
      let a0 = v128.load32_splat(part), a1 = i32x4.splat(0), a2 = a0, a3 = a1;
      for (const end = x + 32; x < end; x += 4) {
        const pair = v128.load32_splat(x);
        let v = v128.load(p);
        a0 = i32x4.add(a0, i32x4.dot_i16x8_s(pair, v));
        a1 = i32x4.add(a1, i32x4.dot_i16x8_s(pair, i16x8.shr_s(v, 8)));
        v = v128.load(p, 16);
        a2 = i32x4.add(a2, i32x4.dot_i16x8_s(pair, v));
        a3 = i32x4.add(a3, i32x4.dot_i16x8_s(pair, i16x8.shr_s(v, 8)));
        p += 32;
      }
      superStep6(out, w, d, i32x4.sub(a0, i32x4.shl(a1, 8)), dx);
      superStep6(out + 16, w + 4, d + 16, a1, dx);
      superStep6(out + 32, w + 8, d + 32, i32x4.sub(a2, i32x4.shl(a3, 8)), dx);
      superStep6(out + 48, w + 12, d + 48, a3, dx);
    }
    w = p;
    x = next;
  }
}

/** y += (d scale) dx Σ. */
// @ts-ignore: decorator
@inline function superStep6(y: usize, scales: usize, d: usize, whole: v128, dx: v128): void {
  v128.store(y, madd(f32x4.convert_i32x4_s(whole), f32x4.mul(dx, f32x4.mul(v128.load(d), signed4(scales))), v128.load(y)));
}

/** 16 columns of one row, of a type with blocks of 256. */
function superRow(type: i32, w: usize, x: usize, K: i32, d: usize, out: usize): void {
  const zero = f32x4.splat(0);
  v128.store(out, zero);
  v128.store(out, zero, 16);
  v128.store(out, zero, 32);
  v128.store(out, zero, 48);
  for (; K > 0; K -= 256, x += 8 * ROW_BLOCK) {
    if (type == Q4_K) {
      scalesOf(w, 32, d);
      superRow4(w + 64, x, d, out);
      w += 2368;
    } else {
      scalesOf(w, 16, d);
      superRow6(w + 32, x, d, out);
      w += 4384;
    }
  }
}

export function matmulQuantized(p: MatmulQuantized, thread: i32, threads: i32): void {
  const M = p.M, N = p.N, K = p.K, type = p.type, groups = (N + GROUP - 1) / GROUP;
  const a = p.a, weight = p.weight, add = p.add, out = p.out, lda = <usize>K << 2, ldadd = <usize>p.ldadd << 2, ldout = <usize>N << 2;
  const step = groupBytes(type, K), rowBytes = <usize>(K >> 5) * ROW_BLOCK;
  const sums = scratch, scales = scratch + SCALES, quantized = scratch + QUANTIZED;
  let m0 = 0, m1 = M, g0 = 0, g1 = groups;
  if (M >= SHARED_ROWS * threads) {
    m0 = first(M, thread, threads);
    m1 = last(M, thread, threads);
  } else {
    g0 = first(groups, thread, threads);
    g1 = last(groups, thread, threads);
  }
  if (g0 == g1) return;
  for (let m = m0; m < m1; m += ROWS) {
    const rows = min(ROWS, m1 - m);
    for (let i = 0; i < rows; i++) quantizeRow(a + <usize>(m + i) * lda, K, FIRST + (<usize>type << 4), quantized + <usize>i * rowBytes);
    for (let g = g0; g < g1; g++) {
      const w = weight + <usize>g * step, column = <usize>g << 6, n = min(GROUP, N - g * GROUP);
      for (let i = 0; i < rows; i++) {
        const x = quantized + <usize>i * rowBytes, to = out + <usize>(m + i) * ldout + column;
        const plus = add ? add + <usize>(m + i) * ldadd + column : 0;
        // where something is added, and at the border, by way of scratch: `add` may be `out` itself
        const sum = plus || n < GROUP ? sums : to;
        if (type == Q8_0) row8(w, x, K >> 5, sum);
        else if (type == Q4_0) row4(w, x, K >> 5, sum);
        else superRow(type, w, x, K, scales, sum);
        if (sum != to) finish(to, plus, sum, n);
      }
    }
  }
}

/** to[0..n) = plus + sum */
function finish(to: usize, plus: usize, sum: usize, n: i32): void {
  for (; n > 0; n -= 4) {
    const total = plus ? f32x4.add(v128.load(plus), v128.load(sum)) : v128.load(sum);
    if (n >= 4) v128.store(to, total);
    else storeHead(to, total, n);
    to += 16;
    sum += 16;
    plus += plus ? 16 : 0;
  }
}

/** An f16 as f32, exactly. */
function half(at: usize): f32 {
  return f32x4.extract_lane(half4(at), 0);
}

/** The weight of a column in a pair of 8-bit weights; `odd` tells which of the two k. */
// @ts-ignore: decorator
@inline function eight(pair: usize, column: i32, odd: i32): i32 {
  const at = pair + (<usize>(column >> 3) << 4) + (<usize>((column & 3) * 2 + odd) << 1);
  return column & 4 ? <i32>load<i8>(at, 1) : <i32>load<u8>(at) - 128;
}

/** The four bits of a column, the highest of a lane with its sign turned back. */
// @ts-ignore: decorator
@inline function four(pair: usize, column: i32, odd: i32): i32 {
  const lane = <i32>load<u16>(pair + (<usize>((column & 3) * 2 + odd) << 1)), place = column >> 2;
  return ((lane >> (place << 2)) & 15) ^ (place == 3 ? 8 : 0);
}

/** One line of a packed matrix, K floats, with the bits of ggml's own reading. */
function dequantizeLine(type: i32, w: usize, column: i32, K: i32, out: usize): void {
  const c = <usize>column;
  for (let k = 0; k < K; k += 32, out += 128) {
    if (type == Q8_0) {
      const d = half(w + 2 * c);
      for (let i = 0; i < 32; i++) store<f32>(out + (<usize>i << 2), <f32>eight(w + 32 + (<usize>(i >> 1) << 5), column, i & 1) * d);
      w += 544;
    } else if (type == Q4_0) {
      const d = half(w + 2 * c);
      for (let i = 0; i < 32; i++) store<f32>(out + (<usize>i << 2), <f32>(four(w + 32 + (<usize>(i >> 1) << 4), column, i & 1) - 8) * d);
      w += 288;
    } else if (type == Q4_K) {
      const block = w + 64 + <usize>((k >> 5) & 7) * 288;
      const scale = half(w + 2 * c) * <f32>load<u8>(block + c), offset = half(w + 32 + 2 * c) * <f32>load<u8>(block + 16 + c);
      for (let i = 0; i < 32; i++) store<f32>(out + (<usize>i << 2), scale * <f32>four(block + 32 + (<usize>(i >> 1) << 4), column, i & 1) - offset);
      if ((k & 224) == 224) w += 2368;
    } else {
      const block = w + 32 + <usize>((k >> 5) & 7) * 544, d = half(w + 2 * c);
      for (let i = 0; i < 32; i++) {
        const scale = d * <f32>load<i8>(block + <usize>(i & 16) + c);
        store<f32>(out + (<usize>i << 2), scale * <f32>eight(block + 32 + (<usize>(i >> 1) << 5), column, i & 1));
      }
      if ((k & 224) == 224) w += 4384;
    }
  }
}

/** out[r] = table[tokens[r]], from a packed table; a token outside 0 to V-1 picks zeros. */
export function embeddingQuantized(p: EmbeddingQuantized, thread: i32, threads: i32): void {
  const tokens = p.tokens, table = p.table, V = p.V, C = p.C, type = p.type, bytes = <usize>C << 2, step = groupBytes(type, C);
  for (let r = first(p.R, thread, threads), end = last(p.R, thread, threads); r < end; r++) {
    const token = load<i32>(tokens + (<usize>r << 2)), out = p.out + <usize>r * bytes;
    if (<u32>token >= <u32>V) memory.fill(out, 0, bytes);
    else dequantizeLine(type, table + <usize>(token / GROUP) * step, token % GROUP, C, out);
  }
}
