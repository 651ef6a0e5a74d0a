import { count } from '../errors.ts';
import type { TransformerConfig } from '../models/index.ts';
import type { PretrainRecipe } from '../train/index.ts';
import { measureSpeed, stepsWithin } from './measureSpeed.ts';
import type { Terminal } from './terminal.ts';
import type { TrainingData } from './trainingData.ts';
import { clock } from './trainingDisplay.ts';
import type { TrainingValues } from './trainingOptions.ts';

/** The steps that were asked for, those that fit into the minutes that were asked for, or those of the recipe. */
export async function chooseSteps(values: TrainingValues, { config, recipe, data, terminal }: {
  config: TransformerConfig; recipe: PretrainRecipe; data: TrainingData; terminal: Terminal;
}): Promise<number> {
  if (values.minutes === undefined) return values.steps ?? recipe.steps;
  const { threads, build = 'exact', minutes } = values;
  const speed = await measureSpeed({ config, recipe, threads, build, loader: data.loader({ rows: recipe.rows / recipe.accumulate, context: recipe.context, seed: 0 }) });
  const steps = stepsWithin(minutes, speed, { tokensPerStep: recipe.rows * recipe.context, validationTokens: data.validation?.length ?? 0 });
  terminal.say(
    `measured    ${(speed.secondsPerStep * 1000).toFixed(1)} ms per step here: ${count(steps)} steps in ${clock(minutes * 60)}`,
    'expected    nothing is known of the loss yet; it will be told after the first tenth',
  );
  terminal.record({ kind: 'measured', seconds_per_step: speed.secondsPerStep, steps, minutes });
  return steps;
}
