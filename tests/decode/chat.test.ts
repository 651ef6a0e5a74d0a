import { beforeAll, expect, test } from 'vitest';
import { Chat, generate } from '../../src/decode/index.ts';
import type { LanguageModel } from '../../src/models/index.ts';
import type { Message } from '../../src/tokenizer/index.ts';
import { collect, oneThread, randomModel } from './models.ts';

let model: LanguageModel;
beforeAll(async () => {
  model = randomModel(await oneThread(), 'inkling', { context: 64 });
});

test('a reply is what the model makes of the whole conversation', async () => {
  const options = { tokens: 6, temperature: 1, seed: 4 };
  const chat = new Chat(model, { system: 'be', ...options });
  const messages: Message[] = [{ role: 'system', content: 'be' }];
  for (const [index, content] of ['hello', 'good', 'no'].entries()) {
    messages.push({ role: 'user', content });
    const expected = (await collect(generate(model, messages, { ...options, index }))).result;
    const { pieces, result } = await collect(chat.send(content));
    expect(result).toMatchObject({ text: expected.text, tokens: expected.tokens, reason: expected.reason, dropped: 0 });
    expect(pieces.map(({ text }) => text).join('')).toBe(result.text);
    messages.push({ role: 'assistant', content: result.text });
    expect(chat.messages).toEqual(messages);
  }
  chat.reset();
  expect(chat.messages).toEqual(messages.slice(0, 1));
  expect((await collect(chat.send('hello'))).result.text, 'the same seed from the beginning').toBe(messages[2]!.content);
  chat.free();
});

test('when the context is full the oldest turns go, whole, and the reply says how many', async () => {
  const chat = new Chat(model, { system: 'be kind', tokens: 10, temperature: 1 });
  let dropped = 0, said = 0;
  for (let i = 0; i < 12; i++) {
    const { result } = await collect(chat.send(`${'abcdefghijkl'[i]} is here`));
    dropped += result.dropped;
    said++;
    const [system, ...turns] = chat.messages;
    expect(system).toEqual({ role: 'system', content: 'be kind' });
    expect(turns.map(({ role }) => role)).toEqual(turns.map((_, k) => (k % 2 ? 'assistant' : 'user')));
    expect(turns).toHaveLength(2 * (said - dropped));
    expect(turns.at(-2)!.content).toBe(`${'abcdefghijkl'[i]} is here`);
    expect(result.reason).not.toBe('context');
  }
  expect(dropped).toBeGreaterThan(5);
  chat.free();
});

test('a message that can never fit is refused, and the conversation goes on', async () => {
  const chat = new Chat(model, { tokens: 4 });
  await collect(chat.send('hello'));
  const before = chat.messages;
  await expect(collect(chat.send('a'.repeat(61)))).rejects.toThrow("This message would be 65 tokens, but the model's context holds 64. Shorten it.");
  expect(chat.messages).toEqual(before);
  // one that leaves little room gets a short reply
  const { result } = await collect(chat.send('a'.repeat(58)));
  expect(result.dropped).toBe(1);
  expect(result.tokens.length).toBeLessThanOrEqual(3);
  chat.free();
});

test('a reply that is broken off counts as far as it was said', async () => {
  const chat = new Chat(model, { temperature: 2, tokens: 20 });
  let said = '';
  for await (const { text } of chat.send('hello')) {
    await expect(collect(chat.send('no'))).rejects.toThrow('The last reply is not yet finished.');
    said += text;
    if (said.length > 2) break;
  }
  expect(chat.messages).toEqual([{ role: 'user', content: 'hello' }, { role: 'assistant', content: said }]);
  const abort = new AbortController();
  abort.abort();
  await expect(collect(chat.send('more', { signal: abort.signal }))).rejects.toThrow('aborted');
  await collect(chat.send('good'));
  expect(chat.messages).toHaveLength(6);
  chat.free();
});

test('all memory is given back, and wrong options are refused at once', () => {
  const { memory } = model.engine, { used } = memory, chat = new Chat(model);
  expect(memory.used).toBe(used + chat.bytes);
  chat.free();
  expect(memory.used).toBe(used);
  expect(() => new Chat(model, { topP: 2 })).toThrow('topP must be');
  expect(() => new Chat(model, { sytem: 'x' } as object)).toThrow('There is no option "sytem".');
});

test('a long reply pushes old turns out and goes on, with the text that a model of a fresh memory would give', async () => {
  let longer = 0;
  for (let seed = 0; seed < 12; seed++) {
    const chat = new Chat(model, { tokens: 44, temperature: 1, seed });
    await collect(chat.send('one two three'));
    const before = chat.messages.length;
    const { pieces, result } = await collect(chat.send('four'));
    expect(pieces.map(({ text }) => text).join('')).toBe(result.text);
    expect(chat.messages.at(-1)).toEqual({ role: 'assistant', content: result.text });
    expect(chat.messages).toHaveLength(before + 2 - 2 * result.dropped);
    if (result.dropped > 0 && result.tokens.length > 20) longer++;
    expect(result.reason === 'context' && result.dropped === 0).toBe(false);
    chat.free();
  }
  expect(longer, 'some replies were longer than the room that was kept for them').toBeGreaterThan(0);
});

test('whenFull: what follows is what the shorter prompt gives', async () => {
  const prompt = Uint32Array.from({ length: 50 }, (_, i) => 65 + (i % 20)), shorter = prompt.slice(30);
  const { result } = await collect(generate(model, prompt, { tokens: 40, temperature: 0, whenFull: () => shorter }));
  expect(result.tokens.length).toBeGreaterThan(20);
  // 14 tokens fit behind the prompt, one more is drawn; from then on the past is shorter
  const again = (await collect(generate(model, Uint32Array.of(...shorter, ...result.tokens.slice(0, 15)), { tokens: 25, temperature: 0 }))).result;
  expect(again.tokens).toEqual(result.tokens.slice(15));
  const none = (await collect(generate(model, prompt, { tokens: 40, temperature: 0, whenFull: () => null }))).result;
  const plain = (await collect(generate(model, prompt, { tokens: 40, temperature: 0 }))).result;
  expect(none.tokens).toEqual(plain.tokens);
  expect(result.tokens.slice(0, plain.tokens.length)).toEqual(plain.tokens);
});
