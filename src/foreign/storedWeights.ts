// Weights as a file stores them: quantized where it has them quantized. Queries, keys and values are one parameter here but
// may be of different types in a file (Q4_K_M keeps some values in Q6_K); such a parameter is multiplied in parts.
import {
  add, type Address, type Engine, FormatError, type GgufDtype, input, QuantizedWeights, type ReadableWeights, sideBySide, type Tensor, type Transformer,
} from '../index.ts';
import type { Piece } from './layout.ts';

/** A parameter, its pieces, and the type in which each is kept. */
export interface StoredPieces {
  readonly name: string;
  readonly pieces: readonly (Piece & { readonly keep: GgufDtype })[];
}

export class StoredWeights implements ReadableWeights {
  readonly engine: Engine;
  readonly product: ReadableWeights['product'];
  readonly rows: ReadableWeights['rows'];
  readonly bytes: number;
  readonly #inner: QuantizedWeights;
  /** By parameter: the name under which rows from some row on are kept. */
  readonly #parts = new Map<string, readonly { readonly from: number; readonly name: string }[]>();

  /** Takes the memory. Throws as QuantizedWeights does. */
  constructor(engine: Engine, { parameters, constants }: Transformer, stored: Iterable<StoredPieces>, from: string) {
    const byName = new Map([...stored].map((entry) => [entry.name, entry])), mixed = new Map<Tensor, readonly Tensor[]>();
    const entries: { name: string; shape: readonly number[]; dtype: GgufDtype }[] = [];
    const list = parameters.list.flatMap((parameter) => {
      const { tensor } = parameter, pieces = byName.get(tensor.name)?.pieces;
      if (!pieces) throw new FormatError(`${from} has no ${tensor.name}. Please report this.`);
      const types = new Set(pieces.map(({ keep }) => keep));
      if (types.size === 1) {
        entries.push({ name: tensor.name, shape: tensor.shape, dtype: pieces[0]!.keep });
        this.#parts.set(tensor.name, [{ from: 0, name: tensor.name }]);
        return [parameter];
      }
      let row = 0;
      const parts = pieces.map(({ rows, columns, keep }, i) => {
        const part = input(`${tensor.name}.${i}`, [rows, columns]);
        entries.push({ name: part.name, shape: part.shape, dtype: keep });
        row += rows;
        return { from: row - rows, name: part.name, part };
      });
      this.#parts.set(tensor.name, parts);
      mixed.set(tensor, parts.map(({ part }) => part));
      return parts.map(({ part }) => ({ ...parameter, tensor: part }));
    });
    this.engine = engine;
    this.#inner = new QuantizedWeights(engine, { parameters: { list }, constants }, entries, { from });
    this.bytes = this.#inner.bytes;
    this.rows = this.#inner.rows;
    this.product = (x, weight, options = {}) => {
      const [first, ...rest] = mixed.get(weight) ?? [];
      if (!first) return this.#inner.product(x, weight, options);
      const joined = sideBySide(this.#inner.product(x, first), ...rest.map((part) => this.#inner.product(x, part)));
      return options.add ? add(joined, options.add) : joined;
    };
  }

  get places(): ReadonlyMap<Tensor, Address> {
    return this.#inner.places;
  }

  /** Sets rows of a parameter, which lie in one piece; see QuantizedWeights.put. */
  put(name: string, data: Uint8Array | Float32Array, row: number): void {
    const part = this.#parts.get(name)!.findLast(({ from }) => from <= row)!;
    this.#inner.put(part.name, data, { row: row - part.from });
  }

  /** Gives the memory back. */
  free(): void {
    this.#inner.free();
  }
}
