// From logits to one token: the stages change or remove candidates, then one is drawn in proportion to
//
//   probability[i] = exp(logit[i]) / sum over j of exp(logit[j])
//
// All arithmetic on the way is the same everywhere, so a seed draws the same tokens in Node and in every browser.
import { math } from '../engine/index.ts';
import { DataError, OptionError } from '../errors.ts';
import type { Random } from '../random.ts';
import { type Logprobs, logprobsOf } from './logprobs.ts';
import { NOTHING_YET, type Situation, type Stage } from './stage.ts';
import { type StageTrace, type Trace, traceStage, traceToken } from './trace.ts';

/** What a sampler tells about the tokens that it draws. */
export interface Telling {
  /** Log-probabilities, with so many of the likeliest alternatives; undefined: none. */
  readonly logprobs?: number | undefined;
  /** What each stage removed. */
  readonly explain?: boolean | undefined;
}

/** In place of a token: nothing may be said, and a stage that blocks rather ends the text. */
export const BLOCKED = -1;

/** Draws the tokens of one sequence. */
export class Sampler {
  readonly stages: readonly Stage[];
  /** null for a greedy sampler. */
  readonly random: Random | null;
  /** Of the token that was drawn last, if they were asked for. */
  logprobs: Logprobs | null = null;
  /** How the token came about that was drawn last, if that was asked for. */
  trace: Trace | null = null;
  readonly #telling: Telling;
  #logits = new Float32Array(0);
  #weights = new Float64Array(0);

  /**
   * @param stages applied in this order.
   * @param random where chance comes from, one number for each token; null always takes the likeliest token.
   * @param telling what {@link logprobs} and {@link trace} shall tell; nothing unless asked for.
   * @example
   * const sampler = new Sampler([temperature(0.8), topK(40)], new Random(seed));
   * const token = sampler.draw(decoder.logits(0));
   */
  constructor(stages: readonly Stage[], random: Random | null, telling: Telling = {}) {
    this.stages = stages;
    this.random = random;
    this.#telling = telling;
  }

  /**
   * The next token. Of equally likely ones a greedy sampler takes the one with the lowest id. All stages are told which
   * one it is.
   *
   * @param logits (V); not changed.
   * @param situation what was said before, for stages that look back.
   * @param vocab only the first `vocab` tokens are candidates; default: all.
   * @returns a token, or {@link BLOCKED} when a stage that blocks is there and none is left.
   * @throws {DataError} when a logit is not a number, as in a model whose training went wrong.
   * @throws {OptionError} when the stages left no token and none of them blocks.
   */
  draw(logits: Float32Array, situation: Situation = NOTHING_YET, vocab = logits.length): number {
    if (this.#logits.length !== vocab) {
      this.#logits = new Float32Array(vocab);
      this.#weights = new Float64Array(vocab);
    }
    const scores = this.#logits, { stages } = this, { logprobs, explain } = this.#telling;
    for (let i = 0; i < vocab; i++) scores[i] = logits[i]!;
    if (explain) this.#explain(scores, situation);
    else for (let i = 0; i < stages.length; i++) stages[i]!.apply(scores, situation);

    const best = likeliest(scores);
    if (scores[best] === -Infinity) {
      this.logprobs = null;
      if (stages.some(({ blocks }) => blocks)) return BLOCKED;
      throw new OptionError('stages', `No token is left to draw: ${stages.map(({ name }) => name).join(', ')} removed all ${vocab}. Use fewer stages, or less strict ones.`);
    }
    const total = this.random || logprobs !== undefined ? this.#weigh(scores, scores[best]!) : 0;
    const token = this.random ? this.#spin(this.random.float() * total, best) : best;
    if (logprobs !== undefined) this.logprobs = logprobsOf(logits.subarray(0, vocab), token, logprobs, scores[token]! - scores[best]! - math.log(total));
    for (let i = 0; i < stages.length; i++) stages[i]!.accept?.(token);
    return token;
  }

  /** Whether nothing can follow the tokens that were drawn; see {@link Stage.done}. */
  done(situation: Situation): boolean {
    const { stages } = this;
    for (let i = 0; i < stages.length; i++) if (stages[i]!.done?.(situation)) return true;
    return false;
  }

  /** Weights of all tokens in proportion to their probabilities; returns their sum. */
  #weigh(scores: Float32Array, most: number): number {
    const weights = this.#weights;
    let total = 0;
    for (let i = 0; i < scores.length; i++) total += weights[i] = scores[i] === -Infinity ? 0 : math.exp(scores[i]! - most);
    return total;
  }

  /** The token at which the weights add up to more than `left`. */
  #spin(left: number, best: number): number {
    const weights = this.#weights;
    for (let i = 0; i < weights.length; i++) {
      left -= weights[i]!;
      if (left < 0) return i;
    }
    return best; // rounding used up a last trace of probability
  }

  /** Applies the stages and looks at the logits before and after each. */
  #explain(scores: Float32Array, situation: Situation): void {
    const traces: StageTrace[] = [];
    likeliest(scores); // logits that are no numbers have no probabilities
    for (const stage of this.stages) {
      const before = scores.slice();
      stage.apply(scores, situation);
      traces.push(traceStage(stage.name, before, scores));
    }
    this.trace = traceToken(traces, scores);
  }
}

/** The lowest id with the highest logit. */
function likeliest(logits: Float32Array): number {
  let best = 0;
  for (let i = 0; i < logits.length; i++) {
    const logit = logits[i]!;
    if (Number.isNaN(logit) || logit === Infinity) {
      throw new DataError(`The logit of token ${i} is ${logit}. The weights of this model are damaged, or its training went astray: use an earlier checkpoint, or train with a lower learning rate.`);
    }
    if (logit > logits[best]!) best = i;
  }
  return best;
}
