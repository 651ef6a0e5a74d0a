import { math } from '../../engine/index.ts';

/**
 * Unnormalized probabilities: exp(logit − highest logit), 0 for a token that is struck out. Divided by their sum they are
 * the softmax.
 *
 * @param weights (V) written.
 * @returns their sum; 0 if no token is left.
 * @example
 * weigh(new Float32Array([0, 0, -Infinity]), weights); // 2, weights [1, 1, 0]
 */
export function weigh(logits: Float32Array, weights: Float64Array): number {
  let most = -Infinity, total = 0;
  for (let i = 0; i < logits.length; i++) if (logits[i]! > most) most = logits[i]!;
  for (let i = 0; i < logits.length; i++) total += weights[i] = logits[i] === -Infinity ? 0 : math.exp(logits[i]! - most);
  return total;
}

/** Entropy in nats of weights that sum to `total`: −Σ p·ln p. */
export function entropyOf(weights: Float64Array, total: number): number {
  let entropy = 0;
  for (let i = 0; i < weights.length; i++) {
    const p = weights[i]! / total;
    if (p > 0) entropy -= p * math.log(p);
  }
  return entropy;
}

/**
 * Strikes out what weighs less than `least`, but never the heaviest (of equals the lowest id is certain to stay).
 */
export function removeLighter(logits: Float32Array, weights: Float64Array, least: number): void {
  let best = 0;
  for (let i = 1; i < weights.length; i++) if (weights[i]! > weights[best]!) best = i;
  for (let i = 0; i < weights.length; i++) if (weights[i]! < least && i !== best) logits[i] = -Infinity;
}
