// Quantized models say what the model says, a little less sure of it; and they keep the promises of decoding.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildDataset, shuffledWindows, textSource, type Dataset } from '../../src/data/index.ts';
import { Chat, Decoder, generate } from '../../src/decode/index.ts';
import { createEngine, type Engine } from '../../src/engine/index.ts';
import { memoryStore, quantize } from '../../src/formats/index.ts';
import { size } from '../../src/graph/index.ts';
import {
  createLanguageModel, type LanguageModel, loadQuantizedModel, packModel, type Quantization, quantizations, QuantizedWeights, quantizeModel, saveLanguageModel, type SpeakingModel,
} from '../../src/models/index.ts';
import { createChars } from '../../src/tokenizer/index.ts';
import { Evaluator, plainRecipe, train } from '../../src/train/index.ts';
import { collect, type FormName, FORMS, randomModel, wholeLogits } from '../decode/models.ts';

let engines: Engine[];
beforeAll(async () => {
  engines = await Promise.all([createEngine({ threads: 1 }), createEngine({ threads: 2 })]);
});
afterAll(() => engines.forEach((engine) => engine.stop()));

const text = Uint32Array.from({ length: 30 }, (_, i) => (i * i * 7 + i * 31 + 97) % 260);
const wide = { channels: 64, hidden: 96 };

/** Logits behind every token, read one by one in slot `slot`; the other slots say something else. */
function stepped(decoder: Decoder, slot = 0): Float32Array[] {
  return Array.from(text, (token, t) => {
    decoder.step(Int32Array.from({ length: decoder.slots }, (_, s) => (s === slot ? token : (s * 37 + t * 11) % 260)));
    return decoder.logits(slot).slice();
  });
}

describe.each(quantizations)('%s', (type) => {
  test.each(Object.keys(FORMS) as FormName[])('cached = uncached, batched = alone, two threads = one, to the bit: %s', (form) => {
    const [one, two] = engines.map((engine) => {
      const model = randomModel(engine, form, wide), quantized = quantizeModel(model, type);
      const whole = wholeLogits(quantized, text);
      expect(whole).not.toEqual(wholeLogits(model, text));
      for (const options of [{}, { chunks: [3] }, { slots: 8 }, { slots: 2, chunks: [5, 2] }]) {
        const decoder = new Decoder(quantized, options), slot = decoder.slots >> 1;
        expect(stepped(decoder, slot)).toEqual(whole);
        decoder.truncate(slot, 0);
        decoder.prefill(slot, text);
        expect(decoder.logits(slot)).toEqual(whole.at(-1));
        decoder.free();
      }
      for (const { weights } of [model, quantized]) weights.free();
      return whole;
    });
    expect(two).toEqual(one);
  });

  test('the memory is what was stated, a fraction of the floats, and all of it is given back', () => {
    const [engine] = engines as [Engine], model = randomModel(engine, 'gpt2', { ...wide, layers: 3 }), before = engine.memory.used;
    const quantized = quantizeModel(model, type), { list } = model.transformer.parameters;
    expect(quantized.weights.bytes).toBe(engine.memory.used - before);
    const rounded = list.filter(({ group, tensor }) => group === 'matrix' || tensor.name === 'embedding.weight');
    const bits = { q8_0: 8.5, q4_0: 4.5 }[type];
    const expected = list.reduce((sum, p) => {
      const [N = 1, K = 1] = p.tensor.shape;
      return sum + (rounded.includes(p) ? (Math.ceil(N / 16) * 16 * K * bits) / 8 : size(p.tensor) * 4);
    }, 0);
    expect(quantized.weights.bytes).toBeGreaterThanOrEqual(expected);
    expect(quantized.weights.bytes).toBeLessThan(expected + 64 * list.length);
    quantized.weights.free();
    quantized.weights.free();
    expect(engine.memory.used).toBe(before);
    model.weights.free();
  });

  test('a model that is quantized while it is loaded has the same bits', async () => {
    const [engine] = engines as [Engine], model = randomModel(engine, 'inkling', wide), store = memoryStore();
    await saveLanguageModel(store, model);
    const loaded = await loadQuantizedModel(store, engine, type), quantized = quantizeModel(model, type);
    expect(wholeLogits(loaded, text)).toEqual(wholeLogits(quantized, text));
    for (const { weights } of [model, loaded, quantized]) weights.free();
  });
});

test.each(Object.keys(FORMS) as FormName[])('packed as f32, a model has the bits of its own, on any threads: %s', (form) => {
  for (const engine of engines) {
    const model = randomModel(engine, form, wide), packed = packModel(model), whole = wholeLogits(model, text);
    expect(wholeLogits(packed, text)).toEqual(whole);
    for (const options of [{}, { slots: 8 }, { slots: 2, chunks: [5, 2] }]) {
      const plain = new Decoder(model, options), decoder = new Decoder(packed, options), slot = decoder.slots >> 1;
      expect(stepped(decoder, slot)).toEqual(stepped(plain, slot));
      decoder.truncate(slot, 0);
      decoder.prefill(slot, text);
      expect(decoder.logits(slot)).toEqual(whole.at(-1));
      for (const one of [plain, decoder]) one.free();
    }
    for (const { weights } of [model, packed]) weights.free();
  }
});

describe('a model that has learned', () => {
  const words = 'the quick brown fox jumps over a lazy dog while seven wise owls watch from an old oak tree by the river'.split(' ');
  let state = 1;
  const next = (n: number): number => (state = (Math.imul(state, 1103515245) + 12345) >>> 0, Math.floor((state / 2 ** 32) * n));
  const story = Array.from({ length: 4000 }, () => `${words[next(words.length)]}${next(9) === 0 ? '.\n' : ' '}`).join('');
  let model: LanguageModel, data: Dataset;
  beforeAll(async () => {
    const tokenizer = createChars(story);
    model = createLanguageModel(engines[1]!, tokenizer, { form: 'gpt2', layers: 2, heads: 4, channels: 64, context: 32, seed: 1 });
    data = await buildDataset(textSource('words', story), (document) => ({ ids: tokenizer.encode('text' in document ? document.text : '') }), { seed: 1, validation: 0.2 });
    const recipe = { ...plainRecipe, rows: 16, context: 32, rate: 5e-3 };
    for await (const _ of train({ model, recipe, steps: 250, seed: 1, loader: shuffledWindows(data.train, { rows: 16, context: 32, seed: 1 }) }));
  }, 120_000);
  afterAll(() => model.weights.free());

  const perplexity = (of: SpeakingModel): number => {
    const evaluator = new Evaluator(of), { natsPerToken } = evaluator.scoreAll(data.validation);
    evaluator.free();
    return Math.exp(natsPerToken);
  };

  test.each([['q8_0', 1.01], ['q4_0', 1.05]] as const)('with %s its perplexity is at most %f times as high', (type, most) => {
    const quantized = quantizeModel(model, type), before = perplexity(model), after = perplexity(quantized);
    expect(before).toBeLessThan(5);
    expect(after).not.toBe(before);
    expect(after / before).toBeLessThan(most);
    quantized.weights.free();
  });

  test('with q8_0 it goes on with a text as before', async () => {
    const quantized = quantizeModel(model, 'q8_0'), say = async (one: SpeakingModel): Promise<string> => (await collect(generate(one, 'the qui', { tokens: 12, temperature: 0 }))).result.text;
    expect(await say(quantized)).toBe(await say(model));
    quantized.weights.free();
  });
});

test('a quantized model answers in a conversation', async () => {
  const model = randomModel(engines[0]!, 'nanochat', wide), quantized = quantizeModel(model, 'q4_0'), chat = new Chat(quantized, { tokens: 5, seed: 1 });
  const { result } = await collect(chat.send('a'));
  expect(result.tokens.length).toBeGreaterThan(0);
  chat.free();
  for (const { weights } of [model, quantized]) weights.free();
});

test('stored tensors of any type are taken, in pieces of rows', () => {
  const [engine] = engines as [Engine], model = randomModel(engine, 'llama with grouped heads', wide), { list } = model.transformer.parameters;
  const stored = list.map(({ tensor: { name, shape } }, i) => ({ name, shape, dtype: shape.length === 1 ? 'F16' : (['Q8_0', 'Q4_0', 'F32', 'BF16'] as const)[i % 4]! } as const));
  const whole = new QuantizedWeights(engine, model.transformer, stored), pieces = new QuantizedWeights(engine, model.transformer, stored);
  for (const [i, { name, dtype, shape }] of stored.entries()) {
    const numbers = model.weights.read(list[i]!.tensor), columns = numbers.length / shape[0]!, cut = shape[0]! >> 1;
    whole.put(name, quantize(dtype, numbers));
    pieces.put(name, quantize(dtype, numbers.subarray(0, cut * columns)));
    pieces.put(name, quantize(dtype, numbers.subarray(cut * columns)), { row: cut });
  }
  const logits = [whole, pieces].map((weights) => wholeLogits({ ...model, weights }, text));
  expect(logits[1]).toEqual(logits[0]);
  expect(logits[0]!.flatMap((row) => [...row]).every(Number.isFinite)).toBe(true);
  expect(() => whole.put('norm.wieght', new Uint8Array(4))).toThrow('The model has no parameter "norm.wieght". Did you mean "norm.weight"?');
  expect(() => whole.put('norm.weight', quantize('F16', new Float32Array(65)))).toThrow('norm.weight (64) has 64 numbers; 65 from row 0 on do not fit.');
  for (const weights of [model.weights, whole, pieces]) weights.free();
  expect(() => whole.put('norm.weight', new Uint8Array(128))).toThrow('These weights were freed.');
});

test('what cannot be quantized is refused, and takes no memory', () => {
  const [engine] = engines as [Engine], narrow = randomModel(engine, 'gpt2'), before = engine.memory.used;
  expect(() => quantizeModel(narrow, 'q8_0')).toThrow(
    'This model cannot be quantized to q8_0: blocks.0.attention.qkv.weight (72, 24) has rows of 24 numbers, but Q8_0 needs a multiple of 32. Use it as it is.',
  );
  expect(() => quantizeModel(narrow, 'q4_k' as Quantization)).toThrow('Q4_K can be read, but weights cannot be rounded to it here. Take q8_0 or q4_0.');
  expect(() => quantizeModel(narrow, 'q8_O' as Quantization)).toThrow('Weights cannot be quantized to "q8_O". Did you mean "q8_0"?');
  expect(() => new QuantizedWeights(engine, narrow.transformer, [], { from: 'model.gguf' })).toThrow('model.gguf has no tensor');
  expect(engine.memory.used).toBe(before);
  const model = randomModel(engine, 'gpt2', wide), used = engine.memory.used;
  model.weights.read(model.transformer.parameters.get('blocks.1.mlp.up.weight'))[7] = NaN;
  expect(() => quantizeModel(model, 'q8_0')).toThrow('blocks.1.mlp.up.weight: Number 7 is NaN, which Q8_0 cannot hold');
  expect(engine.memory.used).toBe(used);
  for (const { weights } of [narrow, model]) weights.free();
});
