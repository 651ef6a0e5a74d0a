// Everything that decides a run, as it stands in run.json: whoever resumes it needs no options. (The receipt holds the
// same without paths, for others.)
import type { Build } from '../engine/index.ts';
import type { Store } from '../formats/index.ts';
import { DataError, FormatError } from '../errors.ts';
import type { TransformerConfig } from '../models/index.ts';
import type { PretrainRecipe } from '../train/index.ts';
import type { DataChoice } from './openData.ts';
import type { AnyValues } from './options.ts';
import { UsageError } from './usageError.ts';

export interface RunSettings {
  readonly format: 'inkling-run-1';
  readonly kind: 'pretrain' | 'finetune';
  readonly data: DataChoice;
  /** `trained`: on the data of this run; else it came from a file or from the base model. */
  readonly tokenizer: { readonly kind: string; readonly vocab: number; readonly trained: boolean };
  readonly base: { readonly path: string; readonly sha256: string } | null;
  readonly config: TransformerConfig;
  readonly recipe: PretrainRecipe;
  readonly steps: number;
  readonly seed: number;
  readonly validation: number;
  readonly evaluateEvery: number;
  readonly hashEvery: number;
  readonly checkpointSeconds: number;
  readonly patience: number;
  readonly build: Build;
  /** The time that was asked for, if `steps` was chosen for it. */
  readonly minutes: number | null;
  /** Hash of the tokens that are learned from. */
  readonly dataHash: string;
  /** Options as they were given. */
  readonly given: AnyValues;
}

export const settingsFile = 'run.json';

/**
 * A folder that holds a run is never written over.
 *
 * @throws {UsageError} when there is one.
 */
export async function requireNoRun(store: Store, out: string): Promise<void> {
  const names = await store.list();
  const found = names.find((name) => [settingsFile, 'model.safetensors', 'receipt.json'].includes(name) || name.startsWith('checkpoints/'));
  if (found) throw new UsageError(`${out} already holds a run (${found}), which would be lost. Go on with it by --resume, or choose another --out.`);
}

/**
 * @throws {DataError} when the folder holds no run.
 * @throws {FormatError} when run.json is damaged.
 */
export async function readSettings(store: Store, out: string, kind?: RunSettings['kind']): Promise<RunSettings> {
  const bytes = await store.read(settingsFile);
  if (!bytes) throw new DataError(`${out} holds no run that could be resumed: there is no ${settingsFile} in it. Check the path, or begin the run without --resume.`);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new FormatError(`${out}/${settingsFile} is not JSON. It may be damaged; begin a new run in another folder.`);
  }
  const settings = value as RunSettings | null;
  if (settings?.format !== 'inkling-run-1') throw new FormatError(`${out}/${settingsFile} is of another version of this library. Begin a new run in another folder.`);
  if (kind && settings.kind !== kind) throw new UsageError(`${out} holds a run of ${settings.kind}. Go on with: inkling ${settings.kind} --out ${out} --resume`);
  return settings;
}

export async function writeSettings(store: Store, settings: RunSettings): Promise<void> {
  await store.write(settingsFile, `${JSON.stringify(settings, null, 2)}\n`);
}

/** Options that may differ when a run goes on: its bits do not depend on them. */
const neutral = new Set(['out', 'resume', 'recompute', 'threads', 'quiet', 'json', 'help']);

/** @throws {UsageError} when an option is given that says something else than when the run began. */
export function refuseContradictions(now: AnyValues, settings: RunSettings): void {
  for (const [name, value] of Object.entries(now)) {
    if (value === undefined || value === false || neutral.has(name) || (Array.isArray(value) && value.length === 0)) continue;
    const then = settings.given[name] ?? effective(settings)[name];
    if (JSON.stringify(then) === JSON.stringify(value)) continue;
    throw new UsageError(`--${name} ${String(value)} contradicts the run, which began with ${then === undefined ? `no --${name}` : `--${name} ${String(then)}`}. `
      + 'A run goes on as it began: leave the option out, or begin a new run in another folder.');
  }
}

/** What options stand for where they were not given. */
function effective({ config, recipe, steps, seed, validation, evaluateEvery, checkpointSeconds, patience, build }: RunSettings): AnyValues {
  const { layers, heads, channels, context } = config;
  return {
    layers, heads, channels, context, batch: recipe.rows, accumulate: recipe.accumulate, lr: recipe.rate, steps, seed, validation,
    'evaluate-every': evaluateEvery, 'checkpoint-seconds': checkpointSeconds, patience, build,
  };
}
