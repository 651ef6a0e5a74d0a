// With every stage, the same seed says the same: alone and in a batch of 8, on one thread and on two, with caches and without.
import { beforeAll, expect, test } from 'vitest';
import { createSampler, generateBatch, type SamplingOptions } from '../../src/decode/index.ts';
import * as library from '../../src/index.ts';
import type { LanguageModel } from '../../src/models/index.ts';
import { collect, oneThread, randomModel, tokenizer, wholeLogits } from './models.ts';
import { cases, prompts, sayEverything, TOKENS } from './sayEverything.ts';

let said: Awaited<ReturnType<typeof sayEverything>>, model: LanguageModel;
beforeAll(async () => {
  said = await sayEverything(library, cases, prompts, TOKENS, 1);
  model = randomModel(await oneThread(), 'inkling');
}, 120_000);

test('alone is in a batch of 8; and stages change what is said', () => {
  for (const [name, { batch, alone }] of Object.entries(said)) {
    expect(alone, name).toEqual(batch);
    expect(new Set(batch.map((tokens) => tokens.join())).size, name).toBeGreaterThan(6);
  }
  const cases = new Map(Object.entries(said).map(([name, { batch }]) => [batch.join(';'), name]));
  expect([...cases.values()], 'every case says something else').toEqual(Object.keys(said));
});

test('two threads say what one says', async () => {
  expect(await sayEverything(library, cases, prompts, TOKENS, 2)).toEqual(said);
});

/** By the definition: for each token the whole text is read again, from the beginning. */
function withoutCache(options: SamplingOptions, prompt: string, index: number): number[] {
  const tokens = [tokenizer.specials.get('<|bos|>')!, ...tokenizer.encode(prompt)], before = tokens.length, special = new Set(tokenizer.specials.values()), sampler = createSampler({ ...options, index }, tokenizer);
  while (tokens.length < before + TOKENS) {
    const token = sampler.draw(wholeLogits(model, tokens).at(-1)!, { tokens, prompt: before, left: TOKENS - (tokens.length - before) }, tokenizer.size);
    if (special.has(token)) break;
    tokens.push(token);
  }
  return tokens.slice(before);
}

test.each(Object.entries(cases) as [string, SamplingOptions][])('without caches: %s', async (_name, options) => {
  const all = { temperature: 1, seed: 5, ...options }, { result } = await collect(generateBatch(model, prompts, { ...all, tokens: TOKENS }));
  for (const index of [0, 3, 5]) expect(withoutCache(all, prompts[index]!, index)).toEqual(result[index]!.tokens);
});
