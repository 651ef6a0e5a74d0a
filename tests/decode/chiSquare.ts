// Pearson's test: how likely counts are that differ so much from what was expected, if nothing but chance is at work.

/** Cells that are expected less often than this are counted together. */
const FEW = 5;

/** ln of the gamma function of half a whole number. */
function logGamma(half: number): number {
  let sum = half % 1 === 0 ? 0 : Math.log(Math.PI) / 2;
  for (let x = half % 1 === 0 ? 1 : 0.5; x < half; x++) sum += Math.log(x);
  return sum;
}

/** Probability that chi-square with so many degrees of freedom is at least x: the incomplete gamma function, as a series or a continued fraction (Abramowitz and Stegun 6.5.29, 6.5.31). */
export function chiSquareTail(x: number, freedom: number): number {
  const a = freedom / 2, z = x / 2;
  if (z <= 0) return 1;
  const scale = Math.exp(a * Math.log(z) - z - logGamma(a));
  if (z < a + 1) {
    let sum = 1 / a;
    for (let n = 1, term = sum; n < 1000; n++) sum += term *= z / (a + n);
    return Math.max(0, 1 - scale * sum);
  }
  let fraction = 0;
  for (let n = 200; n > 0; n--) fraction = (n * (n - a)) / (2 * n + 1 + z - a - fraction);
  return scale / (z + 1 - a - fraction);
}

/** @param expected probabilities of the cells; 0 where nothing may fall. */
export function chiSquareP(counts: ArrayLike<number>, expected: readonly number[]): number {
  const n = Array.from(counts).reduce((a, b) => a + b, 0);
  let chi = 0, cells = 0, rareSeen = 0, rareExpected = 0;
  const add = (seen: number, mean: number): void => {
    chi += (seen - mean) ** 2 / mean;
    cells++;
  };
  for (const [i, p] of expected.entries()) {
    if (p === 0 && counts[i]! > 0) return 0;
    if (p * n >= FEW) add(counts[i]!, p * n);
    else {
      rareSeen += counts[i]!;
      rareExpected += p * n;
    }
  }
  // a rest that is expected less than once cannot be told from none
  if (rareExpected >= 1) add(rareSeen, rareExpected);
  return cells < 2 ? 1 : chiSquareTail(chi, cells - 1);
}
