// Weights that stay quantized in memory: less of it, and faster text, because every token reads all of them once.
// Matrices, the output layer and the table of tokens may be of few bits; gains, biases and all other tables are 32-bit
// floats. Only for using a model: there are no gradients.
import { type Address, aligned, type Engine } from '../engine/index.ts';
import { closest, FormatError, ShapeError } from '../errors.ts';
import { dequantize, type GgufDtype } from '../formats/index.ts';
import { embeddingQuantized, isQuantizedType, matmulQuantized, packBlocks, quantizedMatrix, type QuantizedMatrix, size, type Tensor } from '../graph/index.ts';
import type { Parameter } from '../nn/index.ts';
import { floatReader, type ReadableWeights } from './weightReader.ts';
import { findTensor, placeConstants, type Weighted } from './weights.ts';

/** How a parameter is stored, in a file or elsewhere. */
export interface StoredWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: GgufDtype;
}

interface Place {
  readonly tensor: Tensor;
  readonly dtype: GgufDtype;
  /** null where the numbers become 32-bit floats. */
  readonly matrix: QuantizedMatrix | null;
  readonly offset: number;
  readonly bytes: number;
}

export class QuantizedWeights implements ReadableWeights {
  readonly engine: Engine;
  readonly places = new Map<Tensor, Address>();
  /** Memory that the weights take. */
  readonly bytes: number;
  readonly product: ReadableWeights['product'];
  readonly rows: ReadableWeights['rows'];
  readonly #address: Address;
  readonly #placed = new Map<string, Place>();
  readonly #constants: readonly Address[];
  #freed = false;

  /**
   * Takes the memory; the numbers are zero until all of them are given to {@link put}.
   *
   * @param stored one entry for each parameter of the model, by the model's names. What is of type Q8_0, Q4_0, Q4_K or
   *   Q6_K is multiplied as it is; other types, and quantized vectors, become 32-bit floats.
   * @param from what messages call the source.
   * @throws {FormatError} when an entry is missing or has another shape.
   * @throws {ShapeError} when rows are not whole blocks: multiples of 32 numbers, or 256 for Q4_K and Q6_K.
   * @throws {MemoryError} when it does not fit.
   * @example
   * const weights = new QuantizedWeights(engine, transformer, entries, { from: 'model.gguf' });
   * for (const { name } of entries) weights.put(name, bytesOf(name));
   */
  constructor(engine: Engine, { parameters, constants = new Map() }: Weighted, stored: Iterable<StoredWeight>, { from = 'the file' } = {}) {
    this.engine = engine;
    const entries = new Map([...stored].map((entry) => [entry.name, entry])), before = engine.memory.used;
    let offset = 0;
    for (const parameter of parameters.list) {
      const { tensor } = parameter, { dtype } = findTensor(entries, tensor, { from });
      const matrix = isQuantizedType(dtype) && mayBePacked(parameter) ? quantizedMatrix(tensor.name, dtype, tensor.shape as [number, number]) : null;
      const bytes = size(matrix?.tensor ?? tensor) * 4;
      this.#placed.set(tensor.name, { tensor, dtype, matrix, offset, bytes });
      offset += aligned(bytes);
    }
    const all = [...this.#placed.values()];
    this.#address = engine.memory.allocate(offset, all.map(({ tensor, bytes }): [string, number] => [`${tensor.name} (${tensor.shape.join(', ')})`, bytes]).sort((a, b) => b[1] - a[1]));
    for (const place of all) this.places.set(place.matrix?.tensor ?? place.tensor, this.#address + place.offset);
    this.#constants = placeConstants(engine, constants, this.places);
    this.bytes = engine.memory.used - before;
    const matrices = new Map(all.map(({ tensor, matrix }) => [tensor, matrix]));
    this.product = (x, weight, options = {}) => {
      const matrix = matrices.get(weight);
      return matrix ? matmulQuantized(x, matrix, { add: options.add }) : floatReader.product(x, weight, options);
    };
    this.rows = (tokens, table) => {
      const matrix = matrices.get(table);
      return matrix ? embeddingQuantized(tokens, matrix) : floatReader.rows(tokens, table);
    };
  }

  /**
   * Sets rows of one parameter. Each row is given once.
   *
   * @param data whole rows, as a GGUF file stores them; or numbers, for what is stored as Q8_0, Q4_0 or F32.
   * @param row number of the first of them: large matrices come in pieces.
   * @throws {ShapeError} when there are more rows than fit.
   * @throws {FormatError} when the data are not whole blocks, or a scale is not finite.
   */
  put(name: string, data: Uint8Array | Float32Array, { row = 0 } = {}): void {
    if (this.#freed) throw new Error('These weights were freed. Make new ones.');
    const place = this.#placed.get(name);
    if (!place) {
      const meant = closest(name, this.#placed.keys());
      throw new FormatError(`The model has no parameter "${name}".${meant ? ` Did you mean "${meant}"?` : ''}`);
    }
    const { tensor, dtype, matrix } = place, address = this.#address + place.offset;
    if (matrix) {
      packBlocks(this.engine, { type: matrix.type, N: matrix.N, K: matrix.K, address, name }, data, row);
      return;
    }
    const numbers = data instanceof Float32Array ? data : dequantize(dtype, data), first = row * (size(tensor) / tensor.shape[0]!);
    if (first + numbers.length > size(tensor)) {
      throw new ShapeError(`${name} (${tensor.shape.join(', ')}) has ${size(tensor)} numbers; ${numbers.length} from row ${row} on do not fit.`);
    }
    this.engine.f32(address + first * 4, numbers.length).set(numbers);
  }

  /** Gives the memory back. */
  free(): void {
    if (this.#freed) return;
    this.#freed = true;
    for (const address of [this.#address, ...this.#constants]) this.engine.memory.free(address);
  }
}

/** What the model reads by `product` or `rows` alone. */
const mayBePacked = ({ group, tensor }: Parameter): boolean => group === 'matrix' || group === 'head' || tensor.name === 'embedding.weight';
