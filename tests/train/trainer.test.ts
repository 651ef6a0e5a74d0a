import { afterAll, describe, expect, test } from 'vitest';
import type { Batch, Loader } from '../../src/data/index.ts';
import { createEngine, type Engine } from '../../src/engine/index.ts';
import { MemoryError } from '../../src/errors.ts';
import { transformer, transformerConfig, Weights, type TransformerOptions } from '../../src/models/index.ts';
import { plainRecipe, Trainer } from '../../src/train/index.ts';

const sizes = { vocab: 61, context: 32, layers: 3, heads: 2, channels: 32 };
const forms: Record<string, Partial<TransformerOptions>> = { gpt2: { form: 'gpt2', dropout: 0.2 }, llama: { form: 'llama' }, inkling: { form: 'inkling' } };

/** The same batches for everybody. */
class Counting {
  taken = 0;
  next(batch: Batch): void {
    for (let i = 0; i < batch.tokens.length; i++) {
      batch.tokens[i] = (i * 7 + this.taken) % 61;
      batch.targets[i] = (i * 5 + this.taken * 3) % 61;
      batch.weights[i] = 1;
    }
    this.taken++;
  }
}
const loader = new Counting() as Counting & Loader;

function create(engine: Engine, form: string, options: { recompute?: boolean; accumulate?: number; layers?: number } = {}): { weights: Weights; trainer: Trainer } {
  const model = transformer(transformerConfig({ ...sizes, layers: options.layers ?? sizes.layers, ...forms[form] }), 3), weights = new Weights(engine, model);
  weights.initialize();
  const recipe = { ...plainRecipe, rows: 4, context: 32, accumulate: options.accumulate ?? 1, recompute: options.recompute ?? false };
  return { weights, trainer: new Trainer({ transformer: model, weights, recipe, seed: 5 }) };
}

const engines = await Promise.all([1, 2].map((threads) => createEngine({ threads })));
afterAll(() => engines.forEach((engine) => engine.stop()));

async function learned(engine: Engine, form: string, options: Parameters<typeof create>[2]): Promise<string> {
  const { weights, trainer } = create(engine, form, options);
  loader.taken = 0;
  const losses = [0, 1, 2, 3].map((step) => trainer.step(loader, step, 3e-3));
  expect(losses.every(Number.isFinite)).toBe(true);
  const hash = `${losses.join()} ${await weights.hash()}`;
  trainer.free();
  weights.free();
  return hash;
}

describe('blocks that are computed once more', () => {
  test.each(Object.keys(forms))('give the bits of blocks that are kept, in the form %s, in one part and in two, on one thread and on two', async (form) => {
    for (const accumulate of [1, 2]) {
      const expected = await learned(engines[0]!, form, { accumulate });
      for (const engine of engines) expect(await learned(engine, form, { accumulate, recompute: true })).toBe(expected);
    }
  });

  test('halve the memory of activations, and more the deeper the model', () => {
    const arena = (layers: number, recompute: boolean): number => {
      const { weights, trainer } = create(engines[0]!, 'gpt2', { layers, recompute }), { arenaBytes } = trainer.plan;
      trainer.free();
      weights.free();
      return arenaBytes;
    };
    expect(arena(4, true)).toBeLessThan(0.5 * arena(4, false));
    expect(arena(12, true)).toBeLessThan(0.2 * arena(12, false));
  });
});

test.each([1, 2])('the memory of a step is announced to a thousandth, in %i parts', async (accumulate) => {
  for (const threads of [1, 3]) {
    const engine = await createEngine({ threads }), before = engine.memory.used;
    const { weights, trainer } = create(engine, 'inkling', { accumulate }), angles = 32 * 16 * 4;
    const used = engine.memory.used - before;
    expect(Math.abs(trainer.bytes + angles - used)).toBeLessThan(used / 1000);
    trainer.step(loader, 0, 1e-3);
    expect(engine.memory.used - before, 'a step takes nothing').toBe(used);
    trainer.free();
    weights.free();
    expect(engine.memory.used - before, 'all is given back but the memory of the threads').toBe(engine.scratchBytes);
    engine.stop();
  }
});

test('a step that does not fit is refused before anything is taken', () => {
  const engine = engines[0]!, model = transformer(transformerConfig({ ...sizes, form: 'gpt2', context: 16_384 }), 3), weights = new Weights(engine, model), before = engine.memory.used;
  const big = (rows: number): Trainer => new Trainer({ transformer: model, weights, recipe: { ...plainRecipe, rows, context: 16_384 }, seed: 1 });
  expect(() => big(512)).toThrow(MemoryError);
  expect(() => big(512)).toThrow(/Largest parts: activations .* GB/);
  expect(engine.memory.used).toBe(before);
  weights.free();
});
