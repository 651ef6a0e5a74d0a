// Held to a form, the same seed says in Chromium what it says in Node.
import { expect, test } from 'vitest';
import * as library from '../../src/index.ts';
import { noChromium, openChromium } from './openChromium.ts';
import { serve } from './serve.ts';

/** Runs in the page too, so it knows nothing but its arguments. */
async function sayInForms({ createChars, createEngine, createLanguageModel, containing, generateBatch, jsonSchema, oneOf, regex }: typeof library): Promise<string[]> {
  const engine = await createEngine({ threads: 1 }), tokenizer = createChars('abcdefgh ,.é你好🙂', { bytes: true, specials: ['<|bos|>', '<|end|>'] });
  const model = createLanguageModel(engine, tokenizer, { layers: 2, heads: 2, channels: 16, context: 96, seed: 3 });
  const person = jsonSchema({ type: 'object', properties: { name: { type: 'string', minLength: 1, maxLength: 9 }, age: { type: 'integer', minimum: -3, maximum: 120 }, x: { type: 'number' } }, required: ['name', 'x'] });
  const said: string[] = [];
  for (const constraint of [person, regex('[a-h]+(é|你好|🙂){2}\\W*', { ignoreCase: true }), oneOf(['good', 'bad 🙂', 'face']), containing(['cab', '你'])]) {
    for await (const { text } of generateBatch(model, ['a', 'be', '你好'], { constraint, tokens: 60, temperature: 1.5, seed: 4 })) said.push(text);
  }
  engine.stop();
  return said;
}

if (noChromium) console.log(`Constraints are not tested in a browser: ${noChromium}.`);
test.skipIf(noChromium)('the same seed says the same in Chromium', async () => {
  const [browser, server, inNode] = await Promise.all([openChromium(), serve(true), sayInForms(library)]);
  try {
    const page = await browser.newPage();
    await page.goto(server.url);
    expect(await page.evaluate(`import('/dist/index.js').then(${sayInForms})`)).toEqual(inNode);
    expect(inNode.join('').length).toBeGreaterThan(100);
  } finally {
    await browser.close();
    await server.close();
  }
});
