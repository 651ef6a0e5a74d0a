// Inkling: how a language model works, by being one. The chapters in the order of the story; each is a folder whose
// index.ts opens it. Everything here runs in Node and in pages alike; files and folders are in `inkling/node`.

// 1. Text becomes numbers.
export * from './tokenizer/index.ts';
// 2. Numbers become batches of examples.
export * from './data/index.ts';
export type { Message } from './data/index.ts';
// 3. Numbers become a probability for every possible next token.
export * from './nn/index.ts';
export * from './models/index.ts';
// 4. What the prediction is made of, and how blame flows back through it.
export * from './graph/index.ts';
// 5. Where the arithmetic happens.
export * from './engine/index.ts';
// 6. Predictions get better.
export * from './train/index.ts';
// 7. Predictions become text.
export * from './decode/index.ts';
// 8. Look inside.
export * from './inspect/index.ts';
// 9. Models are kept in files.
export * from './formats/index.ts';
// And those of other people: `inkling/foreign`, which is fetched when the first one is loaded.
type Foreign = typeof import('./foreign/index.ts');

/**
 * Loads a model of any kind that is known here: a run, a directory of Hugging Face, a .gguf, a .safetensors beside its
 * config.json, a .bin of llama2.c. The same as `loadModel` of `inkling/foreign`, where all is told about it.
 *
 * @example
 * const model = await loadModel(engine, 'model.gguf');
 * for await (const { text } of generate(model, 'Once upon a')) process.stdout.write(text);
 */
export const loadModel = async (...args: Parameters<Foreign['loadModel']>): ReturnType<Foreign['loadModel']> => (await import('./foreign/index.ts')).loadModel(...args);

export { DataError, FormatError, MemoryError, OptionError, ShapeError } from './errors.ts';
export { Random, stream } from './random.ts';
