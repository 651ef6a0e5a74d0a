// From options to sizes and recipe. Whatever is not said comes from the preset.
import { OptionError } from '../errors.ts';
import { type Form, forms, preset as findPreset, type PresetName, presets, sizesOfDepth, tablesFor, type TransformerConfig, transformerConfig } from '../models/index.ts';
import { plainRecipe, type PretrainRecipe, recipes } from '../train/index.ts';
import type { TokenizerKind } from './makeTokenizer.ts';
import { choice, text, whole } from './options.ts';

export const modelOptions = {
  preset: text(Object.keys(presets).join('|'), 'sizes and recipe that have been tried (default nano, or what fits --minutes)'),
  depth: whole(1, 64, 'one dial for all sizes: layers; width, heads and context follow'),
  form: choice(Object.keys(forms) as Form[], 'which transformer (default: that of the preset)'),
  layers: whole(1, 1000, 'blocks'),
  heads: whole(1, 1024, 'attention heads; channels must be a multiple'),
  channels: whole(1, 65_536, 'width'),
  context: whole(1, 65_536, 'longest sequence, in tokens'),
};

export interface ModelChoice {
  readonly preset: PresetName;
  readonly form: Form;
  readonly tokenizer: { readonly kind: TokenizerKind; readonly vocab: number };
  readonly recipe: PretrainRecipe;
  /** The whole configuration, once it is known how many tokens there are. */
  config(vocab: number): TransformerConfig;
}

export interface ModelWishes {
  readonly preset?: string | undefined;
  readonly depth?: number | undefined;
  readonly form?: Form | undefined;
  readonly layers?: number | undefined;
  readonly heads?: number | undefined;
  readonly channels?: number | undefined;
  readonly context?: number | undefined;
}

/** Where no number of heads is given, a head is so wide. */
const HEAD_SIZE = 32;

/** @throws {OptionError} for a preset that does not exist, or sizes that do not fit together. */
export function chooseModel(wishes: ModelWishes): ModelChoice {
  const { depth } = wishes;
  if (depth !== undefined && wishes.preset !== undefined) throw new OptionError('depth', '--depth and --preset both decide all sizes. Give one of them.');
  const name = (wishes.preset ?? (depth === undefined || depth < 4 ? 'nano' : depth < 6 ? 'small' : 'base')) as PresetName;
  const { form: ownForm, model, tokenizer } = findPreset(name), form = wishes.form ?? ownForm, dial = depth === undefined ? {} : sizesOfDepth(depth);
  // another form takes only the sizes of a preset: its other switches belong to its own form
  const { layers, channels, heads, context, ...switches } = { ...model, ...dial };
  const given = wishes.channels !== undefined && wishes.heads === undefined ? { heads: Math.max(1, Math.round(wishes.channels / HEAD_SIZE)) } : {};
  const sizes = { layers: wishes.layers ?? layers, channels: wishes.channels ?? channels, heads: wishes.heads ?? given.heads ?? heads, context: wishes.context ?? context };
  const own = recipes[name], recipe = form === ownForm ? own : { ...plainRecipe, rows: own.rows, steps: own.steps, rowsFrom: own.rowsFrom };
  return {
    preset: name, form, tokenizer,
    recipe: { ...recipe, context: sizes.context },
    config(vocab) {
      const { ngrams, ...rest }: Partial<TransformerConfig> = form === ownForm ? switches : {};
      return transformerConfig({ form, vocab, ...sizes, ...rest, ...(ngrams && { ngrams: tablesFor(ngrams, vocab) }) });
    },
  };
}

/** The largest preset that learns something in so many minutes on two cores. */
export const presetFor = (minutes: number): PresetName => (minutes <= 10 ? 'nano' : minutes <= 40 ? 'small' : 'base');
