import { math } from '../../engine/index.ts';
import type { BeamSettings } from './beamOptions.ts';

/** sum / length^penalty. The longer the better, if the penalty is above 0: sums of logarithms are below 0. */
export const beamScore = (sum: number, length: number, penalty: number): number => (penalty === 0 ? sum : sum / math.pow(Math.max(1, length), penalty));

interface Entry<T> { readonly what: T; readonly sum: number; readonly score: number }

/** The best finished sequences of a group, at most as many as it has beams. */
export class FinishedBeams<T> {
  /** The best first; of equals the one that came first. */
  readonly best: Entry<T>[] = [];
  readonly #room: number;
  readonly #settings: Pick<BeamSettings, 'lengthPenalty' | 'lengthOf' | 'earlyStopping'>;
  readonly #prompt: number;
  readonly #most: number;

  /**
   * @param prompt tokens of the prompt.
   * @param most tokens that can be generated.
   */
  constructor(room: number, settings: Pick<BeamSettings, 'lengthPenalty' | 'lengthOf' | 'earlyStopping'>, prompt: number, most: number) {
    this.#room = room;
    this.#settings = settings;
    this.#prompt = prompt;
    this.#most = most;
  }

  /**
   * @param length generated tokens, a special one at the end included.
   * @param special whether there is one at the end.
   * @returns whether it is among the best, and what it pushed out.
   */
  add(what: T, sum: number, length: number, special: boolean): { kept: boolean; displaced: T | null } {
    const { lengthPenalty, lengthOf } = this.#settings, { best } = this;
    const score = beamScore(sum, lengthOf === 'generated' ? length : this.#prompt + length - (special ? 1 : 0), lengthPenalty);
    if (best.length === this.#room && !(score > best.at(-1)!.score)) return { kept: false, displaced: null };
    let at = best.length;
    while (at > 0 && score > best[at - 1]!.score) at--;
    best.splice(at, 0, { what, sum, score });
    return { kept: true, displaced: best.length > this.#room ? best.pop()!.what : null };
  }

  /**
   * Whether the search may stop here, by the rules of Hugging Face's BeamHypotheses.is_done.
   *
   * @param bestSum of the best candidate of this step.
   * @param step generated tokens by now.
   */
  satisfied(bestSum: number, step: number): boolean {
    const { earlyStopping, lengthPenalty, lengthOf } = this.#settings;
    if (this.best.length < this.#room) return false;
    if (earlyStopping === true) return true;
    // with a penalty above 0 the longest text would have the best score that this sum can still lead to
    const most = this.#most, longest = earlyStopping === 'never' && lengthPenalty > 0;
    const generated = longest ? most : step, length = lengthOf === 'generated' ? generated : this.#prompt + generated - (longest ? 0 : 1);
    return this.best.at(-1)!.score >= beamScore(bestSum, length, lengthPenalty);
  }
}
