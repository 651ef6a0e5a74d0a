// From logits to one token: the stages change or remove candidates, then one is drawn in proportion to
//
//   probability[i] = exp(logit[i]) / sum over j of exp(logit[j])
//
// All arithmetic on the way is the same everywhere, so a seed draws the same tokens in Node and in every browser.
import { math, takeRow } from '../engine/index.ts';
import { DataError, OptionError } from '../errors.ts';
import type { Random } from '../random.ts';
import { type Logprobs, logprobsOf, logSum } from './logprobs.ts';
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
    if (this.#logits.length !== vocab) this.#logits = new Float32Array(vocab);
    const scores = this.#logits, { stages } = this, { logprobs, explain } = this.#telling;
    if (vocab === logits.length) scores.set(logits);
    else scores.set(logits.subarray(0, vocab));
    if (explain) this.#explain(scores, situation);
    else for (let i = 0; i < stages.length; i++) stages[i]!.apply(scores, situation);

    const row = takeRow(scores), most = row.most();
    if (!(most < Infinity)) refuse(scores);
    if (most === -Infinity) {
      this.logprobs = null;
      if (stages.some(({ blocks }) => blocks)) return BLOCKED;
      throw new OptionError('stages', `No token is left to draw: ${stages.map(({ name }) => name).join(', ')} removed all ${vocab}. Use fewer stages, or less strict ones.`);
    }
    const total = this.random || logprobs !== undefined ? row.weigh(most) : 0;
    let token = this.random ? row.reach(this.random.float() * total) : -1;
    if (token < 0) token = row.next(most); // greedy; or rounding used up a last trace of probability
    if (logprobs !== undefined) this.logprobs = logprobsOf(vocab === logits.length ? logits : logits.subarray(0, vocab), token, logprobs, scores[token]! - most - math.log(total));
    for (let i = 0; i < stages.length; i++) stages[i]!.accept?.(token);
    return token;
  }

  /** The probability by which a token was last drawn, among what the stages had left. */
  probabilityOf(token: number): number {
    return token < 0 ? 0 : math.exp(this.#logits[token]! - logSum(this.#logits));
  }

  /** Whether nothing can follow the tokens that were drawn; see {@link Stage.done}. */
  done(situation: Situation): boolean {
    const { stages } = this;
    for (let i = 0; i < stages.length; i++) if (stages[i]!.done?.(situation)) return true;
    return false;
  }

  /** Applies the stages and looks at the logits before and after each. */
  #explain(scores: Float32Array, situation: Situation): void {
    const traces: StageTrace[] = [];
    if (!(takeRow(scores).most() < Infinity)) refuse(scores); // what is no number has no probability
    for (const stage of this.stages) {
      const before = scores.slice(), told = stage.decisions?.length ?? 0;
      stage.apply(scores, situation);
      traces.push(traceStage(stage.name, before, scores, stage.decisions?.slice(told)));
    }
    this.trace = traceToken(traces, scores);
  }
}

/** Some logit is no number, or infinite. */
function refuse(logits: Float32Array): never {
  const i = logits.findIndex((logit) => !(logit < Infinity));
  throw new DataError(`The logit of token ${i} is ${logits[i]}. The weights of this model are damaged, or its training went astray: use an earlier checkpoint, or train with a lower learning rate.`);
}
