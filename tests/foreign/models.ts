// Small models with random weights of every architecture that is known here.
import type { Engine } from '../../src/engine/index.ts';
import { ropeFactors } from '../../src/foreign/ropeFactors.ts';
import { createLanguageModel, type LanguageModel, type TransformerOptions } from '../../src/models/index.ts';
import { Random } from '../../src/random.ts';
import { type Tokenizer, trainBpe } from '../../src/tokenizer/index.ts';

const sizes = { context: 64, layers: 4, heads: 4, channels: 64, hidden: 96 };
export const ARCHITECTURES = {
  gpt2: { ...sizes, form: 'gpt2' },
  'gpt2 without biases': { ...sizes, form: 'gpt2', bias: false, tied: false },
  'llama, grouped heads': { ...sizes, form: 'llama', kvHeads: 2 },
  'llama, tied, wide heads': { ...sizes, form: 'llama', tied: true, headSize: 24, ropeBase: 500_000 },
  'llama 3.1': { ...sizes, form: 'llama', kvHeads: 1, ropeFactors: ropeFactors({ type: 'llama3', factor: 8, low: 1, high: 4, original: 1024 }, 16, 10_000) },
  mistral: { ...sizes, form: 'llama', kvHeads: 2, window: 40 },
  qwen2: { ...sizes, form: 'llama', kvHeads: 2, qkvBias: true, tied: true, normEps: 1e-6 },
  qwen3: { ...sizes, form: 'llama', kvHeads: 2, headSize: 32, qkNorm: true, qkGain: true, normEps: 1e-6 },
  smollm3: { ...sizes, form: 'llama', nopeEvery: 4, tied: true },
} as const satisfies Record<string, Omit<TransformerOptions, 'vocab'>>;
export type ArchitectureName = keyof typeof ARCHITECTURES;

export const text = 'The cat sat on the mat, and the dog sat on the log. "Why?" said the cat: it\'s 1234 steps! 你好 é\n\n'.repeat(3);
export const bpe = (pattern: 'gpt2' | 'cl100k' | 'qwen2' | 'o200k' = 'gpt2'): Tokenizer => trainBpe([text], { vocab: 320, pattern, specials: ['<|bos|>', '<|end|>'] });

/** Weights that let tokens look at each other and disagree: gains and biases too are random. */
export function randomModel(engine: Engine, name: ArchitectureName, tokenizer: Tokenizer = bpe(), more: Partial<TransformerOptions> = {}): LanguageModel {
  const model = createLanguageModel(engine, tokenizer, { ...ARCHITECTURES[name], ...more }), random = new Random(11);
  for (const { tensor, group } of model.weights.parameters) {
    const isGain = group === 'vector' && tensor.name.endsWith('.weight');
    model.weights.read(tensor).forEach((_, i, all) => { all[i] = Math.fround((isGain ? 1 : 0) + (random.float() - 0.5) * (group === 'embedding' ? 1 : 0.5)); });
  }
  return model;
}
