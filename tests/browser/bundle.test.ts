// The bundles of dist/ in Chromium: the same bits as in Node, with threads where the page may have them.
import { existsSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, type Ask, connect, type Failure, type Kind } from './connect.ts';
import { noChromium, openChromium } from './openChromium.ts';
import { serve } from './serve.ts';
import { tinyTraining } from './tinyTraining.ts';

type Index = typeof import('../../src/index.ts');
declare const window: { begin(): void; ask(request: unknown, abortAt?: number): Promise<unknown>; library(): Promise<Index>; ready?: boolean };

const STEPS = 200;
const training = { kind: 'train', ...tinyTraining, steps: STEPS, hashEvery: 50 } as const;
const prompts = [
  { kind: 'generate', prompt: 'Once upon a time', options: { tokens: 30, seed: 11, temperature: 0.9, topK: 50, topP: 0.95 } },
  { kind: 'generate', prompt: [{ role: 'user', content: 'Who are you?' }], options: { tokens: 20, temperature: 0 } },
] as const;

async function inNodeWith(threads: number): Promise<ReturnType<typeof connect>> {
  const worker = connect();
  await worker.ask({ kind: 'start', threads });
  return worker;
}

/** What Node makes of the same requests. */
async function inNode(threads: number): Promise<{ hashes: unknown[]; sha256: string; texts: string[] }> {
  const worker = await inNodeWith(threads);
  const { events, result } = await worker.ask(training) as Answer<'train'>;
  const texts: string[] = [];
  for (const prompt of prompts) texts.push((await worker.ask(prompt) as Answer<'generate'>).result.text);
  return { hashes: events.filter(({ kind }) => kind === 'hash'), sha256: result.sha256, texts };
}

if (noChromium) console.log(`The bundle is not tested in a browser: ${noChromium}.`);
describe.skipIf(noChromium)('in Chromium', () => {
  let browser: Browser, node: Awaited<ReturnType<typeof inNode>>;
  beforeAll(async () => {
    if (!existsSync(new URL('../../dist/worker.js', import.meta.url))) throw new Error('There is no dist/worker.js. Build it first: npm run build');
    [browser, node] = await Promise.all([openChromium(), inNode(1)]);
  }, 60_000);
  afterAll(() => browser?.close());

  test('the reference: Node has the same bits on 1 and 2 threads', async () => {
    expect(node.hashes).toHaveLength(STEPS / 50);
    expect(await inNode(2)).toEqual(node);
  });

  for (const isolated of [true, false]) {
    describe(isolated ? 'with cross-origin isolation' : 'without cross-origin isolation', () => {
      let page: Page, server: Awaited<ReturnType<typeof serve>>;
      const complaints: string[] = [];
      beforeAll(async () => {
        server = await serve(isolated);
        page = await browser.newPage();
        page.on('console', (message) => void (['error', 'warning'].includes(message.type()) && complaints.push(message.text())));
        page.on('pageerror', (error) => void complaints.push(String(error)));
        await page.goto(server.url);
        await page.waitForFunction(() => window.ready);
      });
      afterAll(async () => {
        await page?.close();
        await server?.close();
      });
      const begin = (): Promise<void> => page.evaluate(() => window.begin());
      const ask = async <K extends Kind>(request: Ask, abortAt?: number): Promise<Answer<K>> => {
        const reply = await page.evaluate(([asked, at]) => window.ask(asked, at), [request, abortAt] as const) as Answer<K> | Failure;
        if ('error' in reply) throw new Error(`${reply.error.name}: ${reply.error.message}`);
        return reply;
      };

      test('the library loads in the page itself, where it may not wait and has one thread', async () => {
        const found = await page.evaluate(async () => {
          const { backward, compile, createEngine, createChars, fill, input, matmul, param } = await window.library();
          const engine = await createEngine(), x = input('x', [2, 2]), w = param('w', [2, 2]), y = matmul(x, w);
          const dw = backward(y, fill([2, 2], 1)).get(w)!, plan = compile(engine, [y, dw], { keep: [x, w] });
          plan.read(x).set([1, 2, 3, 4]);
          plan.read(w).set([5, 6, 7, 8]);
          plan.run();
          return { engine: engine.describe(), y: [...plan.read(y)], dw: [...plan.read(dw)], ids: [...createChars('hello').encode('hole')] };
        });
        expect(found).toEqual({ engine: 'exact SIMD, 1 thread, unshared memory', y: [19, 22, 43, 50], dw: [4, 4, 6, 6], ids: [1, 3, 2, 0] });
      });

      test(isolated ? 'the worker has as many threads as one likes' : 'the worker has one thread, and says what more would take', async () => {
        await begin();
        const { result } = await ask<'describe'>({ kind: 'describe' });
        expect(result).toMatchObject({ isolated, model: null, ...(isolated ? {} : { threads: 1, engine: 'exact SIMD, 1 thread, unshared memory' }) });
        if (isolated) expect((await ask<'start'>({ kind: 'start', threads: 2 })).result).toMatchObject({ threads: 2, engine: 'exact SIMD, 2 threads' });
        else await expect(ask({ kind: 'start', threads: 2 })).rejects.toThrow('2 threads need a Web Worker in a page with cross-origin isolation (the headers COOP and COEP)');
      });

      test('50 steps lower the loss, and the model then writes', async () => {
        await begin();
        if (isolated) await ask({ kind: 'start', threads: 2 });
        const text = 'the cat sat on the mat and the dog sat on the log. '.repeat(100);
        const { events, result } = await ask<'train'>({
          kind: 'train', data: { text }, tokenizer: { kind: 'chars' }, preset: 'shakespeare', model: { context: 32, layers: 1, heads: 2, channels: 32 }, recipe: { rows: 8 }, steps: 50,
        });
        const losses = events.flatMap((event) => (event.kind === 'step' ? [event.loss] : []));
        expect(result).toMatchObject({ step: 50, reason: 'done' });
        expect(losses[0]).toBeGreaterThan(2);
        expect(losses.at(-1)).toBeLessThan(0.6 * losses[0]!);
        expect(events.filter(({ kind }) => kind === 'evaluation').length).toBeGreaterThan(0);
        const said = await ask<'generate'>({ kind: 'generate', prompt: 'the ', options: { tokens: 25, temperature: 0 } });
        expect(said.result.tokens).toHaveLength(25);
        expect(said.events.map(({ text: piece }) => piece).join('')).toBe(said.result.text);
        expect(said.result.text).toMatch(/^[a-z. ]{25}$/);
      });

      for (const threads of isolated ? [1, 2] : [1]) {
        test(`training and text have the bits of Node with ${threads === 1 ? 'one thread' : 'two threads'}`, async () => {
          await begin();
          await ask({ kind: 'start', threads });
          const { events, result } = await ask<'train'>(training);
          expect(events.filter(({ kind }) => kind === 'hash')).toEqual(node.hashes);
          expect(result.sha256).toBe(node.sha256);
          for (const [i, prompt] of prompts.entries()) {
            const said = await ask<'generate'>(prompt);
            expect(said.result.text).toBe(node.texts[i]);
            expect((await ask<'generate'>(prompt)).result.text, 'the same again').toBe(said.result.text);
          }
        });
      }

      test('much text is encoded by workers of the worker, and the tokens are the same', async () => {
        await begin();
        const much = { kind: 'train', ...tinyTraining, data: { world: { megabytes: 3.5 } }, steps: 2 } as const, loaded = server.loaded('worker');
        expect((await ask<'train'>(much)).result.sha256).toBe((await (await inNodeWith(1)).ask(much) as Answer<'train'>).result.sha256);
        expect(server.loaded('worker'), 'a worker for each thread').toBeGreaterThan(loaded);
      });

      test('what was trained is saved, and another worker loads it', async () => {
        await begin();
        await ask<'train'>({ ...training, steps: 5 });
        const text = (await ask<'generate'>(prompts[0])).result.text;
        // the files stay in the page: they are bytes, which cannot be handed out as JSON
        const again = await page.evaluate(async (prompt) => {
          const { result: { files } } = await window.ask({ kind: 'save' }) as Answer<'save'>;
          window.begin();
          await window.ask({ kind: 'load', files });
          const { result } = await window.ask(prompt) as Answer<'generate'>;
          return { text: result.text, names: Object.keys(files) };
        }, prompts[0]);
        expect(again).toEqual({ text, names: ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer.vocab'] });
      });

      test('training that is aborted keeps what was learned', async () => {
        await begin();
        const { result } = await ask<'train'>({ ...training, steps: 1_000_000 }, 20);
        expect(result.reason).toBe('stopped');
        expect((await ask<'generate'>(prompts[0])).result.tokens.length).toBeGreaterThan(0);
      });

      test('nothing was complained about', () => {
        expect(complaints).toEqual([]);
      });
    });
  }
});
