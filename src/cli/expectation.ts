import { expectLoss, type SeenLoss } from './expectLoss.ts';
import type { RunSettings } from './runSettings.ts';

/** When a run that was given minutes says where it will end. */
const MOMENTS = [[0.1, 'a tenth'], [0.25, 'a quarter'], [0.5, 'half']] as const;

/** What loss is expected while a run goes on, and how close that was. */
export class Expectation {
  /** What was expected, and after which share of the steps. */
  readonly told: { readonly share: number; readonly words: string; readonly loss: number }[] = [];
  readonly #seen: SeenLoss[] = [];
  readonly #settings: Pick<RunSettings, 'steps' | 'minutes' | 'recipe'>;
  #passed = 0;

  constructor(settings: Pick<RunSettings, 'steps' | 'minutes' | 'recipe'>) {
    this.#settings = settings;
  }

  /** Takes note of a step. @returns what can be said now, if this is a moment to say something. */
  see(step: number, loss: number): string | null {
    const { steps, minutes, recipe: { schedule: { warmup } } } = this.#settings, moment = MOMENTS[this.#passed];
    this.#seen.push({ step, loss });
    if (minutes === null || !moment || step < moment[0] * steps) return null;
    this.#passed++;
    const expected = expectLoss(this.#seen, steps, warmup < 1 ? warmup * steps : warmup);
    if (expected === null) return `expected    after ${moment[1]} of the run the loss cannot be foretold yet`;
    this.told.push({ share: moment[0], words: moment[1], loss: expected });
    return `expected    a loss of about ${expected.toFixed(2)} at the end, after ${moment[1]} of the run`;
  }

  /** How close it was. */
  outcome(loss: number): string | null {
    if (this.told.length === 0) return null;
    const each = this.told.map(({ words, loss: expected }) => `${expected.toFixed(2)} after ${words} (${((100 * (expected - loss)) / loss).toFixed(0)}%)`);
    return `expectation ${each.join(', ')}; reached ${loss.toFixed(2)}`;
  }
}
