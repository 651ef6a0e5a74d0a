// A model's graph over S texts of T tokens, with every named point at hand.
import { crossEntropy, fill, backward, input, isSparse, softcap, type Tensor } from '../graph/index.ts';
import type { SpeakingModel } from '../models/index.ts';
import { nameOnly, type Sequence, type Tap, wholeSequence } from '../nn/index.ts';
import { innerOf, matchesPath } from './query.ts';

export interface OpenGraph {
  readonly S: number;
  readonly T: number;
  readonly sequence: Sequence;
  /** By path name, in the order of computation, then parameters, then `grad(…)`. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** Scores of the next token as the loss takes them: (S·T, V), capped where the model caps them. */
  readonly output: Tensor;
  /** What gradients are of: present where a query asks for it. */
  readonly loss: { readonly each: Tensor; readonly targets: Tensor; readonly weights: Tensor; readonly dloss: Tensor } | null;
}

/**
 * Builds the graph. Gradients are those of the mean cost of the next token, in nats, and are there only if a query asks for one.
 *
 * @param queries what will be watched; decides whether attention writes its probabilities out.
 */
export function openGraph({ transformer, weights }: SpeakingModel, S: number, T: number, queries: readonly string[], given: Tap = nameOnly): OpenGraph {
  const { product, rows } = weights, { config, parameters } = transformer;
  const tensors = new Map<string, Tensor>();
  const tap: Tap = (name, x) => {
    const found = nameOnly(name, given(name, x));
    tensors.set(name, found);
    return found;
  };
  const asks = (name: string): boolean => queries.some((query) => matchesPath(query, name));
  const sequence = wholeSequence(S, T);
  const hidden = transformer.hidden(sequence, { tap, product, rows, watchAttention: (layer) => asks(`blocks.${layer}.attention.probs`) });
  const logits = transformer.logits(hidden, { tap, product }), output = config.softcap > 0 ? softcap(logits, config.softcap) : logits;
  tensors.set('output', output);

  const wantsLoss = queries.includes('loss'), inner = queries.flatMap((query) => innerOf(query) ?? []);
  const readable = new Map('parameters' in weights ? parameters.list.map(({ tensor }) => [tensor.name, tensor]) : []);
  const computed = [...tensors].filter(([name]) => !name.endsWith('.attention.probs') && name !== 'output');
  let loss: OpenGraph['loss'] = null;
  if (wantsLoss || (inner.length > 0 && readable.size > 0)) {
    const targets = input('targets', [S * T]), counts = input('weights', [S * T]), dloss = input('dloss', [S * T]);
    const each = crossEntropy(logits, targets, counts, { softcap: config.softcap });
    loss = { each, targets, weights: counts, dloss };
    if (inner.length > 0) {
      const watched = computed.filter(([name]) => inner.some((query) => matchesPath(query, name)));
      const found = backward(each, dloss, watched.map(([, t]) => t));
      for (const [name, t] of [...computed, ...readable]) {
        const gradient = found.get(t) ?? (readable.has(name) ? fill(t.shape, 0) : undefined);
        if (gradient) tensors.set(`grad(${name})`, isSparse(gradient) ? gradient : Object.assign(gradient, gradient.from && gradient !== dloss ? { name: `grad(${name})` } : {}));
      }
    }
  }
  for (const [name, t] of readable) if (!tensors.has(name)) tensors.set(name, t);
  if (loss) tensors.set('loss', loss.each);
  return { S, T, sequence, tensors, output, loss };
}

/** Names that queries may mean, whether or not a gradient was built: for messages. */
export const namesOf = ({ tensors }: Pick<OpenGraph, 'tensors'>): string[] => [...tensors.keys()];
