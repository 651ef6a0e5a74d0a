// Runs a text through a model once and keeps any numbers on the way, by their path names. What is watched stays in memory
// instead of being overwritten; nothing else is different, so the bits of the prediction are the same.
import { closest, OptionError } from '../errors.ts';
import { compile, type Shape, type Tensor } from '../graph/index.ts';
import type { LanguageModel } from '../models/index.ts';
import { nameOnly, type Tap, wholeSequence } from '../nn/index.ts';

/** A tensor that was watched. */
export interface Recorded {
  readonly name: string;
  readonly shape: Shape;
  /** Row by row; for most tensors a row for each token. */
  readonly numbers: Float32Array;
}

export interface Recording {
  readonly ids: Uint32Array;
  /** In the order in which the model computes them. */
  readonly tensors: ReadonlyMap<string, Recorded>;
}

/** Whether a path name is meant by a pattern: `*` stands for one part of the path, as in `blocks.*.mlp.hidden`. */
export function matchesPath(pattern: string, name: string): boolean {
  const wanted = pattern.split('.'), parts = name.split('.');
  return wanted.length === parts.length && wanted.every((part, i) => part === '*' || part === parts[i]);
}

/**
 * Records tensors while the model reads a text.
 *
 * @param text a text, or token ids, at least one and at most as many as the context.
 * @param watch path names, with `*` for any one part: `embedding`, `blocks.*.attention.probs` (1,nh,T,T), `norm` (T,C), `logits` (T,V).
 * @throws {OptionError} when the text is empty or too long, or a pattern meets no tensor; names the nearest one.
 * @example
 * const { tensors } = record(model, 'the cat', ['blocks.*.mlp.sum']);
 * tensors.get('blocks.0.mlp.sum')!.numbers; // what each token means after the first block, (T, C)
 */
export function record({ transformer, weights, tokenizer }: LanguageModel, text: string | ArrayLike<number>, watch: readonly string[]): Recording {
  const ids = typeof text === 'string' ? tokenizer.encode(text) : Uint32Array.from(text), T = ids.length, { context, vocab } = transformer.config;
  if (T < 1 || T > context) throw new OptionError('text', `The text must have from 1 to ${context} tokens, the context of the model, but it has ${T}.`);
  const unknown = ids.find((id) => id >= vocab);
  if (unknown !== undefined) throw new OptionError('text', `Token ids must be below ${vocab}, but one is ${unknown}.`);
  const seen = new Map<string, Tensor>();
  const tap: Tap = (name, x) => {
    seen.set(name, x);
    return nameOnly(name, x);
  };
  const sequence = wholeSequence(1, T), wants = (name: string): boolean => watch.some((pattern) => matchesPath(pattern, name));
  const logits = transformer.logits(transformer.hidden(sequence, { tap, watchAttention: (layer) => wants(`blocks.${layer}.attention.probs`) }), { tap });
  for (const pattern of watch) {
    if ([...seen.keys()].some((name) => matchesPath(pattern, name))) continue;
    const meant = closest(pattern, seen.keys());
    throw new OptionError('watch', `No tensor is called "${pattern}". ${meant ? `Did you mean "${meant}"?` : `There are ${[...seen.keys()].join(', ')}.`}`);
  }
  const watched = [...seen].filter(([name]) => wants(name));
  const plan = compile(weights.engine, [logits], { keep: [sequence.tokens, sequence.start, ...watched.map(([, t]) => t)], places: new Map(weights.places) });
  weights.engine.i32(plan.at(sequence.tokens), T).set(ids);
  weights.engine.i32(plan.at(sequence.start), 1).set([0]);
  plan.run();
  const tensors = new Map(watched.map(([name, t]) => [name, { name, shape: t.shape, numbers: plan.read(t).slice() }]));
  plan.free();
  return { ids, tensors };
}
