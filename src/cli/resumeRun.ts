import { createEngine } from '../engine/index.ts';
import { count, DataError, FormatError } from '../errors.ts';
import { latestCheckpoint, type Store } from '../formats/index.ts';
import { createLanguageModel, type LanguageModel } from '../models/index.ts';
import { parseReceipt } from '../train/receipt.ts';
import { parseAnyTokenizer } from '../tokenizer/foreign/parseAnyTokenizer.ts';
import type { Tokenizer } from '../tokenizer/index.ts';
import type { AtEnd } from './conductRun.ts';
import { loadBase } from './loadBase.ts';
import { dataName } from './openData.ts';
import { readSettings, refuseContradictions, type RunSettings, writeSettings } from './runSettings.ts';
import { showEncoding } from './showEncoding.ts';
import type { Terminal } from './terminal.ts';
import { tokensFolder } from './tokensFolder.ts';
import { openTrainingData } from './trainingData.ts';
import type { Run } from './trainRun.ts';
import type { TrainingValues } from './trainingOptions.ts';

/**
 * Puts a run together again from its folder.
 *
 * @returns null when it is finished already.
 * @throws {DataError} when there is no run, or its data has changed.
 */
export async function resumeRun(kind: RunSettings['kind'], values: TrainingValues, store: Store, terminal: Terminal, atEnd: AtEnd): Promise<Run | null> {
  const { out, threads } = values, begun = await readSettings(store, out, kind);
  refuseContradictions(values, begun);
  const receipt = await store.read('receipt.json');
  if (receipt) {
    const { result } = parseReceipt(new TextDecoder().decode(receipt), `${out}/receipt.json`);
    terminal.tell(`The run in ${out} is finished: ${count(result.step)} of ${count(begun.steps)} steps. To train longer, begin another one.`);
    return null;
  }
  // a run may turn to less memory on the way, and then stays with it
  const turned = values.recompute && !begun.recipe.recompute, settings: RunSettings = turned ? { ...begun, recipe: { ...begun.recipe, recompute: true } } : begun;
  const { data: choice, recipe, seed, validation, build } = settings, tokenizer = await storedTokenizer(store, out);
  const data = await openTrainingData({ kind, data: choice, tokenizer, context: recipe.context, seed, validation, rowsFrom: recipe.rowsFrom, folder: tokensFolder(out), threads, onProgress: showEncoding(terminal) });
  atEnd(() => data.close());
  if (data.hash !== settings.dataHash) {
    throw new DataError(`${dataName(choice)} has changed since the run in ${out} began, so it cannot go on with the same bits. Bring the old data back, or begin a new run.`);
  }
  const engine = await createEngine({ build, ...(threads !== undefined && { threads }) });
  atEnd(() => engine.stop());
  if (turned) await writeSettings(store, settings);
  return { settings, data, store, out, resume: true, model: await modelOf(settings, store, tokenizer, engine) };
}

/** With first values: a checkpoint, if there is one, brings its own. */
async function modelOf(settings: RunSettings, store: Store, tokenizer: Tokenizer, engine: LanguageModel['engine']): Promise<LanguageModel> {
  const { base, config, seed } = settings;
  // a checkpoint makes the base model unnecessary: it may be gone by now
  if (base && !(await latestCheckpoint(store))) return loadBase(base.path, engine, base.sha256);
  return createLanguageModel(engine, tokenizer, { ...config, seed });
}

async function storedTokenizer(store: Store, out: string): Promise<Tokenizer> {
  const bytes = await store.read('tokenizer.json');
  if (!bytes) throw new FormatError(`${out} has lost its tokenizer.json, without which the run cannot go on.`);
  return parseAnyTokenizer(new TextDecoder().decode(bytes));
}
