// Recipes that have been tried, by preset, and how their data is dealt. Figures and what did not work: bench/results.md.
import type { PresetName } from '../models/index.ts';
import { plainRecipe, type Recipe } from './recipe.ts';

export interface PretrainRecipe extends Recipe {
  /** Steps when neither steps nor minutes are asked for. */
  readonly steps: number;
  /** How text is cut: `random` windows as in nanoGPT, `shuffled` windows without replacement, or whole documents `packed` into rows. */
  readonly rowsFrom: 'random' | 'shuffled' | 'packed';
}

// RECIPES of the form `inkling`: matrices slowly, everything that is looked up five times as fast; decay on matrices
const inkling: Recipe = {
  ...plainRecipe,
  rate: 4e-3, rates: { embedding: 5, table: 5 }, decay: { matrix: 0.1, head: 0.01, embedding: 0.01, table: 0.01 },
  beta1: 0.9, beta2: 0.99, clip: 0, schedule: { shape: 'trapezoid', warmup: 0.05, hold: 0, floor: 0 },
};

export const recipes: Readonly<Record<PresetName, PretrainRecipe>> = {
  nano: { ...inkling, rows: 8, context: 128, rate: 6e-3, schedule: { ...inkling.schedule, warmup: 0.03 }, steps: 4700, rowsFrom: 'packed' },
  small: { ...inkling, rows: 8, context: 256, rate: 4e-3, steps: 8000, rowsFrom: 'packed' },
  base: { ...inkling, rows: 12, context: 256, rate: 3e-3, steps: 12_000, rowsFrom: 'packed' },
  'nanogpt-cpu': {
    ...plainRecipe, rows: 12, context: 64, rate: 1e-3, decay: { matrix: 0.1, embedding: 0.1, head: 0.1 }, beta2: 0.99, clip: 1,
    schedule: { shape: 'cosine', warmup: 100, hold: 0, floor: 0.1 }, steps: 2000, rowsFrom: 'random',
  },
  shakespeare: { ...inkling, rows: 12, context: 64, steps: 3936, rowsFrom: 'shuffled' },
};
