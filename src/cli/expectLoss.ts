// Where will this run end? Losses fall roughly as a power of what was read,
//
//   loss(tokens) = a + b · tokens^-c        Hestness et al. 2017, https://arxiv.org/abs/1712.00409
//
// so a look at the beginning tells something of the end. Something: the fall of the learning rate and texts that come
// for a second time are not in the formula. That is why the expectation is told together with what came of it.

export interface SeenLoss {
  readonly tokens: number;
  readonly loss: number;
}

const EXPONENTS = [0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.8];

/** The mean losses of stretches of equal length on a logarithmic scale, without the first ones (the rate still rises). */
function stretches(seen: readonly SeenLoss[], from: number, parts = 12): SeenLoss[] {
  const last = seen.at(-1)?.tokens ?? 0, sums = Array.from({ length: parts }, () => ({ tokens: 0, loss: 0, count: 0 }));
  for (const { tokens, loss } of seen) {
    if (tokens < from) continue;
    const part = sums[Math.min(parts - 1, Math.floor((parts * Math.log(tokens / from)) / Math.log(last / from)))];
    if (!part) continue;
    part.tokens += tokens;
    part.loss += loss;
    part.count++;
  }
  return sums.filter(({ count }) => count > 0).map(({ tokens, loss, count }) => ({ tokens: tokens / count, loss: loss / count }));
}

/**
 * The loss to be expected after so many tokens, from losses seen so far; null if they do not fall.
 *
 * @param seen training losses in the order of their tokens.
 * @param warmup tokens of the beginning that are left out.
 */
export function expectLoss(seen: readonly SeenLoss[], tokens: number, warmup: number): number | null {
  const points = stretches(seen, Math.max(1, warmup));
  if (points.length < 4) return null;
  let best = { error: Infinity, expected: 0 };
  for (const c of EXPONENTS) {
    // least squares in x = tokens^-c, with a at least 0
    const xs = points.map((p) => p.tokens ** -c), mean = (list: readonly number[]): number => list.reduce((sum, x) => sum + x, 0) / list.length;
    const mx = mean(xs), my = mean(points.map((p) => p.loss));
    const sxx = xs.reduce((sum, x) => sum + (x - mx) ** 2, 0), sxy = xs.reduce((sum, x, i) => sum + (x - mx) * (points[i]!.loss - my), 0);
    let b = sxy / sxx, a = my - b * mx;
    if (a < 0) [a, b] = [0, xs.reduce((sum, x, i) => sum + x * points[i]!.loss, 0) / xs.reduce((sum, x) => sum + x * x, 0)];
    if (!(b > 0)) continue;
    const error = points.reduce((sum, p, i) => sum + (a + b * xs[i]! - p.loss) ** 2, 0);
    if (error < best.error) best = { error, expected: a + b * tokens ** -c };
  }
  return best.error < Infinity ? best.expected : null;
}
