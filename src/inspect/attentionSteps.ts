// Attention taken apart (Vaswani et al. 2017, https://arxiv.org/abs/1706.03762): what a head looks at in a text, step by step.
//
//   scores = Q Kᵀ,   scaled = scores / √hs,   masked: what comes later is -Infinity,   probs = softmax(masked),   out = probs V
//
// The kernel that trains and serves does all of it in one pass. Here every step is an op of its own, and the bits at the end
// are the same.
import { OptionError } from '../errors.ts';
import { add, compile, input, matmul, scale, size, softmax, type Tensor } from '../graph/index.ts';
import type { SpeakingModel } from '../models/index.ts';
import { nameOnly } from '../nn/index.ts';
import { record } from './record.ts';
import { headColumns, type HeadPlaces } from './weighValues.ts';
import { openGraph } from './openGraph.ts';

/** The steps of one head over T tokens, each row by row; a row is a token that looks, a column one that is looked at. */
export interface HeadSteps {
  readonly layer: number;
  readonly head: number;
  /** (T, hs) */
  readonly queries: Float32Array;
  readonly keys: Float32Array;
  readonly values: Float32Array;
  /** Q Kᵀ (T,T), before anything is hidden. */
  readonly scores: Float32Array;
  readonly scaled: Float32Array;
  readonly masked: Float32Array;
  /** Each row adds up to 1. */
  readonly probs: Float32Array;
  /** probs V (T, hs): what the head hands on. */
  readonly out: Float32Array;
}

export interface AttentionSteps {
  readonly ids: Uint32Array;
  readonly headSize: number;
  readonly heads: readonly HeadSteps[];
}

/**
 * All steps of all heads of a layer, computed one after the other.
 *
 * @param layer from 0.
 * @throws {OptionError} when there is no such layer, or the text is empty or too long.
 * @example
 * const { heads } = attentionSteps(model, 'the cat sat', 0);
 * heads[1].probs; // (T,T): the numbers of blocks.0.attention.probs, bit for bit
 */
export function attentionSteps(model: SpeakingModel, text: string | ArrayLike<number>, layer: number): AttentionSteps {
  const { layers, headSize } = model.transformer.config;
  if (!Number.isInteger(layer) || layer < 0 || layer >= layers) throw new OptionError('layer', `layer must be a whole number from 0 to ${layers - 1}, but it is ${layer}.`);
  const { from, attention: { nh, nkv, hs, k, v, scale: factor, window } } = headPlaces(model, layer);
  const { ids, tensors } = record(model, text, [from]), T = ids.length;
  const rows = tensors.get(from)!.numbers, steps = composition(T, hs, factor);
  const plan = compile(model.engine, Object.values(steps.computed), { keep: Object.values(steps.given), threads: 1 });
  const give = (t: Tensor, numbers: Float32Array): void => model.engine.f32(plan.at(t), size(t)).set(numbers);
  try {
    give(steps.given.mask, causalMask(T, window));
    const heads = Array.from({ length: nh }, (_, head): HeadSteps => {
      const group = Math.floor(head / (nh / nkv)) * hs;
      const [queries, keys, values] = [head * hs, k + group, v + group].map((first) => headColumns(rows, T, first, hs)) as [Float32Array, Float32Array, Float32Array];
      give(steps.given.queries, queries);
      give(steps.given.keys, keys);
      give(steps.given.values, values);
      plan.run();
      const read = (t: Tensor): Float32Array => plan.read(t).slice(), { scores, scaled, masked, probs, out } = steps.computed;
      return { layer, head, queries, keys, values, scores: read(scores), scaled: read(scaled), masked: read(masked), probs: read(probs), out: read(out) };
    });
    return { ids, headSize, heads };
  } finally {
    plan.free();
  }
}

function composition(T: number, hs: number, factor: number) {
  const queries = input('queries', [T, hs]), keys = input('keys', [T, hs]), values = input('values', [T, hs]), mask = input('mask', [T, T]);
  const scores = matmul(queries, keys, { tb: true }), scaled = scale(scores, factor), masked = add(scaled, mask), probs = softmax(masked);
  return { given: { queries, keys, values, mask }, computed: { scores, scaled, masked, probs, out: matmul(probs, values) } };
}

/** 0 where a token may look, -Infinity where it may not. */
function causalMask(T: number, window: number): Float32Array {
  return Float32Array.from({ length: T * T }, (_, i) => {
    const t = Math.floor(i / T), u = i % T;
    return u > t || u <= t - window ? -Infinity : 0;
  });
}

/** How attention of a layer was told to work, and the name of what it reads. Nothing is computed. */
function headPlaces(model: SpeakingModel, layer: number): { readonly attention: HeadPlaces; readonly from: string } {
  const { tensors } = openGraph(model, 1, 1, [], nameOnly), { attrs, inputs } = tensors.get(`blocks.${layer}.attention.heads`)!.from!;
  return { attention: attrs as unknown as HeadPlaces, from: [...tensors].find(([, t]) => t === inputs[0])![0] };
}
