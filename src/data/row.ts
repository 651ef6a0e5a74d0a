import type { Batch } from './loader.ts';
import type { TokenSet } from './tokenSet.ts';

/** T + 1 tokens on their way into a batch: the first T are seen, the last T are targets. */
export class Row {
  readonly #ids: Int32Array;
  readonly #learned: Uint8Array;
  readonly #context: number;
  #filled = 0;

  constructor(context: number) {
    this.#context = context;
    this.#ids = new Int32Array(context + 1);
    this.#learned = new Uint8Array(context + 1);
  }

  /** How many more tokens fit. */
  get space(): number {
    return this.#context + 1 - this.#filled;
  }

  /** @param begins false for the inside of a document: nobody shall learn to foretell it from what another one said. */
  add(tokens: TokenSet, from: number, count: number, begins = true): void {
    tokens.read(from, count, this.#ids, this.#learned, this.#filled);
    if (!begins) this.#learned[this.#filled] = 0;
    this.#filled += count;
  }

  /** Writes the row into a batch and empties it. Positions without a token to foretell get weight 0. */
  flush(batch: Batch, row: number): void {
    const { tokens, targets, weights } = batch, ids = this.#ids, learned = this.#learned, filled = this.#filled;
    for (let t = 0, at = row * this.#context; t < this.#context; t++, at++) {
      const known = t + 1 < filled;
      tokens[at] = t < filled ? ids[t]! : 0;
      targets[at] = known ? ids[t + 1]! : 0;
      weights[at] = known ? learned[t + 1]! : 0;
    }
    this.#filled = 0;
  }
}
