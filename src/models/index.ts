// Chapter 3: numbers become a probability for every possible next token.
//
//   p(next | text) = softmax(W h(text))
//
// One transformer, told by switches to be GPT-2, Llama, nanochat or our own form; and a plain feed-forward net.
// A model is a function that builds a graph; its numbers are kept apart from it, in `Weights`.
//
// Reading order: feedForward.ts, transformerConfig.ts, transformer.ts, weightReader.ts, weights.ts, languageModel.ts; for
// weights of few bits quantizedWeights.ts, quantizeModel.ts.
export { feedForward, type FeedForward, type FeedForwardConfig, type FeedForwardLearning } from './feedForward.ts';
export { createLanguageModel, type LanguageModel, loadLanguageModel, parseConfig, saveLanguageModel, type SpeakingModel } from './languageModel.ts';
export { type Preset, preset, type PresetName, presets, sizesOfDepth, tablesFor } from './presets.ts';
export { loadQuantizedModel, type Quantization, packModel, quantizations, type QuantizedModel, quantizeModel } from './quantizeModel.ts';
export { QuantizedWeights, type StoredWeight } from './quantizedWeights.ts';
export { type HiddenOptions, type LogitsOptions, type Transformer, transformer } from './transformer.ts';
export { flopsPerToken, type Form, forms, type TransformerConfig, transformerConfig, type TransformerOptions } from './transformerConfig.ts';
export { floatReader, type ReadableWeights, type WeightReader } from './weightReader.ts';
export { requireMemory, type Weighted, Weights } from './weights.ts';
