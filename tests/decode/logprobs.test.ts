import { beforeAll, expect, test } from 'vitest';
import { Decoder, generate, generateBatch, type GenerateOptions, type Prompt, type SamplingOptions } from '../../src/decode/index.ts';
import { createEngine } from '../../src/engine/index.ts';
import type { LanguageModel } from '../../src/models/index.ts';
import { collect, oneThread, randomModel, tokenizer, wholeLogits } from './models.ts';

let model: LanguageModel;
beforeAll(async () => {
  model = randomModel(await oneThread(), 'inkling');
});
const all = (prompt: Prompt, options: GenerateOptions = {}) => collect(generate(model, prompt, options));
const bos = tokenizer.specials.get('<|bos|>')!;
/** log-softmax in float64. */
const logSoftmax = (logits: ArrayLike<number>): number[] => {
  const list = Array.from(logits), most = Math.max(...list), total = Math.log(list.reduce((sum, logit) => sum + Math.exp(logit - most), 0));
  return list.map((logit) => logit - most - total);
};

test('logprobs: of the drawn token before and after the stages, and of the likeliest', async () => {
  const { pieces, result } = await all('good', { tokens: 12, temperature: 0.5, seed: 2, logprobs: 3 });
  const rows = wholeLogits(model, [bos, ...tokenizer.encode('good'), ...result.tokens]);
  expect(result.logprobs).toHaveLength(result.tokens.length);
  for (const [i, token] of result.tokens.entries()) {
    const row = rows[4 + i]!.subarray(0, tokenizer.size), before = logSoftmax(row), after = logSoftmax(row.map((logit) => logit / 0.5));
    const found = result.logprobs![i]!, order = before.map((_, id) => id).sort((a, b) => before[b]! - before[a]! || a - b);
    expect(found.token).toBe(token);
    expect(found.before).toBeCloseTo(before[token]!, 8);
    expect(found.after).toBeCloseTo(after[token]!, 5);
    expect(found.top.map((one) => one.token)).toEqual(order.slice(0, 3));
    for (const one of found.top) expect(one.logprob).toBeCloseTo(before[one.token]!, 8);
    expect(pieces[i]!.logprobs).toEqual(found);
  }
  // telling changes nothing about what is said
  expect((await all('good', { tokens: 12, temperature: 0.5, seed: 2 })).result.tokens).toEqual(result.tokens);
  expect((await all('good', { tokens: 2, logprobs: 0 })).result.logprobs!.every(({ top }) => top.length === 0)).toBe(true);
});

test('promptLogprobs: of every token of the prompt, without a second pass', async () => {
  const prompts = ['a', 'good cab, fed. hello mad', 'no man'], { result } = await collect(generateBatch(model, prompts, { tokens: 3, promptLogprobs: true, logprobs: 2, seed: 1 }));
  for (const [i, prompt] of prompts.entries()) {
    const tokens = [bos, ...tokenizer.encode(prompt)], rows = wholeLogits(model, tokens), found = result[i]!.promptLogprobs!;
    expect(found).toHaveLength(tokens.length);
    expect(found[0]).toBeNull();
    for (let t = 1; t < tokens.length; t++) {
      const expected = logSoftmax(rows[t - 1]!.subarray(0, tokenizer.size));
      expect(found[t]).toMatchObject({ token: tokens[t], after: null });
      expect(found[t]!.before).toBeCloseTo(expected[tokens[t]!]!, 8);
      expect(found[t]!.top).toHaveLength(2);
    }
    expect(result[i]!.tokens).toEqual((await all(prompt, { tokens: 3, seed: 1, index: i })).result.tokens);
  }
});

test('no log-probability costs a second pass: prompts are read once, and each token is stepped once', async () => {
  const { prefill, step } = Decoder.prototype, read: number[] = [];
  let steps = 0;
  Decoder.prototype.prefill = function (...all) {
    read.push(all[1].length);
    const computed = prefill.apply(this, all);
    expect(computed).toBe(all[1].length);
    return computed;
  };
  Decoder.prototype.step = function (tokens) {
    steps++;
    step.call(this, tokens);
  };
  try {
    await collect(generateBatch(model, ['good cab', 'no man', 'fed'], { tokens: 6, minTokens: 6, promptLogprobs: true, logprobs: 3, explain: true }));
  } finally {
    Object.assign(Decoder.prototype, { prefill, step });
  }
  expect(read).toEqual([9, 7, 4]);
  expect(steps).toBe(5); // the sixth token needs no step
});

test('a decoder gives the logits of every row of a prompt with the bits of the whole, however long it is', () => {
  const tokens = Uint32Array.from({ length: 47 }, (_, i) => (i * i * 7 + i * 31 + 97) % 260), whole = wholeLogits(model, tokens);
  for (const slots of [1, 3]) {
    const decoder = new Decoder(model, { slots, everyRow: true });
    for (const n of [1, 2, 31, 32, 33, 47]) {
      const rows: Float32Array[] = [];
      expect(decoder.prefill(slots - 1, tokens.subarray(0, n), (position, logits) => void (rows[position] = logits.slice()))).toBe(n);
      expect(rows).toEqual(whole.slice(0, n));
      expect(decoder.logits(slots - 1)).toEqual(whole[n - 1]);
    }
    decoder.free();
  }
  const plain = new Decoder(model);
  expect(() => plain.prefill(0, tokens, () => {})).toThrow('Make it with new Decoder(model, { everyRow: true }).');
  expect(() => plain.position(0)).not.toThrow();
  plain.free();
});

test('explain: which stage removed what, with how much probability', async () => {
  const { pieces, result } = await all('good', { tokens: 5, temperature: 1, topK: 6, minP: 0.2, seed: 2, explain: true });
  const rows = wholeLogits(model, [bos, ...tokenizer.encode('good'), ...result.tokens]);
  for (const [i, { trace, token }] of pieces.entries()) {
    const p = logSoftmax(rows[4 + i]!.subarray(0, tokenizer.size)).map(Math.exp), order = p.map((_, id) => id).sort((a, b) => p[b]! - p[a]!);
    const kept = order.slice(0, 6), mass = kept.reduce((sum, id) => sum + p[id]!, 0), left = kept.filter((id) => p[id]! >= 0.2 * p[order[0]!]!);
    const [topK, minP] = trace!.stages;
    expect(trace!.stages.map(({ name }) => name)).toEqual(['topK', 'minP']);
    expect(topK).toMatchObject({ removed: tokenizer.size - 6, mass: expect.closeTo(1 - mass, 6) });
    expect(topK!.likeliest.map((one) => one.token)).toEqual(order.slice(6, 11));
    expect(topK!.moved).toBeCloseTo(1 - mass, 6);
    expect(minP).toMatchObject({ removed: 6 - left.length, mass: expect.closeTo(1 - left.reduce((sum, id) => sum + p[id]!, 0) / mass, 6) });
    expect(trace!.left).toBe(left.length);
    expect(trace!.candidates.map((one) => one.token)).toEqual(left);
    expect(trace!.candidates.reduce((sum, one) => sum + one.probability, 0)).toBeCloseTo(1, 6);
    expect(left).toContain(token);
  }
  expect((await all('good', { tokens: 5, temperature: 1, topK: 6, minP: 0.2, seed: 2 })).result.tokens).toEqual(result.tokens);
});

test("whenFull 'slide': the text goes on from its later half, and stages remember all of it", async () => {
  const options = { tokens: 120, temperature: 1, seed: 3, minTokens: 120 };
  const { pieces, result } = await all('good', { ...options, whenFull: 'slide' });
  expect(result).toMatchObject({ reason: expect.stringMatching(/length|end/), text: pieces.map(({ text }) => text).join('') });
  expect(result.slides).toBeGreaterThan(1);
  const first = await all('good', { ...options, whenFull: undefined });
  expect(result.tokens.slice(0, first.result.tokens.length)).toEqual(first.result.tokens);
  const alphabet = (await all('good', { ...options, noRepeatNgram: 1, whenFull: 'slide' })).result.tokens;
  expect(new Set(alphabet).size, 'no token twice, also before the slide').toBe(alphabet.length);
});

const busy: SamplingOptions = {
  temperature: 1.3, minP: 0.02, typicalP: 0.95, xtcProbability: 0.4, dryMultiplier: 0.8, mirostat: 2, repeatPenalty: 1.2, presencePenalty: 0.2, noRepeatNgram: 4, logitBias: [['a', 0.5]], badWords: ['no'], minTokens: 3,
};
test('with all kinds of stages a sequence draws the same alone, in a batch of 8 and on two threads', async () => {
  const two = await createEngine({ threads: 2 }), twin = randomModel(two, 'inkling'), prompts = Array.from({ length: 8 }, (_, i) => 'abcdefgh'.slice(i)), options = { ...busy, tokens: 25, seed: 5 };
  const { result } = await collect(generateBatch(model, prompts, options)), threaded = (await collect(generateBatch(twin, prompts, options))).result;
  expect(new Set(result.map(({ text }) => text)).size).toBe(8);
  expect(threaded.map(({ tokens }) => tokens)).toEqual(result.map(({ tokens }) => tokens));
  for (const [index, prompt] of prompts.entries()) {
    const alone = await all(prompt, { ...options, index });
    expect(alone.result.tokens).toEqual(result[index]!.tokens);
    expect(alone.result.text).not.toContain('no');
  }
  twin.weights.free();
  two.stop();
});
