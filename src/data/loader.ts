import { FormatError, OptionError, ShapeError, count } from '../errors.ts';
import type { TokenSet } from './tokenSet.ts';

/** One step's examples, B rows of T positions. Usually views of the engine's memory, filled in place. */
export interface Batch {
  /** (B*T) what the model sees. */
  readonly tokens: Int32Array;
  /** (B*T) what comes next after each. */
  readonly targets: Int32Array;
  /** (B*T) how much each prediction counts: 1 if it is learned, else 0. */
  readonly weights: Float32Array;
}

/**
 * Where a loader stands: plain JSON, part of a checkpoint. A loader of the same kind over the same data that is
 * restored to it goes on with exactly the rows that would have come.
 */
export interface LoaderState {
  readonly loader: string;
  /** Hash of the token set. */
  readonly data: string;
  readonly context: number;
  readonly seed: number;
  readonly epoch: number;
  readonly position: number;
  /** Of packed rows: documents drawn but not yet used. */
  readonly waiting?: readonly number[];
  /** Of a mixture: the states of its parts. */
  readonly parts?: readonly LoaderState[];
}

/** An endless supply of batches. */
export interface Loader {
  /** Rows per batch, B. */
  readonly rows: number;
  /** Positions per row, T. */
  readonly context: number;
  /** How many times all data has been gone through. */
  readonly epoch: number;
  /**
   * Fills a batch. Nothing is allocated, except once at the beginning of some epochs.
   *
   * @param progress share of the training that is over, 0 to 1; only mixtures heed it. Default 0.
   * @throws {ShapeError} when the batch is not of B*T numbers.
   */
  next(batch: Batch, progress?: number): void;
  /** Fills row `row` of a batch: the part of `next` from which mixtures are made. */
  fillRow(batch: Batch, row: number, progress?: number): void;
  state(): LoaderState;
  /** @throws {FormatError} when the state is of another loader, other data, or another seed. */
  restore(state: LoaderState): void;
}

/** Options of most loaders. */
export interface LoaderOptions {
  readonly rows: number;
  readonly context: number;
  readonly seed: number;
}

/** Memory for one batch, for those who have no engine. */
export function createBatch(rows: number, context: number): Batch {
  return { tokens: new Int32Array(rows * context), targets: new Int32Array(rows * context), weights: new Float32Array(rows * context) };
}

/** @throws {ShapeError} */
export function checkBatch(batch: Batch, rows: number, context: number): void {
  if (batch.tokens.length !== rows * context || batch.targets.length !== rows * context || batch.weights.length !== rows * context) {
    throw new ShapeError(`A batch of ${rows} rows of ${context} needs ${count(rows * context)} tokens, targets and weights; it has ${count(batch.tokens.length)}, ${count(batch.targets.length)} and ${count(batch.weights.length)}.`);
  }
}

/** @throws {OptionError} for rows and contexts that are no whole numbers above 0. */
export function checkSizes(rows: number, context: number): void {
  for (const [option, value] of Object.entries({ rows, context })) {
    if (!Number.isSafeInteger(value) || value < 1) throw new OptionError(option, `${option} must be a whole number above 0, but it is ${value}.`);
  }
}

/** @throws {OptionError} when the data has no row of context + 1 tokens. */
export function checkContext(tokens: TokenSet, context: number): void {
  if (tokens.length > context) return;
  throw new OptionError('context', `The context of ${count(context)} is longer than the data, which has ${count(tokens.length)} tokens here. `
    + (tokens.length > 1 ? `Use a context of at most ${count(tokens.length - 1)}, or more text.` : 'Use more text.'));
}

/** @throws {FormatError} when a state does not belong to a loader with this description. */
export function checkState(state: LoaderState, own: Pick<LoaderState, 'loader' | 'data' | 'context' | 'seed'>): void {
  const differs = (what: string, stored: unknown, here: unknown): never => {
    throw new FormatError(`The position in the data cannot be taken up: it was stored with ${what} ${String(stored)}, but here it is ${String(here)}. Use the same data and settings, or begin a new run.`);
  };
  if (state.loader !== own.loader) differs('the loader', state.loader, own.loader);
  if (state.data !== own.data) differs('data of hash', state.data, own.data);
  if (state.context !== own.context) differs('a context of', state.context, own.context);
  if (state.seed !== own.seed) differs('the seed', state.seed, own.seed);
  for (const number of [state.epoch, state.position, ...(state.waiting ?? [])]) {
    if (!Number.isSafeInteger(number) || number < 0) differs('the position', number, 'to be a whole number');
  }
}
