// What a trainer makes of a model: exact resume, parts of steps, memory, garbage, and that it learns to copy.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Batch, buildDataset, type Dataset, type Loader, shuffledWindows, textSource } from '../../src/data/index.ts';
import { generate } from '../../src/decode/index.ts';
import { createEngine, type Engine } from '../../src/engine/index.ts';
import { memoryStore } from '../../src/formats/index.ts';
import { createLanguageModel, type LanguageModel, type TransformerOptions } from '../../src/models/index.ts';
import { Random } from '../../src/random.ts';
import { createChars } from '../../src/tokenizer/index.ts';
import { plainRecipe, type Recipe, train, Trainer, type TrainOptions } from '../../src/train/index.ts';

const random = new Random(8), text = Array.from({ length: 6000 }, () => 'abcdefgh .'[Math.min(random.below(10), random.below(10))]).join('');
const tokenizer = createChars(text);
let engine: Engine, data: Dataset;
beforeAll(async () => {
  engine = await createEngine({ threads: 2 });
  data = await buildDataset(textSource('noise', text), (document) => ({ ids: tokenizer.encode('text' in document ? document.text : '') }), { seed: 1 });
});
afterAll(() => engine.stop());

const FORMS: Readonly<Record<string, Partial<TransformerOptions>>> = {
  gpt2: { form: 'gpt2', dropout: 0.1 }, llama: { form: 'llama', kvHeads: 2 }, nanochat: { form: 'nanochat' },
  inkling: { form: 'inkling', ngrams: [{ n: 2, size: 110 }, { n: 3, size: 1024 }], dropout: 0.1 },
};
const sizes = { context: 16, layers: 2, heads: 4, channels: 32 };
const create = (options: Partial<TransformerOptions>, seed = 1): LanguageModel => createLanguageModel(engine, tokenizer, { ...sizes, seed, ...options });
const recipe: Recipe = { ...plainRecipe, rows: 4, context: 16, rate: 3e-3, rates: { table: 5 } };
const loaderFor = ({ rows, accumulate, context }: Recipe): Loader => shuffledWindows(data.train, { rows: rows / accumulate, context, seed: 2 });

/** Trains to the end, or until `until` steps are done. */
async function run(model: LanguageModel, options: Partial<TrainOptions> & { recipe: Recipe; steps: number }, until = Infinity): Promise<{ losses: number[]; hash: string; reason: string; resumed: string | null }> {
  const abort = new AbortController(), losses: number[] = [];
  let reason = '', resumed: string | null = null;
  for await (const event of train({ model, seed: 6, loader: loaderFor(options.recipe), signal: abort.signal, ...options })) {
    if (event.kind === 'start') resumed = event.resumed;
    if (event.kind === 'step') {
      losses.push(event.loss);
      if (event.step === until) abort.abort();
    }
    if (event.kind === 'end') reason = event.reason;
  }
  return { losses, hash: await model.weights.hash(), reason, resumed };
}

describe.each(Object.keys(FORMS))('%s', (form) => {
  test('a run that was stopped and goes on ends with the bits of one that was not', async () => {
    for (const accumulate of [1, 2]) {
      const options = { recipe: { ...recipe, accumulate }, steps: 20 };
      const straight = create(FORMS[form]!), first = create(FORMS[form]!), second = create(FORMS[form]!, 99), store = memoryStore();
      const whole = await run(straight, options);
      expect(whole.losses).toHaveLength(20);
      expect((await run(first, { ...options, store }, 10)).reason).toBe('stopped');
      // the seed of the new model does not matter: its numbers come from the checkpoint
      const rest = await run(second, { ...options, store, resume: true });
      expect(rest).toMatchObject({ reason: 'done', resumed: 'checkpoints/00000010.safetensors', hash: whole.hash });
      expect(rest.losses).toEqual(whole.losses.slice(10));
      for (const model of [straight, first, second]) model.weights.free();
    }
  });

  test('steps in two or four parts give the losses of whole ones', async () => {
    const [whole, ...parts] = await Promise.all([1, 2, 4].map(async (accumulate) => {
      const model = create({ ...FORMS[form]!, dropout: 0, tableDrop: 0 }), { losses } = await run(model, { recipe: { ...recipe, accumulate }, steps: 20 });
      model.weights.free();
      return losses;
    }));
    for (const losses of parts) losses.forEach((loss, i) => expect(Math.abs(loss - whole![i]!), `step ${i + 1}`).toBeLessThan(1e-5));
  });

  test('memory is what was announced, does not grow, and is all given back', async () => {
    const wide = { ...recipe, rows: 8, context: 64 };
    const take = (): { model: LanguageModel; trainer: Trainer } => {
      const model = create({ ...FORMS[form]!, context: 64, channels: 64, layers: 3 });
      return { model, trainer: new Trainer({ ...model, recipe: wide, seed: 1 }) };
    };
    const give = ({ model, trainer }: ReturnType<typeof take>): void => {
      trainer.free();
      model.weights.free();
    };
    give(take()); // the working memory of the threads stays with the engine
    const before = engine.memory.used, both = take(), { trainer } = both;
    const taken = engine.memory.used - before, used = taken + engine.scratchBytes, loader = loaderFor(wide);
    expect(Math.abs(used - trainer.bytes) / used).toBeLessThan(0.05);
    for (let step = 0; step < 5; step++) trainer.step(loader, step, 1e-3);
    expect(engine.memory.used - before).toBe(taken);
    give(both);
    expect(engine.memory.used).toBe(before);
  });
});

test.each(['gpt2', 'inkling'])('a step of %s leaves no garbage behind', async (form) => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void, alone = await createEngine({ threads: 1 });
  const model = createLanguageModel(alone, tokenizer, { ...sizes, ...FORMS[form]! });
  for (const accumulate of [1, 2]) {
    const parted = { ...recipe, accumulate }, loader = loaderFor(parted), trainer = new Trainer({ ...model, recipe: parted, seed: 1 });
    let done = 0;
    const steps = (n: number): void => {
      for (let i = 0; i < n; i++) trainer.step(loader, done++, 1e-3, 0.5);
    };
    const grown = (): number => {
      collect();
      const before = process.memoryUsage().heapUsed;
      steps(300);
      collect();
      return (process.memoryUsage().heapUsed - before) / 300;
    };
    steps(300);
    // what a step leaves, it leaves every time; compilers and the test runner take memory of their own in some of them
    let bytesPerStep = Infinity;
    for (let times = 0; times < 12 && !(bytesPerStep < 8); times++) bytesPerStep = Math.min(bytesPerStep, grown());
    expect(bytesPerStep).toBeLessThan(8);
    trainer.free();
  }
  alone.stop();
});

/** Rows of random tokens that are said twice: only a model that looks back knows the second half. */
class Repeats implements Loader {
  readonly rows: number;
  readonly context: number;
  readonly epoch = 0;
  readonly #random: Random;

  constructor(rows: number, context: number, seed: number) {
    this.rows = rows;
    this.context = context;
    this.#random = new Random(seed);
  }

  next(batch: Batch): void {
    for (let r = 0; r < this.rows; r++) this.fillRow(batch, r);
  }

  fillRow({ tokens, targets, weights }: Batch, row: number): void {
    const T = this.context, half = T / 2, from = row * T;
    for (let t = 0; t < T; t++) tokens[from + t] = t < half ? this.#random.below(tokenizer.size) : tokens[from + t - half]!;
    for (let t = 0; t < T; t++) {
      targets[from + t] = tokens[from + ((t + 1) % T)]!;
      // the first word of the second half cannot be known, and behind the last there is nothing
      weights[from + t] = t >= half && t < T - 1 ? 1 : 0;
    }
  }

  state(): never {
    throw new Error('This loader has no state.');
  }

  restore(): void {}
}

test('a small model of our form learns to copy what it has never seen', async () => {
  const model = create({ form: 'inkling', ngrams: [], context: 16, kvHeads: 2 }), copying: Recipe = { ...plainRecipe, rows: 32, context: 16, rate: 8e-3, beta2: 0.99 };
  const { losses } = await run(model, { recipe: copying, steps: 400, loader: new Repeats(32, 16, 1) });
  expect(losses[0]).toBeGreaterThan(2);
  expect(losses.at(-1)).toBeLessThan(0.1);
  let right = 0;
  for (let i = 0; i < 20; i++) {
    const fresh = new Random(1000 + i), said = Array.from({ length: 8 }, () => 'abcdefgh'[fresh.below(8)]).join('');
    const pieces = generate(model, `${said}${said[0]}${said[1]}`, { tokens: 5, temperature: 0 });
    let copied = '';
    for await (const piece of pieces) copied += piece.text;
    if (copied === said.slice(2, 7)) right++;
  }
  expect(right).toBeGreaterThanOrEqual(18);
  model.weights.free();
});
