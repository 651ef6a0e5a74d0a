import { type Loader, mixture, packedRows, randomWindows, shuffledWindows, type TokenSet } from '../data/index.ts';
import { OptionError } from '../errors.ts';
import type { PretrainRecipe } from './recipes.ts';
import { train, type TrainEvent, type TrainOptions } from './train.ts';

/** Share of the rows that are conversations, where there are any: few at first, while the language is learned, then more. */
const talkShare = (progress: number): number => (progress < 0.3 ? 0.15 : 0.35);

export interface RowOptions {
  readonly rows: number;
  readonly context: number;
  readonly seed: number;
}

/**
 * Rows of a set as a recipe wants them: `random` or `shuffled` windows, or whole documents `packed`; mixed with
 * conversations if there are some.
 *
 * @param talk conversations of which every token is learned.
 */
export function rowsOf(text: TokenSet, rowsFrom: PretrainRecipe['rowsFrom'], sizes: RowOptions, talk: TokenSet | null = null): Loader {
  const deal = { random: randomWindows, shuffled: shuffledWindows, packed: packedRows }[rowsFrom], loader = deal(text, sizes);
  if (!talk) return loader;
  return mixture([{ loader, share: (progress) => 1 - talkShare(progress) }, { loader: packedRows(talk, sizes), share: talkShare }], sizes);
}

export type PretrainOptions = Omit<TrainOptions, 'loader' | 'recipe'> & {
  readonly recipe: PretrainRecipe;
  /** What is learned from beginning to end. */
  readonly text: TokenSet;
  /** Conversations that are mixed in. */
  readonly talk?: TokenSet | null;
};

/**
 * Learns from much text: every next token counts.
 *
 * @throws {OptionError} for a recipe that cannot work; see {@link train} for the rest.
 * @example
 * for await (const event of pretrain({ model, text: data.train, recipe: recipes.nano, steps: 1000, seed: 1 })) { ... }
 */
export function pretrain({ text, talk = null, ...options }: PretrainOptions): AsyncGenerator<TrainEvent> {
  const { recipe, seed } = options;
  return train({ ...options, loader: rowsOf(text, recipe.rowsFrom, { rows: recipe.rows / recipe.accumulate, context: recipe.context, seed }, talk) });
}

export type FinetuneOptions = Omit<TrainOptions, 'loader'> & {
  /** Conversations with the mask of what the assistant says. */
  readonly conversations: TokenSet;
};

/**
 * Learns to answer from few and chosen conversations: only what the assistant says counts.
 *
 * @throws {OptionError} when the tokens have no mask, so that everything would be learned.
 * @example
 * const { train: conversations } = await buildDataset(source, ({ messages }) => renderChat(tokenizer, messages), { seed: 1 });
 * for await (const event of finetune({ model, conversations, recipe, steps: 200, seed: 1 })) { ... }
 */
export function finetune({ conversations, ...options }: FinetuneOptions): AsyncGenerator<TrainEvent> {
  const { recipe, seed } = options;
  if (!conversations.masked) throw new OptionError('conversations', 'These tokens have no mask of what the assistant says. Build them with renderChat, which marks it.');
  return train({ ...options, loader: packedRows(conversations, { rows: recipe.rows / recipe.accumulate, context: recipe.context, seed }) });
}
