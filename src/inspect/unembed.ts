// The way out of a model: the last norm and the output layer, for any numbers of the residual stream.
import type { Address } from '../engine/index.ts';
import { compile, fill, input, layerNorm, type Plan, rmsNorm, softcap, type Tensor } from '../graph/index.ts';
import type { SpeakingModel, Transformer } from '../models/index.ts';

/** The model's last norm of x (R,C), as a graph. */
export function finalNorm({ config: c, parameters }: Transformer, x: Tensor): Tensor {
  const gain = c.normGain ? parameters.get('norm.weight') : null;
  if (c.norm === 'rms') return rmsNorm(x, gain, { eps: c.normEps });
  return layerNorm(x, gain ?? fill([c.channels], 1), c.normGain && c.bias ? parameters.get('norm.bias') : null, { eps: c.normEps });
}

/** Rows that are worked through at once. */
const ROWS = 32;

/** Turns rows of the residual stream into scores of the next token, as the model does with its last ones. Give its memory back with `free`. */
export class Unembedder {
  readonly #plan: Plan;
  readonly #x: Tensor;
  readonly #output: Tensor;
  readonly #address: Address;
  readonly #model: SpeakingModel;

  constructor(model: SpeakingModel) {
    const { transformer, weights, engine } = model, { channels, softcap: cap } = transformer.config;
    this.#model = model;
    this.#x = input('x', [ROWS, channels]);
    const logits = transformer.logits(finalNorm(transformer, this.#x), { product: weights.product });
    this.#output = cap > 0 ? softcap(logits, cap) : logits;
    this.#plan = compile(engine, [this.#output], { keep: [this.#x], places: new Map(weights.places) });
    this.#address = this.#plan.at(this.#x);
  }

  /** @param rows (R,C). @returns scores (R,V), capped where the model caps them. */
  scores(rows: Float32Array): Float32Array {
    const { channels: C, vocab: V } = this.#model.transformer.config, R = rows.length / C, out = new Float32Array(R * V);
    for (let from = 0; from < R; from += ROWS) {
      const n = Math.min(ROWS, R - from);
      this.#model.engine.f32(this.#address, ROWS * C).fill(0).set(rows.subarray(from * C, (from + n) * C));
      this.#plan.run();
      out.set(this.#plan.read(this.#output).subarray(0, n * V), from * V);
    }
    return out;
  }

  free(): void {
    this.#plan.free();
  }
}
