// Runs a text through a model once and keeps any numbers on the way, by their path names.
import type { SpeakingModel } from '../models/index.ts';
import { checkedIds, type Edit, type Recorded, TextReader } from './textReader.ts';

export interface Recording {
  readonly ids: Uint32Array;
  /** In the order in which the model computes them; parameters and gradients behind them. */
  readonly tensors: ReadonlyMap<string, Recorded>;
}

/**
 * Records tensors while the model reads a text. Rows have the bits that they have in decoding, token by token.
 *
 * @param text a text, or token ids, at least one and at most as many as the context.
 * @param watch queries, with `*` for any one part: `embedding`, `blocks.*.attention.probs` (1,nh,T,T), `norm` (T,C), `logits`
 *   (T,V), `output` (the same, capped where the model caps), `loss` (T), parameters such as `head.weight`, and the gradient
 *   of any of these, `grad(blocks.2.mlp.up.weight)`: of the mean cost of the next token in this text, in nats.
 * @param edits changes of tensors on the way, by query.
 * @throws {OptionError} when the text is empty or too long, or a query meets no tensor; names the nearest one.
 * @example
 * const { tensors } = record(model, 'the cat', ['blocks.*.mlp.sum']);
 * tensors.get('blocks.0.mlp.sum')!.numbers; // what each token means after the first block, (T, C)
 */
export function record(model: SpeakingModel, text: string | ArrayLike<number>, watch: readonly string[], edits?: ReadonlyMap<string, Edit>): Recording {
  const ids = checkedIds(model, text), reader = new TextReader(model, { length: ids.length, watch, ...(edits && { edits }) });
  try {
    reader.run([ids]);
    return { ids, tensors: new Map(reader.names.map((name) => [name, reader.read(name)])) };
  } finally {
    reader.free();
  }
}
