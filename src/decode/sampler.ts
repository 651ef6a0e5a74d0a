// From logits to one token: the stages change or remove candidates, then one is drawn in proportion to
//
//   probability[i] = exp(logit[i]) / sum over j of exp(logit[j])
//
// All arithmetic on the way is the same everywhere, so a seed draws the same tokens in Node and in every browser.
import { math } from '../engine/index.ts';
import { DataError, OptionError } from '../errors.ts';
import type { Random } from '../random.ts';
import { NOTHING_YET, type Situation, type Stage } from './stage.ts';

/** Draws the tokens of one sequence. */
export class Sampler {
  readonly stages: readonly Stage[];
  /** null for a greedy sampler. */
  readonly random: Random | null;
  #logits = new Float32Array(0);
  #weights = new Float64Array(0);

  /**
   * @param stages applied in this order.
   * @param random where chance comes from, one number for each token; null always takes the likeliest token.
   * @example
   * const sampler = new Sampler([temperature(0.8), topK(40)], new Random(seed));
   * const token = sampler.draw(decoder.logits(0));
   */
  constructor(stages: readonly Stage[], random: Random | null) {
    this.stages = stages;
    this.random = random;
  }

  /**
   * The next token. Of equally likely ones a greedy sampler takes the one with the lowest id. All stages are told which
   * one it is.
   *
   * @param logits (V); not changed.
   * @param situation what was said before, for stages that look back.
   * @param vocab only the first `vocab` tokens are candidates; default: all.
   * @throws {DataError} when a logit is not a number, as in a model whose training went wrong.
   * @throws {OptionError} when the stages left no token.
   */
  draw(logits: Float32Array, situation: Situation = NOTHING_YET, vocab = logits.length): number {
    const token = this.#choose(logits, situation, vocab);
    for (let i = 0; i < this.stages.length; i++) this.stages[i]!.accept?.(token);
    return token;
  }

  #choose(logits: Float32Array, situation: Situation, vocab: number): number {
    if (this.#logits.length !== vocab) {
      this.#logits = new Float32Array(vocab);
      this.#weights = new Float64Array(vocab);
    }
    const scores = this.#logits, weights = this.#weights;
    for (let i = 0; i < vocab; i++) scores[i] = logits[i]!;
    for (let i = 0; i < this.stages.length; i++) this.stages[i]!.apply(scores, situation);

    const best = likeliest(scores);
    const most = scores[best]!;
    if (most === -Infinity) throw new OptionError('stages', `No token is left to draw: ${this.stages.map(({ name }) => name).join(', ')} removed all ${vocab}. Use fewer stages, or less strict ones.`);
    if (!this.random) return best;
    let total = 0;
    for (let i = 0; i < vocab; i++) total += weights[i] = scores[i] === -Infinity ? 0 : math.exp(scores[i]! - most);
    let left = this.random.float() * total;
    for (let i = 0; i < vocab; i++) {
      left -= weights[i]!;
      if (left < 0) return i;
    }
    return best; // rounding used up a last trace of probability
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
