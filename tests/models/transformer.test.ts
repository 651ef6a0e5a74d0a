import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEngine, type Engine } from '../../src/engine/index.ts';
import { backward, columns, compile, crossEntropy, fill, input, isSparse, rows as rowsOf, size, sparseGradient, type Tensor } from '../../src/graph/index.ts';
import { listedRows } from '../../src/graph/ops/sparseRows.ts';
import { transformer, transformerConfig, type TransformerOptions, Weights } from '../../src/models/index.ts';
import { wholeSequence } from '../../src/nn/index.ts';
import { Random } from '../../src/random.ts';
import { close } from '../graph/expectOp.ts';
import { slowLogits, slowNgrams } from './slowTransformer.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine({ threads: 2 });
});
afterAll(() => engine.stop());

const V = 11;
const sizes = { vocab: V, context: 7, layers: 2, heads: 4, channels: 12, hidden: 10, headSize: 4 };
const FORMS: Readonly<Record<string, TransformerOptions>> = {
  gpt2: { ...sizes, form: 'gpt2' },
  'gpt2 without biases': { ...sizes, form: 'gpt2', bias: false },
  'llama with grouped heads': { ...sizes, form: 'llama', kvHeads: 2 },
  'qwen2, biases on queries, keys and values': { ...sizes, form: 'llama', kvHeads: 2, qkvBias: true, tied: true },
  'qwen3, gains behind the norm of heads': { ...sizes, form: 'llama', kvHeads: 2, qkNorm: true, qkGain: true, normEps: 1e-6 },
  'mistral, a window': { ...sizes, form: 'llama', kvHeads: 2, window: 3 },
  'smollm3, layers without positions': { ...sizes, form: 'llama', nopeEvery: 2 },
  'llama 3.1, scaled frequencies': { ...sizes, form: 'llama', ropeFactors: [1, 3.5] },
  nanochat: { ...sizes, form: 'nanochat', softcap: 2 },
  'inkling with grouped heads': { ...sizes, form: 'inkling', kvHeads: 2, softcap: 2, taps: 3, ngrams: [{ n: 2, size: (V + 1) * V }, { n: 3, size: 40 }] },
};

const S = 2, T = 6, R = S * T;
/** Numbers of a tensor that are checked against differences. */
const CHECKED = 8;

/** A model whose parameters are all random: first values that are zero would hide mistakes. */
function build(options: TransformerOptions) {
  const model = transformer(transformerConfig(options), 1), weights = new Weights(engine, model), random = new Random(3);
  for (const { tensor } of weights.parameters) weights.read(tensor).forEach((_, i, all) => { all[i] = Math.fround((random.float() - 0.5) * 1.4); });
  const sequence = wholeSequence(S, T), targets = input('targets', [R]), counts = input('weights', [R]);
  const logits = model.logits(model.hidden(sequence)), loss = crossEntropy(logits, targets, counts, { softcap: model.config.softcap });
  return { model, weights, random, sequence, targets, counts, logits, loss };
}

/** Gradients as plain numbers, also those that are lists of rows. */
function compileGradients({ weights, sequence, targets, counts, loss }: ReturnType<typeof build>) {
  const grads = backward(loss, fill([R], 1)), sparse = [...grads.values()].filter((g) => isSparse(g)).map((g) => sparseGradient(g));
  const plan = compile(engine, [loss, ...grads.values()], { keep: [sequence.tokens, targets, counts, ...sparse.map(({ index }) => index)], places: new Map(weights.places), threads: 2 });
  const read = (t: Tensor): Float32Array => {
    const g = grads.get(t)!;
    if (!isSparse(g)) return plan.read(g).slice();
    const { rows, index } = sparseGradient(g), C = columns(rows), dense = new Float32Array(size(t)), numbers = plan.read(rows);
    expect(rowsOf(t) * C).toBe(size(t));
    listedRows(engine.i32(plan.at(index), size(index))).forEach((row, place) => dense.set(numbers.subarray(place * C, (place + 1) * C), row * C));
    return dense;
  };
  return { plan, read };
}

describe.each(Object.keys(FORMS))('%s', (form) => {
  test('loss and gradients of the whole network match float64', () => {
    const built = build(FORMS[form]!), { model: { config }, weights, random, sequence, targets, counts, loss } = built, { plan, read } = compileGradients(built);
    const tokens = Array.from({ length: R }, () => random.below(V)), wanted = tokens.map(() => random.below(V)), share = tokens.map((_, r) => (r % 5 === 2 ? 0 : (r + 1) / 64));
    engine.i32(plan.at(sequence.tokens), R).set(tokens);
    engine.i32(plan.at(targets), R).set(wanted);
    plan.read(counts).set(share);
    plan.run();

    const numbers = new Map(weights.parameters.map(({ tensor }) => [tensor.name, Float64Array.from(weights.read(tensor))]));
    const sequences = Array.from({ length: S }, (_, s) => tokens.slice(s * T, (s + 1) * T));
    const ngrams = sequences.map((row) => config.ngrams.map((table) => slowNgrams(row, table, V)));
    const slowLosses = (): number[] => sequences.flatMap((row, s) => slowLogits(config, numbers, row, ngrams[s]!).map((l, t) => {
      const r = s * T + t;
      return share[r]! * (Math.log(l.reduce((sum, x) => sum + Math.exp(x), 0)) - l[wanted[r]!]!);
    }));
    close(plan.read(loss), slowLosses(), 2e-6, 'loss');

    const total = (): number => slowLosses().reduce((a, b) => a + b, 0);
    let compared = 0;
    for (const { tensor: t } of weights.parameters) {
      const found = read(t), values = numbers.get(t.name)!, h = 1e-5;
      // half of them where something is learned (of tables most rows are not used), half anywhere
      const busy = [...found.keys()].filter((i) => found[i] !== 0), places = new Set<number>();
      for (let k = 0; k < CHECKED; k++) places.add(k % 2 && busy.length ? busy[random.below(busy.length)]! : random.below(found.length));
      expect(busy.length, `${t.name} learns`).toBeGreaterThan(0);
      for (const i of places) {
        const kept = values[i]!;
        values[i] = kept + h;
        const up = total();
        values[i] = kept - h;
        const down = total();
        values[i] = kept;
        close([found[i]!], [(up - down) / (2 * h)], 5e-6, `d${t.name}[${i}]`);
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(60);
    plan.free();
    weights.free();
  });

  test('no prediction knows what comes after it', () => {
    const { weights, sequence, logits, random } = build(FORMS[form]!), plan = compile(engine, [logits], { keep: [sequence.tokens], places: new Map(weights.places) });
    const tokens = engine.i32(plan.at(sequence.tokens), R).fill(0).map(() => random.below(V));
    const run = (): Float32Array => {
      engine.i32(plan.at(sequence.tokens), R).set(tokens);
      plan.run();
      return plan.read(logits).slice();
    };
    const before = run(), changed = T + 3; // the fourth token of the second sequence
    tokens[changed] = (tokens[changed]! + 1) % V;
    const after = run();
    expect(after.subarray(0, changed * V)).toEqual(before.subarray(0, changed * V));
    for (let r = changed; r < R; r++) expect(after.subarray(r * V, (r + 1) * V)).not.toEqual(before.subarray(r * V, (r + 1) * V));
    plan.free();
    weights.free();
  });
});
