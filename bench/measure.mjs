// Time on a shared machine: warm up, take turns, and believe medians. What is compared runs in the same rounds, so a
// slow second hits all sides alike; the ratio is taken round by round.

export const median = (list) => {
  const sorted = [...list].sort((a, b) => a - b), half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
};

/** Distance between the quartiles, as a share of the median. */
export const spread = (list) => {
  const sorted = [...list].sort((a, b) => a - b), at = (share) => sorted[Math.round(share * (sorted.length - 1))];
  return (at(0.75) - at(0.25)) / median(list);
};

/**
 * Seconds per call of each side: { median, spread, all }. A side is a function `(times) => seconds`, or a promise of
 * them: how long `times` calls took. Each turn lasts about `turn` seconds, with `pause` milliseconds before it: some
 * teams of threads go on spinning for a while when their work is done.
 */
export async function alternate(sides, { rounds = 7, turn = 0.02, pause = 5 } = {}) {
  const times = [];
  for (const side of sides) {
    await side(2);
    const once = await side(1);
    times.push(Math.max(1, Math.round(turn / once)));
    await side(times.at(-1));
  }
  const all = sides.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, side] of sides.entries()) {
      await new Promise((resolve) => setTimeout(resolve, pause));
      all[i].push((await side(times[i])) / times[i]);
    }
  }
  return all.map((list) => ({ median: median(list), spread: spread(list), all: list }));
}

/** A side of {@link alternate} from a function that is called over and over. */
export const repeat = (work) => (times) => {
  const began = performance.now();
  for (let i = 0; i < times; i++) work();
  return (performance.now() - began) / 1000;
};

/** How many times faster `a` is than `b`: the median over rounds. */
export const ratio = (a, b) => median(a.all.map((seconds, round) => b.all[round] / seconds));
