// What words mean where they stand, and what whole texts mean: vectors from any layer of a model.
import { OptionError } from '../errors.ts';
import type { SpeakingModel } from '../models/index.ts';
import { checkedIds, type Edit, TextReader } from './textReader.ts';

export interface VectorsOptions {
  /** A query for one tensor with a row for each token: `blocks.1.mlp.sum` (default: of the last layer), `norm`, `embedding` … */
  readonly layer?: string;
  /** Changes on the way, by query. */
  readonly edits?: ReadonlyMap<string, Edit>;
}

/** Texts that are read at once. */
const ROWS = 8;

/**
 * A vector for each token of each text.
 *
 * @param texts texts or token ids.
 * @returns for each text its ids and (T,C) numbers.
 * @throws {OptionError} when a text is empty or longer than the context, or the layer has no row for each token.
 * @example
 * const [{ ids, numbers }] = contextVectors(model, ['We sat on the bank of the river']);
 */
export function contextVectors(model: SpeakingModel, texts: readonly (string | ArrayLike<number>)[], { layer = `blocks.${model.transformer.config.layers - 1}.mlp.sum`, edits }: VectorsOptions = {}): { readonly ids: Uint32Array; readonly numbers: Float32Array }[] {
  const all = [...layersOfTexts(model, texts, [layer], edits)];
  return all.map(({ ids, layers }) => {
    if (layers.size > 1) throw new OptionError('layer', `layer must be one tensor, but "${layer}" means ${[...layers.keys()].join(', ')}.`);
    return { ids, numbers: [...layers.values()][0]! };
  });
}

/** Reads texts and gives what several layers say of each token: by name, (T,C). */
export function* layersOfTexts(model: SpeakingModel, texts: readonly (string | ArrayLike<number>)[], watch: readonly string[], edits?: ReadonlyMap<string, Edit>): Generator<{ readonly ids: Uint32Array; readonly layers: ReadonlyMap<string, Float32Array> }> {
  const all = texts.map((text) => checkedIds(model, text)), length = Math.max(1, ...all.map((ids) => ids.length)), rows = Math.min(ROWS, Math.max(1, all.length));
  const reader = new TextReader(model, { rows, length, watch, ...(edits && { edits }) });
  try {
    for (let from = 0; from < all.length; from += rows) {
      const some = all.slice(from, from + rows);
      reader.run(some);
      const read = reader.names.map((name) => reader.read(name)), wrong = read.find(({ shape }) => shape.length !== 2 || shape[0] !== rows * length);
      if (wrong) throw new OptionError('layer', `${wrong.name} (${wrong.shape.join(', ')}) has no row for each token.`);
      for (const [s, ids] of some.entries()) {
        yield { ids, layers: new Map(read.map(({ name, shape, numbers }) => [name, numbers.slice(s * length * shape[1]!, (s * length + ids.length) * shape[1]!)])) };
      }
    }
  } finally {
    reader.free();
  }
}

export interface SentenceOptions extends VectorsOptions {
  /**
   * How tokens become one vector. `mean`: all alike (default); `last`: the last one, which has seen all others; `weighted`:
   * later ones, which have seen more, count more, token t as much as t + 1 (Muennighoff 2022, https://arxiv.org/abs/2202.08904).
   */
  readonly pooling?: 'mean' | 'last' | 'weighted';
}

/**
 * A vector for each text.
 *
 * @throws as {@link contextVectors}.
 * @example
 * new WordVectors(texts, sentenceVectors(model, texts).flatMap((vector) => [...vector])).nearest(texts[0]);
 */
export function sentenceVectors(model: SpeakingModel, texts: readonly (string | ArrayLike<number>)[], { pooling = 'mean', ...options }: SentenceOptions = {}): Float64Array[] {
  if (!['mean', 'last', 'weighted'].includes(pooling)) throw new OptionError('pooling', `pooling must be "mean", "last" or "weighted", but it is "${String(pooling)}".`);
  return contextVectors(model, texts, options).map(({ ids: { length: T }, numbers }) => {
    const C = numbers.length / T, vector = new Float64Array(C);
    let total = 0;
    for (let t = 0; t < T; t++) {
      const weight = pooling === 'mean' ? 1 : pooling === 'weighted' ? t + 1 : Number(t === T - 1);
      total += weight;
      for (let c = 0; c < C; c++) vector[c]! += weight * numbers[t * C + c]!;
    }
    return vector.map((x) => x / total);
  });
}
