// Random bits that depend on nothing but (seed, stream, index): Philox 4x32-10, Salmon et al. 2011,
// https://doi.org/10.1145/2063384.2063405, the same function as src/random.ts. A block number counts up,
// ten rounds of multiplying and mixing turn it into four words; here four blocks go through side by side.
// Word i of a sequence is word i % 4 of block i / 4, as in the class Random.

/** High halves of the 32 by 32 bit products of each lane; `low` and `high` are the products of lanes 0, 1 and 2, 3. */
function highs(low: v128, high: v128): v128 {
  return v128.shuffle<i32>(low, high, 1, 3, 5, 7);
}

function lows(low: v128, high: v128): v128 {
  return v128.shuffle<i32>(low, high, 0, 2, 4, 6);
}

/** Writes words 16 group to 16 group + 15 of the sequence to `at`: 64 bytes. */
export function philox16(at: usize, seedLow: i32, seedHigh: i32, stream: i32, group: i32): void {
  const m0 = i32x4.splat(0xd2511f53), m1 = i32x4.splat(0xcd9e8d57), w0 = i32x4.splat(0x9e3779b9), w1 = i32x4.splat(0xbb67ae85);
  let k0 = i32x4.splat(seedLow), k1 = i32x4.splat(seedHigh);
  let c0 = i32x4.add(i32x4.splat(group << 2), i32x4(0, 1, 2, 3)), c1 = i32x4.splat(0), c2 = i32x4.splat(stream), c3 = i32x4.splat(0);
  for (let round = 0; round < 10; round++) {
    const low0 = i64x2.extmul_low_i32x4_u(m0, c0), high0 = i64x2.extmul_high_i32x4_u(m0, c0);
    const low1 = i64x2.extmul_low_i32x4_u(m1, c2), high1 = i64x2.extmul_high_i32x4_u(m1, c2);
    c0 = v128.xor(v128.xor(highs(low1, high1), c1), k0);
    c1 = lows(low1, high1);
    c2 = v128.xor(v128.xor(highs(low0, high0), c3), k1);
    c3 = lows(low0, high0);
    k0 = i32x4.add(k0, w0);
    k1 = i32x4.add(k1, w1);
  }
  // lane j of c0, c1, c2, c3 are the four words of block j: turn rows into columns
  const a = v128.shuffle<i32>(c0, c1, 0, 4, 1, 5), b = v128.shuffle<i32>(c2, c3, 0, 4, 1, 5);
  const c = v128.shuffle<i32>(c0, c1, 2, 6, 3, 7), d = v128.shuffle<i32>(c2, c3, 2, 6, 3, 7);
  v128.store(at, v128.shuffle<i64>(a, b, 0, 2));
  v128.store(at, v128.shuffle<i64>(a, b, 1, 3), 16);
  v128.store(at, v128.shuffle<i64>(c, d, 0, 2), 32);
  v128.store(at, v128.shuffle<i64>(c, d, 1, 3), 48);
}
