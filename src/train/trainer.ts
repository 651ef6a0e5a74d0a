// One training step as one plan: forward, backward, clipping, AdamW.
//
//   loss = sum over r of weight[r] · (-log p(target[r])) / sum of weights
//   w   <- AdamW(w, dloss/dw)
//
// The trainer owns the memory of gradients and moments. A step fills the batch, writes a few registers and makes one
// call; nothing is allocated.
import { type Batch, createBatch, type Loader } from '../data/index.ts';
import type { Address, Engine } from '../engine/index.ts';
import {
  accumulateSparse, adamW, adamWSparse, add, backward, clearRows, clip, compile, crossEntropyWithGradient, estimate, fill, gradientNorm, input, isSparse, type Plan, REGISTERS,
  scale, size, sparseGradient, type SparseGradient, sparseStore, type Tensor, view, writeRegisters,
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
}

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
  readonly #gradients: Address;
  readonly #first: Address;
  readonly #second: Address;
  readonly #owned: Address[] = [];
  #taken = 0;
  readonly #plans: { micro: Plan; update: Plan | null; clear: Plan | null };
  readonly #inputs: { tokens: Tensor; targets: Tensor; weights: Tensor; dloss: Tensor; seed: Tensor | null; registers: Tensor; loss: Tensor };
  readonly #waiting: Batch[];
  readonly #words: Words = new Uint32Array(4);
  #views: Views | null = null;

  /**
   * Builds and compiles the step, and takes its memory.
   *
   * @throws {OptionError} for a recipe that cannot work.
   * @throws {MemoryError} when it does not fit; names the largest parts.
   */
  constructor({ transformer, weights, recipe, seed, tap = nameOnly }: TrainerOptions) {
    checkRecipe(recipe);
    const engine = (this.engine = weights.engine);
    this.recipe = recipe;
    this.rows = recipe.rows / recipe.accumulate;
    this.#weights = weights;
    this.#seed = seed;
    const { config } = transformer, R = this.rows * recipe.context, many = recipe.accumulate > 1;

    const sequence = wholeSequence(this.rows, recipe.context, { dropout: config.dropout > 0 || (config.tableDrop > 0 && config.ngrams.length > 0) });
    const targets = input('targets', [R]), counts = input('weights', [R]), dloss = input('dloss', [R]), registers = input('registers', [REGISTERS]);
    const logits = transformer.logits(transformer.hidden(sequence, { tap }), tap);
    const { loss, dlogits } = crossEntropyWithGradient(logits, targets, counts, dloss, { softcap: config.softcap });
    tap('loss', loss);
    const found = backward(logits, tap('grad(logits)', dlogits));
    const gradientOf = (t: Tensor): Tensor => tap(`grad(${t.name})`, found.get(t) ?? fill(t.shape, 0));

    // where everything lies: dense gradients as the weights do, tables (they come last) without
    const dense = weights.parameters.filter((p) => !isSparse(found.get(p.tensor) ?? p.tensor));
    const last = dense.at(-1)?.tensor, denseLength = last ? weights.offset(last) + Math.ceil(size(last) / 16) * 16 : 0;
    const places = new Map(weights.places);
    const { arenaBytes } = estimate([loss, ...found.values()], { places });
    requireMemory([
      ['activations', arenaBytes], ['weights', weights.length * 4], ['moments', weights.length * 8], ['gradients', denseLength * 4 * (many ? 2 : 1)],
      ...weights.largest(),
    ].slice(0, 4) as [string, number][]);
    const take = (length: number, name: string): Address => {
      const address = engine.memory.allocate(length * 4, [[name, length * 4]]);
      this.#owned.push(address);
      this.#taken += length * 4;
      return address;
    };
    this.#first = take(weights.length, 'first moments');
    this.#second = take(weights.length, 'second moments');
    const each = take(denseLength, 'gradients');
    this.#gradients = many ? take(denseLength, 'gradients of all parts') : each;

    const gradients = dense.map(({ tensor }) => {
      // a gradient that is another tensor's memory (a view, or one that two parameters share) gets a place of its own
      const g = gradientOf(tensor), own = g.from && g.from.op.inPlace === undefined && !places.has(g) ? g : scale(g, 1);
      places.set(own, each + weights.offset(tensor) * 4);
      return own;
    });
    const sparse = weights.parameters.filter((p) => !dense.includes(p)).map(({ tensor, group }) => {
      const gradient = gradientOf(tensor);
      return { tensor, group, gradient, store: many ? sparseStore(gradient, recipe.accumulate) : null };
    });

    const micro: Tensor[] = [loss, ...gradients, ...sparse.map(({ gradient, store }) => (store ? accumulateSparse(gradient, store) : gradient))];
    const stretch = (name: string, base: Address, offset: number, length: number): Tensor => {
      const t = input(name, [length]);
      places.set(t, base + offset * 4);
      return t;
    };
    if (many) {
      const sum = add(stretch('all', this.#gradients, 0, denseLength), stretch('each', each, 0, denseLength));
      places.set(sum, this.#gradients);
      micro.push(sum);
    }

    const update: Tensor[] = [];
    const sparseOf = ({ gradient, store }: { gradient: Tensor; store: SparseGradient | null }): SparseGradient => store ?? sparseGradient(gradient);
    if (recipe.clip > 0) {
      const runs = wholeRuns(dense.map(({ tensor }) => ({ offset: weights.offset(tensor), length: size(tensor) })));
      update.push(clip([...runs.map(({ offset, length }) => stretch('gradients', this.#gradients, offset, length)), ...sparse.map(sparseOf)], registers, recipe.clip));
    }
    const options = (group: keyof Recipe['rates']) => ({
      beta1: recipe.beta1, beta2: recipe.beta2, eps: recipe.eps, decay: recipe.decay[group] ?? 0, rate: recipe.rates[group] ?? 1,
    });
    for (const { group, offset } of weights.ranges) {
      const members = dense.filter((p) => p.group === group), end = members.at(-1)?.tensor;
      if (!end) continue;
      const length = weights.offset(end) + Math.ceil(size(end) / 16) * 16 - offset;
      update.push(adamW(
        stretch(`weights.${group}`, weights.address, offset, length), stretch(`gradients.${group}`, this.#gradients, offset, length),
        stretch(`first.${group}`, this.#first, offset, length), stretch(`second.${group}`, this.#second, offset, length), registers, options(group),
      ));
    }
    for (const table of sparse) {
      const at = weights.offset(table.tensor), moment = (base: Address): Tensor => view(stretch(`moment.${table.tensor.name}`, base, at, size(table.tensor)), table.tensor.shape);
      update.push(adamWSparse(table.tensor, sparseOf(table), moment(this.#first), moment(this.#second), registers, options(table.group)));
      if (table.store) update.push(clearRows(table.store));
    }

    if (many) {
      const zero = fill([denseLength], 0);
      this.#plans = {
        clear: compile(engine, [zero], { places: new Map([[zero, this.#gradients]]) }),
        micro: compile(engine, micro, { places }), update: compile(engine, update, { places }),
      };
    } else {
      this.#plans = { clear: null, micro: compile(engine, [...micro, ...update], { places }), update: null };
    }
    this.#inputs = { tokens: sequence.tokens, targets, weights: counts, dloss, seed: sequence.seed, registers, loss };
    this.#waiting = many ? Array.from({ length: recipe.accumulate }, () => createBatch(this.rows, recipe.context)) : [];
  }

  /** The plan of a step (of one part, when the step is cut in parts). */
  get plan(): Plan {
    return this.#plans.micro;
  }

  /** Bytes of gradients, moments, activations and instructions. */
  get bytes(): number {
    const plans = Object.values(this.#plans).filter((plan) => plan !== null);
    return this.#taken + plans.reduce((sum, plan) => sum + plan.arenaBytes + plan.codeBytes, 0);
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
