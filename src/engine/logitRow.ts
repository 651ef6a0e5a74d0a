// What a sampler asks about every token of a vocabulary, answered by assembly/logits.ts with vectors. A row of logits is
// copied into Wasm memory, looked at and changed there, and copied back: at 50,257 tokens the copies take some
// microseconds, and a loop in JavaScript a hundred.
import { kernelModule } from './engine.ts';

interface Functions {
  readonly heap: WebAssembly.Global;
  mathMost(x: number, n: number): number;
  mathNext(x: number, n: number, from: number, least: number): number;
  mathLeft(x: number, n: number): number;
  mathDivide(x: number, n: number, t: number): void;
  mathWeigh(x: number, weights: number, n: number, most: number): number;
  mathBehind(x: number, weights: number, n: number, most: number): number;
  mathDeviation(x: number, n: number, left: number): number;
  mathReach(weights: number, n: number, goal: number): number;
  mathStrikeBelow(x: number, n: number, least: number): void;
  mathStrikeLight(x: number, weights: number, n: number, least: number): void;
  mathStrikeHeavy(x: number, weights: number, n: number, least: number): void;
  mathKeepNearest(x: number, weights: number, n: number, center: number, folded: number, goal: number, order: number, bins: number): void;
  mathNth(x: number, n: number, most: number, k: number, order: number, bins: number): number;
}

const PAGE = 65_536, MOST_PAGES = 4096;
/** 2,048 sums, as in assembly/logits.ts. */
const BIN_BYTES = 2048 * 8;

/**
 * A row of logits (V) in Wasm memory. There is one, lent to whoever needs it until the next {@link takeRow}: a stage takes
 * it, asks, and gives it back within one call. Struck-out tokens have a logit of -Infinity.
 */
export class LogitRow {
  readonly #memory: WebAssembly.Memory;
  readonly #functions: Functions;
  #view = new Float32Array(0);
  /** The row filled up to whole vectors. */
  #n = 0;
  #bins = 0;
  #x = 0;
  #weights = 0;
  #order = 0;

  /** Use {@link takeRow}. */
  constructor() {
    this.#memory = new WebAssembly.Memory({ initial: 16, maximum: MOST_PAGES });
    this.#functions = new WebAssembly.Instance(kernelModule('exact', false), { env: { memory: this.#memory } }).exports as unknown as Functions;
  }

  /** Copies logits in. Use {@link takeRow}. */
  take(logits: Float32Array): this {
    if (this.#view.length !== logits.length) this.#lay(logits.length);
    this.#view.set(logits);
    return this;
  }

  /** Copies the row back. */
  give(logits: Float32Array): void {
    logits.set(this.#view);
  }

  /** The highest logit; NaN if there is a NaN. */
  most(): number {
    return this.#functions.mathMost(this.#x, this.#n);
  }

  /** The lowest id with a logit of at least `least`, from an id on; -1 if there is none. */
  next(least: number, from = 0): number {
    return this.#functions.mathNext(this.#x, this.#n, from, least);
  }

  /** How many tokens are not struck out. */
  left(): number {
    return this.#functions.mathLeft(this.#x, this.#n);
  }

  /** The k-th highest logit. @param most the highest. */
  nth(k: number, most: number): number {
    return this.#functions.mathNth(this.#x, this.#n, most, k, this.#order, this.#bins);
  }

  /** Standard deviation of the logits that are not struck out. @param left how many these are. */
  deviation(left: number): number {
    return this.#functions.mathDeviation(this.#x, this.#n, left);
  }

  /** Divides all logits by `t`. */
  divide(t: number): void {
    this.#functions.mathDivide(this.#x, this.#n, t);
  }

  /**
   * Weights every token with e^(logit - most), which is its probability but for the factor 1 / total.
   *
   * @param most the highest logit.
   * @returns the total; 0 if no token is left.
   */
  weigh(most: number): number {
    return most === -Infinity ? 0 : this.#functions.mathWeigh(this.#x, this.#weights, this.#n, most);
  }

  /** Sum of weight · (most - logit). The entropy of the probabilities is ln total + this / total. */
  behind(most: number): number {
    return this.#functions.mathBehind(this.#x, this.#weights, this.#n, most);
  }

  /** The token at which the weights add up to more than `goal`, -1 if they never do. */
  reach(goal: number): number {
    return this.#functions.mathReach(this.#weights, this.#n, goal);
  }

  /** Strikes out logits below `least`. */
  strikeBelow(least: number): void {
    this.#functions.mathStrikeBelow(this.#x, this.#n, least);
  }

  /** Strikes out tokens that weigh less than `least`. */
  strikeLight(least: number): void {
    this.#functions.mathStrikeLight(this.#x, this.#weights, this.#n, least);
  }

  /** Strikes out tokens that weigh `least` or more, but for the lightest of them, of equals the last. */
  strikeHeavy(least: number): void {
    this.#functions.mathStrikeHeavy(this.#x, this.#weights, this.#n, least);
  }

  /** Strikes out all but the fewest highest logits whose weights add up to `goal`, of equals the lower id first. */
  keepHighest(most: number, goal: number): void {
    this.#functions.mathKeepNearest(this.#x, this.#weights, this.#n, most, 0, goal, this.#order, this.#bins);
  }

  /** The same with those logits that are nearest to `center`, above it or below. */
  keepNearest(center: number, goal: number): void {
    this.#functions.mathKeepNearest(this.#x, this.#weights, this.#n, center, 1, goal, this.#order, this.#bins);
  }

  /** Makes room for a row of V. */
  #lay(V: number): void {
    this.#n = (V + 3) & ~3;
    this.#bins = (Number(this.#functions.heap.value) + 63) & ~63;
    this.#weights = this.#bins + BIN_BYTES;
    this.#x = this.#weights + 8 * this.#n;
    this.#order = this.#x + 4 * this.#n;
    const missing = this.#order + 4 * this.#n - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE));
    new Float32Array(this.#memory.buffer, this.#x, this.#n).fill(-Infinity);
    this.#view = new Float32Array(this.#memory.buffer, this.#x, V);
  }
}

let row: LogitRow | undefined;

/**
 * The row, with a copy of these logits.
 *
 * @example
 * const row = takeRow(logits), most = row.most();
 * row.strikeBelow(most - 3);
 * row.give(logits);
 */
export const takeRow = (logits: Float32Array): LogitRow => (row ??= new LogitRow()).take(logits);
