// With every stage, the same seed says in Chromium what it says in Node.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as library from '../../src/index.ts';
import { cases, prompts, sayEverything, TOKENS } from '../decode/sayEverything.ts';
import { noChromium, openChromium } from './openChromium.ts';
import { serve } from './serve.ts';

type Said = Awaited<ReturnType<typeof sayEverything>>;
const ask = JSON.stringify([cases, prompts, TOKENS]);

if (noChromium) console.log(`Sampling is not tested in a browser: ${noChromium}.`);
describe.skipIf(noChromium)('in Chromium', () => {
  let browser: Browser, page: Page, server: Awaited<ReturnType<typeof serve>>, inNode: Said;
  beforeAll(async () => {
    [browser, server, inNode] = await Promise.all([openChromium(), serve(true), sayEverything(library, cases, prompts, TOKENS, 1)]);
    page = await browser.newPage();
    await page.goto(server.url);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  test('in the page itself, alone and in a batch of 8', async () => {
    expect(await page.evaluate(`import('/dist/index.js').then((library) => (${sayEverything})(library, ...${ask}, 1))`)).toEqual(inNode);
  });

  test('in a worker with two threads', async () => {
    const code = `import * as library from '${server.url}dist/index.js';
(${sayEverything})(library, ...${ask}, 2).then((said) => postMessage({ said }), (error) => postMessage({ error: String(error) }));`;
    expect(await page.evaluate((source) => new Promise((resolve) => {
      const worker = new Worker(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })), { type: 'module' });
      worker.onmessage = ({ data }: { data: unknown }) => resolve(data);
      worker.onerror = ({ message }) => resolve({ error: message });
    }), code)).toEqual({ said: inNode });
  });
});
