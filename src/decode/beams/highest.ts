import { math } from '../../engine/index.ts';
import type { Random } from '../../random.ts';

/** Places of the n highest numbers, the highest first, of equals the lower place first. -Infinity is none. */
export function highest(numbers: Float64Array, n: number): number[] {
  const places: number[] = [];
  let bar = -Infinity;
  for (let i = 0; i < numbers.length; i++) {
    const x = numbers[i]!;
    if (!(x > bar)) continue;
    let at = places.length < n ? places.length : n - 1;
    for (; at > 0 && x > numbers[places[at - 1]!]!; at--) places[at] = places[at - 1]!;
    places[at] = i;
    if (places.length === n) bar = numbers[places[n - 1]!]!;
  }
  return places;
}

/**
 * Draws places in proportion to exp(number), each at most once.
 *
 * @returns call it for the next place; -1 when none with any chance is left.
 */
export function drawApart(numbers: Float64Array, random: Random): () => number {
  const [best] = highest(numbers, 1), weights = new Float64Array(numbers.length);
  if (best === undefined) return () => -1;
  let total = 0, chances = 0;
  for (let i = 0; i < weights.length; i++) {
    total += weights[i] = numbers[i]! > -Infinity ? math.exp(numbers[i]! - numbers[best]!) : 0;
    if (weights[i]! > 0) chances++;
  }
  return () => {
    if (chances === 0) return -1;
    chances--;
    let left = random.float() * total, last = -1;
    for (let i = 0; i < weights.length; i++) {
      if (weights[i] === 0) continue;
      last = i;
      left -= weights[i]!;
      if (left < 0) break;
    }
    total -= weights[last]!;
    weights[last] = 0;
    return last;
  };
}
