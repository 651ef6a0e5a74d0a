import { beforeAll, describe, expect, test } from 'vitest';
import { Decoder, generate, generateBatch, type GenerateOptions, type Prompt, type Stage } from '../../src/decode/index.ts';
import { createEngine } from '../../src/engine/index.ts';
import type { LanguageModel } from '../../src/models/index.ts';
import { collect, type FormName, FORMS, oneThread, randomModel, tokenizer, wholeLogits } from './models.ts';

const greedy = { temperature: 0, tokens: 20 };
let model: LanguageModel;
beforeAll(async () => {
  model = randomModel(await oneThread(), 'inkling');
});
const all = (prompt: Prompt, options: GenerateOptions = {}) => collect(generate(model, prompt, options));
const bos = tokenizer.specials.get('<|bos|>')!, end = tokenizer.specials.get('<|end|>')!;

/** Greedy decoding by the definition: the whole text again for every token. */
function slowGreedy(of: LanguageModel, prompt: string, n: number): number[] {
  const tokens = [bos, ...tokenizer.encode(prompt)], special = new Set(tokenizer.specials.values());
  const drawn: number[] = [];
  while (drawn.length < n) {
    const logits = wholeLogits(of, tokens).at(-1)!.subarray(0, tokenizer.size), next = logits.indexOf(Math.max(...logits));
    if (special.has(next)) break;
    tokens.push(next);
    drawn.push(next);
  }
  return drawn;
}

for (const form of Object.keys(FORMS) as FormName[]) {
  test(`${form}: greedy text is the same without cache, alone, in a batch of 8, and on two threads`, async () => {
    const one = await oneThread(), two = await createEngine({ threads: 2 });
    const mine = randomModel(one, form), twin = randomModel(two, form);
    const prompts = ['a', 'good', '你好', 'mad cab ', 'n', 'hello., ', 'fed', 'kind'];
    const slow = prompts.map((prompt) => slowGreedy(mine, prompt, 12));
    expect(new Set(slow.map((tokens) => tokens.join())).size).toBeGreaterThan(4);
    for (const of of [mine, twin]) {
      const { result } = await collect(generateBatch(of, prompts, { temperature: 0, tokens: 12 }));
      expect(result.map(({ tokens }) => tokens)).toEqual(slow);
    }
    for (const [i, prompt] of prompts.entries()) {
      const { result } = await collect(generate(mine, prompt, { temperature: 0, tokens: 12 }));
      expect(result.tokens).toEqual(slow[i]);
      expect(result.text).toBe(tokenizer.decode(slow[i]!));
    }
    mine.weights.free();
    two.stop();
  });
}

test('each sequence of a batch draws what it draws alone; more prompts than slots wait their turn', async () => {
  const prompts = Array.from({ length: 11 }, (_, i) => 'abcdefghijk'.slice(i)), options = { tokens: 15, temperature: 1.2, topK: 50, topP: 0.95, seed: 9 };
  const { pieces, result } = await collect(generateBatch(model, prompts, options));
  expect(new Set(result.map(({ text }) => text)).size).toBeGreaterThan(8);
  for (const [index, prompt] of prompts.entries()) {
    const alone = (await all(prompt, { ...options, index })).result;
    expect({ text: alone.text, tokens: alone.tokens, reason: alone.reason }).toEqual({ text: result[index]!.text, tokens: result[index]!.tokens, reason: result[index]!.reason });
    expect(pieces.filter((piece) => piece.index === index).map(({ text }) => text).join('')).toBe(alone.text);
  }
});

test('the same seed gives the same text, another seed another', async () => {
  const [a, b, c] = await Promise.all([1, 1, 2].map((seed) => all('abc', { seed, temperature: 1 })));
  expect(a!.result.tokens).toEqual(b!.result.tokens);
  expect(a!.result.tokens).not.toEqual(c!.result.tokens);
});

describe('streaming', () => {
  test('the pieces make up the text, and characters of several tokens stay whole', async () => {
    // bytes only: what they spell is text now and then, and often not
    for (let seed = 0; seed < 10; seed++) {
      const { pieces, result } = await all('é', { seed, temperature: 3, tokens: 40 });
      expect(pieces.map(({ text }) => text).join('')).toBe(result.text);
      expect(result.text).toBe(tokenizer.decode(result.tokens));
    }
  });

  test('a character that is spelled byte by byte is shown when it is whole', async () => {
    const spelled = await saying([0xf0, 0x9f, 0x99, 0x82, ...tokenizer.encode('a'), 0xe4, 0xbd]);
    const { pieces, result } = await collect(generate(spelled, 'a', { ...greedy, tokens: 7 }));
    expect(pieces.map(({ text }) => text)).toEqual(['', '', '', '🙂', 'a', '', '\ufffd']);
    expect(result.text).toBe('🙂a\ufffd');
  });

  test('a stop string ends the text across token borders, and nothing of it is shown', async () => {
    const spelled = await saying(tokenizer.encode('one good end. more'));
    const { pieces, result } = await collect(generate(spelled, 'a', { ...greedy, stop: ['d end.', 'more'] }));
    expect(pieces.map(({ text }) => text).join('')).toBe('one goo');
    expect(result).toMatchObject({ text: 'one goo', reason: 'stop' });
    expect(tokenizer.decode(result.tokens)).toBe('one good end.');
    // a beginning that comes to nothing is shown in the end
    const short = await collect(generate(spelled, 'a', { ...greedy, tokens: 8, stop: ['d end.'] }));
    expect(short.result).toMatchObject({ text: 'one good', reason: 'length' });
    expect(short.pieces.at(-1)!.text).toBe('d');
  });
});

/**
 * A model that says what it is told: learned positions, and nothing else reaches the last norm. Position t gets a
 * direction of its own, and the head answers it with token number t behind a prompt of two.
 */
async function saying(tokens: ArrayLike<number>): Promise<LanguageModel> {
  const channels = 48, said = randomModel(await oneThread(), 'gpt2', { layers: 1, channels, tied: false }, 0);
  const set = (name: string, numbers: (i: number) => number): void => {
    const view = said.weights.read(said.transformer.parameters.get(name));
    for (let i = 0; i < view.length; i++) view[i] = numbers(i);
  };
  set('positions.weight', (i) => (Math.floor(i / channels) === i % channels ? 10 : 0));
  set('norm.weight', () => 1);
  set('head.weight', (i) => (tokens[(i % channels) - 1] === Math.floor(i / channels) ? 1 : 0));
  return said;
}

describe('the end', () => {
  test('a special token ends the text and is not shown', async () => {
    for (const special of [bos, end]) {
      const spelled = await saying([...tokenizer.encode('hi'), special, ...tokenizer.encode('no')]);
      const { pieces, result } = await collect(generate(spelled, 'a', greedy));
      expect(result).toMatchObject({ text: 'hi', tokens: [...tokenizer.encode('hi')], reason: 'end' });
      expect(pieces.map(({ token, text }) => [token, text]).at(-1)).toEqual([special, '']);
    }
  });

  test('a full context ends it', async () => {
    const { result } = await all(Uint32Array.from({ length: 44 }, () => 260), { temperature: 0, tokens: 99 });
    // 48 positions, and one token more, which needs no position
    expect(result).toMatchObject({ reason: 'context' });
    expect(result.tokens).toHaveLength(5);
  });

  test('enough tokens end it', async () => {
    expect((await all('a', { tokens: 1 })).result).toMatchObject({ reason: 'length' });
    expect((await all('a', { tokens: 3 })).pieces).toHaveLength(3);
  });
});

test('a prompt may be tokens, or a conversation, and text in it forges no special token', async () => {
  const asText = await all('abc', greedy), asTokens = await all(Uint32Array.of(bos, ...tokenizer.encode('abc')), greedy);
  expect(asTokens.result.tokens).toEqual(asText.result.tokens);
  expect((await all('abc', { ...greedy, addBos: false })).result.tokens).toEqual((await all(tokenizer.encode('abc'), greedy)).result.tokens);
  expect((await all('<|end|>', greedy)).result.tokens).not.toEqual((await all(Uint32Array.of(bos, end), greedy)).result.tokens);
  const rendered = tokenizer.encode('<|bos|><|user|>abc<|end|><|assistant|>', { specials: 'all' });
  expect((await all([{ role: 'user', content: 'abc' }], greedy)).result.tokens).toEqual((await all(rendered, greedy)).result.tokens);
});

test('a decoder can be used again and changes nothing', async () => {
  const decoder = new Decoder(model), { used } = model.engine.memory;
  const first = await all('abc', { ...greedy, decoder });
  expect((await all('abc', { ...greedy, decoder })).result.tokens).toEqual(first.result.tokens);
  expect((await all('abc', greedy)).result.tokens).toEqual(first.result.tokens);
  expect(model.engine.memory.used).toBe(used);
  for await (const { token } of generate(model, 'abc', { decoder })) {
    await expect(all('abc', { decoder }), `while ${token} is said`).rejects.toThrow('This decoder is busy with another text.');
    break;
  }
  expect((await all('abc', { ...greedy, decoder })).result.tokens, 'after a break').toEqual(first.result.tokens);
  decoder.free();
});

test('break, errors and an AbortSignal end it and give the memory back', async () => {
  const { memory } = model.engine, { used } = memory;
  for await (const { token } of generate(model, 'a')) if (token >= 0) break;
  expect(memory.used).toBe(used);
  const abort = new AbortController();
  setTimeout(() => abort.abort(new Error('enough')), 5);
  const forever = async (): Promise<void> => {
    for (;;) await all('a', { signal: abort.signal });
  };
  await expect(forever()).rejects.toThrow('enough');
  expect(memory.used).toBe(used);
});

test('options that cannot work are refused by name', async () => {
  const other = randomModel(await oneThread(), 'gpt2'), decoder = new Decoder(other);
  const cases: [object, string][] = [
    [{ temperature: -1 }, 'temperature must be 0 (always the likeliest token) or more, but it is -1.'],
    [{ temperature: NaN }, 'but it is NaN.'],
    [{ topP: 0 }, 'topP must be above 0 and at most 1 (1 is off), but it is 0.'],
    [{ topP: 1.1 }, 'but it is 1.1.'],
    [{ topK: -1 }, 'topK must be 0 (off) or a whole number of tokens to keep, but it is -1.'],
    [{ tokens: 0 }, 'tokens must be a whole number of at least 1, but it is 0.'],
    [{ tokens: '7' }, 'but it is "7".'],
    [{ seed: 0.5 }, 'seed must be a whole number from 0'],
    [{ stop: ['a', ''] }, 'stop must be a list of strings, none of them empty, but it is ["a",""].'],
    [{ stop: 'end' }, 'but it is "end".'],
    [{ temprature: 1 }, 'There is no option "temprature". Did you mean "temperature"?'],
    [{ beams: 4 }, 'There is no option "beams" without a search. Use beamSearch'],
    [{ decoder }, 'This decoder belongs to another model.'],
    [{ cache: 'q8' }, 'cache must be one of f32, f16, int8, but it is "q8".'],
    [{ decoder, cache: 'int8' }, 'cache is int8, but the given decoder keeps f32. Make it with new Decoder(model, { cache: \'int8\' }).'],
  ];
  for (const [options, message] of cases) await expect(all('a', options as GenerateOptions), message).rejects.toThrow(message);
  await expect(all('', { addBos: false })).rejects.toThrow('The prompt is empty');
  await expect(all(new Uint32Array(0))).rejects.toThrow('at least one token');
  await expect(all('a'.repeat(60))).rejects.toThrow('The prompt has 61 tokens, but only 48 fit.');
  expect((await collect(generateBatch(model, []))).result).toEqual([]);
});

describe('stages that end a text', () => {
  test('one that is done ends it without a token for it, also before the first', async () => {
    const after = (n: number) => (): Stage => {
      let accepted = 0;
      return { name: 'after', apply: () => {}, accept: () => void accepted++, done: () => accepted >= n };
    };
    const three = await all('abc', { temperature: 0, stages: [after(3)] });
    expect(three.result).toMatchObject({ reason: 'end', tokens: (await all('abc', { temperature: 0, tokens: 3 })).result.tokens });
    const { pieces, result } = await collect(generateBatch(model, ['abc', 'b'], { stages: [(i) => after(i === 0 ? 0 : 2)()], temperature: 0 }));
    expect(result.map(({ reason, tokens }) => [reason, tokens.length])).toEqual([['end', 0], ['end', 2]]);
    expect(pieces).toHaveLength(2);
  });

  test('one that blocks ends it with what was said', async () => {
    const blocked = (): Stage => ({ name: 'blocked', blocks: true, apply: (logits, { tokens, prompt }) => void (tokens.length - prompt === 2 && logits.fill(-Infinity)) });
    const { pieces, result } = await all('abc', { temperature: 0, stages: [blocked], stop: ['zzz'], explain: true, logprobs: 1 });
    expect(result).toMatchObject({ reason: 'blocked', text: (await all('abc', { temperature: 0, tokens: 2 })).result.text });
    expect(result.tokens).toHaveLength(2);
    expect(pieces.map(({ token }) => token)).toEqual([...result.tokens, -1]);
  });

  test('they are told how many tokens there is room for', async () => {
    const left: number[] = [], looks = (): Stage => ({ name: 'looks', apply: (_logits, situation) => void left.push(situation.left) });
    const { result } = await all('abc', { temperature: 0, stages: [looks], tokens: 100, minTokens: 0 });
    const room = model.transformer.config.context - 4 + 1;
    expect(left).toEqual(Array.from(left, (_, i) => room - i));
    if (result.reason === 'context') expect(left.at(-1)).toBe(1);
  });
});
