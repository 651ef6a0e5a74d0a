import type { Engine } from '../engine/index.ts';
import { FormatError } from '../errors.ts';
import { loadModel } from '../foreign/index.ts';
import { type LanguageModel, Weights } from '../models/index.ts';

/**
 * Loads the model that a fine-tuning begins with; one of other people becomes 32-bit floats.
 *
 * @param sha256 what its weights must be; anything if not given.
 * @throws {FormatError} when they are others.
 */
export async function loadBase(path: string, engine: Engine, sha256?: string): Promise<LanguageModel> {
  const { transformer, weights, tokenizer } = await loadModel(engine, path, { floats: true });
  if (!(weights instanceof Weights)) throw new Error('Weights that are to be trained must be floats. Please report this.');
  if (sha256 !== undefined && (await weights.hash()) !== sha256) {
    throw new FormatError(`${path} holds other weights than those that this run began with. Bring them back, or begin a new run.`);
  }
  return { engine, transformer, weights, tokenizer };
}
