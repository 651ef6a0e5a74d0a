// One transformer, many forms: the switches that tell GPT-2, Llama, nanochat and our own form apart.
import { closest, OptionError } from '../errors.ts';

export interface TransformerConfig {
  /** Tokens in the vocabulary, V. */
  readonly vocab: number;
  /** Longest sequence, T. */
  readonly context: number;
  readonly layers: number;
  /** Query heads, nh. */
  readonly heads: number;
  /** Heads of keys and values, nkv; a divisor of `heads`. */
  readonly kvHeads: number;
  /** Width of the residual stream, C. */
  readonly channels: number;
  /** Width of a head, hs; even when positions are rotated. */
  readonly headSize: number;
  /** Inner width of the MLP, F. */
  readonly hidden: number;
  readonly positions: 'learned' | 'rope' | 'none';
  readonly ropeBase: number;
  /** The frequencies of rotation are divided by these, hs/2 numbers, to reach further than training did (Llama 3.1); none if empty. */
  readonly ropeFactors: readonly number[];
  /** Every so many-th layer does not know positions (NoPE, as in SmolLM3); 0 if all do. */
  readonly nopeEvery: number;
  readonly norm: 'layer' | 'rms';
  /** Norms have a gain per channel (and a bias, if `bias`). */
  readonly normGain: boolean;
  readonly normEps: number;
  /** Linear layers (and layer norms) have biases. */
  readonly bias: boolean;
  /** Queries, keys and values have biases even where `bias` is false (Qwen2). */
  readonly qkvBias: boolean;
  readonly activation: 'gelu' | 'geluErf' | 'relu2' | 'silu' | 'swiglu';
  /** Queries and keys are brought to unit root mean square before they are rotated. */
  readonly qkNorm: boolean;
  /** And then multiplied by a gain per number of a head (Qwen3). */
  readonly qkGain: boolean;
  /** How many tokens attention looks back, the token itself included (Mistral); 0 for all. */
  readonly window: number;
  /** Logits become softcap · tanh(logits / softcap); 0 for no cap. */
  readonly softcap: number;
  /** The output layer is the token embedding. */
  readonly tied: boolean;
  /** Norm right behind the embedding. */
  readonly embeddingNorm: boolean;
  /** Taps of the causal convolutions, 0 for none. */
  readonly taps: number;
  /** Where they stand: behind the input, before attention, before the MLP. */
  readonly convolutions: readonly ('input' | 'attention' | 'mlp')[];
  /** Tables of n-gram embeddings: `size` rows; an n of 2 with (vocab + 1) · vocab rows is exact, all others are hashed. */
  readonly ngrams: readonly { readonly n: number; readonly size: number }[];
  /** Probability that a position does not see its row of a table, in training. */
  readonly tableDrop: number;
  /** Every layer adds a row of a table of its own to the values. */
  readonly valueEmbeddings: boolean;
  /** Probability that a number is dropped behind the embedding, attention and MLP, in training. */
  readonly dropout: number;
  /** First values: `gpt2` N(0, .02), `fanIn` N(0, 1/√fan-in) with zero output layers. */
  readonly init: 'gpt2' | 'fanIn';
}

/** What all forms share; a form overrides it. */
const plain = {
  ropeBase: 10_000, normEps: 1e-5, softcap: 0, embeddingNorm: false, taps: 4, convolutions: [], ngrams: [], tableDrop: 0,
  valueEmbeddings: false, dropout: 0, qkNorm: false, qkvBias: false, qkGain: false, window: 0, ropeFactors: [], nopeEvery: 0,
} as const;

/** The forms: `gpt2` and `llama` for other people's models, `nanochat` (lite), and our own, `inkling`. */
export const forms = {
  gpt2: { ...plain, positions: 'learned', norm: 'layer', normGain: true, bias: true, activation: 'gelu', tied: true, init: 'gpt2' },
  llama: { ...plain, positions: 'rope', norm: 'rms', normGain: true, bias: false, activation: 'swiglu', tied: false, init: 'gpt2' },
  nanochat: { ...plain, positions: 'rope', norm: 'rms', normGain: false, bias: false, activation: 'relu2', qkNorm: true, softcap: 15, tied: true, init: 'fanIn' },
  inkling: {
    ...plain, positions: 'rope', norm: 'rms', normGain: false, bias: false, activation: 'relu2', qkNorm: true, softcap: 15, tied: false, init: 'fanIn',
    embeddingNorm: true, convolutions: ['input', 'attention', 'mlp'], ngrams: [{ n: 2, size: 16_384 }, { n: 3, size: 16_384 }], tableDrop: 0.2, valueEmbeddings: true,
  },
} as const satisfies Record<string, Partial<TransformerConfig>>;

export type Form = keyof typeof forms;

/** The sizes that have no default, and any switch of the form that should be different. */
export type TransformerOptions = Pick<TransformerConfig, 'vocab' | 'context' | 'layers' | 'heads' | 'channels'> & Partial<TransformerConfig> & { readonly form?: Form };

/**
 * A whole configuration from sizes and a form.
 *
 * @throws {OptionError} when sizes do not fit together; names the option.
 * @example
 * transformerConfig({ form: 'gpt2', vocab: 65, context: 64, layers: 4, heads: 4, channels: 128 });
 */
export function transformerConfig({ form = 'inkling', ...options }: TransformerOptions): TransformerConfig {
  const base: Partial<TransformerConfig> | undefined = Object.hasOwn(forms, form) ? forms[form] : undefined;
  if (!base) throw new OptionError('form', `There is no form "${form}". ${closest(form, Object.keys(forms)) ? `Did you mean "${closest(form, Object.keys(forms))}"?` : `There are ${Object.keys(forms).join(', ')}.`}`);
  const { channels, heads } = options;
  const config = {
    kvHeads: heads, headSize: Math.floor(channels / heads), hidden: 4 * channels, ...base, ...options,
  } as TransformerConfig;
  for (const name of ['vocab', 'context', 'layers', 'heads', 'kvHeads', 'channels', 'headSize', 'hidden'] as const) {
    const value = config[name];
    if (!Number.isSafeInteger(value) || value < 1) throw new OptionError(name, `${name} must be a whole number of at least 1, but it is ${value}.`);
  }
  if (!options.headSize && channels % heads) throw new OptionError('heads', `channels must be a multiple of heads, but ${channels} is not a multiple of ${heads}.`);
  if (heads % config.kvHeads) throw new OptionError('kvHeads', `heads must be a multiple of kvHeads, but ${heads} is not a multiple of ${config.kvHeads}.`);
  if (config.positions === 'rope' && config.headSize % 2) throw new OptionError('heads', `Rotated positions need an even head size, but ${channels} channels in ${heads} heads give ${config.headSize}.`);
  for (const name of ['dropout', 'tableDrop'] as const) {
    if (!(config[name] >= 0 && config[name] < 1)) throw new OptionError(name, `${name} must be at least 0 and less than 1, but it is ${config[name]}.`);
  }
  if (config.qkGain && !config.qkNorm) throw new OptionError('qkGain', 'qkGain multiplies what qkNorm has normed; it needs qkNorm: true.');
  for (const name of ['window', 'nopeEvery'] as const) {
    if (!Number.isSafeInteger(config[name]) || config[name] < 0) throw new OptionError(name, `${name} must be a whole number, 0 for none, but it is ${config[name]}.`);
  }
  const { ropeFactors, headSize } = config;
  if (ropeFactors.length > 0 && (ropeFactors.length !== headSize / 2 || !ropeFactors.every((factor) => factor > 0 && factor < Infinity))) {
    throw new OptionError('ropeFactors', `ropeFactors must be ${headSize / 2} numbers above 0, one for each pair of a head of ${headSize}, but there are ${ropeFactors.length}.`);
  }
  if (!(config.softcap >= 0)) throw new OptionError('softcap', `softcap must be 0 (none) or more, but it is ${config.softcap}.`);
  return config;
}

/**
 * Floating-point operations to train on one token, by the one formula used everywhere: 6 for each weight that is
 * multiplied, and causal attention with the masked half left out. Look-ups are free.
 *
 *   6 (weights of all linear layers and convolutions) + 6 L (nh hs) T
 */
export function flopsPerToken(c: TransformerConfig, context = c.context): number {
  const attention = c.channels * (c.heads + 2 * c.kvHeads) * c.headSize + c.heads * c.headSize * c.channels;
  const mlp = (c.activation === 'swiglu' ? 3 : 2) * c.channels * c.hidden;
  const convolution = c.taps * c.channels * (Number(c.convolutions.includes('input')) + c.layers * c.convolutions.filter((at) => at !== 'input').length);
  return 6 * (c.layers * (attention + mlp) + c.vocab * c.channels + convolution) + 6 * c.layers * c.heads * c.headSize * context;
}
