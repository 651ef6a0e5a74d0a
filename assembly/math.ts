// Elementary functions, four floats at a time, from + - * / and integer operations only: in the exact build the
// same bits on every machine. Errors are in ulp of the true value, over all inputs of the exact build that
// tests/assembly/math.test.ts tries. NaN stays NaN everywhere.
//
// The polynomials are minimax fits (Lawson's reweighted least squares on Chebyshev points, relative error), done
// for this file. Their coefficients stand in tables: V8 loads a constant faster than it builds one.
import { madd } from "./simd";

// @ts-ignore: decorator
@inline export function constant(table: usize, i: i32): v128 {
  return v128.load32_splat(table + (<usize>i << 2));
}

// 1.5·2^23 + 126: adding it rounds to a whole number n and leaves n + 126 in the low bits, which become the exponent of 2^(n - 1)
const EXP = memory.data<f32>([
  88.75, 1.44269504, 12583038.0, 0.693359375, -2.12194440e-4, // largest x that matters, 1 / ln 2, rounding, ln 2 in two parts
  0.001381446723826, 0.008368780836463, 0.041668392717715, 0.166665196418762, 0.499999940395355, 1.0,
  -86.64339,
]);

/**
 * e^x within 1 ulp: e^x = 2^n e^r with |r| <= ln(2)/2.
 * Infinity above 88.73; 0 below -86.64, where the result would be under 2^-125.
 * The polynomial is cut in pieces that do not wait for each other (Estrin): a quarter faster than one after the other.
 */
// @ts-ignore: decorator
@inline export function exp4(x: v128): v128 {
  return expWith(
    x, constant(EXP, 0), constant(EXP, 1), constant(EXP, 2), constant(EXP, 3), constant(EXP, 4), constant(EXP, 5),
    constant(EXP, 6), constant(EXP, 7), constant(EXP, 8), constant(EXP, 9), constant(EXP, 10), constant(EXP, 11),
  );
}

/** Constant `i` of `expWith`. */
// @ts-ignore: decorator
@inline export function expConstant(i: i32): v128 {
  return constant(EXP, i);
}

/** exp4 for loops that hold its constants: V8 joins two vectors in a register of 256 bits only if they share them. */
// @ts-ignore: decorator
@inline export function expWith(
  x: v128, most: v128, perLn2: v128, magic: v128, ln2: v128, ln2Rest: v128, c5: v128, c4: v128, c3: v128, c2: v128, c1: v128, one: v128, least: v128,
): v128 {
  const a = f32x4.pmin(x, most);
  const t = f32x4.add(f32x4.mul(a, perLn2), magic);
  const n = f32x4.sub(t, magic);
  // n has 8 bits and the first part of ln 2 has 10: their product is exact
  const r = f32x4.sub(f32x4.sub(a, f32x4.mul(n, ln2)), f32x4.mul(n, ln2Rest)), square = f32x4.mul(r, r);
  const low = madd(c2, r, c1), high = madd(c4, r, c3);
  const q = madd(madd(c5, square, high), square, low);
  const half = f32x4.mul(f32x4.add(madd(q, square, r), one), i32x4.shl(t, 23));
  return v128.andnot(f32x4.add(half, half), f32x4.lt(x, least));
}

const LOG = memory.data<f32>([
  -0.07634492963552475, 0.12761574983596802, -0.13160182535648346, 0.14201758801937103,
  -0.16623356938362122, 0.20001226663589478, -0.2500081956386566, 0.3333333134651184,
  0.693359375, -2.12194440e-4,
]);

/**
 * ln x within 1 ulp: x = 2^e m with m from sqrt(1/2) to sqrt(2), ln x = e ln 2 + ln m.
 * -Infinity at 0, NaN below.
 */
// @ts-ignore: decorator
@inline export function log4(x: v128): v128 {
  // numbers under 2^-126 have no exponent of their own: lift them by 2^23
  const tiny = f32x4.lt(x, f32x4.splat(1.17549435e-38)), lifted = v128.bitselect(f32x4.mul(x, f32x4.splat(8388608)), x, tiny);
  // the offset is the bit pattern of sqrt(1/2), so that m begins there
  const bits = i32x4.sub(lifted, i32x4.splat(0x3f3504f3));
  const e = f32x4.convert_i32x4_s(i32x4.sub(i32x4.shr_s(bits, 23), v128.and(tiny, i32x4.splat(23))));
  const m = i32x4.add(v128.and(bits, i32x4.splat(0x007fffff)), i32x4.splat(0x3f3504f3));
  const f = f32x4.sub(m, f32x4.splat(1)), z = f32x4.mul(f, f);
  let q = madd(constant(LOG, 0), f, constant(LOG, 1));
  q = madd(q, f, constant(LOG, 2));
  q = madd(q, f, constant(LOG, 3));
  q = madd(q, f, constant(LOG, 4));
  q = madd(q, f, constant(LOG, 5));
  q = madd(q, f, constant(LOG, 6));
  q = madd(q, f, constant(LOG, 7));
  // ln m = f - f²/2 + f³ q, small parts first
  let tail = f32x4.mul(f32x4.mul(z, f), q);
  tail = f32x4.add(tail, f32x4.mul(e, constant(LOG, 9)));
  tail = f32x4.sub(tail, f32x4.mul(z, f32x4.splat(0.5)));
  const y = f32x4.add(f32x4.add(tail, f), f32x4.mul(e, constant(LOG, 8)));
  // x - x is 0 for a finite x, NaN otherwise: ln infinity is infinity, ln NaN is NaN
  const special = v128.bitselect(y, x, f32x4.eq(f32x4.sub(x, x), f32x4.splat(0)));
  const positive = v128.bitselect(f32x4.splat(NaN), special, f32x4.lt(x, f32x4.splat(0)));
  return v128.bitselect(f32x4.splat(-Infinity), positive, f32x4.eq(x, f32x4.splat(0)));
}

const TANH = memory.data<f32>([
  9.02,
  1.331908894286471e-08, 2.0583494915626943e-05, 0.003494035452604294, 0.13379718363285065,
  7.762026257296384e-07, 0.0003283094265498221, 0.025871075689792633, 0.4671303331851959, 1.0,
]);

/** tanh x within 6 ulp (4 below 1): x P(x²) / Q(x²), and ±1 from 9.02 on. */
// @ts-ignore: decorator
@inline export function tanh4(x: v128): v128 {
  return tanhWith(
    x, constant(TANH, 0), constant(TANH, 1), constant(TANH, 2), constant(TANH, 3), constant(TANH, 4), constant(TANH, 5),
    constant(TANH, 6), constant(TANH, 7), constant(TANH, 8), constant(TANH, 9),
  );
}

/** Constant `i` of `tanhWith`. */
// @ts-ignore: decorator
@inline export function tanhConstant(i: i32): v128 {
  return constant(TANH, i);
}

/** tanh4 for loops that hold its constants; see expWith. */
// @ts-ignore: decorator
@inline export function tanhWith(x: v128, limit: v128, p4: v128, p3: v128, p2: v128, p1: v128, q4: v128, q3: v128, q2: v128, q1: v128, one: v128): v128 {
  const a = f32x4.pmax(f32x4.pmin(x, limit), f32x4.neg(limit)), z = f32x4.mul(a, a);
  let p = madd(p4, z, p3);
  p = madd(p, z, p2);
  p = madd(p, z, p1);
  p = madd(p, z, one);
  let q = madd(q4, z, q3);
  q = madd(q, z, q2);
  q = madd(q, z, q1);
  q = madd(q, z, one);
  return f32x4.pmax(f32x4.pmin(f32x4.div(f32x4.mul(a, p), q), one), f32x4.neg(one));
}

/** softcap tanh(l / softcap), for inverse = 1 / softcap. */
// @ts-ignore: decorator
@inline export function cap4(l: v128, softcap: v128, inverse: v128): v128 {
  return f32x4.mul(softcap, tanh4(f32x4.mul(l, inverse)));
}

/** 1 / (1 + e^-x) within 2.5 ulp; 0 below -88.73. */
// @ts-ignore: decorator
@inline export function sigmoid4(x: v128): v128 {
  const one = constant(EXP, 10);
  return f32x4.div(one, f32x4.add(one, exp4(f32x4.neg(x))));
}

const ERF = memory.data<f32>([
  3.92,
  2.0500772279774537e-06, 0.00028488418320193887, 0.003765679895877838, 0.052748918533325195, 0.19040793180465698, 1.1283791065216064,
  3.809168629231863e-05, 0.0011625508777797222, 0.014969343319535255, 0.11410971730947495, 0.5020773410797119, 1.0,
]);

/** The error function within 7 ulp (4 below 1): x P(x²) / Q(x²), and ±1 from 3.92 on. */
// @ts-ignore: decorator
@inline export function erf4(x: v128): v128 {
  const limit = constant(ERF, 0), a = f32x4.pmax(f32x4.pmin(x, limit), f32x4.neg(limit)), z = f32x4.mul(a, a), one = constant(ERF, 12);
  let p = madd(constant(ERF, 1), z, constant(ERF, 2));
  p = madd(p, z, constant(ERF, 3));
  p = madd(p, z, constant(ERF, 4));
  p = madd(p, z, constant(ERF, 5));
  p = madd(p, z, constant(ERF, 6));
  let q = madd(constant(ERF, 7), z, constant(ERF, 8));
  q = madd(q, z, constant(ERF, 9));
  q = madd(q, z, constant(ERF, 10));
  q = madd(q, z, constant(ERF, 11));
  q = madd(q, z, one);
  return f32x4.pmax(f32x4.pmin(f32x4.div(f32x4.mul(a, p), q), one), f32x4.neg(one));
}

// π/2 in two parts: a whole number below 2^20 times the first is exact
const HALF_PI_HIGH: f64 = 1.57079632673412561417, HALF_PI_LOW: f64 = 6.07710050650619224932e-11;

/** sin(x + quarters·π/2) of two numbers, in f64: there the reduction of large x loses nothing that f32 would keep. */
function turn2(x: v128, quarters: i32): v128 {
  const n = f64x2.nearest(f64x2.mul(x, f64x2.splat(0.63661977236758134308)));
  const r = f64x2.sub(f64x2.sub(x, f64x2.mul(n, f64x2.splat(HALF_PI_HIGH))), f64x2.mul(n, f64x2.splat(HALF_PI_LOW)));
  const z = f64x2.mul(r, r);
  // Taylor: within 2^-30 of the result for |r| <= π/4
  let s = f64x2.add(f64x2.mul(z, f64x2.splat(-1.0 / 39916800)), f64x2.splat(1.0 / 362880));
  s = f64x2.add(f64x2.mul(z, s), f64x2.splat(-1.0 / 5040));
  s = f64x2.add(f64x2.mul(z, s), f64x2.splat(1.0 / 120));
  s = f64x2.add(f64x2.mul(z, s), f64x2.splat(-1.0 / 6));
  s = f64x2.add(f64x2.mul(f64x2.mul(z, r), s), r);
  let c = f64x2.add(f64x2.mul(z, f64x2.splat(1.0 / 479001600)), f64x2.splat(-1.0 / 3628800));
  c = f64x2.add(f64x2.mul(z, c), f64x2.splat(1.0 / 40320));
  c = f64x2.add(f64x2.mul(z, c), f64x2.splat(-1.0 / 720));
  c = f64x2.add(f64x2.mul(z, c), f64x2.splat(1.0 / 24));
  c = f64x2.add(f64x2.mul(z, c), f64x2.splat(-0.5));
  c = f64x2.add(f64x2.mul(z, c), f64x2.splat(1));
  // which quarter of the circle: odd ones take the cosine, the second half changes the sign
  const q = i64x2.extend_low_i32x4_s(i32x4.add(i32x4.trunc_sat_f64x2_s_zero(n), i32x4.splat(quarters)));
  const odd = i64x2.neg(v128.and(q, i64x2.splat(1)));
  const sign = i64x2.shl(v128.and(q, i64x2.splat(2)), 62);
  return v128.xor(v128.bitselect(c, s, odd), sign);
}

function turn4(x: v128, quarters: i32): v128 {
  const low = f32x4.demote_f64x2_zero(turn2(f64x2.promote_low_f32x4(x), quarters));
  const high = f32x4.demote_f64x2_zero(turn2(f64x2.promote_low_f32x4(v128.shuffle<i64>(x, x, 1, 1)), quarters));
  return v128.shuffle<i64>(low, high, 0, 2);
}

/** sin x within 0.51 ulp for |x| < 1,000,000; NaN at infinity. */
export function sin4(x: v128): v128 {
  return turn4(x, 0);
}

/** cos x, as sin4. */
export function cos4(x: v128): v128 {
  return turn4(x, 1);
}
