import { createEngine } from '../engine/index.ts';
import { type LanguageModel, loadLanguageModel } from '../models/index.ts';
import { openModelFolder } from './openModelFolder.ts';

/** Loads a model, does something with it, and ends its threads. */
export async function withModel<T>(path: string, { threads, build = 'exact' }: { threads: number | undefined; build: 'exact' | 'fast' | undefined }, use: (model: LanguageModel) => Promise<T>): Promise<T> {
  const store = openModelFolder(path), engine = await createEngine({ build, ...(threads !== undefined && { threads }) });
  try {
    return await use(await loadLanguageModel(store, engine, path));
  } finally {
    engine.stop();
  }
}
