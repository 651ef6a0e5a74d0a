// Whole rows of logits, for TypeScript: what a sampler asks about every token of a vocabulary. None of these is a kernel:
// one thread works on one row x (f32) and on weights (f64) beside it, in a memory of their own. Rows are filled up to a
// whole number of vectors with -Infinity, so no loop has a tail; `n` counts the filled row. The exact build is used in
// any case: the bits are the same on every machine.

// 32 / ln 2, rounding, ln 2 / 32 in two parts (the first with 32 bits: its product with a small whole number is exact), the
// smallest x that matters, and 1 / k! from 6 down to 2
const EXP = memory.data<f64>([
  46.16624130844683, 6755399441055744.0, 0.02166084938653512, 5.9631716539705866e-12, -708.0,
  1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5,
]);

/** 2^(j / 32) */
const ROOTS = memory.data<f64>([
  1.0, 1.0218971486541166, 1.0442737824274138, 1.0671404006768237, 1.0905077326652577, 1.1143867425958924,
  1.1387886347566916, 1.1637248587775775, 1.189207115002721, 1.215247359980469, 1.241857812073484, 1.2690509571917332,
  1.2968395546510096, 1.3252366431597413, 1.3542555469368927, 1.383909881963832, 1.4142135623730951, 1.4451808069770467,
  1.4768261459394993, 1.5091644275934228, 1.5422108254079407, 1.5759808451078865, 1.6104903319492543, 1.645755478153965,
  1.681792830507429, 1.718619298122478, 1.7562521603732995, 1.7947090750031072, 1.8340080864093424, 1.8741676341103,
  1.9152065613971474, 1.9571441241754002,
]);

// @ts-ignore: decorator
@inline function constant(i: i32): v128 {
  return v128.load64_splat(EXP + (<usize>i << 3));
}

/** a b + c, rounded twice. */
// @ts-ignore: decorator
@inline function plus(a: v128, b: v128, c: v128): v128 {
  return f64x2.add(f64x2.mul(a, b), c);
}

/**
 * e^x for x of at most 0, within 1 ulp; 0 below -708. e^x = 2^n 2^(j/32) e^r with |r| <= ln(2)/64; of the Taylor series of e^r the
 * first term left out is below 2^-58. (Tang 1989, "Table-driven implementation of the exponential function",
 * https://doi.org/10.1145/63522.214389)
 */
// @ts-ignore: decorator
@inline function exp2(x: v128): v128 {
  const t = plus(x, constant(0), constant(1)), m = f64x2.sub(t, constant(1)); // the low bits of t are 32 n + j
  const r = f64x2.sub(f64x2.sub(x, f64x2.mul(m, constant(2))), f64x2.mul(m, constant(3))), r2 = f64x2.mul(r, r);
  const tail = plus(plus(plus(constant(5), r, constant(6)), r2, plus(constant(7), r, constant(8))), r, constant(9));
  const first = ROOTS + (<usize>(<i32>i64x2.extract_lane(t, 0) & 31) << 3), second = ROOTS + (<usize>(<i32>i64x2.extract_lane(t, 1) & 31) << 3);
  const root = v128.load_lane<u64>(second, v128.load64_zero(first), 1), power = plus(root, plus(tail, r2, r), root);
  return v128.and(i64x2.add(power, i64x2.shl(v128.andnot(t, i64x2.splat(31)), 47)), f64x2.gt(x, constant(4)));
}

/** The first two of four floats. */
// @ts-ignore: decorator
@inline function front(v: v128): v128 {
  return f64x2.promote_low_f32x4(v);
}

/** The other two. */
// @ts-ignore: decorator
@inline function back(v: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<i32>(v, v, 2, 3, 2, 3));
}

/** Four masks of 32 bits from two and two of 64. */
// @ts-ignore: decorator
@inline function narrow(a: v128, b: v128): v128 {
  return v128.shuffle<i32>(a, b, 0, 2, 4, 6);
}

// @ts-ignore: decorator
@inline function both(a: v128): f64 {
  return f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1);
}

// @ts-ignore: decorator
@inline function logit(x: usize, i: i32): f32 {
  return load<f32>(x + (<usize>i << 2));
}

// @ts-ignore: decorator
@inline function strike(x: usize, i: i32): void {
  store<f32>(x + (<usize>i << 2), -Infinity);
}

/** The highest logit; NaN if there is a NaN. */
export function mathMost(x: usize, n: i32): f32 {
  let most = f32x4.splat(-Infinity), strange = i32x4.splat(0);
  for (const end = x + (<usize>n << 2); x < end; x += 16) {
    const v = v128.load(x);
    most = f32x4.pmax(most, v);
    strange = v128.or(strange, f32x4.ne(v, v));
  }
  if (v128.any_true(strange)) return NaN;
  return max(max(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1)), max(f32x4.extract_lane(most, 2), f32x4.extract_lane(most, 3)));
}

/** The lowest id from `from` on with a logit of at least `least`, -1 if there is none. */
export function mathNext(x: usize, n: i32, from: i32, least: f32): i32 {
  const bar = f32x4.splat(least);
  let found = 0, i = from & ~3;
  if (i < n) found = i32x4.bitmask(f32x4.ge(v128.load(x + (<usize>i << 2)), bar)) & (-1 << (from & 3));
  while (!found) {
    i += 4;
    if (i >= n) return -1;
    found = i32x4.bitmask(f32x4.ge(v128.load(x + (<usize>i << 2)), bar));
  }
  return i + ctz(found);
}

/** How many tokens are not struck out. */
export function mathLeft(x: usize, n: i32): i32 {
  const none = f32x4.splat(-Infinity);
  let count = i32x4.splat(0);
  for (const end = x + (<usize>n << 2); x < end; x += 16) count = i32x4.sub(count, f32x4.gt(v128.load(x), none));
  return i32x4.extract_lane(count, 0) + i32x4.extract_lane(count, 1) + i32x4.extract_lane(count, 2) + i32x4.extract_lane(count, 3);
}

/** x / t, rounded to f32 once. */
export function mathDivide(x: usize, n: i32, t: f64): void {
  const divisor = f64x2.splat(t);
  for (const end = x + (<usize>n << 2); x < end; x += 16) {
    const v = v128.load(x), a = f32x4.demote_f64x2_zero(f64x2.div(front(v), divisor)), b = f32x4.demote_f64x2_zero(f64x2.div(back(v), divisor));
    v128.store(x, v128.shuffle<i32>(a, b, 0, 1, 4, 5));
  }
}

/** weights[i] = e^(x[i] - most), 0 where x is struck out; returns their sum: even ids, odd ids, then both. */
export function mathWeigh(x: usize, weights: usize, n: i32, most: f64): f64 {
  const shift = f64x2.splat(most), zero = f64x2.splat(0), none = f32x4.splat(-Infinity);
  let total = zero;
  for (const end = x + (<usize>n << 2); x < end; x += 16, weights += 32) {
    const v = v128.load(x);
    // behind a cut most vectors are empty
    if (v128.any_true(f32x4.gt(v, none))) {
      const a = exp2(f64x2.sub(front(v), shift)), b = exp2(f64x2.sub(back(v), shift));
      v128.store(weights, a);
      v128.store(weights, b, 16);
      total = f64x2.add(f64x2.add(total, a), b);
    } else {
      v128.store(weights, zero);
      v128.store(weights, zero, 16);
    }
  }
  return both(total);
}

/** Sum of weights[i] (most - x[i]); what is struck out counts nothing. */
export function mathBehind(x: usize, weights: usize, n: i32, most: f64): f64 {
  const shift = f64x2.splat(most), none = f32x4.splat(-Infinity);
  let sum = f64x2.splat(0);
  for (const end = x + (<usize>n << 2); x < end; x += 16, weights += 32) {
    const v = v128.load(x);
    if (!v128.any_true(f32x4.gt(v, none))) continue;
    const a = v128.load(weights), b = v128.load(weights, 16), nothing = f64x2.splat(0);
    // 0 times infinity would be no number
    sum = f64x2.add(sum, v128.and(f64x2.mul(a, f64x2.sub(shift, front(v))), f64x2.gt(a, nothing)));
    sum = f64x2.add(sum, v128.and(f64x2.mul(b, f64x2.sub(shift, back(v))), f64x2.gt(b, nothing)));
  }
  return both(sum);
}

/** Standard deviation of the logits that are not struck out, of which there are `left`. */
export function mathDeviation(x: usize, n: i32, left: i32): f64 {
  const none = f32x4.splat(-Infinity), end = x + (<usize>n << 2);
  let sum = f64x2.splat(0), squares = sum;
  for (let at = x; at < end; at += 16) {
    const all = v128.load(at), v = v128.and(all, f32x4.gt(all, none));
    sum = f64x2.add(f64x2.add(sum, front(v)), back(v));
  }
  const mean = f64x2.splat(both(sum) / <f64>left);
  for (let at = x; at < end; at += 16) {
    const v = v128.load(at), is = f32x4.gt(v, none);
    const a = v128.and(f64x2.sub(front(v), mean), v128.shuffle<i32>(is, is, 0, 0, 1, 1)), b = v128.and(f64x2.sub(back(v), mean), v128.shuffle<i32>(is, is, 2, 2, 3, 3));
    squares = f64x2.add(f64x2.add(squares, f64x2.mul(a, a)), f64x2.mul(b, b));
  }
  return sqrt(both(squares) / <f64>left);
}

/** The token at which the weights add up to more than `goal`; -1 if they never do. */
export function mathReach(weights: usize, n: i32, goal: f64): i32 {
  for (let i = 0; i < n; i += 4, weights += 32) {
    // four at once; their sum may differ a little from one after the other, so the last word is had by single steps
    const after = goal - both(f64x2.add(v128.load(weights), v128.load(weights, 16)));
    if (after >= 0) {
      goal = after;
      continue;
    }
    for (let at = 0; at < 4; at++) {
      goal -= load<f64>(weights + (<usize>at << 3));
      if (goal < 0) return i + at;
    }
  }
  return -1;
}

/** Strikes out what is below `least`. */
export function mathStrikeBelow(x: usize, n: i32, least: f64): void {
  const bar = f64x2.splat(least), none = f32x4.splat(-Infinity);
  for (const end = x + (<usize>n << 2); x < end; x += 16) {
    const v = v128.load(x);
    v128.store(x, v128.bitselect(none, v, narrow(f64x2.lt(front(v), bar), f64x2.lt(back(v), bar))));
  }
}

/** Strikes out what weighs less than `least`. */
export function mathStrikeLight(x: usize, weights: usize, n: i32, least: f64): void {
  const bar = f64x2.splat(least), none = f32x4.splat(-Infinity);
  for (const end = x + (<usize>n << 2); x < end; x += 16, weights += 32) {
    v128.store(x, v128.bitselect(none, v128.load(x), narrow(f64x2.lt(v128.load(weights), bar), f64x2.lt(v128.load(weights, 16), bar))));
  }
}

/** Strikes out what weighs `least` or more, but for the lightest of them, of equals the last. */
export function mathStrikeHeavy(x: usize, weights: usize, n: i32, least: f64): void {
  const bar = f64x2.splat(least);
  let stays = -1, lightest: f64 = Infinity;
  for (let i = 0; i < n; i += 2) {
    if (!v128.any_true(f64x2.ge(v128.load(weights + (<usize>i << 3)), bar))) continue;
    for (let at = i; at < i + 2; at++) {
      const weight = load<f64>(weights + (<usize>at << 3));
      if (!(weight >= least)) continue;
      if (weight > lightest) {
        strike(x, at);
      } else {
        if (stays >= 0) strike(x, stays);
        stays = at;
        lightest = weight;
      }
    }
  }
}

// Selection: the tokens nearest to a center whose weights reach a goal, without sorting them all. Distances fall into bins,
// whose weights are added up until the goal lies inside one; in that bin alone, with some dozens of tokens, quickselect by weight
// goes on. (Hoare 1961, "Algorithm 65: Find", https://doi.org/10.1145/366622.366647)

/** Bins per unit of distance, a factor of e; what is farther than all bins lies in the last, number 2,047. */
const FINE: f64 = 64;
const BINS = 2048;
/** Adding it rounds to a whole number, which stands in the low bits then. */
const WHOLE: f64 = 4503599627370496;

/** The bins of two logits, plus WHOLE. */
// @ts-ignore: decorator
@inline function binOf(logits: v128, center: v128): v128 {
  return f64x2.add(f64x2.pmin(f64x2.splat(BINS - 1), f64x2.mul(f64x2.abs(f64x2.sub(center, logits)), f64x2.splat(FINE))), f64x2.splat(WHOLE));
}

// @ts-ignore: decorator
@inline function addTo(bins: usize, at: i64, weight: f64): void {
  const place = bins + (<usize>(<i32>at & (BINS - 1)) << 3);
  store<f64>(place, load<f64>(place) + weight);
}

/** Of equal distance the lower id comes first. On one side of the center the logits themselves are compared: they are exact. */
// @ts-ignore: decorator
@inline function before(x: usize, a: i32, b: i32, center: f64, folded: bool): bool {
  const la = logit(x, a), lb = logit(x, b);
  if (folded) {
    const da = abs(center - <f64>la), db = abs(center - <f64>lb);
    return da < db || (da == db && a < b);
  }
  return la > lb || (la == lb && a < b);
}

// @ts-ignore: decorator
@inline function weightOf(weights: usize, i: i32): f64 {
  return weights ? load<f64>(weights + (<usize>i << 3)) : 1;
}

/** The tokens of the bin in which the goal lies, and which one that is. */
let members: i32 = 0;
let bin: i32 = 0;

/** Finds that bin and lists its members; returns what lies before it. */
function findBin(x: usize, weights: usize, n: i32, center: f64, goal: f64, bins: usize, order: usize): f64 {
  memory.fill(bins, 0, BINS << 3);
  const middle = f64x2.splat(center), none = f32x4.splat(-Infinity);
  for (let i = 0; i < n; i += 4) {
    const v = v128.load(x + (<usize>i << 2));
    // what is struck out would all lie in the last bin, where each has to wait for the one before
    if (!v128.any_true(f32x4.gt(v, none))) continue;
    const a = binOf(front(v), middle), b = binOf(back(v), middle);
    addTo(bins, i64x2.extract_lane(a, 0), weightOf(weights, i));
    addTo(bins, i64x2.extract_lane(a, 1), weightOf(weights, i + 1));
    addTo(bins, i64x2.extract_lane(b, 0), weightOf(weights, i + 2));
    addTo(bins, i64x2.extract_lane(b, 1), weightOf(weights, i + 3));
  }
  let sum: f64 = 0;
  bin = 0;
  for (; bin < BINS - 1; bin++) {
    const after = sum + load<f64>(bins + (<usize>bin << 3));
    if (after >= goal) break;
    sum = after;
  }
  const wanted = f64x2.splat(<f64>bin + WHOLE);
  members = 0;
  for (let i = 0; i < n; i += 4) {
    const v = v128.load(x + (<usize>i << 2));
    if (!v128.any_true(f32x4.gt(v, none))) continue;
    let found = i32x4.bitmask(narrow(f64x2.eq(binOf(front(v), middle), wanted), f64x2.eq(binOf(back(v), middle), wanted)));
    for (; found; found &= found - 1) store<i32>(order + (<usize>(members++) << 2), i + ctz(found));
  }
  return sum;
}

/** Rearranges the members, the chosen ones first: the fewest with which `sum` reaches the goal. Returns how many, at least 1 if there are any. */
function choose(x: usize, weights: usize, center: f64, folded: bool, sum: f64, goal: f64, order: usize): i32 {
  let low = 0, high = members - 1;
  while (low < high) {
    const middle = order + (<usize>((low + high) >> 1) << 2), end = order + (<usize>high << 2), pivot = load<i32>(middle);
    store<i32>(middle, load<i32>(end));
    let at = low, smaller: f64 = 0;
    for (let i = low; i < high; i++) {
      const from = order + (<usize>i << 2), id = load<i32>(from);
      if (before(x, id, pivot, center, folded)) {
        const to = order + (<usize>(at++) << 2);
        store<i32>(from, load<i32>(to));
        store<i32>(to, id);
        smaller += weightOf(weights, id);
      }
    }
    const to = order + (<usize>at << 2);
    store<i32>(end, load<i32>(to));
    store<i32>(to, pivot);
    if (sum + smaller >= goal && at > low) {
      high = at - 1;
    } else {
      sum += smaller + weightOf(weights, pivot);
      if (sum >= goal) return at + 1;
      low = at + 1;
    }
  }
  return min(low + 1, members);
}

/**
 * Strikes out all but the fewest tokens whose weights reach the goal, those first whose logits are nearest to the center; of
 * equals the lower id first.
 *
 * @param folded whether logits lie on both sides of the center; else all are at most as high.
 * @param order room for n whole numbers.
 * @param bins room for 2,048 f64.
 */
export function mathKeepNearest(x: usize, weights: usize, n: i32, center: f64, folded: bool, goal: f64, order: usize, bins: usize): void {
  const sum = findBin(x, weights, n, center, goal, bins, order), chosen = choose(x, weights, center, folded, sum, goal, order);
  const last = f64x2.splat(<f64>bin + WHOLE), middle = f64x2.splat(center), none = f32x4.splat(-Infinity);
  for (let at = x, end = x + (<usize>n << 2); at < end; at += 16) {
    const v = v128.load(at);
    if (!v128.any_true(f32x4.gt(v, none))) continue;
    v128.store(at, v128.bitselect(none, v, narrow(f64x2.gt(binOf(front(v), middle), last), f64x2.gt(binOf(back(v), middle), last))));
  }
  for (let i = chosen; i < members; i++) strike(x, load<i32>(order + (<usize>i << 2)));
}

/**
 * A logit that at least k reach, and few more: the k-th highest of the maxima of groups. Groups are lanes of `vectors` vectors;
 * all but the rest at the end is looked at.
 */
function lowerBound(x: usize, n: i32, k: i32, vectors: i32, maxima: usize): f32 {
  let count = 0;
  const bytes = <usize>vectors << 4;
  for (const end = x + (<usize>(n & ~(4 * vectors - 1)) << 2); x < end; x += bytes) {
    let most = v128.load(x);
    for (let at: usize = 16; at < bytes; at += 16) most = f32x4.pmax(most, v128.load(x + at));
    v128.store(maxima + (<usize>count << 2), most);
    count += 4;
  }
  return nthOf(maxima, count, k);
}

/** The k-th largest of `count` floats, which it rearranges: quickselect. */
function nthOf(list: usize, count: i32, k: i32): f32 {
  const wanted = count - k;
  let low = 0, high = count - 1;
  while (low < high) {
    const pivot = logit(list, (low + high) >> 1);
    let i = low, j = high;
    for (;;) {
      while (logit(list, i) < pivot) i++;
      while (logit(list, j) > pivot) j--;
      if (i > j) break;
      const kept = logit(list, i);
      store<f32>(list + (<usize>(i++) << 2), logit(list, j));
      store<f32>(list + (<usize>(j--) << 2), kept);
      if (i > j) break;
    }
    if (wanted <= j) high = j;
    else if (wanted >= i) low = i;
    else break;
  }
  return logit(list, wanted);
}

/** The k-th highest logit, k from 1 to the number of tokens; `most` is the highest. There must be no NaN. */
export function mathNth(x: usize, n: i32, most: f64, k: i32, order: usize, bins: usize): f32 {
  let vectors = 32;
  while (vectors > 2 && n / vectors < 2 * k + 8) vectors >>= 1;
  if (n / vectors < 2 * k + 8) {
    const sum = findBin(x, 0, n, most, <f64>k, bins, order), chosen = choose(x, 0, most, false, sum, <f64>k, order);
    // without any, fewer than k are not struck out
    let least: f32 = chosen ? Infinity : -Infinity;
    for (let i = 0; i < chosen; i++) least = min(least, logit(x, load<i32>(order + (<usize>i << 2))));
    return least;
  }
  // few reach the bound: only they are looked at
  const bound = lowerBound(x, n, k, vectors, order), bar = f32x4.splat(bound);
  let count = 0;
  for (let i = 0; i < n; i += 4) {
    let found = i32x4.bitmask(f32x4.ge(v128.load(x + (<usize>i << 2)), bar));
    for (; found; found &= found - 1) store<f32>(order + (<usize>(count++) << 2), logit(x, i + ctz(found)));
  }
  return nthOf(order, count, k);
}
