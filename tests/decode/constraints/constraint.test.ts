import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { DEAD } from '../../../src/decode/automata/byteAutomaton.ts';
import { fewestTokens } from '../../../src/decode/automata/fewestTokens.ts';
import { trieOf } from '../../../src/decode/automata/vocabularyTrie.ts';
import { allOf, beamSearch, Chat, type Constraint, containing, createSampler, Decoder, generate, generateBatch, type GenerateOptions, jsonSchema, oneOf, regex, type SamplingOptions } from '../../../src/decode/index.ts';
import { createEngine } from '../../../src/engine/index.ts';
import type { LanguageModel } from '../../../src/models/index.ts';
import type { Tokenizer } from '../../../src/tokenizer/index.ts';
import { collect, oneThread, randomModel, tokenizer } from '../models.ts';
import { say, tokenizers } from './say.ts';

describe('10,000 random texts', () => {
  const answers = ['yes', 'no', 'I do not know', 'naïve 你好🙂', 'not', 'nobody', 'y'];
  for (const [kind, vocabulary] of Object.entries(tokenizers)) {
    test(`${kind}: one of the answers, and each of them now and then`, () => {
      const able = kind === 'letters' ? answers.filter((answer) => !/[bv]/.test(answer)) : answers, constraint = oneOf(able), { needed } = constraint.compile(vocabulary);
      const counts = new Map(able.map((answer) => [answer, 0]));
      for (let i = 0; i < 2500; i++) {
        const { text } = say(constraint, vocabulary, needed + (i % 20), i);
        expect(able).toContain(text);
        counts.set(text, counts.get(text)! + 1);
      }
      for (const [answer, n] of counts) expect(n, answer).toBeGreaterThan(0);
    });

    test(`${kind}: each of the words is said, in the last moment if need be`, () => {
      const lists = [['cat'], ['red', 'kite'], ['你好', 'é'], ['aa', 'aaa', 'cab'], ['no', 'know', 'ow']];
      for (const words of lists) {
        if (kind === 'letters' && words.includes('cab')) continue;
        const constraint = containing(words), { needed } = constraint.compile(vocabulary);
        for (let i = 0; i < 530; i++) {
          const limit = needed + (i % 15), { text, tokens } = say(constraint, vocabulary, limit, i);
          expect(tokens.length).toBeLessThanOrEqual(limit);
          for (const word of words) if (!text.includes(word)) expect.fail(`${JSON.stringify(text)} does not contain ${word}`);
          expect(text).not.toContain('\ufffd');
        }
      }
    });
  }
});

describe('how many tokens it takes', () => {
  /** The fewest tokens to an end, by trying all tokens from all states again and again. */
  function slowFewest({ automaton }: Constraint, vocabulary: Tokenizer): number[] {
    const trie = trieOf(vocabulary), fewest = Array.from({ length: automaton.size }, (_, state) => (automaton.accepts(state) ? 0 : Infinity));
    const steps = fewest.map((_, state) => [...trie.order].map((token) => vocabulary.bytesOf(token).reduce((at, byte) => (at === DEAD ? DEAD : automaton.next(at, byte)), state)).filter((to) => to !== DEAD));
    for (let changed = true; changed;) {
      changed = false;
      for (const [state, list] of steps.entries()) {
        const least = Math.min(fewest[state]!, ...list.map((to) => 1 + fewest[to]!));
        if (least < fewest[state]!) changed = true;
        fewest[state] = least;
      }
    }
    return fewest;
  }

  const constraints = { fixed: oneOf(['{"name":"Zoë","age":12}']), answers: oneOf(['the cat sat', 'no', 'I do not know']), date: regex('\\d{4}-\\d{2}-\\d{2}'), words: containing(['cat', 'mat']), person: jsonSchema({ type: 'object', properties: { name: { type: 'string', minLength: 2 }, age: { type: 'integer', minimum: 12 } }, required: ['name', 'age'] }) };
  for (const [kind, vocabulary] of Object.entries(tokenizers)) {
    test(`${kind}: what is said to suffice suffices, and one text is counted exactly`, () => {
      for (const [name, constraint] of Object.entries(constraints)) {
        const exact = slowFewest(constraint, vocabulary), ours = fewestTokens(constraint.automaton, trieOf(vocabulary)), trie = trieOf(vocabulary);
        for (let state = 0; state < exact.length; state++) {
          expect(ours[state]! === Infinity, `${name} ${state}`).toBe(exact[state] === Infinity);
          expect(ours[state]!).toBeGreaterThanOrEqual(exact[state]!);
          if (name === 'fixed') expect(ours[state]!).toBe(exact[state]!);
          if (ours[state] === 0 || ours[state] === Infinity) continue;
          const { masks } = constraint.compile(vocabulary);
          expect([...trie.order].some((token) => masks.step(state, token) !== DEAD && ours[masks.step(state, token)] === ours[state]! - 1)).toBe(true);
        }
      }
    });
  }

  test('only tokens are drawn behind which the text can end in time', () => {
    const constraint = regex('a{3}b|a*c'), stage = constraint.compile(tokenizer).stage(), allowed = (left: number): string => {
      const logits = new Float32Array(tokenizer.size);
      stage.apply(logits, { tokens: [], prompt: 0, left });
      return [...logits].flatMap((logit, id) => (logit === 0 ? [tokenizer.nameOf(id)] : [])).join(' ');
    };
    expect(allowed(1)).toBe('c');
    expect(allowed(2)).toBe('a c');
  });
});

describe('with a model', () => {
  let model: LanguageModel;
  beforeAll(async () => {
    model = randomModel(await oneThread(), 'inkling');
  });
  const all = (prompt: string, options: GenerateOptions) => collect(generate(model, prompt, options));
  const small = jsonSchema({ type: 'object', properties: { a: { type: 'integer', minimum: 0, maximum: 99 }, b: { enum: ['good', '你好'] } }, required: ['b'] });

  test('a text ends when it is complete, whatever the temperature', async () => {
    for (const temperature of [0, 1, 3]) {
      for (let seed = 0; seed < 10; seed++) {
        const { pieces, result } = await all('abc', { constraint: small, temperature, seed, tokens: 30 });
        expect(result.reason).toBe('end');
        expect(small.accepts(result.text), result.text).toBe(true);
        expect(pieces.map(({ text }) => text).join('')).toBe(result.text);
        expect(pieces).toHaveLength(result.tokens.length); // no token was needed to end it
      }
    }
  });

  test('it is whole also at the limit of tokens, and where the context ends', async () => {
    const words = regex('[a-e]+(, [a-e]+)*\\.');
    for (let tokens = words.compile(tokenizer).needed; tokens < 20; tokens++) {
      const { result } = await all('abc', { constraint: words, temperature: 2, tokens, seed: tokens });
      expect(words.accepts(result.text), result.text).toBe(true);
      expect(result.tokens.length).toBeLessThanOrEqual(tokens);
    }
    for (const prompt of ['a'.repeat(40), 'a'.repeat(46)]) {
      const { result } = await all(prompt, { constraint: words, temperature: 2, tokens: 100 });
      expect(words.accepts(result.text), result.text).toBe(true);
    }
    const slid = await all('a'.repeat(40), { constraint: regex('[a-p]{90}'), temperature: 1, tokens: 100, whenFull: 'slide' });
    expect(slid.result.text).toMatch(/^[a-p]{90}$/);
    expect(slid.result.slides).toBeGreaterThan(1);
  });

  test('where it is complete but could go on, a special token ends it', async () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 40; seed++) {
      const { result } = await all('a', { constraint: regex('[ab]*'), temperature: 2, seed, tokens: 4, logitBias: [['a', 20], ['b', 20], [tokenizer.specials.get('<|end|>')!, 18]] });
      expect(result.text).toMatch(/^[ab]*$/);
      seen.add(result.reason);
    }
    expect([...seen].sort()).toEqual(['end', 'length']);
  });

  test('an empty text is complete at once', async () => {
    const { pieces, result } = await all('a', { constraint: regex('') });
    expect([pieces, result.text, result.reason]).toEqual([[], '', 'end']);
  });

  test('a batch draws what each draws alone, on two threads too', async () => {
    const prompts = ['a', 'good', '你好', 'mad cab ', 'n', 'hello., ', 'fed', 'kind', 'a b'], options = { constraint: small, temperature: 20, seed: 5, tokens: 40 };
    const batch = (await collect(generateBatch(model, prompts, options))).result.map(({ text, reason }) => ({ text, reason }));
    expect(new Set(batch.map(({ text }) => text)).size).toBeGreaterThan(4);
    for (const [index, prompt] of prompts.entries()) expect((await all(prompt, { ...options, index })).result).toMatchObject(batch[index]!);
    const engine = await createEngine({ threads: 2 });
    expect((await collect(generateBatch(randomModel(engine, 'inkling'), prompts, options))).result.map(({ text, reason }) => ({ text, reason }))).toEqual(batch);
    engine.stop();
  });

  test('with every other stage, and stop strings', async () => {
    const options: GenerateOptions = { constraint: small, tokens: 40, temperature: 1, topK: 5, topP: 0.9, minP: 0.01, typicalP: 0.95, repeatPenalty: 1.2, dryMultiplier: 0.5, mirostat: 2, minTokens: 30, logprobs: 2, explain: true };
    for (let seed = 0; seed < 10; seed++) {
      const { pieces, result } = await all('abc', { ...options, seed });
      expect(small.accepts(result.text), result.text).toBe(true);
      expect(pieces[0]!.trace!.stages.find(({ name }) => name === 'constraint')!.removed).toBeGreaterThan(200);
    }
    const { result } = await all('abc', { constraint: small, stop: ['"b"'] });
    expect(result.reason).toBe('stop');
    expect(result.text).toMatch(/^\{("a":\d+,)?$/);
    expect((await all('abc', { constraint: regex('[a-c]{1,9}d'), forcedTokens: 'ab', temperature: 2 })).result.text).toMatch(/^ab[a-c]{0,7}d$/);
  });

  test('in a conversation, each reply anew; old turns make room', async () => {
    const chat = new Chat(model, { constraint: small, temperature: 1, tokens: 24 });
    for (const message of ['a', 'b', 'c d', 'e', 'f', 'g']) {
      const { result } = await collect(chat.send(message));
      expect(small.accepts(result.text), result.text).toBe(true);
    }
    chat.free();
    expect(() => new Chat(model, { constraint: small, tokens: 3 })).toThrow('only 3 may be said');
    const long = new Chat(model, { constraint: regex('[a-p]{30}'), tokens: 40, temperature: 1 });
    for (const message of ['a', 'b', 'c d']) expect((await collect(long.send(message))).result.text).toMatch(/^[a-p]{30}$/);
    long.free();
  });

  test('in every beam', async () => {
    const words = regex('[a-e]+(, [a-e]+)*\\.'), one = oneOf(['good', 'naïve 你好🙂', 'bad', 'hello']);
    for (const options of [{ beams: 4, returned: 4, tokens: 8 }, { beams: 6, groups: 3, diversityPenalty: 1, returned: 3, tokens: 5 }, { beams: 4, returned: 4, sample: true, temperature: 2, tokens: 12 }]) {
      const { sequences } = (await collect(beamSearch(model, 'abc', { ...options, constraint: words }))).result;
      expect(new Set(sequences.map(({ text }) => text)).size).toBeGreaterThan(1);
      for (const { text } of sequences) expect(words.accepts(text), text).toBe(true);
    }
    // all there is: each of them in every spelling, so the best is the best of all
    const { sequences } = (await collect(beamSearch(model, 'abc', { beams: 40, returned: 4, tokens: 20, constraint: one, earlyStopping: 'never', lengthPenalty: 0 }))).result;
    for (const { text } of sequences) expect(one.accepts(text), text).toBe(true);
    await expect(collect(beamSearch(model, 'abc', { beams: 2, tokens: 2, constraint: one }))).rejects.toThrow('needs 3 tokens at least, but only 2 may be said.');
  });

  test('a fork goes its own way', () => {
    const stage = small.compile(tokenizer).stage(), at = { tokens: [], prompt: 0, left: 40 }, look = (of: typeof stage): string => {
      const logits = new Float32Array(tokenizer.size);
      of.apply(logits, at);
      return logits.join();
    };
    const [open, quote] = tokenizer.encode('{"');
    stage.accept!(open!);
    const twin = stage.fork!();
    expect(look(twin)).toBe(look(stage));
    const before = look(stage);
    twin.accept!(quote!);
    expect(look(stage)).toBe(before);
    expect(look(twin)).not.toBe(before);
  });

  test('what cannot be is an error before the first token', async () => {
    const letters = tokenizers['letters']!, decoder = new Decoder(model, { positions: 20 });
    const cases: [GenerateOptions, string][] = [
      [{ constraint: small, tokens: 5 }, `The constraint jsonSchema needs ${small.compile(tokenizer).needed} tokens at least, but only 5 may be said. Raise tokens to at least ${small.compile(tokenizer).needed}, or loosen the constraint.`],
      [{ constraint: regex('a{40}'), decoder }, 'needs 40 tokens at least, but there is room for 17. Shorten the prompt, use a longer context, or loosen the constraint.'],
      [{ constraint: 'abc' as unknown as Constraint }, 'constraint must be made with regex(), jsonSchema(), oneOf(), containing() or allOf(), but it is "abc".'],
      [{ constraint: small, forcedTokens: 'ab' }, 'No text that fulfils the constraint jsonSchema begins with the forced tokens.'],
      [{ constraint: small, stages: ['topK', 'temperature'] }, 'constraint is switched on, but stages does not list it.'],
    ];
    for (const [options, message] of cases) {
      let drawn = 0;
      await expect((async () => {
        for await (const { token } of generate(model, 'abc', options)) drawn += token >= 0 ? 1 : 0;
      })(), message).rejects.toThrow(message);
      expect(drawn).toBe(0);
    }
    decoder.free();
    expect(() => createSampler({ constraint: regex('z+') }, letters)).toThrow('The constraint regex "z+" cannot be fulfilled with the tokens of this vocabulary');
    expect(() => createSampler({ constraint: small })).toThrow('constraint needs a tokenizer');
    const wrong: SamplingOptions = { constraint: regex('ab'), forcedTokens: 'ab', stages: ['constraint', 'forcedTokens', 'temperature', () => ({ name: 'own', apply: (logits) => void (logits.fill(-Infinity), logits[7] = 0) })] };
    expect(() => createSampler(wrong, tokenizer).draw(new Float32Array(tokenizer.size))).toThrow('A stage behind the constraint regex "ab" let a token through that it forbids.');
  });
});

test('several at once', () => {
  const constraint = allOf([regex('[a-z ]{1,30}'), containing(['red', 'kite']), regex('.*e')]);
  expect(constraint.accepts('red kite')).toBe(true);
  for (const wrong of ['red', 'kite red', 'Red kite red e']) expect(constraint.accepts(wrong)).toBe(false);
  expect(() => allOf([])).toThrow('allOf needs at least one constraint.');
  expect(() => allOf([oneOf(['a']), oneOf(['b'])])).toThrow('No text fulfils the constraint oneOf("a") and oneOf("b"). Look for parts that exclude each other.');
  for (const wrong of [[], [''], 'ab', [3]]) for (const make of [oneOf, containing]) expect(() => make(wrong as string[])).toThrow('needs a list of at least one text, none of them empty');
});

test('lists accept what they name', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'é'), minLength: 1, maxLength: 3 });
  fc.assert(fc.property(fc.array(word, { minLength: 1, maxLength: 3 }), fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'é', '🙂'), maxLength: 8 }), { minLength: 10, maxLength: 20 }), (words, texts) => {
    const some = containing(words), one = oneOf(words);
    for (const text of [...texts, ...words]) {
      expect(some.accepts(text)).toBe(words.every((each) => text.includes(each)));
      expect(one.accepts(text)).toBe(words.includes(text));
    }
  }), { numRuns: 100 });
});
