// How a model reads its weights. The graph of a model asks for a product or for rows, and whoever builds the graph says
// how they are made: from 32-bit floats, or from weights that stay quantized.
import type { Address, Engine } from '../engine/index.ts';
import { embedding, matmul, type MatmulOptions, type Tensor } from '../graph/index.ts';

export interface WeightReader {
  /**
   * x (..., K) times the transpose of a weight (N,K), and what is added in the same pass: (N) or (..., N). With a
   * `count` the rows behind it may be left out.
   */
  readonly product: (x: Tensor, weight: Tensor, options?: Pick<MatmulOptions, 'add' | 'count'>) => Tensor;
  /** Rows of a table (V,C) by their numbers: tokens (R) to (R,C). */
  readonly rows: (tokens: Tensor, table: Tensor) => Tensor;
}

/** Weights as 32-bit floats, which can also be trained. */
export const floatReader: WeightReader = {
  product: (x, weight, options) => matmul(x, weight, { ...options, tb: true }),
  rows: embedding,
};

/** Weights that can be used, whatever they are made of. */
export interface ReadableWeights extends WeightReader {
  readonly engine: Engine;
  /** Where everything lies that the graphs of this reader ask for: hand it to `compile`. */
  readonly places: ReadonlyMap<Tensor, Address>;
}
