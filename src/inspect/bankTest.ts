// The bank test. "Bank" is one word, so one row of the table, whether money lies in it or a river flows by. Does the model
// tell the two apart from what was said before? Words of two senses are read where they stand; then a plane is sought that
// separates the senses, in every layer, with the row of the table as the baseline that knows nothing of the context.
import { OptionError } from '../errors.ts';
import type { World } from '../data/index.ts';
import type { SpeakingModel } from '../models/index.ts';
import { layersOfTexts } from './contextVectors.ts';
import { editsOf } from './intervene.ts';
import { CrossProbe, type ProbeOptions } from './linearProbe.ts';

/** A word of two senses in its text. */
export interface SenseContext {
  readonly word: string;
  readonly sense: string;
  readonly text: string;
  /** Where the word begins, in UTF-16 units, as strings count. */
  readonly offset: number;
}

/** Shares from 0 to 1. */
export interface BankReport {
  /** The row of the table alone. */
  readonly baseline: number;
  /** In the order of computation. */
  readonly layers: readonly { readonly name: string; readonly accuracy: number }[];
  /** The layer with the highest share, of equals the first. */
  readonly best: string;
  readonly heads: readonly BankHead[];
  readonly words: readonly { readonly word: string; readonly senses: readonly [string, string]; readonly contexts: number; readonly baseline: number; readonly layers: readonly number[] }[];
}

export interface BankHead {
  readonly layer: number;
  readonly head: number;
  /** What the head hands on, by itself. */
  readonly alone: number;
  /** The sum behind the attention of its layer when the head is silent (all zeros), with planes fitted when it was not. */
  readonly without: number;
  /** The same sum with the head. */
  readonly with: number;
}

/**
 * Two-sense words of a world in texts that no training has seen, equally many of each sense.
 *
 * @param options.each contexts of each sense; 60 unless told.
 * @throws {OptionError} when the world has fewer.
 * @example
 * senseContexts(createWorld({ seed: 1 }))[0]; // { word: 'bank', sense: 'river', text: 'One day, ...', offset: 118 }
 */
export function senseContexts(world: World, { each = 60 } = {}): SenseContext[] {
  if (!Number.isSafeInteger(each) || each < 2) throw new OptionError('each', `each must be a whole number of at least 2, but it is ${each}.`);
  const found = new Map<string, SenseContext[]>();
  // a few hundred texts tell every sense there is; after that it is a matter of number
  for (let i = 0; i < 2000 * each && (i < 1000 || [...found.values()].some(({ length }) => length < each)); i++) {
    const { text, senses } = world.heldOutDocument(i), here = new Set<string>();
    for (const { word, sense, offset } of senses) {
      const key = `${word} ${sense}`, list = found.get(key) ?? [];
      found.set(key, list);
      // once in a text, so that no context stands beside itself
      if (list.length < each && !here.has(key)) list.push({ word, sense, text, offset });
      here.add(key);
    }
  }
  const few = [...found].find(([, { length }]) => length < each);
  if (few || found.size === 0) throw new OptionError('each', `The world has ${few ? `only ${few[1].length} contexts of "${few[0]}"` : 'no words of two senses'}. Ask for fewer.`);
  return [...found.values()].flat();
}

/**
 * How well a model tells the senses of words apart, layer by layer, and which heads carry it.
 *
 * @param contexts of {@link senseContexts} or one's own: at least `folds` of each sense, two senses of each word.
 * @throws {OptionError} when a word has not two senses, or too few contexts.
 * @example
 * const { best, baseline, layers } = bankTest(model, senseContexts(createWorld({ seed: 1 })));
 */
export function bankTest(model: SpeakingModel, contexts: readonly SenseContext[], probe: ProbeOptions = {}): BankReport {
  const { layers: L, heads: nh, headSize: hs } = model.transformer.config, byWord = new Map<string, number[]>();
  contexts.forEach(({ word }, i) => byWord.set(word, [...(byWord.get(word) ?? []), i]));
  const words = [...byWord].map(([word, members]) => {
    const senses = [...new Set(members.map((i) => contexts[i]!.sense))].sort();
    if (senses.length !== 2) throw new OptionError('contexts', `The word "${word}" should have two senses, but it has ${senses.length}: ${senses.join(', ')}.`);
    return { word, members, senses: senses as [string, string], kinds: members.map((i) => contexts[i]!.sense === senses[1]) };
  });
  if (words.length === 0) throw new OptionError('contexts', 'There are no contexts to test with.');

  const names = ['input', ...Array.from({ length: L }, (_, i) => [`blocks.${i}.attention.sum`, `blocks.${i}.mlp.sum`]).flat(), 'norm'];
  const heads = Array.from({ length: L }, (_, i) => `blocks.${i}.attention.heads`), cuts = contexts.map((context) => upToWord(model, context));
  const vectors = lastRows(model, cuts, [...names, ...heads]), rows = staticRows(model, cuts);
  const pick = (list: readonly Float32Array[], { members }: { readonly members: readonly number[] }): Float32Array[] => members.map((i) => list[i]!);
  const mean = (of: (word: (typeof words)[number], w: number) => number): number => words.reduce((sum, word, w) => sum + of(word, w), 0) / words.length;
  const judge = (list: readonly Float32Array[], word: (typeof words)[number]): { probe: CrossProbe; accuracy: number } => {
    const own = pick(list, word), fitted = new CrossProbe(own, word.kinds, probe);
    return { probe: fitted, accuracy: fitted.accuracy(own) };
  };

  const baselines = words.map((word) => judge(rows, word).accuracy), fitted = names.map((name) => words.map((word) => judge(vectors.get(name)!, word)));
  const layers = names.map((name, n) => ({ name, accuracy: mean((_, w) => fitted[n]![w]!.accuracy) }));
  const report = Array.from({ length: L * nh }, (_, i): BankHead => {
    const layer = Math.floor(i / nh), head = i % nh, name = `blocks.${layer}.attention.sum`, n = names.indexOf(name);
    const silent = lastRows(model, cuts, [name], editsOf(model, [{ tensor: `blocks.${layer}.attention.heads`, heads: [head], to: 'zero' }])).get(name)!;
    const own = vectors.get(`blocks.${layer}.attention.heads`)!.map((row) => row.subarray(head * hs, (head + 1) * hs));
    return { layer, head, alone: mean((word) => judge(own, word).accuracy), without: mean((word, w) => fitted[n]![w]!.probe.accuracy(pick(silent, word))), with: layers[n]!.accuracy };
  });
  return {
    baseline: mean((_, w) => baselines[w]!), layers, best: layers.reduce((a, b) => (b.accuracy > a.accuracy ? b : a)).name, heads: report,
    words: words.map(({ word, senses, members }, w) => ({ word, senses, contexts: members.length, baseline: baselines[w]!, layers: fitted.map((each) => each[w]!.accuracy) })),
  };
}

interface Cut {
  readonly ids: Uint32Array;
  /** Tokens of the word itself, at the end. */
  readonly length: number;
}

/** The text up to the end of the word, behind <|bos|> where the tokenizer has it, as much as the context holds. */
function upToWord({ tokenizer, transformer: { config: { context } } }: SpeakingModel, { text, word, offset }: SenseContext): Cut {
  const bos = tokenizer.specials.get('<|bos|>'), all = tokenizer.encode(text.slice(0, offset + word.length)), ids = all.slice(-(context - (bos === undefined ? 0 : 1)));
  const bytes = new TextEncoder().encode(word).length;
  let length = 0;
  for (let seen = 0; seen < bytes && length < ids.length; length++) seen += tokenizer.bytesOf(ids[ids.length - 1 - length]!).length;
  return { ids: bos === undefined ? ids : Uint32Array.from([bos, ...ids]), length };
}

/** By layer, the row of the last token of each text. */
function lastRows(model: SpeakingModel, cuts: readonly Cut[], names: readonly string[], edits?: Parameters<typeof layersOfTexts>[3]): Map<string, Float32Array[]> {
  const rows = new Map(names.map((name) => [name, [] as Float32Array[]]));
  for (const { ids, layers } of layersOfTexts(model, cuts.map(({ ids }) => ids), names, edits)) {
    for (const [name, numbers] of layers) rows.get(name)!.push(numbers.slice(numbers.length - numbers.length / ids.length));
  }
  return rows;
}

/** The mean row of the table over the tokens of each word. */
function staticRows(model: SpeakingModel, cuts: readonly Cut[]): Float32Array[] {
  return [...layersOfTexts(model, cuts.map(({ ids, length }) => ids.slice(ids.length - length)), ['embedding'])].map(({ ids, layers }) => {
    const numbers = layers.get('embedding')!, C = numbers.length / ids.length, mean = new Float32Array(C);
    numbers.forEach((x, i) => { mean[i % C]! += x / ids.length; });
    return mean;
  });
}

/** A report in lines for a terminal or a log. */
export function formatBankReport({ baseline, layers, best, heads, words }: BankReport): string[] {
  const percent = (share: number): string => `${(100 * share).toFixed(1)}%`.padStart(7), b = layers.findIndex(({ name }) => name === best);
  return [
    `Senses told rightly by a plane that has not seen the text, over ${words.reduce((sum, { contexts }) => sum + contexts, 0)} contexts of ${words.length} words`,
    `  ${'the row of the table (no context)'.padEnd(40)}${percent(baseline)}`,
    ...layers.map(({ name, accuracy }) => `  ${name.padEnd(40)}${percent(accuracy)}${name === best ? '  best' : ''}`),
    '', 'Heads: by themselves, and the layer without them',
    ...heads.map(({ layer, head, alone, without, with: whole }) => `  ${`layer ${layer}, head ${head}`.padEnd(40)}${percent(alone)}   ${percent(without)} (${without - whole > 0 ? '+' : ''}${(100 * (without - whole)).toFixed(1)})`),
    '', `Words, in ${best}`,
    ...words.map(({ word, senses, baseline: none, layers: all }) => `  ${`${word} (${senses.join(', ')})`.padEnd(40)}${percent(all[b]!)}   without context ${percent(none)}`),
  ];
}
