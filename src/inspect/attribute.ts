// Which tokens of a text speak for an answer? Gradient × input is the first guess; integrated gradients walk from a neutral
// input to the real one and collect the gradient on the way (Sundararajan et al. 2017, https://arxiv.org/abs/1703.01365):
//
//   attribution[i] = (x[i] - x0[i]) · ∫ ∂F/∂x[i] (x0 + α (x - x0)) dα,      Σ attribution = F(x) - F(x0)
//
// The way is cut into pieces, and every piece into halves until what it collects is what F has gained on it: the check is
// made where it counts.
import { OptionError } from '../errors.ts';
import { math } from '../engine/index.ts';
import { backward, compile, embedding, input, type Plan, size, type Tensor } from '../graph/index.ts';
import type { LanguageModel } from '../models/index.ts';
import { nameOnly, wholeSequence } from '../nn/index.ts';
import { checkedIds } from './textReader.ts';
import { record } from './record.ts';

export interface AttributeOptions {
  /** For which token; what the model finds likeliest unless told. */
  readonly token?: number;
  /** A second token, whose logit is taken off. */
  readonly against?: number;
  /** Behind which token of the text the answer is; the last one unless told. */
  readonly position?: number;
  /** Where the way begins: `mean`, the mean row of each table (default); `zero`. Rows of n-gram tables always begin at zero. */
  readonly baseline?: 'mean' | 'zero';
  /** How far the sum may be from the difference, as a share of it (and at least this many nats); 0.0005 unless told. */
  readonly tolerance?: number;
}

export interface Attribution {
  readonly ids: Uint32Array;
  readonly position: number;
  readonly token: number;
  readonly against: number | null;
  /** F(x): the logit before any cap, or the difference of two. */
  readonly logit: number;
  /** F(x) - F(x0) */
  readonly difference: number;
  /** One for each token, of integrated gradients. Rows of n-gram tables belong to the token that they end at. */
  readonly tokens: Float64Array;
  /** Σ tokens - difference. */
  readonly error: number;
  /** One for each token, of gradient × input, which needs not add up to anything. */
  readonly gradientTimesInput: Float64Array;
  /** How many pieces the way was cut into. */
  readonly pieces: number;
}

/** Points of a piece, and the ends, which are rows of the same batch. */
const POINTS = 8, ROWS = POINTS + 2, MOST_PIECES = 512;

/**
 * Attributes a logit to the tokens of a text: to all rows that are looked up by token, those of the embedding, of value
 * embeddings and of n-gram tables. Positions are held fast.
 *
 * @throws {OptionError} when a token or position is none.
 * @example
 * const { ids, tokens } = attribute(model, 'The mother cat called her');
 * ids.forEach((id, t) => console.log(model.tokenizer.nameOf(id), tokens[t].toFixed(2)));
 */
export function attribute(model: LanguageModel, text: string | ArrayLike<number>, options: AttributeOptions = {}): Attribution {
  const ids = checkedIds(model, text), T = ids.length, { vocab } = model.transformer.config, { against, position = T - 1, baseline = 'mean', tolerance = 5e-4 } = options;
  if (!Number.isInteger(position) || position < 0 || position >= T) throw new OptionError('position', `position must be a whole number from 0 to ${T - 1}, but it is ${position}.`);
  for (const [option, id] of Object.entries({ token: options.token, against })) {
    if (id !== undefined && (!Number.isInteger(id) || id < 0 || id >= vocab)) throw new OptionError(option, `${option} must be the id of a token, from 0 to ${vocab - 1}, but it is ${id}.`);
  }
  if (!(tolerance > 0)) throw new OptionError('tolerance', `tolerance must be a number above 0, but it is ${tolerance}.`);
  const ngrams = model.transformer.config.ngrams.map((_, i) => `ngrams.${i}`), said = record(model, ids, ['logits', ...ngrams]).tensors;
  const logits = said.get('logits')!.numbers.subarray(position * vocab, (position + 1) * vocab);
  const token = options.token ?? logits.reduce((most, logit, i) => (logit > logits[most]! ? i : most), 0);

  const way = new Way(model, ids, position, new Map(ngrams.map((name) => [name, said.get(name)!.numbers])), baseline);
  try {
    const tokens = new Float64Array(T), { nodes, weights } = gaussLegendre(POINTS);
    const whole = way.walk(token, against, [0, 1]), difference = whole.scores[1]! - whole.scores[0]!;
    const allowed = tolerance * Math.max(1, Math.abs(difference));
    let open: [number, number][] = [[0, 1]], pieces = 0;
    while (open.length > 0) {
      const [from, to] = open.shift()!, length = to - from;
      const { scores, slopes } = way.walk(token, against, [...nodes.map((x) => from + (length * (x + 1)) / 2), from, to]);
      const share = weights.map((w) => (w * length) / 2), collected = new Float64Array(T);
      share.forEach((w, i) => { for (let t = 0; t < T; t++) collected[t]! += w * slopes[i]![t]!; });
      const gained = scores[POINTS + 1]! - scores[POINTS]!, sum = collected.reduce((a, b) => a + b, 0);
      // a piece that 32-bit floats cannot cut stays as it is; the error tells. From zero on, every norm makes the first
      // steps hundreds of times steeper, so pieces there become very short
      if (Math.abs(sum - gained) > allowed * Math.max(length, 1 / 64) / 2 && length > 1e-6 * to && length > 1e-30 && pieces + open.length < MOST_PIECES) {
        open = [[from, (from + to) / 2], [(from + to) / 2, to], ...open];
        continue;
      }
      pieces++;
      collected.forEach((value, t) => { tokens[t]! += value; });
    }
    return {
      ids, position, token, against: against ?? null, logit: whole.scores[1]!, difference, tokens, pieces,
      error: tokens.reduce((a, b) => a + b, 0) - difference, gradientTimesInput: way.timesInput(token, against),
    };
  } finally {
    way.free();
  }
}

/** A model whose looked-up rows are inputs, compiled for ROWS points of the way at once. */
class Way {
  readonly #model: LanguageModel;
  readonly #T: number;
  readonly #plan: Plan;
  /** Inputs (ROWS·T, C): the rows of the text and those where the way begins, (T,C), and their gradient. */
  readonly #parts: readonly { readonly tensor: Tensor; readonly end: Float32Array; readonly begin: Float32Array; readonly gradient: Tensor }[];
  readonly #logits: Tensor;
  readonly #dlogits: Tensor;

  constructor(model: LanguageModel, ids: Uint32Array, position: number, ngrams: ReadonlyMap<string, Float32Array>, baseline: 'mean' | 'zero') {
    const { transformer, weights, engine } = model, T = (this.#T = ids.length), sequence = wholeSequence(ROWS, T);
    this.#model = model;
    const parts: { tensor: Tensor; end: Float32Array; begin: Float32Array }[] = [];
    const replaced = (name: string, end: Float32Array, begin: Float32Array): Tensor => {
      const tensor = input(name, [ROWS * T, end.length / T]);
      parts.push({ tensor, end, begin });
      return tensor;
    };
    const rows = (_tokens: Tensor, table: Tensor): Tensor => {
      const numbers = weights.read(table), C = table.shape[1]!, end = new Float32Array(T * C), begin = new Float32Array(T * C);
      const middle = baseline === 'mean' ? meanRow(numbers, C) : new Float32Array(C);
      ids.forEach((id, t) => {
        end.set(numbers.subarray(id * C, (id + 1) * C), t * C);
        begin.set(middle, t * C);
      });
      return replaced(table.name, end, begin);
    };
    const tap = (name: string, x: Tensor): Tensor => {
      const found = ngrams.get(name);
      return found ? replaced(name, found, new Float32Array(found.length)) : nameOnly(name, x);
    };
    const hidden = transformer.hidden(sequence, { tap, rows }), chosen = input('chosen', [ROWS]);
    this.#logits = transformer.logits(embedding(chosen, hidden));
    this.#dlogits = input('dlogits', this.#logits.shape);
    const found = backward(this.#logits, this.#dlogits, parts.map(({ tensor }) => tensor));
    this.#parts = parts.flatMap((part) => {
      const gradient = found.get(part.tensor);
      return gradient ? [{ ...part, gradient }] : [];
    });
    // gradients may be one and the same tensor, or a view
    const outputs = [...new Set([this.#logits, ...this.#parts.map(({ gradient }) => gradient)])];
    this.#plan = compile(engine, outputs, { keep: [sequence.tokens, sequence.start, chosen, this.#dlogits, ...parts.map(({ tensor }) => tensor)], places: new Map(weights.places) });
    engine.i32(this.#plan.at(sequence.tokens), ROWS * T).fill(0);
    engine.i32(this.#plan.at(sequence.start), ROWS).fill(0);
    engine.i32(this.#plan.at(chosen), ROWS).set(Array.from({ length: ROWS }, (_, s) => s * T + position));
  }

  /** F at points of the way, and how much it grows there for each token's rows. */
  walk(token: number, against: number | undefined, points: readonly number[]): { readonly scores: number[]; readonly slopes: Float64Array[] } {
    this.#run(token, against, points);
    const { scores, perToken } = this.#collect(token, against, points.length, ({ end, begin }, i) => end[i]! - begin[i]!);
    return { scores, slopes: perToken };
  }

  /** Gradient × input at the end of the way. */
  timesInput(token: number, against: number | undefined): Float64Array {
    this.#run(token, against, [1]);
    return this.#collect(token, against, 1, ({ end }, i) => end[i]!).perToken[0]!;
  }

  free(): void {
    this.#plan.free();
  }

  #run(token: number, against: number | undefined, points: readonly number[]): void {
    const { engine, transformer: { config: { vocab } } } = this.#model, plan = this.#plan;
    for (const { tensor, end, begin } of this.#parts) {
      const to = engine.f32(plan.at(tensor), size(tensor)), n = end.length;
      for (let s = 0; s < ROWS; s++) {
        const a = points[Math.min(s, points.length - 1)]!;
        for (let i = 0; i < n; i++) to[s * n + i] = begin[i]! + a * (end[i]! - begin[i]!);
      }
    }
    const dlogits = engine.f32(plan.at(this.#dlogits), ROWS * vocab).fill(0);
    for (let s = 0; s < ROWS; s++) {
      dlogits[s * vocab + token]! += 1;
      if (against !== undefined) dlogits[s * vocab + against]! -= 1;
    }
    plan.run();
  }

  #collect(token: number, against: number | undefined, count: number, factor: (part: { readonly end: Float32Array; readonly begin: Float32Array }, i: number) => number): { scores: number[]; perToken: Float64Array[] } {
    const { vocab } = this.#model.transformer.config, logits = this.#plan.read(this.#logits), T = this.#T;
    const scores = Array.from({ length: count }, (_, s) => logits[s * vocab + token]! - (against === undefined ? 0 : logits[s * vocab + against]!));
    const perToken = Array.from({ length: count }, () => new Float64Array(T));
    for (const part of this.#parts) {
      const g = this.#plan.read(part.gradient), n = part.end.length, C = n / T;
      for (let s = 0; s < count; s++) {
        for (let i = 0; i < n; i++) perToken[s]![Math.floor(i / C)]! += g[s * n + i]! * factor(part, i);
      }
    }
    return { scores, perToken };
  }
}

function meanRow(numbers: Float32Array, C: number): Float32Array {
  const sums = new Float64Array(C), V = numbers.length / C;
  numbers.forEach((x, i) => { sums[i % C]! += x; });
  return Float32Array.from(sums, (sum) => sum / V);
}

/** Points in [-1, 1] and weights that integrate polynomials up to degree 2n - 1 exactly, by Newton's method on Legendre's. */
export function gaussLegendre(n: number): { readonly nodes: number[]; readonly weights: number[] } {
  const nodes: number[] = [], weights: number[] = [];
  for (let i = 0; i < n; i++) {
    let x = math.cos((Math.PI * (i + 0.75)) / (n + 0.5)), slope = 1;
    for (let step = 0; step < 20; step++) {
      let p = 1, before = 0;
      for (let k = 1; k <= n; k++) [p, before] = [((2 * k - 1) * x * p - (k - 1) * before) / k, p];
      slope = (n * (x * p - before)) / (x * x - 1);
      x -= p / slope;
    }
    nodes.push(x);
    weights.push(2 / ((1 - x * x) * slope * slope));
  }
  return { nodes, weights };
}
