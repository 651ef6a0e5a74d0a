// Where will this run end? Losses fall roughly as a power of what was read,
//
//   loss(tokens) = a + b · tokens^-c        Hestness et al. 2017, https://arxiv.org/abs/1712.00409
//
// so a look at the beginning tells something of the end. Something: the fall of the learning rate and texts that come
// for a second time are not in the formula, and a short beginning says nothing of c, which is therefore fixed. That is
// why expectations are told together with what came of them.

export interface SeenLoss {
  readonly step: number;
  readonly loss: number;
}

/** Fits what short runs of our presets came to (1,000 steps on tiny Shakespeare: 1.63 expected, 1.68 reached). */
const C = 0.6;
/** Steps with the full learning rate that it takes to say anything. */
const LEAST_STEPS = 50;
const STRETCHES = 12;

/**
 * The loss to be expected at the end of a run; null where nothing can be said yet.
 *
 * @param seen training losses so far, in the order of their steps.
 * @param steps of the whole run. Every step reads as many tokens, so steps may stand for tokens.
 * @param warmup steps during which the learning rate rises: they are left out.
 * @example
 * expectLoss(losses, 2000, 100); // 1.63
 */
export function expectLoss(seen: readonly SeenLoss[], steps: number, warmup: number): number | null {
  const last = seen.at(-1)?.step ?? 0, first = Math.max(1, warmup, last / 5);
  if (last - first < LEAST_STEPS) return null;
  const points = stretches(seen, first, last), n = points.length;
  // least squares in x = step^-c
  const x = points.map(({ step }) => step ** -C), mx = x.reduce((sum, v) => sum + v, 0) / n, my = points.reduce((sum, { loss }) => sum + loss, 0) / n;
  const sxx = x.reduce((sum, v) => sum + (v - mx) ** 2, 0), sxy = x.reduce((sum, v, i) => sum + (v - mx) * (points[i]!.loss - my), 0);
  const b = sxy / sxx, expected = my + b * (steps ** -C - mx);
  return n >= 4 && b > 0 && expected > 0 ? expected : null;
}

/** Mean losses of stretches of equal length on a logarithmic scale: the many late steps must not outvote the few early ones. */
function stretches(seen: readonly SeenLoss[], first: number, last: number): SeenLoss[] {
  const sums = Array.from({ length: STRETCHES }, () => ({ step: 0, loss: 0, count: 0 }));
  for (const { step, loss } of seen) {
    if (step < first) continue;
    const stretch = sums[Math.min(STRETCHES - 1, Math.floor((STRETCHES * Math.log(step / first)) / Math.log(last / first)))]!;
    stretch.step += step;
    stretch.loss += loss;
    stretch.count++;
  }
  return sums.filter(({ count }) => count > 0).map(({ step, loss, count }) => ({ step: step / count, loss: loss / count }));
}
