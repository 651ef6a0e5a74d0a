import type { Engine } from '../engine/index.ts';
import { FormatError } from '../errors.ts';
import { type LanguageModel, loadLanguageModel } from '../models/index.ts';
import { openModelFolder } from './openModelFolder.ts';

/**
 * Loads the model that a fine-tuning begins with.
 *
 * @param sha256 what its weights must be; anything if not given.
 * @throws {FormatError} when they are others.
 */
export async function loadBase(path: string, engine: Engine, sha256?: string): Promise<LanguageModel> {
  const model = await loadLanguageModel(openModelFolder(path), engine, path);
  if (sha256 !== undefined && (await model.weights.hash()) !== sha256) {
    throw new FormatError(`${path} holds other weights than those that this run began with. Bring them back, or begin a new run.`);
  }
  return model;
}
