import { math } from '../../engine/index.ts';
import { OptionError } from '../../errors.ts';
import type { Stage } from '../stage.ts';
import { fewestReaching } from './fewestReaching.ts';
import { entropyOf, weigh } from './weigh.ts';

/**
 * Keeps the tokens that tell about as much as can be expected: the fewest with the smallest | −ln probability − entropy |
 * whose probabilities add up to at least `p`. The likeliest token may be among those that go.
 * Hugging Face does the same; llama.cpp goes on until the sum is above `p`, a difference only where they are equal.
 *
 * @param p share of probability to keep, above 0 and at most 1; 1 keeps every token.
 * @throws {OptionError} when p is outside its range.
 * @see Meister et al. 2022, https://arxiv.org/abs/2202.00666
 * @example
 * typicalP(0.2).apply(logits, situation); // of probabilities 0.6, 0.3, 0.1 (entropy 0.90) it keeps the second alone
 */
export function typicalP(p: number): Stage {
  if (!(p > 0 && p <= 1)) throw new OptionError('typicalP', `typicalP must be above 0 and at most 1 (1 keeps every token), but it is ${p}.`);
  let weights = new Float64Array(0), surprise = new Float64Array(0), order = new Int32Array(0);
  return {
    name: 'typicalP',
    apply(logits) {
      if (p === 1) return;
      const V = logits.length;
      if (weights.length !== V) {
        weights = new Float64Array(V);
        surprise = new Float64Array(V);
        order = new Int32Array(V);
      }
      const total = weigh(logits, weights), entropy = entropyOf(weights, total);
      for (let i = 0; i < V; i++) {
        order[i] = i;
        surprise[i] = weights[i]! > 0 ? Math.abs(-math.log(weights[i]! / total) - entropy) : Infinity;
      }
      for (let k = fewestReaching(order, surprise, weights, p * total); k < V; k++) logits[order[k]!] = -Infinity;
    },
  };
}
