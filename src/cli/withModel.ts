import { type Build, createEngine } from '../engine/index.ts';
import { cacheTypes } from '../graph/index.ts';
import { loadLanguageModel, loadQuantizedModel, type Quantization, quantizations, type SpeakingModel } from '../models/index.ts';
import { openModelFolder } from './openModelFolder.ts';
import { choice } from './options.ts';

export const quantizeOption = {
  quantize: choice(quantizations, 'round the weights to 8 or 4 bits while they are loaded: less memory, more tokens per second'),
};

export const cacheOption = {
  cache: choice(cacheTypes, 'how keys and values of the tokens so far are kept: f16 takes half of the memory, int8 a quarter (default f32)'),
};

export interface WithModelOptions {
  readonly threads: number | undefined;
  readonly build: Build | undefined;
  readonly quantize?: Quantization | undefined;
}

/** Loads a model, does something with it, and ends its threads. */
export async function withModel<T>(path: string, { threads, build = 'exact', quantize }: WithModelOptions, use: (model: SpeakingModel) => Promise<T>): Promise<T> {
  const store = openModelFolder(path), engine = await createEngine({ build, ...(threads !== undefined && { threads }) });
  try {
    return await use(await (quantize ? loadQuantizedModel(store, engine, quantize, path) : loadLanguageModel(store, engine, path)));
  } finally {
    engine.stop();
  }
}
