// A model one can talk to: the network, its numbers, and the tokenizer that they were trained with.
import { type Engine } from '../engine/index.ts';
import { FormatError, OptionError } from '../errors.ts';
import { parseSafetensors, type Store, type StoredTensor, writeSafetensors } from '../formats/index.ts';
import { parseTokenizer, type Tokenizer } from '../tokenizer/index.ts';
import { transformer, type Transformer } from './transformer.ts';
import { transformerConfig, type TransformerConfig, type TransformerOptions } from './transformerConfig.ts';
import type { ReadableWeights } from './weightReader.ts';
import { Weights } from './weights.ts';

/** What a model needs to speak; its weights may be quantized. */
export interface SpeakingModel {
  readonly engine: Engine;
  readonly transformer: Transformer;
  readonly weights: ReadableWeights;
  readonly tokenizer: Tokenizer;
}

/** A model that can speak and learn. */
export interface LanguageModel extends SpeakingModel {
  readonly weights: Weights;
}

/**
 * A new model with first values from `seed`.
 *
 * @throws {OptionError} when the vocabulary is smaller than the tokenizer's, or sizes do not fit together.
 * @example
 * const model = createLanguageModel(engine, tokenizer, { context: 128, layers: 2, heads: 4, channels: 128, seed: 1 });
 */
export function createLanguageModel(engine: Engine, tokenizer: Tokenizer, { seed = 0, ...options }: Omit<TransformerOptions, 'vocab'> & { vocab?: number; seed?: number }): LanguageModel {
  const config = transformerConfig({ vocab: tokenizer.size, ...options });
  if (config.vocab < tokenizer.size) throw new OptionError('vocab', `vocab is ${config.vocab}, but the tokenizer has ${tokenizer.size} tokens; the model needs a row for each of them.`);
  const model = transformer(config, seed), weights = new Weights(engine, model);
  weights.initialize();
  return { engine, transformer: model, weights, tokenizer };
}

/** Writes `model.safetensors`, `config.json` and `tokenizer.json` (with its readable twin `tokenizer.vocab`). */
export async function saveLanguageModel(store: Store, { transformer, weights, tokenizer }: LanguageModel): Promise<void> {
  await store.write('tokenizer.json', `${JSON.stringify(tokenizer.toJSON(), null, 1)}\n`);
  await store.write('tokenizer.vocab', tokenizer.toVocab());
  await store.write('config.json', `${JSON.stringify({ model_type: 'inkling', ...transformer.config }, null, 2)}\n`);
  await store.write('model.safetensors', writeSafetensors(weights.tensors(), { format: 'inkling' }));
}

/**
 * Reads what {@link saveLanguageModel} wrote.
 *
 * @param name what messages call the place, for example the folder.
 * @throws {FormatError} when a file is missing or damaged, or the weights do not belong to the configuration.
 */
export async function loadLanguageModel(store: Store, engine: Engine, name = 'the model'): Promise<LanguageModel> {
  const { transformer, tokenizer, tensors, from } = await readModelFiles(store, name), weights = new Weights(engine, transformer);
  try {
    weights.load(tensors, { from });
  } catch (error) {
    weights.free();
    throw error;
  }
  return { engine, transformer, weights, tokenizer };
}

export interface ModelFiles extends Pick<SpeakingModel, 'transformer' | 'tokenizer'> {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** What messages call the file of tensors. */
  readonly from: string;
}

/** What {@link saveLanguageModel} wrote, before its numbers are put into an engine. Throws as {@link loadLanguageModel}. */
export async function readModelFiles(store: Store, name: string): Promise<ModelFiles> {
  const [config, tokenizer, file] = await Promise.all(['config.json', 'tokenizer.json', 'model.safetensors'].map(async (part) => {
    const bytes = await store.read(part);
    if (!bytes) throw new FormatError(`${name} has no ${part}. A model needs config.json, tokenizer.json and model.safetensors side by side; a run that was stopped early may have only checkpoints: go on with it (--resume) to finish it.`);
    return bytes;
  }));
  const parsed = parseConfig(new TextDecoder().decode(config), `${name}: config.json`);
  const words = parseTokenizer(new TextDecoder().decode(tokenizer));
  if (words.size > parsed.vocab) throw new FormatError(`${name}: tokenizer.json has ${words.size} tokens, but config.json gives the model ${parsed.vocab}. They do not belong together.`);
  const from = `${name}: model.safetensors`, { tensors } = parseSafetensors(file!, from);
  return { transformer: transformer(parsed), tokenizer: words, tensors, from };
}

/** The configuration in a config.json of ours. */
export function parseConfig(json: string, name: string): TransformerConfig {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new FormatError(`${name} is not JSON. It may be damaged.`);
  }
  if (typeof value !== 'object' || value === null || !('model_type' in value) || value.model_type !== 'inkling') {
    throw new FormatError(`${name} is not a configuration of this library: model_type should be "inkling".`);
  }
  const { model_type: _, ...options } = value;
  try {
    return transformerConfig(options as TransformerOptions);
  } catch (error) {
    if (error instanceof OptionError) throw new FormatError(`${name}: ${error.message}`);
    throw error;
  }
}
