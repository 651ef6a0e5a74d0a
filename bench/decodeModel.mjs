// The model that decodes: the shape of GPT-2 124M with random weights, because speed does not depend on what was learned.
// Runs in Node and, loaded by a worker, in a page.
import * as inkling from '../dist/index.js';
import { repeat } from './measure.mjs';

const { compile, createChars, createEngine, Decoder, input, matmul, quantizeModel, transformer, transformerConfig, Weights } = inkling;

export const sizes = { vocab: 50257, context: 1024, layers: 12, heads: 12, channels: 768 };
const { vocab: V, layers: L, channels: C } = sizes;
/** Numbers that are multiplied for every token: all matrices, the embedding as the output layer. */
export const weightsPerToken = 12 * L * C * C + V * C;
/** Where decoding begins and where it starts over: on average about as many tokens lie behind it as in between. */
export const FROM = 64, TO = 192;
/** Tokens of the prompt. */
export const PROMPT = 512;
export const promptTokens = Array.from({ length: PROMPT }, (_, i) => (i * 7919) % V);

/** Products of one layer for a whole prompt, and the operations of a prompt: products, causal attention, one row of logits. */
export const layerGflop = (24 * PROMPT * C * C) / 1e9;
export const promptGflop = L * layerGflop + (2 * L * C * PROMPT ** 2 + 2 * V * C) / 1e9;

/** How weights can lie in memory. To add one: its bytes per number, and what makes it from the model with f32 weights. */
const formats = [
  { name: 'f32', bytesPerWeight: 4, from: (model) => model },
  { name: 'f32 packed', bytesPerWeight: 4, from: (model) => quantizeModel(model, 'f32') },
  { name: 'q8_0', bytesPerWeight: 34 / 32, from: (model) => quantizeModel(model, 'q8_0') },
  { name: 'q4_0', bytesPerWeight: 18 / 32, from: (model) => quantizeModel(model, 'q4_0') },
];

/** Opens the model on a new engine: `{ engine, model, formats, decode(format, slots), prompt(format, options), products(), free() }`. */
export async function openModel({ build, threads }) {
  const engine = await createEngine({ build, threads }), shape = transformer(transformerConfig({ form: 'gpt2', ...sizes }));
  const weights = new Weights(engine, shape);
  weights.initialize();
  const model = { engine, transformer: shape, weights, tokenizer: createChars('a') };
  const opened = new Map();
  const open = (format) => {
    if (!opened.has(format.name)) opened.set(format.name, format.from(model));
    return opened.get(format.name);
  };
  return {
    engine, model, formats,
    /** A side of `alternate`: tokens in `slots` conversations at once. */
    decode(format, slots = 1) {
      const decoder = new Decoder(open(format), { slots, positions: TO + 1, chunks: [FROM] }), tokens = new Int32Array(slots);
      for (let slot = 0; slot < slots; slot++) decoder.prefill(slot, promptTokens.slice(0, FROM));
      let step = 0;
      const side = repeat(() => {
        for (let slot = 0; slot < slots; slot++) {
          if (decoder.position(slot) >= TO) decoder.truncate(slot, FROM);
          tokens[slot] = (step * 31 + slot * 17) % V;
        }
        decoder.step(tokens);
        step++;
      });
      return { side, free: () => decoder.free() };
    },
    /** A side of `alternate`: a prompt of 512 tokens. */
    prompt(format, options = {}) {
      const decoder = new Decoder(open(format), { positions: PROMPT, ...options });
      const side = repeat(() => {
        decoder.truncate(0, 0);
        decoder.prefill(0, promptTokens);
      });
      return { side, free: () => decoder.free() };
    },
    /** A side of `alternate`: the four products of a layer on the rows of the prompt. */
    products() {
      const x = input('x', [PROMPT, C]), h = input('h', [PROMPT, 4 * C]);
      const weight = (name, out, inputs) => input(name, [out, inputs]);
      const factors = [[x, weight('qkv', 3 * C, C)], [x, weight('out', C, C)], [x, weight('up', 4 * C, C)], [h, weight('down', C, 4 * C)]];
      const plan = compile(engine, factors.map(([a, b]) => matmul(a, b, { tb: true })));
      for (const t of new Set(factors.flat())) plan.read(t).forEach((_, i, all) => { all[i] = (i % 17) / 17 - 0.5; });
      return { side: repeat(() => plan.run()), free: () => plan.free() };
    },
    /** The most likely next token behind the first ones of the prompt, one for each of `lengths`. */
    mostLikely(format, lengths) {
      const decoder = new Decoder(open(format), { positions: PROMPT });
      const tokens = lengths.map((length) => {
        decoder.prefill(0, promptTokens.slice(0, length));
        const logits = decoder.logits(0);
        return logits.indexOf(logits.reduce((most, x) => Math.max(most, x)));
      });
      decoder.free();
      return tokens;
    },
    free: () => engine.stop(),
  };
}
