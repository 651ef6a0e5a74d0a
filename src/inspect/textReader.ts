// Reads texts with a model while chosen numbers are watched, or changed on the way. What is watched stays in memory instead
// of being overwritten; nothing else is different, so the bits of the prediction are the same. A change is made between
// two instructions, right behind the one that computed the tensor: what follows goes on with the changed numbers, and
// numbers that are written back as they were change no bit.
import { OptionError } from '../errors.ts';
import { compile, isSparse, type Plan, type Shape, size, sparseGradient, type Tensor } from '../graph/index.ts';
import type { SpeakingModel } from '../models/index.ts';
import { openGraph, namesOf, type OpenGraph } from './openGraph.ts';
import { innerOf, resolveQueries } from './query.ts';
import { headColumns, type HeadPlaces, ValueWeigher } from './weighValues.ts';

/** A tensor that was watched. */
export interface Recorded {
  readonly name: string;
  readonly shape: Shape;
  /** Row by row; for most tensors a row for each token. */
  readonly numbers: Float32Array;
}

/** Changes the numbers of a tensor in place: (S·T, …) row by row, or (S,nh,T,T) for probabilities of attention. */
export type Edit = (numbers: Float32Array, tensor: { readonly name: string; readonly shape: Shape }) => void;

export interface TextReaderOptions {
  /** Texts that are read at once; 1 unless told. */
  readonly rows?: number;
  /** Tokens of a row; the context of the model unless told. Shorter texts are filled up behind their end, which changes nothing before it. */
  readonly length?: number;
  /** Queries: see {@link record}. */
  readonly watch: readonly string[];
  /** What to change, by query. */
  readonly edits?: ReadonlyMap<string, Edit>;
}

interface Stop {
  readonly name: string;
  readonly tensor: Tensor;
  readonly edit: Edit;
}

/** A model compiled for reading. Give its memory back with `free`. */
export class TextReader {
  readonly rows: number;
  readonly length: number;
  /** Names of what is watched. */
  readonly names: readonly string[];
  readonly plan: Plan;
  readonly #graph: OpenGraph;
  readonly #model: SpeakingModel;
  readonly #stops: ReadonlyMap<number, readonly Stop[]>;
  readonly #weigher: ValueWeigher | null = null;

  /**
   * @throws {OptionError} when a query meets no tensor, names the nearest one; or asks for a gradient of a quantized model.
   */
  constructor(model: SpeakingModel, { rows = 1, length = model.transformer.config.context, watch, edits = new Map() }: TextReaderOptions) {
    this.rows = rows;
    this.length = length;
    this.#model = model;
    if (!('parameters' in model.weights)) {
      const gradient = watch.find((query) => innerOf(query) !== null);
      if (gradient !== undefined) throw new OptionError('watch', `${gradient}: quantized weights have no gradients. Load the model without quantizing it.`);
    }
    const queries = [...watch, ...edits.keys()], graph = (this.#graph = openGraph(model, rows, length, queries));
    this.names = resolveQueries(watch, namesOf(graph));
    const wanted = this.names.map((name) => graph.tensors.get(name)!), { loss, sequence } = graph;
    const sparse = wanted.filter(isSparse).map((t) => sparseGradient(t).index);
    // attention reads its probabilities back from where an edit finds them
    const edited = [...edits].flatMap(([query, edit]) => resolveQueries([query], [...graph.tensors.keys()].filter((name) => innerOf(name) === null))
      .map((name): Stop => ({ name, tensor: graph.tensors.get(name)!, edit })));
    const values = edited.filter(({ name }) => name.endsWith('.attention.probs')).flatMap(({ name }) => {
      const heads = graph.tensors.get(name.replace(/probs$/, 'heads'))!;
      return [heads, heads.from!.inputs[0]!, graph.tensors.get(name)!];
    });
    const { weights, engine } = model;
    const given = [sequence.tokens, sequence.start, ...(loss ? [loss.targets, loss.weights, loss.dloss] : [])];
    const computed = wanted.filter((t) => !weights.places.has(t));
    // nothing is computed that nobody watches; probabilities are written on the way to what heads hand on
    const writers = this.names.filter((name) => name.endsWith('.attention.probs')).map((name) => graph.tensors.get(name.replace(/probs$/, 'heads'))!);
    this.plan = compile(engine, computed.length > 0 ? [...new Set([...computed, ...writers])] : [graph.output], { keep: [...given, ...sparse, ...values], places: new Map(weights.places) });
    const stops = new Map<number, Stop[]>();
    for (const stop of edited) {
      const maker = stop.name.endsWith('.attention.probs') ? graph.tensors.get(stop.name.replace(/probs$/, 'heads'))! : stop.tensor;
      const at = this.plan.instructions.findIndex(({ tensor }) => tensor === maker);
      if (weights.places.has(stop.tensor)) throw new OptionError('edits', `${stop.name} is not computed from the text, so it cannot be changed on the way.`);
      if (at < 0) continue; // behind all that is watched
      stops.set(at, [...(stops.get(at) ?? []), stop]);
    }
    this.#stops = stops;
    if (values.length > 0) this.#weigher = new ValueWeigher(engine, length, model.transformer.config.headSize);
  }

  /**
   * Reads texts, one for each row; rows without a text are left empty.
   *
   * @param texts token ids, each from 1 to `length` of them.
   */
  run(texts: readonly ArrayLike<number>[]): void {
    const { rows: S, length: T, plan } = this, { engine } = this.#model, { sequence, loss } = this.#graph;
    if (texts.length < 1 || texts.length > S) throw new OptionError('texts', `This reader takes 1 to ${S} texts at once, but ${texts.length} came.`);
    const tokens = engine.i32(plan.at(sequence.tokens), S * T).fill(-1);
    texts.forEach((ids, s) => tokens.set(checkedIds(this.#model, ids, T), s * T));
    engine.i32(plan.at(sequence.start), S).fill(0);
    if (loss) this.#setTargets(texts);
    if (this.#stops.size === 0) return plan.run();
    plan.instructions.forEach((_, i) => {
      plan.runAlone(i);
      for (const stop of this.#stops.get(i) ?? []) this.#change(stop);
    });
  }

  /** A copy of the numbers of a watched tensor, over all rows. */
  read(name: string): Recorded {
    if (!this.names.includes(name)) throw new OptionError('name', `"${name}" is not watched. Watched are ${this.names.join(', ')}.`);
    const t = this.#graph.tensors.get(name)!, { engine, weights } = this.#model;
    if (isSparse(t)) return this.#dense(name, t);
    const place = weights.places.get(t);
    return { name, shape: t.shape, numbers: (place === undefined ? this.plan.read(t) : engine.f32(place, size(t))).slice() };
  }

  free(): void {
    this.plan.free();
    this.#weigher?.free();
  }

  #setTargets(texts: readonly ArrayLike<number>[]): void {
    const { rows: S, length: T, plan } = this, { engine } = this.#model, { targets, weights, dloss } = this.#graph.loss!;
    const wanted = engine.i32(plan.at(targets), S * T).fill(-1), counts = engine.f32(plan.at(weights), S * T).fill(0);
    let learned = 0;
    texts.forEach((ids, s) => {
      for (let t = 0; t + 1 < ids.length; t++, learned++) {
        wanted[s * T + t] = ids[t + 1]!;
        counts[s * T + t] = 1;
      }
    });
    if (learned === 0) throw new OptionError('text', 'A loss needs at least two tokens: one to read and one to predict.');
    engine.f32(plan.at(dloss), S * T).fill(1 / learned);
  }

  #change({ name, tensor, edit }: Stop): void {
    const numbers = this.plan.read(tensor);
    edit(numbers, { name, shape: tensor.shape });
    if (!name.endsWith('.attention.probs')) return;
    const heads = this.#graph.tensors.get(name.replace(/probs$/, 'heads'))!, q = heads.from!.inputs[0]!, T = this.length;
    const { nh, nkv, hs, v } = heads.from!.attrs as unknown as HeadPlaces, rows = this.plan.read(q), out = this.plan.read(heads), width = rows.length / (this.rows * T);
    for (let s = 0; s < this.rows; s++) {
      for (let h = 0; h < nh; h++) {
        const values = headColumns(rows.subarray(s * T * width, (s + 1) * T * width), T, v + Math.floor(h / (nh / nkv)) * hs, hs);
        const weighed = this.#weigher!.weigh(numbers.subarray((s * nh + h) * T * T, (s * nh + h + 1) * T * T), values);
        for (let t = 0; t < T; t++) out.set(weighed.subarray(t * hs, (t + 1) * hs), (s * T + t) * nh * hs + h * hs);
      }
    }
  }

  #dense(name: string, t: Tensor): Recorded {
    const { rows, index, V } = sparseGradient(t), C = rows.shape[1]!, words = this.#model.engine.i32(this.plan.at(index), size(index));
    const numbers = new Float32Array(V * C), found = this.plan.read(rows);
    // the head of an index: how many rows are listed, then from word 16 on which
    for (let place = 0; place < words[0]!; place++) numbers.set(found.subarray(place * C, (place + 1) * C), words[16 + place]! * C);
    return { name, shape: [V, C], numbers };
  }
}

/**
 * The ids of a text, from 1 to `most` of them, all in the vocabulary.
 *
 * @throws {OptionError} when it is empty, too long, or an id is none.
 */
export function checkedIds({ transformer, tokenizer }: SpeakingModel, text: string | ArrayLike<number>, most = transformer.config.context): Uint32Array {
  const ids = typeof text === 'string' ? tokenizer.encode(text) : Uint32Array.from(text), { context, vocab } = transformer.config;
  if (ids.length < 1 || ids.length > most) throw new OptionError('text', `The text must have from 1 to ${most} tokens, ${most === context ? 'the context of the model' : 'the length of this reader'}, but it has ${ids.length}.`);
  const unknown = ids.find((id) => id >= vocab);
  if (unknown !== undefined) throw new OptionError('text', `Token ids must be below ${vocab}, but one is ${unknown}.`);
  return ids;
}
