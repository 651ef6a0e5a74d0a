import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Batch, Loader } from '../../src/data/index.ts';
import { Decoder } from '../../src/decode/index.ts';
import { createEngine, type Engine } from '../../src/engine/index.ts';
import { fill } from '../../src/graph/index.ts';
import { matchesPath, record } from '../../src/inspect/index.ts';
import { nameOnly } from '../../src/nn/index.ts';
import { plainRecipe, train, Trainer } from '../../src/train/index.ts';
import { FORMS, type FormName, randomModel } from '../decode/models.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine({ threads: 1 });
});
afterAll(() => engine.stop());

const bits = (numbers: Float32Array): Uint32Array => new Uint32Array(numbers.slice().buffer);
const TEXT = 'abc ponm, kla. de, f';

describe.each(Object.keys(FORMS) as FormName[])('%s', (form) => {
  test('a step of training can be watched, with the bits of one that is not', () => {
    const queries = ['blocks.*.mlp.hidden', 'blocks.*.attention.probs', 'grad(blocks.*.mlp.hidden)', 'grad(blocks.1.mlp.down.weight)', 'grad(embedding.weight)', 'loss', 'logits'];
    const ids = randomModel(engine, form).tokenizer.encode(TEXT), T = ids.length - 1;
    const loader = { next(batch: Batch): void {
      batch.tokens.set(ids.subarray(0, T));
      batch.targets.set(ids.subarray(1));
      batch.weights.fill(1);
    } } as unknown as Loader;
    const hashes = [true, false].map(async (watching) => {
      const model = randomModel(engine, form, { tableDrop: 0 }), { transformer, weights } = model;
      // what is recorded before the step is what the step sees
      const expected = record(model, ids, queries).tensors;
      const trainer = new Trainer({ transformer, weights, seed: 1, recipe: { ...plainRecipe, rows: 1, context: T }, ...(watching && { watch: (name: string) => queries.some((query) => matchesPath(query, name)) }) });
      trainer.step(loader, 0, 1e-3);
      const watched = trainer.watched();
      expect(watched.size > 0).toBe(watching);
      if (watching) {
        expect([...watched.keys()].sort()).toEqual([...expected.keys()].sort());
        for (const [name, { numbers, shape }] of watched) {
          const { numbers: whole, shape: wholeShape } = expected.get(name)!, C = shape.at(-1)!;
          // the text is a token longer than what is learned from
          const rows = name.endsWith('weight)') ? [...whole] : name.endsWith('probs') ? [...whole].filter((_, i) => i % (T + 1) < T && Math.floor(i / (T + 1)) % (T + 1) < T) : [...whole.subarray(0, name === 'loss' ? T : T * C)];
          expect(rows.length, name).toBe(numbers.length);
          rows.forEach((x, i) => expect(Math.abs(numbers[i]! - x), `${name} ${wholeShape.join()} ${i}`).toBeLessThan(1e-5 * Math.max(1, Math.abs(x))));
        }
      }
      for (let step = 1; step < 4; step++) trainer.step(loader, step, 1e-3);
      const { arenaBytes, instructions } = trainer.plan, hash = await weights.hash();
      trainer.free();
      weights.free();
      return { hash, instructions: instructions.length, arenaBytes };
    });
    return Promise.all(hashes).then(([watched, plain]) => {
      expect(watched!.hash).toBe(plain!.hash);
      expect(watched!.arenaBytes).toBeGreaterThan(plain!.arenaBytes);
      expect(plain!.instructions).toBeLessThanOrEqual(watched!.instructions);
    });
  });

  test('decoding can be watched token by token, with the bits of the whole text at once', () => {
    const model = randomModel(engine, form), ids = model.tokenizer.encode(TEXT), { heads } = model.transformer.config;
    const queries = ['blocks.*.mlp.sum', 'blocks.*.attention.probs', 'logits'], whole = record(model, ids, queries).tensors;
    const decoder = new Decoder(model, { chunks: [8], watch: (name) => queries.some((query) => matchesPath(query, name)) }), plain = new Decoder(model, { chunks: [8] });
    expect(plain.watched().size).toBe(0);
    decoder.prefill(0, ids.subarray(0, 8));
    plain.prefill(0, ids.subarray(0, 8));
    for (let t = 7; t < ids.length; t++) {
      if (t > 7) for (const one of [decoder, plain]) one.step(Int32Array.of(ids[t]!));
      expect(bits(decoder.logits(0))).toEqual(bits(plain.logits(0)));
      const seen = decoder.watched();
      expect([...seen.keys()].sort()).toEqual([...whole.keys()].sort());
      for (const [name, { numbers, shape }] of seen) {
        const C = shape.at(-1)!, all = whole.get(name)!;
        if (name.endsWith('probs')) {
          const T = ids.length, rows = shape[2]!;
          for (let h = 0; h < heads; h++) expect(bits(numbers.subarray((h * rows + rows - 1) * C, (h * rows + rows - 1) * C + t + 1))).toEqual(bits(all.numbers.subarray((h * T + t) * T, (h * T + t) * T + t + 1)));
        } else expect(bits(numbers.subarray(numbers.length - C)), `${name} ${t}`).toEqual(bits(all.numbers.subarray(t * C, (t + 1) * C)));
      }
    }
    for (const one of [decoder, plain]) one.free();
    model.weights.free();
  });
});

test('a tap silences a part while a model speaks', () => {
  const model = randomModel(engine, 'gpt2'), ids = model.tokenizer.encode(TEXT);
  const decoder = new Decoder(model, { tap: (name, x) => (name === 'blocks.1.mlp.hidden' ? fill(x.shape, 0) : nameOnly(name, x)) });
  decoder.prefill(0, ids);
  const { vocab } = model.transformer.config, silent = record(model, ids, ['output'], new Map([['blocks.1.mlp.hidden', (numbers) => numbers.fill(0)]])).tensors.get('output')!.numbers;
  expect(bits(decoder.logits(0))).toEqual(bits(silent.subarray((ids.length - 1) * vocab)));
  decoder.free();
  model.weights.free();
});

test('a training brings what is watched behind every step that it tells', async () => {
  const model = randomModel(engine, 'gpt2'), seen: { step: number; names: string[] }[] = [];
  const loader = { next: (batch: Batch) => void batch.weights.fill(1), state: () => ({}), restore: () => {} } as unknown as Loader;
  for await (const event of train({ model, recipe: { ...plainRecipe, rows: 2, context: 8 }, steps: 3, seed: 1, loader, watch: (name) => name === 'loss' || name === 'grad(norm)' })) {
    if (event.kind === 'watched') seen.push({ step: event.step, names: [...event.tensors.keys()].sort() });
  }
  expect(seen).toEqual([1, 2, 3].map((step) => ({ step, names: ['grad(norm)', 'loss'] })));
  model.weights.free();
});
