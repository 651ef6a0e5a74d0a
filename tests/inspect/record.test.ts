import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEngine, type Engine } from '../../src/engine/index.ts';
import { compile } from '../../src/graph/index.ts';
import { exportTensor, matchesPath, record, tensorStatistics, TextReader } from '../../src/inspect/index.ts';
import { createLanguageModel, type LanguageModel, quantizeModel } from '../../src/models/index.ts';
import { wholeSequence } from '../../src/nn/index.ts';
import { parseNpy } from '../../src/formats/index.ts';
import { Random } from '../../src/random.ts';
import { createChars } from '../../src/tokenizer/index.ts';
import { FORMS, type FormName, randomModel, wholeLogits } from '../decode/models.ts';

let engine: Engine, model: LanguageModel;
beforeAll(async () => {
  engine = await createEngine({ threads: 1 });
  model = createLanguageModel(engine, createChars('abcdefgh '), { form: 'gpt2', context: 12, layers: 2, heads: 2, channels: 8, seed: 1 });
  const random = new Random(2);
  for (const { tensor } of model.weights.parameters) model.weights.read(tensor).forEach((_, i, all) => { all[i] = random.float() - 0.5; });
});
afterAll(() => engine.stop());

const TEXT = 'abc fed';
const bits = (numbers: Float32Array): Uint32Array => new Uint32Array(numbers.slice().buffer);

test('watching everything changes no bit of the prediction', () => {
  const alone = record(model, TEXT, ['logits']).tensors.get('logits')!;
  const every = record(model, TEXT, ['*', 'blocks.*.*.*', 'blocks.*.attention.probs', 'grad(blocks.*.*.*)']).tensors;
  expect(every.size).toBeGreaterThan(12);
  expect(bits(every.get('logits')!.numbers)).toEqual(bits(alone.numbers));
  expect(new Set(alone.numbers).size).toBeGreaterThan(20);
  expect(alone.shape).toEqual([TEXT.length, 9]);
});

test('what is recorded is what it is called', () => {
  const { ids, tensors } = record(model, TEXT, ['embedding', 'blocks.*.attention.probs', 'norm', 'logits', 'embedding.weight']);
  const { transformer: { parameters }, weights } = model, wte = weights.read(parameters.get('embedding.weight'));
  expect(tensors.get('embedding.weight')!.numbers).toEqual(wte);
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
  expect(matchesPath('grad(blocks.*.mlp.up.weight)', 'grad(blocks.2.mlp.up.weight)')).toBe(true);
  expect(matchesPath('*', 'grad(norm)')).toBe(false);
  expect(() => record(model, TEXT, ['blocks.0.mlp.hiden'])).toThrow('Did you mean "blocks.0.mlp.hidden"?');
  expect(() => record(model, TEXT, ['grad(blocks.0.mlp.hiden)'])).toThrow('Did you mean "blocks.0.mlp.hidden"?');
  expect(() => record(model, '', ['norm'])).toThrow('from 1 to 12 tokens, the context of the model, but it has 0');
  expect(() => record(model, [99], ['norm'])).toThrow('below 9, but one is 99');
  expect(() => record(model, 'a', ['loss'])).toThrow('at least two tokens');
});

describe.each(Object.keys(FORMS) as FormName[])('%s', (form) => {
  test('gradients of parameters and of what is computed are those of float64 differences of the loss', () => {
    const small = randomModel(engine, form, { ...(form === 'inkling' && { ngrams: [{ n: 2, size: 4096 }] }) }, 0.2), text = small.tokenizer.encode('aba cab, a');
    const watched = ['grad(embedding.weight)', 'grad(blocks.1.mlp.down.weight)', 'grad(blocks.0.attention.qkv.weight)', 'grad(blocks.0.mlp.hidden)', ...(form === 'inkling' ? ['grad(ngrams.0.weight)'] : [])];
    const { tensors } = record(small, text, [...watched, 'blocks.0.mlp.hidden']), step = 2 ** -7;
    const loss = (edit?: (numbers: Float32Array) => void): number => {
      const each = record(small, text, ['loss'], edit && new Map([['blocks.0.mlp.hidden', edit]])).tensors.get('loss')!.numbers;
      return each.reduce((a, b) => a + b, 0) / (text.length - 1);
    };
    for (const name of watched) {
      const { numbers } = tensors.get(name)!, largest = [...numbers.keys()].sort((a, b) => Math.abs(numbers[b]!) - Math.abs(numbers[a]!)).slice(0, 4);
      for (const i of largest) {
        const slope = ((): number => {
          if (name === 'grad(blocks.0.mlp.hidden)') return (loss((x) => { x[i]! += step; }) - loss((x) => { x[i]! -= step; })) / (2 * step);
          const parameter = small.weights.read(small.transformer.parameters.get(name.slice(5, -1))), kept = parameter[i]!;
          const at = (x: number): number => {
            parameter[i] = x;
            return loss();
          };
          const found = (at(kept + step) - at(kept - step)) / (2 * step);
          parameter[i] = kept;
          return found;
        })();
        expect(Math.abs(numbers[i]! - slope) / Math.max(0.05, Math.abs(slope)), `${name} ${i}: ${numbers[i]} or ${slope}`).toBeLessThan(0.03);
      }
    }
    small.weights.free();
  });

  test('numbers that are written back as they were change no bit, whatever tensor they are', () => {
    const small = randomModel(engine, form), ids = small.tokenizer.encode('abc ponm, kla');
    const names = [...record(small, ids, ['*', 'blocks.*.*.*']).tensors.keys()].filter((name) => !small.transformer.parameters.list.some(({ tensor }) => tensor.name === name) && name !== 'output');
    expect(names).toContain('blocks.1.attention.probs');
    const before = record(small, ids, ['output']).tensors.get('output')!.numbers;
    let edits = 0;
    const same = (numbers: Float32Array): void => {
      edits++;
      numbers.set(numbers.slice());
    };
    expect(bits(record(small, ids, ['output'], new Map(names.map((name) => [name, same]))).tensors.get('output')!.numbers)).toEqual(bits(before));
    expect(edits).toBe(names.length);
    for (const name of names) {
      const changed = record(small, ids, ['output'], new Map([[name, (numbers: Float32Array) => numbers.fill(0.25)]])).tensors.get('output')!.numbers;
      expect(bits(changed), name).not.toEqual(bits(before));
    }
    small.weights.free();
  });

  test('a quantized model can be watched too, but has no gradients', async () => {
    const small = randomModel(engine, form, { channels: 32, hidden: 32 }), quantized = await quantizeModel(small, 'q8_0'), ids = small.tokenizer.encode('abc ponm');
    const { vocab } = small.transformer.config, output = record(quantized, ids, ['blocks.*.mlp.sum', 'output']).tensors.get('output')!.numbers;
    wholeLogits(quantized, ids).forEach((logits, t) => expect(bits(output.subarray(t * vocab, (t + 1) * vocab))).toEqual(bits(logits)));
    expect(() => record(quantized, ids, ['grad(norm)'])).toThrow('quantized weights have no gradients');
    quantized.weights.free();
  });
});

test('several texts are read at once with the bits of each alone, and what is filled up changes nothing', () => {
  const small = randomModel(engine, 'inkling'), texts = ['abc', 'ponm lkj', 'a'].map((text) => small.tokenizer.encode(text));
  const reader = new TextReader(small, { rows: 4, length: 16, watch: ['blocks.1.mlp.sum'] });
  reader.run(texts);
  const { numbers } = reader.read('blocks.1.mlp.sum');
  texts.forEach((ids, s) => expect(bits(numbers.subarray(s * 16 * 24, (s * 16 + ids.length) * 24))).toEqual(bits(record(small, ids, ['blocks.1.mlp.sum']).tensors.get('blocks.1.mlp.sum')!.numbers)));
  expect(() => reader.run([])).toThrow('1 to 4 texts at once, but 0 came');
  expect(() => reader.read('norm')).toThrow('"norm" is not watched');
  const used = engine.memory.used;
  reader.free();
  expect(engine.memory.used).toBeLessThan(used);
  small.weights.free();
});

test('where nothing is watched the plan has the instructions of a plain prediction, and not one more', () => {
  const small = randomModel(engine, 'inkling'), sequence = wholeSequence(1, 9), { transformer, weights } = small;
  const logits = transformer.logits(transformer.hidden(sequence)), plain = compile(engine, [logits], { places: new Map(weights.places) });
  const reader = new TextReader(small, { length: 9, watch: [] }), kernels = (plan: typeof plain): string[] => plan.instructions.map(({ kernel }) => kernel);
  expect(kernels(reader.plan).slice(0, kernels(plain).length)).toEqual(kernels(plain)); // and the cap of the logits
  expect(reader.plan.instructions.length - plain.instructions.length).toBe(transformer.config.softcap > 0 ? 3 : 0);
  // probabilities are written by the same instruction when they are asked for
  const watching = new TextReader(small, { length: 9, watch: ['blocks.*.attention.probs', 'blocks.*.mlp.hidden', 'output'] });
  expect(kernels(watching.plan)).toEqual(kernels(reader.plan));
  // and what comes behind all that is watched is not computed
  const first = new TextReader(small, { length: 9, watch: ['blocks.0.attention.probs'], edits: new Map([['norm', () => {}]]) });
  first.run([[1, 2, 3]]);
  const probs = record(small, [1, 2, 3], ['blocks.0.attention.probs', 'output']).tensors.get('blocks.0.attention.probs')!.numbers;
  for (let t = 0; t < 3; t++) expect(bits(first.read('blocks.0.attention.probs').numbers.subarray(t * 9, t * 9 + 3))).toEqual(bits(probs.subarray(t * 3, t * 3 + 3)));
  expect(first.plan.instructions.length).toBeLessThan(reader.plan.instructions.length / 2);
  for (const one of [plain, reader, watching, first]) one.free();
  small.weights.free();
});

test('statistics and files tell what the numbers are', () => {
  expect(tensorStatistics([0, 2, NaN])).toEqual({ count: 3, min: 0, max: 2, mean: 1, deviation: 1, zeros: 1 / 3, nan: 1 });
  expect(tensorStatistics([NaN]).min).toBeNaN();
  const tensor = { name: 'x', shape: [2, 2, 3], numbers: Float32Array.from([1, 2, 3, 4, 5, 6, 0.1, NaN, Infinity, -0, 11, 12]) };
  const text = (format: 'json' | 'csv'): string => new TextDecoder().decode(exportTensor(tensor, format));
  expect(parseNpy(exportTensor(tensor, 'npy'))).toEqual({ shape: [2, 2, 3], data: tensor.numbers });
  expect(JSON.parse(text('json'))).toEqual({ name: 'x', shape: [2, 2, 3], numbers: [[[1, 2, 3], [4, 5, 6]], [[Math.fround(0.1), 'NaN', 'Infinity'], [0, 11, 12]]] });
  expect(text('csv').split('\n').slice(0, 4)).toEqual(['i0,i1,0,1,2', '0,0,1,2,3', '0,1,4,5,6', `1,0,${Math.fround(0.1)},NaN,Infinity`]);
  expect(() => exportTensor(tensor, 'xml' as 'csv')).toThrow('format must be one of json, csv, npy');
});
