// The training loop: steps, evaluations, checkpoints, hashes, told as events. `break` stops it, an AbortSignal too;
// whoever starts it again from the last checkpoint gets the bits that it would have had.
import type { Loader } from '../data/index.ts';
import { FormatError } from '../errors.ts';
import { type FoundCheckpoint, latestCheckpoint, saveCheckpoint, type Store } from '../formats/index.ts';
import { flopsPerToken, type LanguageModel } from '../models/index.ts';
import type { Tap } from '../nn/index.ts';
import { type Recipe } from './recipe.ts';
import { rateAt } from './schedule.ts';
import { Trainer } from './trainer.ts';

/** What one evaluation found. */
export interface Validation {
  /** Mean loss per learned token, in nats. */
  readonly loss: number;
  readonly bitsPerByte?: number;
}

export interface TrainOptions {
  readonly model: LanguageModel;
  readonly recipe: Recipe;
  /** Steps of the whole run; with `resume`, those already done count. */
  readonly steps: number;
  /** Decides dropout. The data has seeds of its own. */
  readonly seed: number;
  /** Must deal `recipe.rows / recipe.accumulate` rows of `recipe.context`. */
  readonly loader: Loader;
  /** Called every `evaluateEvery` steps and at the end. */
  readonly validate?: () => Validation;
  readonly evaluateEvery?: number;
  /** Where checkpoints go. Without it nothing is written. */
  readonly store?: Store;
  /** Seconds between checkpoints; one more is written whenever the run stops. */
  readonly checkpointSeconds?: number;
  /** Folder of the checkpoints in the store. */
  readonly folder?: string;
  /** Go on from the newest checkpoint, if there is one. */
  readonly resume?: boolean;
  /** The weights are hashed every so many steps, and at the end: the receipt. 0 never. */
  readonly hashEvery?: number;
  /** Stop when so many evaluations in a row have not been better than the best. 0 never. */
  readonly patience?: number;
  readonly signal?: AbortSignal;
  readonly tap?: Tap;
  /** Names of tensors that a `watched` event brings behind every `step` event: see `TrainerOptions.watch`. */
  readonly watch?: (name: string) => boolean;
}

export type TrainEvent =
  | { readonly kind: 'start'; readonly step: number; readonly steps: number; readonly bytes: number; readonly flopsPerStep: number; readonly resumed: string | null; readonly damaged: readonly string[] }
  | { readonly kind: 'step'; readonly step: number; readonly steps: number; readonly loss: number; readonly rate: number; readonly norm: number; readonly tokensPerSecond: number; readonly gflops: number; readonly seconds: number }
  | { readonly kind: 'watched'; readonly step: number; readonly tensors: ReturnType<Trainer['watched']> }
  | { readonly kind: 'evaluation'; readonly step: number; readonly steps: number; readonly loss: number; readonly bitsPerByte?: number; readonly best: boolean }
  | { readonly kind: 'hash'; readonly step: number; readonly sha256: string }
  | { readonly kind: 'checkpoint'; readonly step: number; readonly name: string }
  | { readonly kind: 'end'; readonly step: number; readonly steps: number; readonly reason: 'done' | 'stopped' | 'overfit'; readonly seconds: number; readonly best: Validation | null; readonly hashes: readonly WeightHash[] };

export interface WeightHash {
  readonly step: number;
  readonly sha256: string;
}

/** The loss is no number any more: the run cannot go on. The weights are as they were after the last good checkpoint on disk. */
export class DivergedError extends Error {
  override name = 'DivergedError';
}

interface State {
  readonly loader: ReturnType<Loader['state']>;
  readonly steps: number;
  readonly seconds: number;
  readonly best: Validation | null;
  readonly waited: number;
  readonly hashes: readonly WeightHash[];
}

const REPORT_MILLISECONDS = 100;

/**
 * Trains until `steps` are done. Yields a `step` event ten times a second at most (and for the first 25 steps and the
 * last), so that listening costs nothing.
 *
 * @throws {DivergedError} when the loss or the gradient is no number; names the step and the rate.
 */
export async function* train(options: TrainOptions): AsyncGenerator<TrainEvent> {
  const { model, recipe, steps, loader, validate, evaluateEvery = Math.max(1, Math.round(steps / 10)), store, checkpointSeconds = 30, folder = 'checkpoints', hashEvery = 0, patience = 0, signal } = options;
  const { weights, transformer } = model;
  const trainer = new Trainer({ transformer, weights, recipe, seed: options.seed, ...(options.tap && { tap: options.tap }), ...(options.watch && { watch: options.watch }) });
  try {
    let step = 0, before = 0, best: Validation | null = null, waited = 0, hashes: WeightHash[] = [];
    const found = options.resume && store ? await latestCheckpoint(store, folder) : null;
    if (found) {
      const state = restore(found, trainer, options);
      ({ best, waited } = state);
      step = found.step;
      before = state.seconds;
      hashes = [...state.hashes];
    }
    const flopsPerStep = flopsPerToken(transformer.config, recipe.context) * recipe.rows * recipe.context;
    yield { kind: 'start', step, steps, bytes: weights.engine.memory.used, flopsPerStep, resumed: found?.name ?? null, damaged: found?.damaged ?? [] };

    const began = performance.now();
    let seconds = before, reported = began, reportedStep = step, saved = began, savedStep = found ? step : -1;
    const state = (): State => ({ loader: loader.state(), steps, seconds, best, waited, hashes });
    const save = async (): Promise<TrainEvent | null> => {
      if (!store || savedStep === step) return null;
      const name = await saveCheckpoint(store, { step, state: state(), tensors: [...weights.tensors(), ...trainer.moments()] }, { folder });
      saved = performance.now();
      savedStep = step;
      return { kind: 'checkpoint', step, name };
    };

    let reason: 'done' | 'stopped' | 'overfit' = 'done', breathed = began;
    while (step < steps) {
      const rate = recipe.rate * rateAt(recipe.schedule, step, steps);
      const loss = trainer.step(loader, step, rate, step / steps);
      step++;
      if (!Number.isFinite(loss) || !Number.isFinite(trainer.norm)) {
        throw new DivergedError(`The loss is ${loss} and the gradient ${trainer.norm} at step ${step}: the training has run away. Try a lower learning rate than ${recipe.rate}${recipe.clip > 0 ? '' : ', or clip the gradients'}.`);
      }
      const now = performance.now();
      seconds = before + (now - began) / 1000;
      if (now - reported >= REPORT_MILLISECONDS || step <= 25 || step === steps) {
        const perSecond = (step - reportedStep) / Math.max(1e-9, (now - reported) / 1000);
        reported = now;
        reportedStep = step;
        yield { kind: 'step', step, steps, loss, rate, norm: trainer.norm, tokensPerSecond: perSecond * recipe.rows * recipe.context, gflops: (perSecond * flopsPerStep) / 1e9, seconds };
        if (options.watch) yield { kind: 'watched', step, tensors: trainer.watched() };
      }
      if (hashEvery > 0 && (step % hashEvery === 0 || step === steps)) {
        const hash = { step, sha256: await weights.hash() };
        hashes.push(hash);
        yield { kind: 'hash', ...hash };
      }
      if (validate && (step % evaluateEvery === 0 || step === steps)) {
        const validation = validate(), better: boolean = !best || validation.loss < best.loss;
        if (better) {
          best = validation;
          waited = 0;
          if (store && step < steps) await saveBest(store, model, folder);
        } else waited++;
        yield { kind: 'evaluation', step, steps, ...validation, best: better };
        // the next speed is that of training alone
        reported = performance.now();
        reportedStep = step;
        if (patience > 0 && waited >= patience) {
          reason = 'overfit';
          break;
        }
      }
      if (now - breathed > 50) {
        // let signals, timers and messages in
        await new Promise((resolve) => setTimeout(resolve, 0));
        breathed = performance.now();
      }
      if (signal?.aborted) {
        reason = 'stopped';
        break;
      }
      if (now - saved > checkpointSeconds * 1000 && step < steps) {
        const event = await save();
        if (event) yield event;
      }
    }
    const event = await save();
    if (event) yield event;
    yield { kind: 'end', step, steps, reason, seconds, best, hashes };
  } finally {
    trainer.free();
  }
}

/** The weights that were best so far, for those who overfit: `checkpoints/best/…`. */
async function saveBest(store: Store, { weights }: LanguageModel, folder: string): Promise<void> {
  await saveCheckpoint(store, { step: 0, state: {}, tensors: weights.tensors() }, { folder: `${folder}/best`, keep: 1 });
}

function restore(found: FoundCheckpoint, trainer: Trainer, { model, loader, steps }: TrainOptions): State {
  const state = found.state as State;
  if (state.steps !== steps) {
    throw new FormatError(`${found.name} is of a run of ${state.steps} steps, and this one has ${steps}. The learning rate depends on that; resume with --steps ${state.steps}.`);
  }
  model.weights.load(found.tensors, { from: found.name });
  trainer.restoreMoments(found.tensors, found.name);
  loader.restore(state.loader);
  return state;
}
