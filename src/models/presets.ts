// Sizes that have been tried. A preset is a form and its sizes; the recipe of the same name is in train/recipes.ts.
import { closest, OptionError } from '../errors.ts';
import { exactBigramRows } from '../graph/index.ts';
import type { Form, TransformerConfig } from './transformerConfig.ts';

export interface Preset {
  readonly summary: string;
  readonly form: Form;
  /** What the tokenizer is, unless something else is asked for. */
  readonly tokenizer: { readonly kind: 'chars' | 'words' | 'bpe'; readonly vocab: number };
  readonly model: Pick<TransformerConfig, 'context' | 'layers' | 'heads' | 'channels'> & Partial<TransformerConfig>;
}

const tables = (size: number) => [{ n: 2, size }, { n: 3, size }];

export const presets = {
  nano: { summary: 'learns the world in five minutes on two cores', form: 'inkling', tokenizer: { kind: 'bpe', vocab: 1536 }, model: { context: 128, layers: 2, heads: 3, channels: 96, ngrams: tables(16_384), softcap: 0 } },
  small: { summary: 'twenty minutes', form: 'inkling', tokenizer: { kind: 'bpe', vocab: 2048 }, model: { context: 256, layers: 3, heads: 4, channels: 128, ngrams: tables(32_768) } },
  base: { summary: 'an hour', form: 'inkling', tokenizer: { kind: 'bpe', vocab: 2048 }, model: { context: 256, layers: 4, heads: 6, channels: 192, ngrams: tables(65_536) } },
  'nanogpt-cpu': { summary: "nanoGPT's recipe for one CPU: tiny Shakespeare, characters, GPT-2 form", form: 'gpt2', tokenizer: { kind: 'chars', vocab: 0 }, model: { context: 64, layers: 4, heads: 4, channels: 128, bias: false } },
  shakespeare: { summary: 'our own form on the same budget of 7.6 TFLOP', form: 'inkling', tokenizer: { kind: 'chars', vocab: 0 }, model: { context: 64, layers: 2, heads: 4, channels: 128, ngrams: [{ n: 2, size: 0 }, { n: 3, size: 16_384 }] } },
} as const satisfies Record<string, Preset>;

export type PresetName = keyof typeof presets;

/**
 * @throws {OptionError} for a name that is none, with the nearest one.
 */
export function preset(name: string): Preset {
  if (Object.hasOwn(presets, name)) return presets[name as PresetName];
  const meant = closest(name, Object.keys(presets));
  throw new OptionError('preset', `There is no preset "${name}". ${meant ? `Did you mean "${meant}"?` : `There are ${Object.keys(presets).join(', ')}.`}`);
}

/** Exact tables of pairs are for small alphabets. */
const MOST_EXACT_ROWS = 70_000;

/**
 * Tables of a preset once the vocabulary is known: a size of 0 stands for one row for each pair of tokens, or a hashed
 * table where those would be too many.
 *
 * @example
 * tablesFor([{ n: 2, size: 0 }], 65); // [{ n: 2, size: 4290 }]
 */
export function tablesFor(ngrams: TransformerConfig['ngrams'], vocab: number): TransformerConfig['ngrams'] {
  const pairs = exactBigramRows(vocab);
  return ngrams.map(({ n, size }) => ({ n, size: size || (pairs <= MOST_EXACT_ROWS ? pairs : 16_384) }));
}

/**
 * One dial: depth decides width, heads and context, as in nanochat (64 channels per layer there; 32 here, the models are small).
 *
 * @example
 * sizesOfDepth(4); // { layers: 4, channels: 128, heads: 4, context: 256 }
 */
export function sizesOfDepth(depth: number): Pick<TransformerConfig, 'layers' | 'channels' | 'heads' | 'context'> {
  if (!Number.isSafeInteger(depth) || depth < 1 || depth > 64) throw new OptionError('depth', `depth must be a whole number from 1 to 64, but it is ${depth}.`);
  return { layers: depth, channels: 32 * Math.max(2, depth), heads: Math.max(2, depth), context: depth < 4 ? 128 : 256 };
}
