// The last step of attention by itself: O = P V for one head, in the order of sums of the whole kernel, so the bits agree.
import { compile, input, matmul, type Plan } from '../graph/index.ts';
import type { Engine } from '../engine/index.ts';

/** Where one head's queries, keys and values lie in a row, and how scores are made: as the attention op was told. */
export interface HeadPlaces {
  readonly nh: number;
  readonly nkv: number;
  readonly hs: number;
  /** First column of keys and of values. */
  readonly k: number;
  readonly v: number;
  readonly scale: number;
  readonly window: number;
}

/** One head's columns of rows that hold several: (T, hs). */
export function headColumns(rows: Float32Array, T: number, first: number, hs: number): Float32Array {
  const width = rows.length / T, out = new Float32Array(T * hs);
  for (let t = 0; t < T; t++) out.set(rows.subarray(t * width + first, t * width + first + hs), t * hs);
  return out;
}

/** Weighs values by probabilities, head by head, with the engine's own product. Give its memory back with `free`. */
export class ValueWeigher {
  readonly #engine: Engine;
  readonly #plan: Plan;
  readonly #p;
  readonly #v;
  readonly #out;

  constructor(engine: Engine, T: number, hs: number) {
    this.#engine = engine;
    this.#p = input('probs', [T, T]);
    this.#v = input('values', [T, hs]);
    this.#out = matmul(this.#p, this.#v);
    this.#plan = compile(engine, [this.#out], { keep: [this.#p, this.#v], threads: 1 });
  }

  /** P (T,T) times V (T,hs). The result is a view, overwritten by the next call. */
  weigh(probs: Float32Array, values: Float32Array): Float32Array {
    this.#engine.f32(this.#plan.at(this.#p), probs.length).set(probs);
    this.#engine.f32(this.#plan.at(this.#v), values.length).set(values);
    this.#plan.run();
    return this.#plan.read(this.#out);
  }

  free(): void {
    this.#plan.free();
  }
}
