import { afterAll, beforeAll, expect, test } from 'vitest';
import { createEngine, type Engine } from '../../src/engine/index.ts';
import { matchesPath, record } from '../../src/inspect/index.ts';
import { createLanguageModel, type LanguageModel } from '../../src/models/index.ts';
import { Random } from '../../src/random.ts';
import { createChars } from '../../src/tokenizer/index.ts';

let engine: Engine, model: LanguageModel;
beforeAll(async () => {
  engine = await createEngine({ threads: 1 });
  model = createLanguageModel(engine, createChars('abcdefgh '), { form: 'gpt2', context: 12, layers: 2, heads: 2, channels: 8, seed: 1 });
  const random = new Random(2);
  for (const { tensor } of model.weights.parameters) model.weights.read(tensor).forEach((_, i, all) => { all[i] = random.float() - 0.5; });
});
afterAll(() => engine.stop());

const TEXT = 'abc fed';

test('watching everything changes no bit of the prediction', () => {
  const alone = record(model, TEXT, ['logits']).tensors.get('logits')!;
  const every = record(model, TEXT, ['*', 'blocks.*.*.*', 'blocks.*.attention.probs']).tensors;
  expect(every.size).toBeGreaterThan(12);
  expect(new Uint32Array(every.get('logits')!.numbers.buffer)).toEqual(new Uint32Array(alone.numbers.buffer));
  expect(new Set(alone.numbers).size).toBeGreaterThan(20);
  expect(alone.shape).toEqual([TEXT.length, 9]);
});

test('what is recorded is what it is called', () => {
  const { ids, tensors } = record(model, TEXT, ['embedding', 'blocks.*.attention.probs', 'norm', 'logits']);
  const { transformer: { parameters }, weights } = model, wte = weights.read(parameters.get('embedding.weight'));
  ids.forEach((id, t) => expect(tensors.get('embedding')!.numbers.subarray(t * 8, t * 8 + 8)).toEqual(wte.subarray(id * 8, id * 8 + 8)));
  const T = ids.length, norm = tensors.get('norm')!.numbers, logits = tensors.get('logits')!.numbers;
  const head = weights.read(model.transformer.config.tied ? parameters.get('embedding.weight') : parameters.get('head.weight'));
  for (let t = 0; t < T; t++) for (let v = 0; v < 9; v++) expect(logits[t * 9 + v]).toBeCloseTo(Array.from({ length: 8 }, (_, c) => norm[t * 8 + c]! * head[v * 8 + c]!).reduce((a, b) => a + b, 0), 4);
  for (const layer of [0, 1]) {
    const { shape, numbers } = tensors.get(`blocks.${layer}.attention.probs`)!;
    expect(shape).toEqual([1, 2, T, T]);
    for (let row = 0; row < 2 * T; row++) {
      const probs = numbers.subarray(row * T, (row + 1) * T);
      expect(Math.abs(probs.reduce((a, b) => a + b, 0) - 1)).toBeLessThan(1e-6);
      expect(probs.subarray((row % T) + 1).every((p) => p === 0)).toBe(true);
    }
  }
});

test('patterns match one part for each star, and unknown ones are refused', () => {
  expect(matchesPath('blocks.*.mlp.hidden', 'blocks.11.mlp.hidden')).toBe(true);
  expect(matchesPath('blocks.*', 'blocks.1.mlp')).toBe(false);
  expect(() => record(model, TEXT, ['blocks.0.mlp.hiden'])).toThrow('Did you mean "blocks.0.mlp.hidden"?');
  expect(() => record(model, '', ['norm'])).toThrow('from 1 to 12 tokens, the context of the model, but it has 0');
  expect(() => record(model, [99], ['norm'])).toThrow('below 9, but one is 99');
});
