// A search finds the same bits in Chromium and in Node, on one thread and on two.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as library from '../../src/index.ts';
import { noChromium, openChromium } from './openChromium.ts';
import { serve } from './serve.ts';

type Index = typeof library;

/** Every kind of search on one random model, step by step, as text. Uses nothing but the library: it is also sent to a page. */
async function searches({ beamSearch, createChars, createEngine, createLanguageModel, Random }: Index, threads: number): Promise<string> {
  const engine = await createEngine({ threads }), tokenizer = createChars('abcdefghij .', { specials: ['<|bos|>', '<|end|>'] });
  const model = createLanguageModel(engine, tokenizer, { context: 40, layers: 2, heads: 4, kvHeads: 2, channels: 64, hidden: 96, ngrams: [{ n: 2, size: 512 }] });
  const random = new Random(4, 1), weights = engine.f32(model.weights.address, model.weights.length), found: unknown[] = [];
  for (let i = 0; i < weights.length; i++) weights[i] = (random.float() + random.float() - 1) * 0.5;
  for (const options of [
    { beams: 4, returned: 4, lengthPenalty: 0.6 }, { beams: 3, earlyStopping: 'never', lengthOf: 'whole', lengthPenalty: 1.7, stop: ['ab', 'c.'] }, { beams: 6, groups: 3, diversityPenalty: 0.8, returned: 6 },
    { beams: 4, sample: true, temperature: 1.2, topK: 9, topP: 0.95, seed: 11, returned: 4 }, { beams: 4, repeatPenalty: 1.3, noRepeatNgram: 3, minTokens: 5, logitBias: [['a', 1] as const] },
  ] as const) {
    const search = beamSearch(model, 'bad. ', { tokens: 14, ...options });
    let next = await search.next();
    for (; !next.done; next = await search.next()) found.push(next.value);
    found.push(next.value.sequences);
  }
  engine.stop();
  return JSON.stringify(found);
}

if (noChromium) console.log(`Beam search is not tested in a browser: ${noChromium}.`);
describe.skipIf(noChromium)('in Chromium', () => {
  let browser: Browser, page: Page, server: Awaited<ReturnType<typeof serve>>;
  beforeAll(async () => {
    [browser, server] = await Promise.all([openChromium(), serve(true)]);
    page = await browser.newPage();
    await page.goto(server.url);
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  test('searches find the bits of Node with one thread and with two', async () => {
    const node = await searches(library, 1);
    expect(node.length).toBeGreaterThan(10_000);
    expect(await searches(library, 2)).toBe(node);
    expect(await page.evaluate(`(async () => (${searches.toString()})(await import('/dist/index.js'), 1))()`)).toBe(node);
  });
});
