import { type Build, createEngine } from '../engine/index.ts';
import { type LoadedModel, loadModel, type LoadModelOptions } from '../foreign/index.ts';
import { cacheTypes } from '../graph/index.ts';
import { quantizations } from '../models/index.ts';
import { choice, text } from './options.ts';

/** What --model may be, for help. */
export const modelSummary = 'a run, a directory of Hugging Face, a .gguf, a .safetensors beside its config.json, or a .bin of llama2.c';

export const quantizeOption = {
  quantize: choice(quantizations, 'round the weights to 8 or 4 bits while they are loaded: less memory, more tokens per second'),
  tokenizer: text('FILE', "the model's tokenizer, where it does not lie beside it: a tokenizer.json, .model or tokenizer.bin"),
};

export const cacheOption = {
  cache: choice(cacheTypes, 'how keys and values of the tokens so far are kept: f16 takes half of the memory, int8 a quarter (default f32)'),
};

export interface WithModelOptions extends Pick<LoadModelOptions, 'quantize' | 'tokenizer' | 'floats' | 'context'> {
  readonly threads?: number | undefined;
  readonly build?: Build | undefined;
}

/** Loads a model of any kind, does something with it, and ends its threads. It can speak; with `floats` it can be trained and converted too. */
export async function withModel<T>(path: string, { threads, build = 'exact', ...options }: WithModelOptions, use: (model: LoadedModel) => Promise<T>): Promise<T> {
  const engine = await createEngine({ build, ...(threads !== undefined && { threads }) });
  try {
    return await use(await loadModel(engine, path, { packed: !options.floats, ...options }));
  } finally {
    engine.stop();
  }
}
