import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createSampler, Decoder } from '../../src/decode/index.ts';
import { createEngine, type Engine } from '../../src/engine/index.ts';
import type { LanguageModel } from '../../src/models/index.ts';
import { type FormName, FORMS, randomModel, wholeLogits } from './models.ts';

const textOf = (length: number): Uint32Array => Uint32Array.from({ length }, (_, i) => (i * i * 7 + i * 31 + 97) % 260);
const text = textOf(30);
let engines: Engine[];
beforeAll(async () => {
  engines = await Promise.all([createEngine({ threads: 1 }), createEngine({ threads: 2 })]);
});
afterAll(() => engines.forEach((engine) => engine.stop()));

/** Logits behind each of the tokens from `from` on, fed one by one. */
function stepped(decoder: Decoder, slot: number, tokens: Uint32Array, from: number): Float32Array[] {
  return Array.from(tokens.subarray(from), (token) => {
    decoder.step(Int32Array.from({ length: decoder.slots }, (_, s) => (s === slot ? token : -1)));
    return decoder.logits(slot).slice();
  });
}

for (const form of Object.keys(FORMS) as FormName[]) {
  describe(form, () => {
    let model: LanguageModel, whole: Float32Array[];
    beforeAll(() => {
      model = randomModel(engines[0]!, form);
      whole = wholeLogits(model, text);
    });
    afterAll(() => model.weights.free());

    test('logits have the bits of the whole sequence without caches', () => {
      const decoder = new Decoder(model);
      expect(decoder.prefill(0, text.subarray(0, 1))).toBe(1);
      const logits = [decoder.logits(0).slice(), ...stepped(decoder, 0, text, 1)];
      expect(new Set(logits.map((l) => l.join())).size, 'a model that tells positions apart').toBe(text.length);
      expect(logits).toEqual(whole);
      decoder.free();
    });

    test('logits have the same bits however the prompt is cut', () => {
      for (const chunks of [[1], [3], [8, 1], [48], [64, 8], [5, 2]]) {
        for (const slots of [1, 2]) {
          const decoder = new Decoder(model, { chunks, slots }), slot = slots - 1;
          for (const n of [1, 2, 13, 29, 30]) {
            decoder.truncate(slot, 0);
            decoder.prefill(slot, text.subarray(0, n));
            expect(decoder.logits(slot), `${n} tokens in chunks of ${chunks.join(' and ')}`).toEqual(whole[n - 1]);
          }
          decoder.free();
        }
      }
    });

    test('logits have the same bits in company of seven others', () => {
      const decoder = new Decoder(model, { slots: 8 });
      for (let slot = 0; slot < 8; slot++) if (slot !== 5) decoder.prefill(slot, text.subarray(slot, 2 * slot + 3));
      decoder.prefill(5, text.subarray(0, 4));
      expect(decoder.logits(5)).toEqual(whole[3]);
      // the others go on too, some of them not always
      for (let t = 4; t < text.length; t++) {
        decoder.step(Int32Array.from({ length: 8 }, (_, slot) => (slot === 5 ? text[t]! : slot % 3 === 0 && t % 2 ? -1 : (slot * t) % 260)));
        expect(decoder.logits(5)).toEqual(whole[t]);
      }
      decoder.free();
    });

    test('two threads give the bits of one', () => {
      // large enough that even a single token is shared out
      const [one, two] = engines.map((engine) => {
        const large = randomModel(engine, form, { channels: 96, hidden: 160, layers: 3 }), decoder = new Decoder(large);
        decoder.prefill(0, text.subarray(0, 20));
        const logits = [decoder.logits(0).slice(), ...stepped(decoder, 0, text, 20)];
        decoder.free();
        large.weights.free();
        return logits;
      });
      expect(two).toEqual(one);
    });

    test('a resting slot, even an empty or a full one, keeps its logits and its memory', () => {
      const decoder = new Decoder(model, { slots: 3, positions: 20 });
      decoder.prefill(0, text.subarray(0, 10));
      decoder.prefill(2, text.subarray(0, 20));
      stepped(decoder, 0, text.subarray(0, 15), 10);
      expect(decoder.logits(2)).toEqual(whole[19]);
      decoder.prefill(1, text.subarray(0, 6));
      for (let i = 0; i < 3; i++) decoder.step(Int32Array.of(-1, -1, -1));
      expect(decoder.logits(0)).toEqual(whole[14]);
      expect(decoder.logits(1)).toEqual(whole[5]);
      expect(stepped(decoder, 1, text.subarray(0, 12), 6)).toEqual(whole.slice(6, 12));
      expect([0, 1, 2].map((slot) => decoder.position(slot))).toEqual([15, 12, 20]);
      decoder.free();
    });
  });
}

test('what a slot already holds is not computed again', () => {
  const model = randomModel(engines[0]!, 'inkling'), other = text.slice();
  other[10]!--;
  for (const slots of [1, 2]) {
    const decoder = new Decoder(model, { slots });
    expect(decoder.prefill(0, text.subarray(0, 12))).toBe(12);
    expect(decoder.prefill(0, text), 'going on').toBe(18);
    expect(decoder.prefill(0, text), 'the same again').toBe(1);
    expect(decoder.logits(0)).toEqual(wholeLogits(model, text).at(-1));
    expect(decoder.prefill(0, other), 'another word in the middle').toBe(20);
    expect(decoder.logits(0)).toEqual(wholeLogits(model, other).at(-1));
    decoder.truncate(0, 4);
    expect(decoder.prefill(0, other.subarray(0, 8)), 'after cutting').toBe(4);
    expect(decoder.logits(0)).toEqual(wholeLogits(model, other.subarray(0, 8)).at(-1));
    decoder.free();
  }
  model.weights.free();
});

test('a context of any length is used to its last token', () => {
  for (const context of [1, 7, 29, 430]) {
    const model = randomModel(engines[0]!, 'gpt2', { context }), decoder = new Decoder(model), full = textOf(context);
    const whole = wholeLogits(model, full), first = Math.max(1, context - 60);
    decoder.prefill(0, full.subarray(0, first));
    expect([decoder.logits(0).slice(), ...stepped(decoder, 0, full, first)]).toEqual(whole.slice(first - 1));
    expect(() => decoder.step(Int32Array.of(97))).toThrow(`Slot 0 is full: it holds ${context} tokens.`);
    decoder.free();
    model.weights.free();
  }
});

test('the memory is what was stated, and all of it is given back', () => {
  const model = randomModel(engines[0]!, 'llama with grouped heads'), { memory } = model.engine;
  new Decoder(model, { slots: 3 }).free(); // the working memory of the threads stays with the engine
  const before = memory.used, decoder = new Decoder(model, { slots: 3 }), after = memory.used;
  expect(decoder.bytes).toBe(after - before);
  decoder.prefill(1, text);
  decoder.step(Int32Array.of(97, 98, 99));
  expect(memory.used).toBe(after);
  decoder.free();
  decoder.free();
  expect(memory.used).toBe(before);
  expect(() => decoder.logits(0)).toThrow('This decoder was freed.');
  model.weights.free();
});

test('decoding a token leaves no garbage behind', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const model = randomModel(engines[0]!, 'inkling'), decoder = new Decoder(model, { slots: 2 });
  const sampler = createSampler({ temperature: 0.9, topK: 30, topP: 0.95, seed: 1, index: 0 }), tokens = new Int32Array(2);
  const decode = (n: number): void => {
    for (let i = 0; i < n; i++) {
      if (decoder.position(0) >= decoder.positions) for (const slot of [0, 1]) decoder.truncate(slot, 1);
      for (let slot = 0; slot < 2; slot++) tokens[slot] = sampler.draw(decoder.logits(slot));
      decoder.step(tokens);
    }
  };
  const grown = (): number => {
    collect();
    const before = process.memoryUsage().heapUsed;
    decode(2000);
    collect();
    return process.memoryUsage().heapUsed - before;
  };
  for (const slot of [0, 1]) decoder.prefill(slot, text.subarray(0, 1));
  decode(2000);
  // the least of three: compilers and test runner take memory of their own now and then
  expect(Math.min(grown(), grown(), grown()) / 2000).toBeLessThan(1);
  decoder.free();
  model.weights.free();
});

describe.each(['f16', 'int8'] as const)('keys and values kept as %s', (cache) => {
  test.each(Object.keys(FORMS) as FormName[])('the same bits however the prompt is cut, alone and in company, on any threads: %s', (form) => {
    const [one, two] = engines.map((engine) => {
      const model = randomModel(engine, form), whole = wholeLogits(model, text), single = new Decoder(model, { cache });
      single.prefill(0, text.subarray(0, 1));
      const logits = [single.logits(0).slice(), ...stepped(single, 0, text, 1)];
      for (const options of [{}, { chunks: [3] }, { chunks: [48] }, { slots: 8 }, { slots: 2, chunks: [5, 2] }]) {
        const decoder = new Decoder(model, { cache, ...options }), slot = decoder.slots >> 1;
        for (let other = 0; other < decoder.slots; other++) decoder.prefill(other, text.subarray(other, 2 * other + 3));
        for (const n of [1, 12, 30]) {
          decoder.prefill(slot, text.subarray(0, n));
          expect(decoder.logits(slot)).toEqual(logits[n - 1]);
        }
        decoder.truncate(slot, 20);
        expect(stepped(decoder, slot, text, 20)).toEqual(logits.slice(20));
        decoder.free();
      }
      // how far off they are, against how much the logits of a row differ from each other
      const error = Math.sqrt(logits.reduce((sum, row, t) => sum + row.reduce((s, v, i) => s + (v - whole[t]![i]!) ** 2, 0), 0) / (logits.length * whole[0]!.length));
      const spread = Math.sqrt(whole.reduce((sum, row) => sum + row.reduce((s, v) => s + v * v, 0), 0) / (whole.length * whole[0]!.length));
      expect(error / spread).toBeGreaterThan(0);
      expect(error / spread).toBeLessThan({ f16: 2e-3, int8: 3e-2 }[cache]);
      single.free();
      model.weights.free();
      return logits;
    });
    expect(two).toEqual(one);
  });

  test('the memory shrinks as stated', () => {
    const model = randomModel(engines[0]!, 'gpt2', { channels: 128, heads: 2, context: 1024 });
    const [whole, small] = [new Decoder(model, { chunks: [8] }), new Decoder(model, { chunks: [8], cache })];
    const kept = 2 * 1024 * 2 * 128; // layers, positions, keys and values
    expect(whole.bytes - small.bytes).toBe(kept * 4 - { f16: kept * 2, int8: kept + 2 * 1024 * 4 * 4 }[cache]);
    for (const decoder of [whole, small]) decoder.free();
    model.weights.free();
  });
});

test('wrong use is refused, and nothing has changed', () => {
  const model = randomModel(engines[0]!, 'gpt2'), decoder = new Decoder(model, { slots: 2, positions: 10 });
  decoder.prefill(0, text.subarray(0, 5));
  expect(() => new Decoder(model, { slots: 0 })).toThrow('slots must be a whole number from 1 to 1024, but it is 0.');
  expect(() => new Decoder(model, { positions: 49 })).toThrow("positions must be a whole number from 1 to the model's context of 48, but it is 49.");
  expect(() => new Decoder(model, { chunks: [] })).toThrow('chunks needs at least one size');
  expect(() => new Decoder(model, { cache: 'f8' as 'f16' })).toThrow('cache must be f32, f16, int8, but it is "f8".');
  expect(() => decoder.prefill(0, [])).toThrow('at least one token');
  expect(() => decoder.prefill(0, text)).toThrow('30 tokens do not fit: a conversation holds 10.');
  expect(() => decoder.prefill(0, [1, 5000])).toThrow('5000 is no token of this model');
  expect(() => decoder.prefill(2, [1])).toThrow('slot must be 0 to 1, but it is 2.');
  expect(() => decoder.step(Int32Array.of(1))).toThrow('one token for each of the 2 slots');
  expect(() => decoder.step(Int32Array.of(1, -2))).toThrow('-2 is no token of this model');
  expect(() => decoder.truncate(0, 6)).toThrow('Slot 0 holds 5 tokens');
  expect(decoder.position(0)).toBe(5);
  expect(decoder.logits(0)).toEqual(wholeLogits(model, text.subarray(0, 5)).at(-1));
  decoder.free();
  model.weights.free();
});
