// A network small enough to see whole: nine pixels in, two hidden layers, four answers out (Rumelhart, Hinton & Williams
// 1986, https://doi.org/10.1038/323533a0). With h(0) the pixels, from 1 (white) to -1 (black):
//
//   sums(i) = h(i-1) W(i)ᵀ + b(i),   h(i) = tanh(sums(i)),   output = sigmoid(last sums) or softmax(last sums)
//   loss    = mean((output - wanted)²)  with sigmoid,        -log output[wanted]  with softmax
//   blame   dh(i-1) = dsums(i) W(i),   dW(i) = dsums(i)ᵀ h(i-1),   W(i) -= rate · dW(i)
//
// One step of learning is a list of stages, each a small plan of the engine that reads and writes named tensors. Run them
// one by one and look at, or change, any number in between; or run them all.
import type { Address, Engine } from '../engine/index.ts';
import { closest, OptionError } from '../errors.ts';
import {
  backward, compile, crossEntropy, fill, input, matmul, meanSquaredError, param, type Plan, REGISTERS, type Shape, sgd, sigmoid, size, softmax, tanh,
  type Tensor, uniform, writeRegisters,
} from '../graph/index.ts';
import { stream } from '../random.ts';
import { PIXELS, type SymbolPattern, SYMBOLS } from './symbolPatterns.ts';

export interface SymbolNetworkOptions {
  /** Width of each hidden layer; two of 12 unless told. */
  readonly hidden?: readonly number[];
  /** `sigmoid`: every answer from 0 to 1 by itself, squared error (default). `softmax`: answers that share one certainty, cross-entropy. */
  readonly output?: 'sigmoid' | 'softmax';
  /** Decides the first weights, evenly spread over [-1, 1]; biases begin at 0. */
  readonly seed?: number;
  /** Pictures per step; 16 unless told. */
  readonly batch?: number;
}

/** A part of one step of learning: `name` is the main tensor that it makes. */
export interface SymbolStage {
  readonly name: string;
  readonly makes: readonly string[];
  run(): void;
}

/** What the network says of a picture. */
export interface SymbolAnswer {
  /** Which of SYMBOLS has the highest output. */
  readonly answer: number;
  /** One for each symbol, from 0 to 1. */
  readonly outputs: readonly number[];
}

/** A network of named numbers; {@link createSymbolNetwork} makes one. Give its memory back with `free`. */
export class SymbolNetwork {
  readonly engine: Engine;
  readonly sizes: readonly number[];
  readonly output: 'sigmoid' | 'softmax';
  readonly batch: number;
  /** Forward, loss, backward, update: in the order of one step. */
  readonly stages: readonly SymbolStage[];
  readonly #shapes = new Map<string, Shape>();
  readonly #addresses = new Map<string, Address>();
  readonly #plans: Plan[] = [];
  readonly #forward: readonly SymbolStage[];
  #steps = 0;

  /** Use {@link createSymbolNetwork}, which checks the options. */
  constructor(engine: Engine, { hidden, output, seed, batch }: Required<SymbolNetworkOptions>) {
    this.engine = engine;
    this.sizes = [PIXELS, ...hidden, SYMBOLS.length];
    this.output = output;
    this.batch = batch;
    this.#reserve('inputs', [batch, PIXELS]);
    this.#reserve('targets', [batch, SYMBOLS.length]);
    this.#reserve('answers', [batch]);
    this.#reserve('registers', [REGISTERS]);
    const layers = this.sizes.length - 1, forward: SymbolStage[] = [], back: SymbolStage[] = [];
    for (let i = 0; i < layers; i++) this.#addLayer(i, i === layers - 1, seed, forward, back);
    this.#forward = forward;
    this.stages = [...forward, this.#lossStage(layers - 1), ...back.reverse(), this.#updateStage(layers)];
  }

  /** Names of everything that can be read and written, for example `layers.0.weight`, `layers.1`, `grad(layers.1.sums)`. */
  get names(): string[] {
    return [...this.#shapes.keys()].filter((name) => name !== 'registers' && name !== 'answers');
  }

  /** (out, in) of a weight, (batch, width) of what is computed for each picture. */
  shapeOf(name: string): Shape {
    const shape = this.names.includes(name) ? this.#shapes.get(name) : undefined;
    if (shape) return shape;
    const meant = closest(name, this.names);
    throw new OptionError('name', `There is no tensor "${name}". ${meant ? `Did you mean "${meant}"?` : `There are ${this.names.join(', ')}.`}`);
  }

  /** A copy of the numbers of a tensor, row by row. */
  read(name: string): Float32Array {
    return this.engine.f32(this.#addresses.get((this.shapeOf(name), name))!, size({ shape: this.shapeOf(name) })).slice();
  }

  /**
   * Changes the numbers of a tensor; the stages that come after go on with them. The slope of a squashing function is taken
   * at its sums: a changed `layers.0` reaches what follows, a changed `layers.0.sums` its own slope too.
   *
   * @throws {OptionError} when there is no such tensor, there are too many or too few numbers, or one is not finite.
   */
  write(name: string, numbers: ArrayLike<number>): void {
    const shape = this.shapeOf(name), n = size({ shape });
    if (numbers.length !== n) throw new OptionError('numbers', `${name} (${shape.join(', ')}) has ${n} numbers, but ${numbers.length} came.`);
    if (!Array.from(numbers).every(Number.isFinite)) throw new OptionError('numbers', `All numbers of ${name} must be finite.`);
    this.engine.f32(this.#addresses.get(name)!, n).set(numbers);
  }

  /** Puts pictures and what is wanted of them where the next step reads them: `inputs` and `targets`, one for each row of the batch. */
  set(patterns: readonly SymbolPattern[]): void {
    if (patterns.length !== this.batch) throw new OptionError('patterns', `A step takes ${this.batch} pictures, but ${patterns.length} came.`);
    this.write('inputs', patterns.flatMap(({ inputs }) => inputs));
    this.write('targets', patterns.flatMap(({ answer }) => SYMBOLS.map((_, k) => (k === answer ? 1 : 0))));
    this.engine.i32(this.#addresses.get('answers')!, this.batch).set(patterns.map(({ answer }) => answer));
  }

  /**
   * One whole step on the pictures that were set.
   *
   * @param rate how far the weights go against their gradient.
   * @returns the mean loss before the step.
   */
  step(rate: number): number {
    this.setRate(rate);
    for (const stage of this.stages) stage.run();
    return this.read('loss').reduce((sum, x) => sum + x, 0) / this.batch;
  }

  /** The rate with which the last stage, `update`, will change the weights when stages are run one by one. */
  setRate(rate: number): void {
    writeRegisters(this.engine.f32(this.#addresses.get('registers')!, REGISTERS), { learningRate: rate, step: ++this.#steps });
  }

  /** What the network says of any number of pictures. Overwrites `inputs` and what is computed from them. */
  classify(patterns: readonly Pick<SymbolPattern, 'inputs'>[]): SymbolAnswer[] {
    const answers: SymbolAnswer[] = [];
    for (let from = 0; from < patterns.length; from += this.batch) {
      const some = patterns.slice(from, from + this.batch), inputs = new Float32Array(this.batch * PIXELS);
      inputs.set(some.flatMap((pattern) => pattern.inputs));
      this.write('inputs', inputs);
      for (const stage of this.#forward) stage.run();
      const output = this.read('output');
      some.forEach((_, r) => {
        const outputs = [...output.subarray(r * SYMBOLS.length, (r + 1) * SYMBOLS.length)];
        answers.push({ outputs, answer: outputs.indexOf(Math.max(...outputs)) });
      });
    }
    return answers;
  }

  /** Share of pictures that are named as the rule names them, from 0 to 1. */
  accuracy(patterns: readonly SymbolPattern[]): number {
    return this.classify(patterns).filter(({ answer }, i) => answer === patterns[i]!.answer).length / patterns.length;
  }

  free(): void {
    for (const plan of this.#plans) plan.free();
    for (const address of this.#addresses.values()) this.engine.memory.free(address);
  }

  #reserve(name: string, shape: Shape): void {
    this.#shapes.set(name, shape);
    this.#addresses.set(name, this.engine.memory.allocate(size({ shape }) * 4));
  }

  /** A stage from a graph of its own: `known` are tensors that exist, `made` those that it computes. */
  #stage(name: string, known: Readonly<Record<string, Tensor>>, made: Readonly<Record<string, Tensor>>): SymbolStage {
    for (const [key, t] of Object.entries(made)) if (!this.#shapes.has(key)) this.#reserve(key, t.shape);
    const places = new Map(Object.entries({ ...known, ...made }).map(([key, t]) => [t, this.#addresses.get(key)!]));
    const plan = compile(this.engine, Object.values(made), { places, threads: 1 });
    this.#plans.push(plan);
    return { name, makes: Object.keys(made), run: () => plan.run() };
  }

  #addLayer(i: number, last: boolean, seed: number, forward: SymbolStage[], back: SymbolStage[]): void {
    const R = this.batch, K = this.sizes[i]!, N = this.sizes[i + 1]!, name = `layers.${i}`;
    const before = i === 0 ? 'inputs' : `layers.${i - 1}`, after = last ? 'output' : name;
    this.#stage('first weights', {}, {
      [`${name}.weight`]: uniform([N, K], { seed, stream: stream('init', 'symbols', i), low: -1, high: 1 }), [`${name}.bias`]: fill([N], 0),
    }).run();

    const x = input(before, [R, K]), weight = param(`${name}.weight`, [N, K]), bias = param(`${name}.bias`, [N]), dsums = input('dsums', [R, N]);
    const sums = matmul(x, weight, { tb: true, add: bias }), given = input('sums', [R, N]), dafter = input('dafter', [R, N]);
    const squash = last ? { sigmoid, softmax }[this.output] : tanh, squashed = squash(given);
    forward.push(
      this.#stage(`${name}.sums`, { [before]: x, [`${name}.weight`]: weight, [`${name}.bias`]: bias }, { [`${name}.sums`]: sums }),
      this.#stage(after, { [`${name}.sums`]: given }, { [after]: squashed }));

    for (const [key, shape] of [[`grad(${name}.sums)`, [R, N]], [`grad(${after})`, [R, N]]] as const) {
      if (!(key === 'grad(output)' && this.output === 'softmax')) this.#reserve(key, shape);
    }
    const blame = backward(sums, dsums, [x]);
    back.push(this.#stage(`grad(${before})`, { [before]: x, [`${name}.weight`]: weight, [`${name}.bias`]: bias, [`grad(${name}.sums)`]: dsums }, {
      [`grad(${name}.weight)`]: blame.get(weight)!, [`grad(${name}.bias)`]: blame.get(bias)!, [`grad(${before})`]: blame.get(x)!,
    }));
    // cross-entropy blames the sums themselves
    if (last && this.output === 'softmax') return;
    back.push(this.#stage(`grad(${name}.sums)`, { [`${name}.sums`]: given, [`grad(${after})`]: dafter }, { [`grad(${name}.sums)`]: backward(squashed, dafter, [given]).get(given)! }));
  }

  #lossStage(last: number): SymbolStage {
    const R = this.batch, N = SYMBOLS.length, chooses = this.output === 'softmax', from = chooses ? `layers.${last}.sums` : 'output';
    const x = input(from, [R, N]), targets = chooses ? input('answers', [R]) : input('targets', [R, N]);
    const loss = chooses ? crossEntropy(x, targets, fill([R], 1)) : meanSquaredError(x, targets);
    return this.#stage('loss', { [from]: x, [chooses ? 'answers' : 'targets']: targets }, { loss, [`grad(${from})`]: backward(loss, fill([R], 1 / R), [x]).get(x)! });
  }

  #updateStage(layers: number): SymbolStage {
    const registers = input('registers', [REGISTERS]), known: Record<string, Tensor> = { registers }, updates: Tensor[] = [], makes: string[] = [];
    for (let i = 0; i < layers; i++) {
      for (const name of [`layers.${i}.weight`, `layers.${i}.bias`]) {
        const shape = this.#shapes.get(name)!, w = (known[name] = param(name, shape)), dw = (known[`grad(${name})`] = input(`grad(${name})`, shape));
        updates.push(sgd(w, dw, null, registers));
        makes.push(name);
      }
    }
    const plan = compile(this.engine, updates, { places: new Map(Object.entries(known).map(([key, t]) => [t, this.#addresses.get(key)!])), threads: 1 });
    this.#plans.push(plan);
    return { name: 'update', makes, run: () => plan.run() };
  }
}

/**
 * A new network with weights in [-1, 1].
 *
 * @throws {OptionError} when a width or the batch is no whole number of at least 1, or `output` is unknown.
 * @example
 * const network = createSymbolNetwork(engine, { seed: 1 });
 * network.set(symbolSplit().train.slice(0, network.batch));
 * for (const stage of network.stages) stage.run(); // or network.step(0.5)
 * network.read('grad(layers.0.weight)'); // (12, 9)
 */
export function createSymbolNetwork(engine: Engine, { hidden = [12, 12], output = 'sigmoid', seed = 1, batch = 16 }: SymbolNetworkOptions = {}): SymbolNetwork {
  for (const [option, n] of [...hidden.map((width) => ['hidden', width] as const), ['batch', batch] as const]) {
    if (!Number.isSafeInteger(n) || n < 1 || n > 4096) throw new OptionError(option, `${option} must be a whole number from 1 to 4096, but it is ${n}.`);
  }
  if (output !== 'sigmoid' && output !== 'softmax') throw new OptionError('output', `output must be "sigmoid" or "softmax", but it is "${String(output)}".`);
  return new SymbolNetwork(engine, { hidden, output, seed, batch });
}
