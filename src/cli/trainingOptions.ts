import { flag, number, requiredText, type Values, whole } from './options.ts';
import type { SharedOptions } from './command.ts';
import type { Recipe } from '../train/index.ts';
import { checksIn } from './measureSpeed.ts';
import { UsageError } from './usageError.ts';

/** How long, how fast, and where to: of pretraining and fine-tuning. */
export const trainingOptions = {
  steps: whole(1, 1e9, 'how many steps (default: those of the recipe)'),
  minutes: number(0, 100_000, 'a time instead: measures this machine for two seconds and chooses the steps', ['least']),
  lr: number(0, 100, 'highest learning rate (default: that of the recipe)', ['least', 'most']),
  batch: whole(1, 65_536, 'sequences per step'),
  accumulate: whole(1, 65_536, 'work through a step in so many parts, to save memory; batch must be a multiple'),
  recompute: flag('compute blocks twice instead of keeping what is in them: less than half the memory, up to a third more time, the same bits'),
  validation: number(0, 1, 'share of the documents that is not learned but checked (default 0.1)', ['most']),
  'evaluate-every': whole(1, 1e9, 'steps between two checks (default: a twentieth of all, fewer in a short run)'),
  'checkpoint-seconds': number(0, 1e6, 'seconds between two checkpoints (default 30)'),
  patience: whole(0, 1e6, 'stop after so many checks that were no better than the best; 0 never (default)'),
  out: requiredText('DIR', 'where the run is written: model, receipt, log, checkpoints'),
  resume: flag('go on with the run in --out; all other options are read from there'),
};

export type TrainingValues = Values<typeof trainingOptions & SharedOptions>;

export function checkTime({ steps, minutes }: Pick<TrainingValues, 'steps' | 'minutes'>): void {
  if (steps !== undefined && minutes !== undefined) throw new UsageError('--steps and --minutes both decide how long to train. Give one of them.');
}

/** What of the settings of a run is said by these options alone, or follows from the steps. */
export const chosenBy = (values: TrainingValues, steps: number, recipe: Recipe) => ({
  steps, seed: values.seed ?? 1, validation: values.validation ?? 0.1, evaluateEvery: values['evaluate-every'] ?? Math.ceil(steps / checksIn(steps * recipe.rows * recipe.context)),
  hashEvery: Math.max(1, Math.round(steps / 10)), checkpointSeconds: values['checkpoint-seconds'] ?? 30, patience: values.patience ?? 0,
  build: values.build ?? 'exact', minutes: values.minutes ?? null,
});
