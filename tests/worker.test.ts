// The worker's side of the protocol without a browser: requests in, replies out. tests/browser runs it in Chromium.
import { expect, test } from 'vitest';
import { connect, type Answer } from './browser/connect.ts';
import { tinyTraining } from './browser/tinyTraining.ts';

test('training tells what happens, and the model then generates, is saved and loaded', async () => {
  const worker = connect();
  expect(await worker.ask({ kind: 'start', threads: 1 })).toMatchObject({ result: { engine: 'exact SIMD, 1 thread, unshared memory', threads: 1, isolated: false, model: null } });
  const { events, result } = await worker.ask({ kind: 'train', ...tinyTraining, steps: 30, hashEvery: 10, evaluateEvery: 15 }) as Answer<'train'>;
  expect(events.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['start', 'step', 'hash', 'evaluation', 'end']));
  expect(events.filter(({ kind }) => kind === 'hash').at(-1)).toEqual({ kind: 'hash', step: 30, sha256: result.sha256 });
  expect(result).toMatchObject({ step: 30, reason: 'done' });

  const prompt = 'Rosa', options = { tokens: 12, seed: 3 };
  const said = await worker.ask({ kind: 'generate', prompt, options }) as Answer<'generate'>;
  expect(said.events.map(({ text }) => text).join('')).toBe(said.result.text);
  const { result: { files } } = await worker.ask({ kind: 'save' }) as Answer<'save'>;
  expect(Object.keys(files)).toEqual(['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer.vocab']);

  const other = connect();
  expect(await other.ask({ kind: 'load', files })).toMatchObject({ result: { model: { config: { channels: 16 } } } });
  expect((await other.ask({ kind: 'generate', prompt, options }) as Answer<'generate'>).result.text).toBe(said.result.text);
});

test('fine-tuning goes on with the same weights and tokenizer', async () => {
  const worker = connect();
  await worker.ask({ kind: 'start', threads: 1 });
  await worker.ask({ kind: 'train', ...tinyTraining, steps: 5 });
  const conversations = Array.from({ length: 20 }, (_, i) => [{ role: 'user', content: `What is ${i}?` }, { role: 'assistant', content: 'A number.' }] as const);
  const tuning = { kind: 'train', data: { conversations }, finetune: true, recipe: { rows: 4, context: 32, rate: 1e-2 } } as const;
  const { result } = await worker.ask({ ...tuning, steps: 60 }) as Answer<'train'>;
  expect(result.reason).toBe('done');
  const { result: reply } = await worker.ask({ kind: 'generate', prompt: [{ role: 'user', content: 'What is 7?' }], options: { temperature: 0, tokens: 20 } }) as Answer<'generate'>;
  expect(reply.text).toBe('A number.');
});

test('an abort ends what runs, with what was learned, and what waits', async () => {
  const worker = connect();
  await worker.ask({ kind: 'start', threads: 1 });
  const long = worker.ask({ kind: 'train', ...tinyTraining, steps: 1_000_000 }, ({ kind, id }) => {
    if (kind === 'event') worker.abort(id);
  });
  expect((await long as Answer<'train'>).result.reason).toBe('stopped');
  expect(await worker.ask({ kind: 'generate', prompt: 'Rosa', options: { tokens: 5 } })).toHaveProperty('result');
  const waiting = worker.ask({ kind: 'generate', prompt: 'Rosa', options: { tokens: 5 } });
  worker.abort(worker.lastId);
  expect(await waiting).toMatchObject({ error: { name: 'AbortError' } });
  worker.abort(12345); // nothing of that number: nothing happens
});

test('wrong requests are answered with errors, and the model stays', async () => {
  const worker = connect(), error = async (request: object) => (await worker.ask(request as never) as { error?: unknown }).error;
  await worker.ask({ kind: 'start', threads: 1 });
  expect(await error({ kind: 'generate', prompt: 'x' })).toEqual({ name: 'OptionError', option: 'model', message: 'There is no model yet. Train one, or load one.' });
  expect(await error({ kind: 'genrate' })).toMatchObject({ option: 'kind', message: 'There is no request "genrate". Did you mean "generate"?' });
  await worker.ask({ kind: 'train', ...tinyTraining, steps: 2 });
  expect(await error({ kind: 'train', ...tinyTraining, steps: 0 })).toMatchObject({ option: 'steps' });
  expect(await error({ kind: 'train', ...tinyTraining, steps: 5, preset: 'nanoo' })).toMatchObject({ message: 'There is no preset "nanoo". Did you mean "nano"?' });
  expect(await error({ kind: 'train', ...tinyTraining, steps: 5, recipe: { rate: NaN } })).toMatchObject({ option: 'lr' });
  expect(await error({ kind: 'train', data: { text: '' }, steps: 5 })).toMatchObject({ name: 'DataError', message: 'text is empty: there is nothing to learn from.' });
  expect(await error({ kind: 'train', data: { world: { megabytes: -1 } }, steps: 5 })).toMatchObject({ option: 'megabytes' });
  expect(await error({ kind: 'load', files: {} })).toMatchObject({ name: 'FormatError' });
  expect(await error({ kind: 'start', threads: 0 })).toMatchObject({ option: 'threads' });
  expect(await worker.ask({ kind: 'generate', prompt: 'Rosa', options: { tokens: 2 } }), 'the model is still there').toHaveProperty('result');
});
