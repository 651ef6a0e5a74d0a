// The configuration in the metadata of a .gguf: `llama.block_count`, `llama.attention.head_count` and so on.
// https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
import type { GgufValue } from '../formats/ggufValue.ts';
import { dequantize, FormatError, OptionError, transformerConfig, type TransformerConfig } from '../index.ts';
import { readSome } from './byteSource.ts';
import { type Architecture, architectureOf, configured, USUAL_CONTEXT } from './huggingFaceConfig.ts';
import { isWeightType, type TensorEntries } from './tensorFile.ts';

export type Metadata = ReadonlyMap<string, GgufValue>;

/** Architectures of GGUF that are known here; that of Mistral is llama. */
export const ggufArchitectures = ['gpt2', 'llama', 'qwen2', 'qwen3', 'smollm3'] as const;
export type GgufArchitecture = (typeof ggufArchitectures)[number];

export const textValue = (metadata: Metadata, key: string): string | null => {
  const entry = metadata.get(key);
  return entry?.type === 'string' ? entry.value : null;
};

export const flagValue = (metadata: Metadata, key: string): boolean | null => {
  const entry = metadata.get(key);
  return entry?.type === 'bool' ? entry.value : null;
};

export function numberValue(metadata: Metadata, key: string, name: string, otherwise?: number): number {
  const entry = metadata.get(key);
  if (entry === undefined && otherwise !== undefined) return otherwise;
  const value = entry && entry.type !== 'array' && entry.type !== 'string' && entry.type !== 'bool' ? Number(entry.value) : NaN;
  if (!Number.isFinite(value)) throw new FormatError(`${name}: ${key} ${entry ? 'is not one number' : 'is missing'}. The file is damaged, or of a kind that is not supported.`);
  return value;
}

/** Numbers of the metadata of llama.cpp that change what is computed, and the value that leaves it as it is. */
const neutral: Readonly<Record<string, number>> = {
  'expert_count': 0, 'attention.scale': 0, 'logit_scale': 0, 'residual_scale': 0, 'embedding_scale': 0, 'attn_logit_softcapping': 0, 'final_logit_softcapping': 0, 'attention.max_alibi_bias': 0, 'attention.clamp_kqv': 0,
};

/**
 * @throws {FormatError} naming the key that is missing or not supported.
 */
export async function readGgufConfig(metadata: Metadata, entries: TensorEntries, name: string, wanted = USUAL_CONTEXT): Promise<{ config: TransformerConfig; architecture: GgufArchitecture }> {
  const architecture = textValue(metadata, 'general.architecture') as GgufArchitecture | null;
  if (!architecture || !ggufArchitectures.includes(architecture)) {
    throw new FormatError(`${name}: general.architecture is ${JSON.stringify(architecture)}, which is not supported. There are ${ggufArchitectures.join(', ')}.`);
  }
  const number = (key: string, otherwise?: number): number => numberValue(metadata, `${architecture}.${key}`, name, otherwise), has = (tensor: string): boolean => entries.has(tensor);
  for (const [key, value] of Object.entries(neutral)) {
    if (number(key, value) !== value) throw new FormatError(`${name}: ${architecture}.${key} is ${number(key)}, which is not supported.`);
  }
  const embedding = entries.get('token_embd.weight');
  if (!embedding || embedding.shape.length !== 2) throw new FormatError(`${name} has no table of tokens (token_embd.weight). It is not a language model, or was split into several files.`);
  const [vocab, channels] = embedding.shape as [number, number], heads = number('attention.head_count'), tied = !has('output.weight');
  const sizes = { vocab, channels, heads, tied, layers: number('block_count'), hidden: number('feed_forward_length') };
  if (architecture === 'gpt2') {
    const context = number('context_length');
    return { architecture, config: configured(name, () => transformerConfig({ form: 'gpt2', ...sizes, context, normEps: number('attention.layer_norm_epsilon'), bias: has('output_norm.bias') })) };
  }
  const headSize = number('attention.key_length', Math.floor(channels / heads)), ropeBase = number('rope.freq_base', 10_000), context = Math.min(number('context_length'), wanted);
  for (const key of ['attention.value_length', 'rope.dimension_count']) {
    if (number(key, headSize) !== headSize) throw new FormatError(`${name}: ${architecture}.${key} is ${number(key)}, which is not supported: it must be the head size, ${headSize}.`);
  }
  const scaling = textValue(metadata, `${architecture}.rope.scaling.type`) ?? 'none', factor = number('rope.scaling.factor', 1);
  if (scaling !== 'none' && scaling !== 'linear') throw new FormatError(`${name}: ${architecture}.rope.scaling.type is ${JSON.stringify(scaling)}, which is not supported. There are none and linear.`);
  const stored = entries.get('rope_freqs.weight');
  let ropeFactors: number[] = scaling === 'linear' && factor !== 1 ? Array.from({ length: headSize / 2 }, () => Math.fround(factor)) : [];
  if (stored && isWeightType(stored.dtype)) ropeFactors = [...dequantize(stored.dtype, await readSome(stored.source, stored.begin, stored.end - stored.begin))];
  const window = number('attention.sliding_window', 0), qwen3 = architecture === 'qwen3';
  return {
    architecture,
    config: configured(name, () => transformerConfig({
      form: 'llama', ...sizes, context, kvHeads: number('attention.head_count_kv', heads), headSize, ropeBase, ropeFactors, normEps: number('attention.layer_norm_rms_epsilon'),
      window: window < context ? window : 0, qkvBias: has('blk.0.attn_q.bias'), qkNorm: qwen3, qkGain: qwen3, nopeEvery: architecture === 'smollm3' ? 4 : 0,
    })),
  };
}

const u32 = (value: number): GgufValue => ({ type: 'uint32', value });
const f32 = (value: number): GgufValue => ({ type: 'float32', value: Math.fround(value) });

/**
 * The metadata of a configuration, without those of the tokenizer.
 *
 * @throws {OptionError} naming the switch that GGUF has no word for.
 */
export function writeGgufConfig(c: TransformerConfig, { name, fileType }: { name: string; fileType: number }): { metadata: Map<string, GgufValue>; architecture: GgufArchitecture } {
  const found: Architecture = architectureOf(c, 'GGUF'), a: GgufArchitecture = found === 'mistral' ? 'llama' : found;
  if (a === 'gpt2' && c.activation !== 'gelu') throw new OptionError('activation', `llama.cpp knows GPT-2 with the activation gelu (its tanh form) only, but this model has ${c.activation}.`);
  if (a === 'smollm3' && c.nopeEvery !== 4) throw new OptionError('nopeEvery', `llama.cpp knows SmolLM3 with nopeEvery: 4 only, but this model has ${c.nopeEvery}.`);
  const metadata = new Map<string, GgufValue>([
    ['general.architecture', { type: 'string', value: a }],
    ['general.name', { type: 'string', value: name }],
    ['general.file_type', u32(fileType)],
    [`${a}.vocab_size`, u32(c.vocab)],
    [`${a}.context_length`, u32(c.context)],
    [`${a}.embedding_length`, u32(c.channels)],
    [`${a}.block_count`, u32(c.layers)],
    [`${a}.feed_forward_length`, u32(c.hidden)],
    [`${a}.attention.head_count`, u32(c.heads)],
    [`${a}.attention.head_count_kv`, u32(c.kvHeads)],
  ]);
  if (a === 'gpt2') return { architecture: a, metadata: metadata.set(`${a}.attention.layer_norm_epsilon`, f32(c.normEps)) };
  metadata.set(`${a}.attention.layer_norm_rms_epsilon`, f32(c.normEps)).set(`${a}.rope.freq_base`, f32(c.ropeBase)).set(`${a}.rope.dimension_count`, u32(c.headSize));
  metadata.set(`${a}.attention.key_length`, u32(c.headSize)).set(`${a}.attention.value_length`, u32(c.headSize));
  if (c.window > 0) metadata.set(`${a}.attention.sliding_window`, u32(c.window));
  return { architecture: a, metadata };
}
