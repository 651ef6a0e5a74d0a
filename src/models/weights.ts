// A model's numbers in the engine's memory: all parameters side by side in one stretch, so that an optimizer step,
// clipping and saving are a few instructions over it. Gradients and moments use stretches of the same layout.
import { type Address, aligned, type Engine } from '../engine/index.ts';
import { count, FormatError, MemoryError, bytes as sizeOf } from '../errors.ts';
import { type NamedTensor, readTensorF32, sha256, type StoredTensor } from '../formats/index.ts';
import { compile, size, type Tensor } from '../graph/index.ts';
import { type Group, GROUPS, type Parameter, type Parameters } from '../nn/index.ts';
import { floatReader, type ReadableWeights } from './weightReader.ts';

/** What weights are needed for: the parameters, and numbers that are computed once. */
export interface Weighted {
  readonly parameters: Pick<Parameters, 'list'>;
  readonly constants?: ReadonlyMap<Tensor, Tensor | Float32Array>;
}

export interface Range {
  readonly group: Group;
  /** In numbers from the start of the stretch. */
  readonly offset: number;
  readonly length: number;
}

export class Weights implements ReadableWeights {
  readonly engine: Engine;
  readonly parameters: readonly Parameter[];
  /** Address of the stretch. */
  readonly address: Address;
  /** Length of the stretch in numbers, gaps of less than 16 between parameters included. */
  readonly length: number;
  /** Where each parameter and constant lies: hand it to `compile`. */
  readonly places = new Map<Tensor, Address>();
  readonly product = floatReader.product;
  readonly rows = floatReader.rows;
  readonly #offsets = new Map<Tensor, number>();
  readonly #constants: readonly Address[];

  /**
   * Takes the memory; the numbers are zero until {@link initialize} or {@link load}.
   *
   * @throws {MemoryError} when it does not fit; names the largest parameters.
   */
  constructor(engine: Engine, { parameters, constants = new Map() }: Weighted) {
    this.engine = engine;
    this.parameters = parameters.list;
    let length = 0;
    for (const { tensor } of this.parameters) {
      this.#offsets.set(tensor, length);
      length += aligned(size(tensor) * 4) / 4;
    }
    this.length = length;
    this.address = engine.memory.allocate(length * 4, this.largest());
    for (const [tensor, offset] of this.#offsets) this.places.set(tensor, this.address + offset * 4);
    this.#constants = placeConstants(engine, constants, this.places);
  }

  /** The largest parameters and their bytes, for messages. */
  largest(): [string, number][] {
    return this.parameters.map(({ tensor: t }): [string, number] => [`${t.name} (${t.shape.join(', ')})`, size(t) * 4]).sort((a, b) => b[1] - a[1]);
  }

  /** Sets every parameter to its first value. */
  initialize(): void {
    for (const { tensor, first } of this.parameters) {
      const plan = compile(this.engine, [first], { places: new Map([[first, this.places.get(tensor)!]]) });
      plan.run();
      plan.free();
    }
  }

  /** Where a parameter lies in the stretch, in numbers. */
  offset(tensor: Tensor): number {
    const offset = this.#offsets.get(tensor);
    if (offset === undefined) throw new Error(`${tensor.name} is not one of these weights.`);
    return offset;
  }

  /** The piece of the stretch that a group of parameters takes up. */
  range(group: Group): Range {
    const members = this.parameters.filter((p) => p.group === group);
    const first = members[0], last = members.at(-1);
    if (!first || !last) return { group, offset: 0, length: 0 };
    const offset = this.offset(first.tensor);
    return { group, offset, length: this.offset(last.tensor) + aligned(size(last.tensor) * 4) / 4 - offset };
  }

  get ranges(): Range[] {
    return GROUPS.map((group) => this.range(group)).filter(({ length }) => length > 0);
  }

  /** The numbers of one parameter, as a view; ask again after memory was allocated. */
  read(tensor: Tensor): Float32Array {
    return this.engine.f32(this.address + this.offset(tensor) * 4, size(tensor));
  }

  /**
   * Copies of all parameters, by name, to be written to a file.
   *
   * @param stretch another stretch of the same layout, for example a moment.
   */
  *tensors(prefix = '', stretch = this.address): Generator<NamedTensor> {
    for (const { tensor: t } of this.parameters) {
      yield { name: prefix + t.name, dtype: 'F32', shape: [...t.shape], data: this.engine.f32(stretch + this.offset(t) * 4, size(t)).slice() };
    }
  }

  /**
   * Sets all parameters from named tensors; F16 and BF16 are widened.
   *
   * @throws {FormatError} when one is missing, has another shape, or is not a number; names it. Nothing is changed then.
   */
  load(tensors: ReadonlyMap<string, StoredTensor>, { prefix = '', stretch = this.address, from = 'the file' } = {}): void {
    const found = this.parameters.map(({ tensor: t }) => {
      return [t, readTensorF32(findTensor(tensors, t, { prefix, from }))] as const;
    });
    for (const [t, numbers] of found) this.engine.f32(stretch + this.offset(t) * 4, size(t)).set(numbers);
  }

  /** SHA-256 over all parameters, in order: two runs with the same hash have the same bits. */
  async hash(): Promise<string> {
    const all = new Uint8Array(this.parameters.reduce((sum, p) => sum + size(p.tensor) * 4, 0));
    let at = 0;
    for (const { tensor: t } of this.parameters) {
      all.set(this.engine.u8(this.places.get(t)!, size(t) * 4), at);
      at += size(t) * 4;
    }
    return sha256(all);
  }

  free(): void {
    for (const address of [this.address, ...this.#constants]) this.engine.memory.free(address);
  }
}

/** Computes the numbers that never change, or takes them as they are, each in memory of its own, and adds it to `places`; later ones may use earlier ones. */
export function placeConstants(engine: Engine, constants: ReadonlyMap<Tensor, Tensor | Float32Array>, places: Map<Tensor, Address>): Address[] {
  return [...constants].map(([tensor, first]) => {
    const address = engine.memory.allocate(size(tensor) * 4);
    places.set(tensor, address);
    if (first instanceof Float32Array) {
      engine.f32(address, first.length).set(first);
    } else {
      const plan = compile(engine, [first], { places: new Map([...places, [first, address]]) });
      plan.run();
      plan.free();
    }
    return address;
  });
}

/**
 * The tensor of a file that a parameter is read from.
 *
 * @throws {FormatError} when it is missing or has another shape.
 */
export function findTensor<T extends { readonly shape: readonly number[] }>(tensors: ReadonlyMap<string, T>, { name, shape }: Tensor, { prefix = '', from = 'the file' } = {}): T {
  const stored = tensors.get(prefix + name);
  if (!stored) {
    throw new FormatError(`${from} has no tensor ${prefix}${name} (${shape.join(', ')}), which the configuration asks for. It has ${count(tensors.size)} tensors: do weights and configuration belong together?`);
  }
  if (stored.shape.join() !== shape.join()) {
    throw new FormatError(`${from}: ${prefix}${name} is (${stored.shape.join(', ')}), but the configuration asks for (${shape.join(', ')}). Weights and configuration do not belong together.`);
  }
  return stored;
}

/** Refuses early what cannot fit into the 4 GiB of WebAssembly: `parts` are names and bytes. */
export function requireMemory(parts: readonly (readonly [string, number])[], limit = 2 ** 32): void {
  const total = parts.reduce((sum, [, n]) => sum + n, 0);
  if (total <= limit) return;
  const largest = [...parts].sort((a, b) => b[1] - a[1]).slice(0, 4).map(([name, n]) => `${name} ${sizeOf(n)}`).join(', ');
  throw new MemoryError(`This needs ${sizeOf(total)}, but WebAssembly ends at ${sizeOf(limit)}. Largest parts: ${largest}. Make the batch, the context or the model smaller.`);
}
