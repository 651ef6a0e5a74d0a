import { setFlagsFromString } from 'node:v8';
import { afterAll, describe, expect, test } from 'vitest';
import type { Batch } from '../../src/data/index.ts';
import { createEngine, type Engine } from '../../src/engine/index.ts';
import { sha256 } from '../../src/formats/index.ts';
import { compile, input, matmul } from '../../src/graph/index.ts';
import { transformer, transformerConfig, Weights } from '../../src/models/index.ts';
import { plainRecipe, Trainer } from '../../src/train/index.ts';
import { noise } from '../graph/expectOp.ts';

const pairs = Number.parseInt(process.versions.v8, 10) >= 13;
if (!pairs) console.log(`Turbo is not tested: V8 ${process.versions.v8} of this Node pairs no operations. Node 24 and later do.`);
const engines: Engine[] = [];
afterAll(() => engines.forEach((engine) => engine.stop()));

test.runIf(!pairs)('where V8 pairs no operations, turbo is refused', async () => {
  await expect(createEngine({ build: 'turbo', threads: 1 })).rejects.toThrow('Turbo needs Node 24 or later');
  await expect(createEngine({ build: 'exact-turbo', threads: 1 })).rejects.toThrow('Use the exact build.');
});

/** Products of all layouts and odd sizes, and three steps of training of every form, so that the optimizer and all gradients take part. */
async function everything(engine: Engine): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [M, N, K, ta, tb] of [[6, 16, 8, false, true], [13, 35, 400, false, true], [50, 65, 33, true, false], [300, 129, 385, false, false], [31, 17, 5, true, true]] as const) {
    const a = input('a', ta ? [K, M] : [M, K]), b = input('b', tb ? [N, K] : [K, N]), c = input('c', [M, N]);
    const y = matmul(a, b, { ta, tb, add: c }), plan = compile(engine, [y], { places: new Map(), threads: engine.threads });
    for (const [i, t] of [a, b, c].entries()) plan.read(t).set(noise(t.shape.reduce((x, n) => x * n), i + 1));
    plan.run();
    found[`${M} x ${N} x ${K}`] = await sha256(engine.u8(plan.at(y), M * N * 4).slice());
    plan.free();
  }
  const forms = {
    gpt2: { form: 'gpt2', dropout: 0.1 }, llama: { form: 'llama' }, inkling: { form: 'inkling', ngrams: [{ n: 2, size: 64 }, { n: 3, size: 32 }] },
  } as const;
  for (const [name, form] of Object.entries(forms)) {
    // sizes that fill tiles of no build, in all kernels longer than a few vectors
    const model = transformer(transformerConfig({ ...form, vocab: 117, context: 37, layers: 2, heads: 2, channels: 56 }), 3), weights = new Weights(engine, model);
    weights.initialize();
    const trainer = new Trainer({ transformer: model, weights, recipe: { ...plainRecipe, rows: 3, context: 37 }, seed: 5 });
    const loader = { next(batch: Batch) {
      for (let i = 0; i < batch.tokens.length; i++) {
        batch.tokens[i] = (i * 7) % 117;
        batch.targets[i] = (i * 5) % 117;
        batch.weights[i] = i % 4 === 0 ? 0 : 1;
      }
    } };
    for (let step = 0; step < 3; step++) trainer.step(loader as never, step, 1e-2);
    found[name] = await sha256(engine.u8(weights.address, weights.length * 4).slice());
    trainer.free();
  }
  return found;
}

// Node 24 and later
describe.runIf(pairs)('a turbo engine has the bits of the build that it pairs, on one thread and on two', () => {
  test.each([['exact', 'exact-turbo'], ['fast', 'turbo']] as const)('%s, %s', async (plain, paired) => {
    const create = async (build: typeof plain | typeof paired, threads: number): Promise<Engine> => {
      const engine = await createEngine({ build, threads });
      engines.push(engine);
      return engine;
    };
    const expected = await everything(await create(plain, 1));
    // V8 pairs in its optimized code alone, so there shall be no other
    setFlagsFromString('--no-liftoff');
    const turbo = await create(paired, 1);
    expect(turbo.describe()).toMatch(new RegExp(`^${paired} SIMD \\(.*\\), 1 thread`));
    expect(await everything(turbo)).toEqual(expected);
    expect(await everything(await create(paired, 2))).toEqual(expected);
    setFlagsFromString('--liftoff');
  });
});
