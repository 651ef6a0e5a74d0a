// One training step as one plan: forward, backward, clipping, AdamW.
//
//   loss = sum over r of weight[r] · (-log p(target[r])) / sum of weights
//   w   <- AdamW(w, dloss/dw)
//
// The trainer owns the memory of gradients and moments. A step fills the batch, writes a few registers and makes one
// call; nothing is allocated.
import { type Batch, createBatch, type Loader } from '../data/index.ts';
import { type Address, aligned, type Engine } from '../engine/index.ts';
import {
  accumulateSparse, adamW, adamWSparse, add, backward, clearRows, clip, compile, crossEntropyWithGradient, embedding, estimate, fill, gradientNorm, input, isSparse, learnedRows, type Plan, REGISTERS,
  scale, type Shape, size, sparseGradient, type SparseGradient, sparseStore, type Tensor, view, writeRegisters,
} from '../graph/index.ts';
import { requireMemory, type Transformer, type Weights } from '../models/index.ts';
import { nameOnly, type Tap, wholeSequence } from '../nn/index.ts';
import { philox, stream, type Words } from '../random.ts';
import { checkRecipe, type Recipe } from './recipe.ts';

export interface TrainerOptions {
  readonly transformer: Transformer;
  readonly weights: Weights;
  readonly recipe: Recipe;
  /** Decides what dropout drops. */
  readonly seed: number;
  readonly tap?: Tap;
  /**
   * Names of tensors whose numbers shall still be there after a step, to be read with {@link Trainer.watched}: those a tap
   * is called with, probabilities of attention, and `grad(…)` of any of them and of dense parameters. Watching changes no bit.
   */
  readonly watch?: (name: string) => boolean;
}

/** Where blocks begin and end: what stays in memory when blocks are recomputed. */
const BOUNDARY = /^(input|blocks\.\d+\.mlp\.sum)$/;

/** Views of the engine's memory, made again when it has moved. */
interface Views {
  readonly buffer: ArrayBufferLike;
  readonly batch: Batch;
  readonly dloss: Float32Array;
  readonly loss: Float32Array;
  readonly seed: Int32Array | null;
  readonly registers: Float32Array;
}

export class Trainer {
  readonly engine: Engine;
  readonly recipe: Recipe;
  /** Rows that are worked through at once: give loaders this many. */
  readonly rows: number;
  /** Length of the last step's gradient before clipping. */
  norm = 0;
  readonly #weights: Weights;
  readonly #seed: number;
  readonly #bytes: number;
  readonly #first: Address;
  readonly #second: Address;
  readonly #owned: Address[] = [];
  readonly #plans: { micro: Plan; update: Plan | null; clear: Plan | null };
  readonly #inputs: { tokens: Tensor; targets: Tensor; weights: Tensor; dloss: Tensor; seed: Tensor | null; registers: Tensor; loss: Tensor };
  readonly #waiting: Batch[];
  readonly #watched = new Map<string, Tensor>();
  readonly #words: Words = new Uint32Array(4);
  #views: Views | null = null;

  /**
   * Builds and compiles the step, and takes its memory.
   *
   * @throws {OptionError} for a recipe that cannot work.
   * @throws {MemoryError} when it does not fit; names the largest parts.
   */
  constructor({ transformer, weights, recipe, seed, tap: given = nameOnly, watch }: TrainerOptions) {
    checkRecipe(recipe);
    const engine = (this.engine = weights.engine);
    this.recipe = recipe;
    this.rows = recipe.rows / recipe.accumulate;
    this.#weights = weights;
    this.#seed = seed;
    const { config } = transformer, R = this.rows * recipe.context, many = recipe.accumulate > 1;

    const boundaries: Tensor[] = [], blamed = new Map<string, Tensor>();
    const tap: Tap = (name, x) => {
      const found = given(name, x);
      if (recipe.recompute && BOUNDARY.test(name)) boundaries.push(found);
      if (watch?.(name)) this.#watched.set(name, found);
      if (watch?.(`grad(${name})`)) blamed.set(name, found);
      return found;
    };
    const sequence = wholeSequence(this.rows, recipe.context, { dropout: config.dropout > 0 || (config.tableDrop > 0 && config.ngrams.length > 0) });
    const targets = input('targets', [R]), counts = input('weights', [R]), dloss = input('dloss', [R]), registers = input('registers', [REGISTERS]);
    // logits of the learned rows alone, one behind the other
    const learned = learnedRows(targets, counts);
    const logits = transformer.logits(embedding(learned.rows, transformer.hidden(sequence, { tap, watchAttention: (layer) => watch?.(`blocks.${layer}.attention.probs`) ?? false })), { tap, count: learned.count });
    const { loss, dlogits } = crossEntropyWithGradient(logits, targets, counts, dloss, { softcap: config.softcap, learned });
    tap('loss', loss);
    const found = backward(logits, tap('grad(logits)', dlogits), [...blamed.values()], boundaries);
    for (const [name, t] of blamed) if (found.has(t)) this.#watched.set(`grad(${name})`, found.get(t)!);
    const gradientOf = (t: Tensor): Tensor => tap(`grad(${t.name})`, found.get(t) ?? fill(t.shape, 0));

    // dense gradients lie as the weights do; tables (they come last) have none
    const dense = weights.parameters.filter((p) => !isSparse(found.get(p.tensor) ?? p.tensor));
    const last = dense.at(-1)?.tensor, denseLength = last ? weights.offset(last) + Math.ceil(size(last) / 16) * 16 : 0;
    const each = new Stretch('gradients', denseLength), all = many ? new Stretch('gradients of all parts', denseLength) : each;
    const first = new Stretch('first moments', weights.length), second = new Stretch('second moments', weights.length);

    const gradients = dense.map(({ tensor }) => {
      // a gradient that is another tensor's memory (a view, or one that two parameters share) gets a place of its own
      const g = gradientOf(tensor), own = g.from && g.from.op.inPlace === undefined && !each.has(g) ? g : scale(g, 1);
      return each.place(own, weights.offset(tensor));
    });
    const sparse = weights.parameters.filter((p) => !dense.includes(p)).map(({ tensor, group }) => {
      const gradient = gradientOf(tensor);
      return { tensor, group, gradient, store: many ? sparseStore(gradient, recipe.accumulate) : null };
    });

    const micro: Tensor[] = [loss, ...gradients, ...sparse.map(({ gradient, store }) => (store ? accumulateSparse(gradient, store) : gradient))];
    if (many) micro.push(all.place(add(all.part('all', 0, denseLength), each.part('each', 0, denseLength)), 0));

    const update: Tensor[] = [], values = new Stretch('weights', weights.length);
    const sparseOf = ({ gradient, store }: { gradient: Tensor; store: SparseGradient | null }): SparseGradient => store ?? sparseGradient(gradient);
    if (recipe.clip > 0) {
      const runs = wholeRuns(dense.map(({ tensor }) => ({ offset: weights.offset(tensor), length: size(tensor) })));
      update.push(clip([...runs.map(({ offset, length }) => all.part('gradients', offset, length)), ...sparse.map(sparseOf)], registers, recipe.clip));
    }
    const options = (group: keyof Recipe['rates']) => ({
      beta1: recipe.beta1, beta2: recipe.beta2, eps: recipe.eps, decay: recipe.decay[group] ?? 0, rate: recipe.rates[group] ?? 1,
    });
    for (const { group, offset } of weights.ranges) {
      const members = dense.filter((p) => p.group === group), end = members.at(-1)?.tensor;
      if (!end) continue;
      const length = weights.offset(end) + Math.ceil(size(end) / 16) * 16 - offset;
      update.push(adamW(
        values.part(`weights.${group}`, offset, length), all.part(`gradients.${group}`, offset, length),
        first.part(`first.${group}`, offset, length), second.part(`second.${group}`, offset, length), registers, options(group),
      ));
    }
    for (const table of sparse) {
      const at = weights.offset(table.tensor), moment = (base: Stretch): Tensor => view(base.part(`moment.${table.tensor.name}`, at, size(table.tensor)), table.tensor.shape);
      update.push(adamWSparse(table.tensor, sparseOf(table), moment(first), moment(second), registers, options(table.group)));
      if (table.store) update.push(clearRows(table.store));
    }

    // what it takes is known, and told, before anything is taken
    const parts = many ? [micro, update, [all.place(fill([denseLength], 0), 0)]] : [[...micro, ...update]];
    const stretches = [...new Set([each, all, first, second])];
    const imagined = new Map(weights.places);
    values.lay(imagined, weights.address);
    stretches.forEach((stretch, i) => stretch.lay(imagined, (i + 1) * 2 ** 33)); // anywhere, but apart
    const keep = (i: number): Tensor[] => (i === 0 ? [...this.#watched.values()].filter((t) => !isSparse(t)) : []);
    const need = parts.map((outputs, i) => estimate(outputs, { places: imagined, keep: keep(i) }));
    const total = (sizes: readonly number[]): number => sizes.reduce((sum, bytes) => sum + bytes, 0);
    const announced: [string, number][] = [
      ['activations', total(need.map(({ arenaBytes }) => arenaBytes))], ['weights', weights.length * 4], ['moments', weights.length * 8], ['gradients', denseLength * 4 * (many ? 2 : 1)],
      ['working memory of the threads', Math.max(engine.scratchBytes, engine.threads * Math.max(...need.map(({ scratchBytes }) => scratchBytes)))],
      ['batch', total([...new Set(need.flatMap(({ inputs }) => inputs))].map((t) => aligned(size(t) * 4)))], ['instructions', total(need.map(({ codeBytes }) => codeBytes))],
    ];
    requireMemory(announced);
    this.#bytes = total(announced.map(([, bytes]) => bytes));
    const places = new Map(weights.places), plans: Plan[] = [];
    values.lay(places, weights.address);
    try {
      for (const stretch of stretches) {
        const address = engine.memory.allocate(stretch.length * 4, [[stretch.name, stretch.length * 4]]);
        this.#owned.push(address);
        stretch.lay(places, address);
      }
      parts.forEach((outputs, i) => plans.push(compile(engine, outputs, { places, keep: keep(i) })));
    } catch (error) {
      plans.forEach((plan) => plan.free());
      for (const address of this.#owned) engine.memory.free(address);
      throw error;
    }
    this.#first = first.address;
    this.#second = second.address;
    this.#plans = { micro: plans[0]!, update: plans[1] ?? null, clear: plans[2] ?? null };
    this.#inputs = { tokens: sequence.tokens, targets, weights: counts, dloss, seed: sequence.seed, registers, loss };
    this.#waiting = many ? Array.from({ length: recipe.accumulate }, () => createBatch(this.rows, recipe.context)) : [];
  }

  /** The plan of a step (of one part, when the step is cut in parts). */
  get plan(): Plan {
    return this.#plans.micro;
  }

  /** Bytes of all memory that a step works in, as they were announced before it was taken: weights, gradients, moments, activations, batch, instructions, and the threads' own. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * One step.
   *
   * @param step from 0.
   * @param progress share of the training that is over, for mixtures.
   * @returns the mean loss of the learned tokens, in nats, before the step.
   */
  step(loader: Loader, step: number, rate: number, progress = 0): number {
    const { batch, dloss, loss, registers } = this.#look();
    const { accumulate, beta1, beta2 } = this.recipe;
    writeRegisters(registers, { learningRate: rate, step: step + 1, beta1, beta2 });
    let total = 0, weight = 0;
    if (accumulate === 1) {
      loader.next(batch, progress);
      weight = share(dloss, sum(batch.weights));
      this.#dice(step);
      this.#plans.micro.run();
      total = sum(loss);
    } else {
      this.#plans.clear!.run();
      for (const part of this.#waiting) {
        loader.next(part, progress);
        weight += sum(part.weights);
      }
      share(dloss, weight);
      for (let i = 0; i < accumulate; i++) {
        const part = this.#waiting[i]!;
        batch.tokens.set(part.tokens);
        batch.targets.set(part.targets);
        batch.weights.set(part.weights);
        this.#dice(step * accumulate + i);
        this.#plans.micro.run();
        total += sum(loss);
      }
      this.#plans.update!.run();
    }
    this.norm = gradientNorm(registers);
    return weight > 0 ? total / weight : 0;
  }

  /** Copies of what is watched, as the last step (of a step in parts, the last part) has left it. */
  watched(): Map<string, { readonly name: string; readonly shape: Shape; readonly numbers: Float32Array }> {
    return new Map([...this.#watched].filter(([, t]) => !isSparse(t)).map(([name, t]) => [name, { name, shape: t.shape, numbers: this.#plans.micro.read(t).slice() }]));
  }

  /** The moments of all parameters, for a checkpoint: `first.NAME` and `second.NAME`. */
  *moments(): ReturnType<Weights['tensors']> {
    yield* this.#weights.tensors('first.', this.#first);
    yield* this.#weights.tensors('second.', this.#second);
  }

  /** @throws {FormatError} when one is missing or has another shape. */
  restoreMoments(tensors: Parameters<Weights['load']>[0], from: string): void {
    this.#weights.load(tensors, { prefix: 'first.', stretch: this.#first, from });
    this.#weights.load(tensors, { prefix: 'second.', stretch: this.#second, from });
  }

  /** Sets all moments to zero, as before the first step. */
  clearMoments(): void {
    for (const base of [this.#first, this.#second]) this.engine.f32(base, this.#weights.length).fill(0);
  }

  /** Gives its memory back; the weights stay. */
  free(): void {
    for (const plan of Object.values(this.#plans)) plan?.free();
    for (const address of this.#owned) this.engine.memory.free(address);
  }

  #look(): Views {
    const buffer = this.engine.memory.wasm.buffer;
    if (this.#views?.buffer === buffer) return this.#views;
    const { micro } = this.#plans, { tokens, targets, weights, dloss, loss, seed, registers } = this.#inputs, { engine } = this;
    return (this.#views = {
      buffer,
      batch: { tokens: engine.i32(micro.at(tokens), size(tokens)), targets: engine.i32(micro.at(targets), size(targets)), weights: engine.f32(micro.at(weights), size(weights)) },
      dloss: micro.read(dloss), loss: micro.read(loss), seed: seed && engine.i32(micro.at(seed), 2), registers: micro.read(registers),
    });
  }

  #dice(index: number): void {
    const seed = this.#views!.seed;
    if (!seed) return;
    philox(this.#seed, DROPOUT, index, this.#words);
    seed[0] = this.#words[0]!;
    seed[1] = this.#words[1]!;
  }
}

/** Numbers side by side in memory, and the tensors that lie among them. */
class Stretch {
  readonly name: string;
  readonly length: number;
  /** Where it begins, once that is known. */
  address: Address = 0;
  readonly #offsets = new Map<Tensor, number>();

  constructor(name: string, length: number) {
    this.name = name;
    this.length = length;
  }

  has(t: Tensor): boolean {
    return this.#offsets.has(t);
  }

  /** Says that `t` lies `offset` numbers from the start. */
  place(t: Tensor, offset: number): Tensor {
    this.#offsets.set(t, offset);
    return t;
  }

  /** A part of it as a tensor. */
  part(name: string, offset: number, length: number): Tensor {
    return this.place(input(name, [length]), offset);
  }

  /** Writes the places of all its tensors down, for a stretch that begins at `address`. */
  lay(places: Map<Tensor, Address>, address: Address): void {
    this.address = address;
    for (const [t, offset] of this.#offsets) places.set(t, address + offset * 4);
  }
}

const DROPOUT = stream('dropout');

/** Every learned token has an equal share in the loss. Returns how many there are. */
function share(dloss: Float32Array, total: number): number {
  const each = total > 0 ? 1 / total : 0;
  if (dloss[0] !== Math.fround(each)) dloss.fill(each);
  return total;
}

function sum(numbers: Float32Array): number {
  let total = 0;
  for (let i = 0; i < numbers.length; i++) total += numbers[i]!;
  return total;
}

/** Joins neighbours that have no gap between them: what lies in a gap is no gradient. */
function wholeRuns(pieces: readonly { offset: number; length: number }[]): { offset: number; length: number }[] {
  const runs: { offset: number; length: number }[] = [];
  for (const piece of pieces) {
    const run = runs.at(-1);
    if (run && run.offset + run.length === piece.offset) run.length += piece.length;
    else runs.push({ ...piece });
  }
  return runs;
}
