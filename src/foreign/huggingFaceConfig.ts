// config.json of Hugging Face: which of the switches of the one transformer a model has. What has no switch is refused by
// the name of its field; nothing that changes the numbers is passed over.
import { FormatError, OptionError, transformerConfig, type TransformerConfig } from '../index.ts';
import { ropeFactors, scalingOrNull } from './ropeFactors.ts';

/** Architectures by their `model_type`. */
export const architectures = ['gpt2', 'llama', 'mistral', 'qwen2', 'qwen3', 'smollm3'] as const;
export type Architecture = (typeof architectures)[number];

/** Names of activations, theirs and ours. */
const activations: Readonly<Record<string, TransformerConfig['activation']>> = {
  gelu_new: 'gelu', gelu_pytorch_tanh: 'gelu', gelu_fast: 'gelu', gelu: 'geluErf', silu: 'silu', swish: 'silu', relu2: 'relu2',
};

/** Longest context that is taken unless more is asked for: caches grow with it. */
export const USUAL_CONTEXT = 4096;

type Json = Readonly<Record<string, unknown>>;

/** Reads fields and says which one is wrong. */
export class Fields {
  readonly json: Json;
  readonly name: string;
  constructor(json: Json, name: string) {
    this.json = json;
    this.name = name;
  }

  /** The first of these fields that is there. */
  get(...fields: readonly string[]): unknown {
    for (const field of fields) if (this.json[field] !== undefined && this.json[field] !== null) return this.json[field];
    return undefined;
  }

  refuse(field: string, what: string): never {
    throw new FormatError(`${this.name}: ${field} is ${JSON.stringify(this.json[field])?.slice(0, 80)}, ${what}.`);
  }

  number(fields: string | readonly string[], otherwise?: number): number {
    const list = typeof fields === 'string' ? [fields] : fields, value = this.get(...list) ?? otherwise;
    if (value === undefined) throw new FormatError(`${this.name}: ${list.join(' or ')} is missing. It is not the configuration of a language model, or a damaged one.`);
    if (typeof value !== 'number' || !Number.isFinite(value)) throw new FormatError(`${this.name}: ${list[0]} must be a number, but it is ${JSON.stringify(value)?.slice(0, 80)}.`);
    return value;
  }

  flag(field: string, otherwise: boolean): boolean {
    const value = this.get(field) ?? otherwise;
    if (typeof value !== 'boolean') throw new FormatError(`${this.name}: ${field} must be true or false, but it is ${JSON.stringify(value)?.slice(0, 80)}.`);
    return value;
  }

  /** Fields that may only have this value. */
  only(expected: Readonly<Record<string, unknown>>): void {
    for (const [field, value] of Object.entries(expected)) {
      const found = this.get(field);
      if (found !== undefined && JSON.stringify(found) !== JSON.stringify(value)) this.refuse(field, `which is not supported; it can only be ${JSON.stringify(value)}`);
    }
  }
}

/** A whole configuration, and what names are to be expected. `null` for the form: it depends on the tensors. */
export interface ForeignConfig {
  readonly config: TransformerConfig;
  readonly architecture: Architecture;
  /** nanoGPT and minGPT: matrices are not transposed. */
  readonly linear: boolean;
  /** The file does not say whether the output layer is the table of tokens. */
  readonly tiedUnknown: boolean;
}

/** Errors of ours about sizes, as errors about the file. */
export function configured(name: string, make: () => TransformerConfig): TransformerConfig {
  try {
    return make();
  } catch (error) {
    if (error instanceof OptionError) throw new FormatError(`${name}: ${error.message}`, { cause: error });
    throw error;
  }
}

/**
 * Reads a config.json.
 *
 * @param context the longest context to make room for; {@link USUAL_CONTEXT}, or the model's own if that is less.
 * @throws {FormatError} naming the field that is missing or not supported.
 */
export function readHuggingFaceConfig(json: Json, name: string, context?: number): ForeignConfig {
  const fields = new Fields(json, name), type = json['model_type'];
  const tiedUnknown = json['tie_word_embeddings'] === undefined;
  if (json['quantization_config'] !== undefined) fields.refuse('quantization_config', 'which is not supported; use the model as it was before, or a .gguf of it');
  if (type === undefined && (json['block_size'] !== undefined || json['n_layer'] !== undefined)) return { config: nanoGpt(fields), architecture: 'gpt2', linear: true, tiedUnknown };
  if (type === 'gpt2') return { config: gpt2(fields), architecture: type, linear: false, tiedUnknown: false };
  if (!(architectures as readonly unknown[]).includes(type)) fields.refuse('model_type', `which is not supported. There are ${architectures.join(', ')}`);
  return { config: llama(fields, type as Architecture, context), architecture: type as Architecture, linear: false, tiedUnknown: false };
}

function gpt2(f: Fields): TransformerConfig {
  f.only({ scale_attn_weights: true, scale_attn_by_inverse_layer_idx: false, add_cross_attention: false });
  const act = String(f.get('activation_function') ?? 'gelu_new'), activation = activations[act];
  if (!activation) f.refuse('activation_function', `which is not supported. There are ${Object.keys(activations).join(', ')}`);
  const channels = f.number('n_embd');
  return configured(f.name, () => transformerConfig({
    form: 'gpt2', vocab: f.number('vocab_size'), context: f.number(['n_positions', 'n_ctx'], 1024), layers: f.number('n_layer'), heads: f.number('n_head'), channels,
    hidden: f.number('n_inner', 4 * channels), normEps: f.number('layer_norm_epsilon', 1e-5), activation, tied: f.flag('tie_word_embeddings', true),
  }));
}

/** The arguments of nanoGPT's model (with `bias`) or minGPT's (without). */
function nanoGpt(f: Fields): TransformerConfig {
  const isNano = f.get('bias') !== undefined;
  return configured(f.name, () => transformerConfig({
    form: 'gpt2', vocab: f.number('vocab_size'), context: f.number('block_size'), layers: f.number('n_layer'), heads: f.number('n_head'), channels: f.number('n_embd'),
    bias: f.flag('bias', true), activation: isNano ? 'geluErf' : 'gelu', tied: f.flag('tie_word_embeddings', isNano),
  }));
}

function llama(f: Fields, type: Architecture, wanted = USUAL_CONTEXT): TransformerConfig {
  f.only({ hidden_act: 'silu', mlp_bias: false, partial_rotary_factor: 1, attention_dropout: 0, logits_soft_cap: null });
  if (type !== 'qwen2' && f.flag('attention_bias', false)) f.refuse('attention_bias', 'which is not supported in this architecture');
  const channels = f.number('hidden_size'), heads = f.number('num_attention_heads'), headSize = f.number('head_dim', Math.floor(channels / heads)), layers = f.number('num_hidden_layers');
  const trained = f.number('max_position_embeddings', 2048), context = Math.min(trained, wanted);
  const rope = (f.get('rope_parameters', 'rope_scaling') ?? {}) as Json, ropeBase = new Fields({ ...f.json, ...(typeof rope['rope_theta'] === 'number' && { rope_theta: rope['rope_theta'] }) }, f.name).number('rope_theta', 10_000);
  return configured(f.name, () => transformerConfig({
    form: 'llama', vocab: f.number('vocab_size'), context, layers, heads, channels, headSize, kvHeads: f.number('num_key_value_heads', heads), hidden: f.number('intermediate_size'),
    normEps: f.number('rms_norm_eps', 1e-6), tied: f.flag('tie_word_embeddings', false), ropeBase, ropeFactors: factorsOf(f, rope, headSize, ropeBase),
    window: windowOf(f, type, layers, context), nopeEvery: type === 'smollm3' ? nopeOf(f, layers) : 0, qkvBias: type === 'qwen2', qkNorm: type === 'qwen3', qkGain: type === 'qwen3',
  }));
}

function factorsOf(f: Fields, rope: Json, hs: number, base: number): number[] {
  const type = rope['rope_type'] ?? rope['type'] ?? 'default', inner = new Fields(rope, `${f.name}: rope_scaling`);
  if (type === 'default') return [];
  if (type === 'linear') return ropeFactors({ type, factor: inner.number('factor') }, hs, base);
  if (type === 'llama3') {
    return ropeFactors({ type, factor: inner.number('factor'), low: inner.number('low_freq_factor'), high: inner.number('high_freq_factor'), original: inner.number('original_max_position_embeddings') }, hs, base);
  }
  throw new FormatError(`${f.name}: rope_scaling has the type ${JSON.stringify(type)}, which is not supported. There are default, linear and llama3.`);
}

/** How far a layer looks back; all layers must look as far. */
function windowOf(f: Fields, type: Architecture, layers: number, context: number): number {
  const given = f.get('sliding_window'), kinds = f.get('layer_types'), width = typeof given === 'number' ? given : 0;
  const used = type === 'mistral' ? width > 0 : f.flag('use_sliding_window', false) && width > 0;
  if (Array.isArray(kinds)) {
    const sliding = kinds.filter((kind) => kind === 'sliding_attention').length, full = kinds.filter((kind) => kind === 'full_attention').length;
    if (sliding + full !== kinds.length || (sliding > 0 && full > 0 && width < context)) f.refuse('layer_types', 'which is not supported: all layers must look equally far back');
    return sliding === layers && width < context ? width : 0;
  }
  if (used && type !== 'mistral' && f.number('max_window_layers', 0) > 0 && f.number('max_window_layers', 0) < layers && width < context) {
    f.refuse('max_window_layers', 'which is not supported: all layers must look equally far back');
  }
  return used && width < context ? width : 0;
}

/** Layers without positions must come at equal distances. */
function nopeOf(f: Fields, layers: number): number {
  const list = f.get('no_rope_layers'), every = f.number('no_rope_layer_interval', 4);
  if (!Array.isArray(list)) return every;
  const of = (n: number): number[] => Array.from({ length: layers }, (_, i) => Number((i + 1) % n !== 0));
  if (list.every((uses) => uses === 1)) return 0;
  const found = [every, ...Array.from({ length: layers }, (_, i) => i + 1)].find((n) => JSON.stringify(of(n)) === JSON.stringify(list));
  if (found === undefined) f.refuse('no_rope_layers', 'which is not supported: such layers must come at equal distances');
  return found;
}

/** Switches that other people's programs have no word for. */
function refuseOwnSwitches(c: TransformerConfig, format: string): void {
  const plain: Partial<TransformerConfig> = { softcap: 0, embeddingNorm: false, valueEmbeddings: false, normGain: true };
  for (const [name, value] of Object.entries(plain)) {
    if (c[name as keyof TransformerConfig] !== value) throw new OptionError(name, `${format} has no word for ${name}: ${JSON.stringify(c[name as keyof TransformerConfig])}. Only models of the forms gpt2 and llama and their kin can be written for others.`);
  }
  if (c.ngrams.length > 0) throw new OptionError('ngrams', `${format} has no word for tables of n-grams. Only models of the forms gpt2 and llama and their kin can be written for others.`);
  if (c.convolutions.length > 0 && c.taps > 0) throw new OptionError('convolutions', `${format} has no word for convolutions. Only models of the forms gpt2 and llama and their kin can be written for others.`);
}

/**
 * The architecture that a configuration of ours is elsewhere.
 *
 * @throws {OptionError} naming the switch that nobody else has.
 */
export function architectureOf(c: TransformerConfig, format: string): Architecture {
  refuseOwnSwitches(c, format);
  const need = (name: keyof TransformerConfig, good: boolean): void => {
    if (!good) throw new OptionError(name, `${format} has no architecture with ${name}: ${JSON.stringify(c[name])} beside the other switches of this model.`);
  };
  if (c.positions === 'learned') {
    need('norm', c.norm === 'layer');
    need('activation', c.activation !== 'swiglu');
    need('kvHeads', c.kvHeads === c.heads);
    need('headSize', c.headSize * c.heads === c.channels);
    need('qkNorm', !c.qkNorm);
    need('qkvBias', !c.qkvBias || c.bias);
    need('window', c.window === 0);
    return 'gpt2';
  }
  need('positions', c.positions === 'rope');
  need('norm', c.norm === 'rms');
  need('activation', c.activation === 'swiglu');
  need('bias', !c.bias);
  const special = [c.qkNorm && 'qwen3', c.qkvBias && 'qwen2', c.nopeEvery > 0 && 'smollm3', c.window > 0 && 'mistral'].filter(Boolean) as Architecture[];
  need('qkGain', c.qkNorm === c.qkGain);
  if (special.length > 1) throw new OptionError('form', `${format} has no architecture that is ${special.join(' and ')} at once.`);
  return special[0] ?? 'llama';
}

/** The config.json of a configuration. Throws as {@link architectureOf}. */
export function writeHuggingFaceConfig(c: TransformerConfig, { dtype, bos, eos }: { dtype: string; bos: number | null; eos: number | null }): Json {
  const type = architectureOf(c, 'A directory of Hugging Face'), ids = { bos_token_id: bos, eos_token_id: eos };
  if (type === 'gpt2') {
    const act = { gelu: 'gelu_new', geluErf: 'gelu', silu: 'silu', relu2: 'relu2', swiglu: '' }[c.activation];
    return {
      architectures: ['GPT2LMHeadModel'], model_type: type, vocab_size: c.vocab, n_positions: c.context, n_ctx: c.context, n_embd: c.channels, n_layer: c.layers, n_head: c.heads, n_inner: c.hidden,
      activation_function: act, layer_norm_epsilon: c.normEps, tie_word_embeddings: c.tied, resid_pdrop: 0, embd_pdrop: 0, attn_pdrop: 0, torch_dtype: dtype, use_cache: true, ...ids,
    };
  }
  const scaling = c.ropeFactors.length > 0 ? scalingOrNull(c.ropeFactors, c.headSize, c.ropeBase) : null;
  if (c.ropeFactors.length > 0 && !scaling) throw new OptionError('ropeFactors', 'A directory of Hugging Face has no name for these factors of rotation. Write GGUF, which holds them as they are.');
  const rope = !scaling ? null : scaling.type === 'linear' ? { rope_type: 'linear', factor: scaling.factor }
    : { rope_type: 'llama3', factor: scaling.factor, low_freq_factor: scaling.low, high_freq_factor: scaling.high, original_max_position_embeddings: scaling.original };
  const classes = { llama: 'LlamaForCausalLM', mistral: 'MistralForCausalLM', qwen2: 'Qwen2ForCausalLM', qwen3: 'Qwen3ForCausalLM', smollm3: 'SmolLM3ForCausalLM' };
  return {
    architectures: [classes[type]], model_type: type, vocab_size: c.vocab, hidden_size: c.channels, intermediate_size: c.hidden, num_hidden_layers: c.layers, num_attention_heads: c.heads,
    num_key_value_heads: c.kvHeads, head_dim: c.headSize, max_position_embeddings: c.context, hidden_act: 'silu', rms_norm_eps: c.normEps, rope_theta: c.ropeBase, rope_scaling: rope,
    tie_word_embeddings: c.tied, attention_dropout: 0, torch_dtype: dtype, use_cache: true, ...ids,
    ...(type === 'mistral' ? { sliding_window: c.window } : {}),
    ...(type === 'qwen2' || type === 'qwen3' ? { use_sliding_window: false, sliding_window: null, max_window_layers: c.layers } : {}),
    ...(type === 'llama' || type === 'qwen3' ? { attention_bias: false } : {}), ...(type === 'llama' ? { mlp_bias: false } : {}),
    ...(type === 'smollm3' ? { attention_bias: false, mlp_bias: false, use_sliding_window: false, no_rope_layer_interval: c.nopeEvery, no_rope_layers: Array.from({ length: c.layers }, (_, i) => Number((i + 1) % c.nopeEvery !== 0)) } : {}),
  };
}
