// With a filter in either mode, the same seed says in Chromium what it says in Node, and decides the same.
import { expect, test } from 'vitest';
import * as library from '../../src/index.ts';
import { noChromium, openChromium } from './openChromium.ts';
import { serve } from './serve.ts';

type Said = { readonly mode: string; readonly text: string; readonly reason: string; readonly decisions: readonly library.Decision[] | undefined };

/** Runs in the page too, so it knows nothing but its arguments. */
async function sayFiltered({ beamSearch, createChars, createEngine, createFilter, createLanguageModel, generateBatch, Random }: typeof library): Promise<Said[]> {
  const engine = await createEngine({ threads: 1 }), tokenizer = createChars('abcdefgh ,.é你好🙂', { bytes: true, specials: ['<|bos|>', '<|end|>'] });
  const model = createLanguageModel(engine, tokenizer, { layers: 2, heads: 2, channels: 16, context: 64, seed: 3 });
  const random = new Random(7, 1), weights = engine.f32(model.weights.address, model.weights.length);
  for (let i = 0; i < weights.length; i++) weights[i] = (random.float() + random.float() + random.float() - 1.5) * 0.6;
  const said: Said[] = [], logitBias = [['bad cabé你好', 6]] as [string, number][];
  for (const mode of ['block', 'hold'] as const) {
    const filter = createFilter({ words: ['bad', '|cab|', '你好', 'ace'], allow: ['badge', 'face'], patterns: [/d{2,}e?a/], mode, refusal: '(!)' });
    const pieces = generateBatch(model, ['a', 'be', '你', 'ba', 'fed ', 'c.a'], { filter, logitBias, tokens: 40, seed: 4 });
    let next = await pieces.next();
    while (!next.done) next = await pieces.next();
    for (const { text, reason, decisions } of next.value) said.push({ mode, text, reason, decisions });
    const search = beamSearch(model, 'a ', { filter, logitBias, tokens: 12, beams: 3, returned: 3 });
    let step = await search.next();
    while (!step.done) step = await search.next();
    for (const { text, reason, decisions } of step.value.sequences) said.push({ mode, text, reason, decisions });
  }
  engine.stop();
  return said;
}

if (noChromium) console.log(`Filters are not tested in a browser: ${noChromium}.`);
test.skipIf(noChromium)('the same seed says the same in Chromium, in both modes', async () => {
  const [browser, server, inNode] = await Promise.all([openChromium(), serve(true), sayFiltered(library)]);
  try {
    const page = await browser.newPage();
    await page.goto(server.url);
    expect(await page.evaluate(`import('/dist/index.js').then(${sayFiltered})`)).toEqual(inNode);
    // both modes had something to do
    for (const mode of ['block', 'hold']) expect(inNode.filter((one) => one.mode === mode && one.decisions!.length > 0).length).toBeGreaterThan(2);
    expect(inNode.some(({ mode, reason }) => mode === 'hold' && reason === 'blocked')).toBe(true);
  } finally {
    await browser.close();
    await server.close();
  }
}, 60_000);
