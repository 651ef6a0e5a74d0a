// What happened between the logits and a drawn token, for those who ask why. Measured around each stage, so every stage,
// also one that a user wrote, can be explained; nothing of it is computed unless asked for.
import { math } from '../engine/index.ts';
import type { Decision } from './filters/decision.ts';
import { logSum, topTokens } from './logprobs.ts';

/** A token and its probability at that point. */
export interface Candidate {
  readonly token: number;
  readonly probability: number;
}

/** What one stage did. */
export interface StageTrace {
  readonly name: string;
  /** How many tokens it removed. */
  readonly removed: number;
  /** The probability that these had together, just before. */
  readonly mass: number;
  /** How much probability changed hands, the removed tokens' own included: half the sum of all differences (total variation). */
  readonly moved: number;
  /** The likeliest of them, with their probabilities just before. */
  readonly likeliest: readonly Candidate[];
  /** For which rules, if it is a filter. */
  readonly rules?: readonly Decision[];
}

/** How one token came about. */
export interface Trace {
  /** In the order in which they were applied. */
  readonly stages: readonly StageTrace[];
  /** How many tokens were left to draw from. */
  readonly left: number;
  /** The likeliest of them, with the probabilities by which was drawn. */
  readonly candidates: readonly Candidate[];
}

/** So many removed tokens are named for each stage, and so many candidates at the end. */
const REMOVED = 5, LEFT = 10;

/** What a stage removed (what had a chance before and has none after), and how it changed the rest. */
export function traceStage(name: string, before: Float32Array, after: Float32Array, rules?: readonly Decision[]): StageTrace {
  const gone = before.map((logit, i) => (after[i] === -Infinity ? logit : -Infinity)), all = logSum(before), left = logSum(after);
  let removed = 0, mass = 0, moved = 0;
  for (const [i, logit] of before.entries()) {
    if (logit === -Infinity && after[i] === -Infinity) continue;
    const p = math.exp(logit - all), q = after[i] === -Infinity ? 0 : math.exp(after[i]! - left);
    moved += Math.abs(p - q) / 2;
    if (after[i] !== -Infinity) continue;
    removed++;
    mass += p;
  }
  return { name, removed, mass, moved, likeliest: likeliest(gone, REMOVED, all), ...(rules && { rules }) };
}

/** The trace of a token whose stages were traced one by one. */
export function traceToken(stages: readonly StageTrace[], logits: Float32Array): Trace {
  return { stages, left: logits.reduce((n, logit) => n + (logit > -Infinity ? 1 : 0), 0), candidates: likeliest(logits, LEFT, logSum(logits)) };
}

const likeliest = (logits: Float32Array, n: number, all: number): Candidate[] =>
  topTokens(logits, n).map((token) => ({ token, probability: math.exp(logits[token]! - all) }));
