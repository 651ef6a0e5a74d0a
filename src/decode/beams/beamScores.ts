import { DataError } from '../../errors.ts';
import { logSum } from '../logprobs.ts';
import type { Situation, Stage } from '../stage.ts';

/** The sums of all continuations of some beams: of beam number b and token t at place b·V + t. */
export class BeamScores {
  /** (beams·V) */
  readonly sums: Float64Array;
  readonly #vocab: number;
  readonly #before: Float32Array;
  readonly #after: Float32Array;

  constructor(beams: number, vocab: number) {
    this.sums = new Float64Array(beams * vocab);
    this.#vocab = vocab;
    this.#before = new Float32Array(vocab);
    this.#after = new Float32Array(vocab);
  }

  /**
   * Computes the sums of one beam: its own, and the log-probability of each token after the penalties and the stages, which
   * are not made to add up to 1 again. Hugging Face does the same.
   *
   * @param taken by token: what it loses, before the stages; null for nothing.
   * @returns ln Σ exp(logit), by which a logit exceeds its log-probability.
   * @throws {DataError} when a logit is not a number.
   */
  fill(beam: number, sum: number, logits: Float32Array, stages: readonly Stage[], situation: Situation, taken: ReadonlyMap<number, number> | null): number {
    const V = this.#vocab, { sums } = this, from = beam * V, all = logSum(logits);
    let numbers = Math.abs(all) < Infinity;
    for (let i = 0; i < V; i++) if (Number.isNaN(logits[i])) numbers = false;
    if (!numbers) throw new DataError('The logits of the model are no numbers. Its weights are damaged, or its training went astray: use an earlier checkpoint, or train with a lower learning rate.');
    if (stages.length === 0 && taken === null) {
      for (let i = 0; i < V; i++) sums[from + i] = sum + (logits[i]! - all);
      return all;
    }
    const before = this.#before, after = this.#after;
    for (let i = 0; i < V; i++) after[i] = before[i] = logits[i]! - all;
    for (const [token, penalty] of taken ?? []) after[token]! -= penalty;
    for (const stage of stages) stage.apply(after, situation);
    // stages speak 32-bit floats: what they leave alone keeps all its digits
    for (let i = 0; i < V; i++) sums[from + i] = after[i]! > -Infinity ? sum + (logits[i]! - all + (after[i]! - before[i]!)) : -Infinity;
    return all;
  }
}
