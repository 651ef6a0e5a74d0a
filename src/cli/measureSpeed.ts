// How long does one step take here? Asked before a run that was given minutes instead of steps. A scratch engine and a
// scratch model do the steps, so the run itself begins untouched.
import type { Loader } from '../data/index.ts';
import { type Build, createEngine } from '../engine/index.ts';
import { transformer, type TransformerConfig, Weights } from '../models/index.ts';
import { type Recipe, Trainer } from '../train/index.ts';

export interface Speed {
  readonly secondsPerStep: number;
  readonly steps: number;
}

/** The first steps are slower: code is still being compiled, memory is touched for the first time. */
const WARM_UP = 3;

export async function measureSpeed({ config, recipe, loader, threads, build, seconds = 2 }: {
  config: TransformerConfig; recipe: Recipe; loader: Loader; threads?: number | undefined; build: Build; seconds?: number;
}): Promise<Speed> {
  const engine = await createEngine({ build, ...(threads !== undefined && { threads }) });
  try {
    const model = transformer(config), weights = new Weights(engine, model);
    weights.initialize();
    const trainer = new Trainer({ transformer: model, weights, recipe, seed: 0 });
    for (let i = 0; i < WARM_UP; i++) trainer.step(loader, i, recipe.rate / 100);
    const began = performance.now();
    let steps = 0, elapsed = 0;
    while (elapsed < seconds || steps < 2) {
      trainer.step(loader, WARM_UP + steps, recipe.rate / 100);
      steps++;
      elapsed = (performance.now() - began) / 1000;
    }
    return { secondsPerStep: elapsed / steps, steps };
  } finally {
    engine.stop();
  }
}

/** Checks during a run take about this share of its time. */
const CHECK_SHARE = 0.03;
/** Fewer tokens tell too little. */
const LEAST_CHECKED = 2048;
const MOST_CHECKS = 20;

/** Tokens that may be checked while so many are learned: a forward pass takes a third of a step. */
const checkable = (tokens: number): number => 3 * CHECK_SHARE * tokens;

/** How often a run of so many tokens is checked. */
export const checksIn = (tokens: number): number => Math.max(2, Math.min(MOST_CHECKS, Math.floor(checkable(tokens) / LEAST_CHECKED)));

/** How many tokens are looked at in each of `checks` checks of a run. */
export const checkedTokens = (tokens: number, checks: number): number => Math.max(LEAST_CHECKED, checkable(tokens) / checks);

/** The check at the end takes at most this share of the time of a run that was given minutes. */
const LAST_SHARE = 0.05;
/** In other runs at least so many tokens are checked at the end: all that tiny Shakespeare has. */
const CHECKED_AT_THE_END = 2 ** 17;

/** How many tokens are looked at when a run of so many tokens is over. */
export const checkedAtTheEnd = (tokens: number, timed: boolean): number => Math.max(timed ? LEAST_CHECKED : CHECKED_AT_THE_END, 3 * LAST_SHARE * tokens);

/** Saving, and what else is done at the end. */
const SECONDS_AT_THE_END = 1;

/** How many steps fit into a time, with the checks on the way and the one at the end. A forward pass takes a third of a step. */
export function stepsWithin(minutes: number, { secondsPerStep }: Speed, { tokensPerStep, validationTokens }: { tokensPerStep: number; validationTokens: number }): number {
  const all = (validationTokens / tokensPerStep) * (secondsPerStep / 3), seconds = minutes * 60 - SECONDS_AT_THE_END, step = secondsPerStep * (1 + CHECK_SHARE);
  const last = Math.min(all, (seconds * LAST_SHARE) / (1 + CHECK_SHARE + LAST_SHARE));
  return Math.max(1, Math.floor((seconds - last) / step));
}
