// A recipe: everything that decides how a model learns, besides the model and the data.
import { OptionError } from '../errors.ts';
import type { Group } from '../nn/index.ts';
import { checkSchedule, type Schedule } from './schedule.ts';

export interface Recipe {
  /** Sequences per step, B. */
  readonly rows: number;
  /** Tokens per sequence, T. */
  readonly context: number;
  /** A step's sequences are worked through in this many parts; memory shrinks, the result stays. */
  readonly accumulate: number;
  /**
   * Does not keep what is computed inside a block until its gradients are, but computes it once more: much less memory
   * for up to a third more time, and the same bits. Default false.
   */
  readonly recompute?: boolean;
  /** Peak learning rate. */
  readonly rate: number;
  /** Groups that learn at a multiple of it. */
  readonly rates: Readonly<Partial<Record<Group, number>>>;
  /** Decoupled weight decay of each group; 0 where nothing is said. */
  readonly decay: Readonly<Partial<Record<Group, number>>>;
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  /** Longest gradient, over all parameters; 0 does not clip. */
  readonly clip: number;
  readonly schedule: Schedule;
}

/** Starting point of all recipes: AdamW, gradients clipped to length 1. */
export const plainRecipe: Recipe = {
  rows: 16, context: 128, accumulate: 1, rate: 1e-3, rates: {}, decay: { matrix: 0.1, head: 0.1, embedding: 0.1 },
  beta1: 0.9, beta2: 0.99, eps: 1e-8, clip: 1, schedule: { shape: 'trapezoid', warmup: 0.05, hold: 0.4, floor: 0 },
};

/**
 * @throws {OptionError} for numbers that cannot work; names the option.
 */
export function checkRecipe(recipe: Recipe): void {
  for (const name of ['rows', 'context', 'accumulate'] as const) {
    const value = recipe[name];
    if (!Number.isSafeInteger(value) || value < 1) throw new OptionError(name, `${name} must be a whole number above 0, but it is ${value}.`);
  }
  if (recipe.recompute !== undefined && typeof recipe.recompute !== 'boolean') throw new OptionError('recompute', `recompute must be true or false, but it is ${String(recipe.recompute)}.`);
  if (recipe.rows % recipe.accumulate) throw new OptionError('accumulate', `rows must be a multiple of accumulate, but ${recipe.rows} is not a multiple of ${recipe.accumulate}.`);
  if (!(recipe.rate > 0 && recipe.rate < 100)) throw new OptionError('lr', `The learning rate must be a number above 0, but it is ${recipe.rate}. Usual rates are 0.0001 to 0.01.`);
  for (const name of ['beta1', 'beta2'] as const) {
    if (!(recipe[name] >= 0 && recipe[name] < 1)) throw new OptionError(name, `${name} must be at least 0 and less than 1, but it is ${recipe[name]}.`);
  }
  if (!(recipe.eps > 0)) throw new OptionError('eps', `eps must be above 0, but it is ${recipe.eps}.`);
  if (!(recipe.clip >= 0)) throw new OptionError('clip', `clip must be 0 (no clipping) or more, but it is ${recipe.clip}.`);
  checkSchedule(recipe.schedule);
}
