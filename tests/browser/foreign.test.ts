// Other people's models in Chromium: the same story as in Node, from a web address, from files, and in the worker.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { missing, STORY } from '../foreign/shared.ts';
import { noChromium, openChromium } from './openChromium.ts';
import { serve } from './serve.ts';

type Index = typeof import('../../src/index.ts');
declare const window: { begin(): void; ask(request: unknown): Promise<{ error?: { message: string }; result: { text: string } }>; library(): Promise<Index>; ready?: boolean };

if (noChromium) console.log(`Other people's models are not tested in a browser: ${noChromium}.`);
describe.skipIf(noChromium ?? missing)('in Chromium', () => {
  let browser: Browser, page: Page, server: Awaited<ReturnType<typeof serve>>;
  beforeAll(async () => {
    [browser, server] = await Promise.all([openChromium(), serve(true)]);
    page = await browser.newPage();
    await page.goto(server.url);
    await page.waitForFunction(() => window.ready);
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  test('the library reads a model by ranges from a web address, or from files, and tells the story word for word', async () => {
    expect(server.loaded('foreign')).toBe(0);
    const found = await page.evaluate(async () => {
      const { createEngine, Decoder, FormatError, generate, loadModel } = await window.library(), engine = await createEngine(), said: string[] = [];
      const files = await Promise.all(['stories260K.bin', 'tok512.bin'].map(async (name) => new File([await (await fetch(`/data/${name}`)).arrayBuffer()], name)));
      for (const source of [new URL('/data/stories260K.bin', location.href), files]) {
        const model = await loadModel(engine, source);
        let text = '';
        for await (const piece of generate(model, '', { temperature: 0, tokens: 80 })) text += piece.text;
        said.push(text);
        model.weights.free();
      }
      const model = await loadModel(engine, files[0]!, { tokenizer: files[1]! }), decoder = new Decoder(model);
      decoder.prefill(0, [1]);
      const wrong = await loadModel(engine, new URL('/data/tok512.bin', location.href)).catch((error: unknown) => error instanceof FormatError);
      return { said, logit: decoder.logits(0)[403]!, wrong };
    });
    for (const text of found.said) expect(text).toContain(STORY);
    expect(Math.abs(found.logit - 17.0235)).toBeLessThan(1e-4);
    expect(found.wrong).toBe(true);
    expect(server.loaded('foreign')).toBe(1);
  });

  test('the worker takes it too', async () => {
    const { text } = await page.evaluate(async () => {
      const [model, tokenizer] = await Promise.all(['stories260K.bin', 'tok512.bin'].map(async (name) => (await fetch(`/data/${name}`)).blob()));
      window.begin();
      const loaded = await window.ask({ kind: 'load', files: { 'stories260K.bin': model, 'tok512.bin': tokenizer } });
      if (loaded.error) throw new Error(loaded.error.message);
      return (await window.ask({ kind: 'generate', prompt: '', options: { temperature: 0, tokens: 80 } })).result;
    });
    expect(text).toContain(STORY);
  });
});
