// The numbers that training changes: each has a path name, a shape, a first value and a group that decides how fast it
// learns. A model asks for its parameters by name while it is being built.
import { param, size, type Shape, type Tensor } from '../graph/index.ts';
import { closest, count } from '../errors.ts';

/**
 * How a parameter learns. `matrix`: weights of linear layers; `head`: the last one, to the vocabulary; `embedding`: rows
 * looked up by token or position; `table`: rows looked up by hash, updated only where they were used; `vector`: gains,
 * biases, gates; `convolution`: short filters.
 */
export type Group = 'matrix' | 'head' | 'embedding' | 'table' | 'vector' | 'convolution';
export const GROUPS: readonly Group[] = ['matrix', 'head', 'embedding', 'vector', 'convolution', 'table'];

export interface Parameter {
  readonly tensor: Tensor;
  readonly group: Group;
  /** Graph without inputs that makes the first value. */
  readonly first: Tensor;
}

export class Parameters {
  readonly #all = new Map<string, Parameter>();

  /** A new parameter. `first` is a graph without inputs, for example `normal(shape, …)` or `fill(shape, 0)`. */
  add(name: string, shape: Shape, group: Group, first: Tensor): Tensor {
    if (this.#all.has(name)) throw new Error(`There are two parameters called ${name}. Please report this.`);
    const tensor = param(name, shape);
    this.#all.set(name, { tensor, group, first });
    return tensor;
  }

  /** All parameters, group by group, inside a group in the order in which the model asked for them. */
  get list(): Parameter[] {
    return GROUPS.flatMap((group) => [...this.#all.values()].filter((p) => p.group === group));
  }

  get(name: string): Tensor {
    const found = this.#all.get(name);
    if (found) return found.tensor;
    const meant = closest(name, this.#all.keys());
    throw new Error(`There is no parameter "${name}".${meant ? ` Did you mean "${meant}"?` : ''}`);
  }

  /** How many numbers there are, in all or in one group. */
  count(group?: Group): number {
    return this.list.filter((p) => !group || p.group === group).reduce((sum, p) => sum + size(p.tensor), 0);
  }

  /** For example `1,046,528 parameters (of these 786,432 in tables)`. */
  describe(): string {
    const tables = this.count('table');
    return `${count(this.count())} parameters${tables ? ` (of these ${count(tables)} in tables)` : ''}`;
  }
}
