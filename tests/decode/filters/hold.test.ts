// Mode hold, and whole texts: nothing is shown that may still become part of a phrase, and all else is shown unchanged.
import { describe, expect, test } from 'vitest';
import { createWorld } from '../../../src/data/index.ts';
import { beamSearch, Chat, createFilter, type Decision, type FilterOptions, generate, generateBatch, loadWordList, WORD_LISTS } from '../../../src/decode/index.ts';
import type { LanguageModel } from '../../../src/models/index.ts';
import { Random } from '../../../src/random.ts';
import { collect, oneThread, randomModel, tokenizer } from '../models.ts';
import { slowlyFound } from './slowMatcher.ts';
import { SPELLED } from './wishes.ts';

const phrases = ['blorp', 'secret plan', 'zanty', '|heck|', 'ess', '|moon', 'base|', '傻逼'].map((text) => ({ text: text.replaceAll('|', ''), start: text.startsWith('|'), end: text.endsWith('|') }));
const filter = createFilter({ words: phrases, allow: ['message', 'lesson'], mode: 'hold', refusal: '' });
const BENIGN = ['The cat sat on the mat. ', 'A message, and a lesson: ', 'heckle ', 'what-the-hec ', 'blor ', 'basement ', 'he said zan ', 'b.l.o.', '455 ', '你好。', 'secret ', 'plan ', 'moo ', 'honeymoon ', '🙂 '];

/** Pushes a text piece by piece; never more may wait than was said. */
function pushed(text: string, random: Random): { shown: string; longest: number } {
  const gate = filter.gate();
  let shown = '', longest = 0;
  for (let at = 0; at < text.length;) {
    const n = 1 + random.below(6);
    shown += gate.push(text.slice(at, at + n));
    at += n;
    if (!gate.found) longest = Math.max(longest, Math.min(at, text.length) - shown.length);
  }
  shown += gate.end();
  return { shown, longest };
}

describe('held back', () => {
  test('up to the phrase all is shown, and nothing of it', () => {
    const random = new Random(1);
    let found = 0;
    for (let round = 0; round < 1500; round++) {
      const phrase = random.pick(phrases), spell = random.pick(Object.values(SPELLED)), lead = Array.from({ length: random.below(5) }, () => random.pick(BENIGN)).join('');
      const tail = random.pick([' and so on', '. The end', '']), text = lead + spell(phrase.text) + tail, { shown } = pushed(text, random);
      expect(text.startsWith(shown)).toBe(true);
      for (const other of phrases) expect(slowlyFound(other, shown, ['message', 'lesson']), JSON.stringify([text, shown])).toBeNull();
      if (shown.length < text.length) {
        found++;
        // what is hidden begins with a phrase
        expect(filter.inspect(text.slice(shown.length)).length, JSON.stringify([text, shown])).toBe(1);
      } else {
        for (const other of phrases) expect(slowlyFound(other, text, ['message', 'lesson']), text).toBeNull();
      }
    }
    expect(found).toBeGreaterThan(1000);
  });

  test('benign text is shown whole, and waits no longer than a phrase is long', () => {
    const random = new Random(2);
    for (let round = 0; round < 400; round++) {
      const text = Array.from({ length: 8 }, () => random.pick(BENIGN)).join(' ');
      if (filter.inspect(text).length > 0) continue;
      const { shown, longest } = pushed(text, random);
      expect(shown).toBe(text);
      expect(longest).toBeLessThan(60);
    }
    // a letter that is repeated without end: the delay is bounded
    const gate = filter.gate();
    gate.push(`a bl${'o'.repeat(1000)}`);
    expect(gate.found).toMatchObject({ source: 'delay' });
  });

  test('pieces do not matter, and half a character waits', () => {
    const gate = filter.gate(), text = 'Hi 🙂 𝐛𝐥𝐨𝐫𝐩!';
    expect([...Array(text.length).keys()].map((i) => gate.push(text[i]!)).join('') + gate.end()).toBe('Hi 🙂 ');
  });

  test('1 MB of the world passes unchanged, whole and in pieces', async () => {
    const lists = await Promise.all(WORD_LISTS.map((name) => loadWordList(name))), strict = createFilter({ lists, mode: 'hold' }), world = createWorld({ seed: 3 });
    let text = '';
    for (let i = 0; text.length < 1e6; i++) {
      const one = `${world.document(i).text}\n`;
      if (strict.inspect(one).length === 0) text += one;
    }
    expect(strict.filterText(text).text === text).toBe(true);
    const gate = strict.gate();
    let shown = '';
    for (let i = 0; i < text.length; i += 1000) shown += gate.push(text.slice(i, i + 1000));
    expect(shown + gate.end() === text).toBe(true);
  });
});

describe('what counts', () => {
  const cases: [words: FilterOptions, found: string[], not: string[]][] = [
    [{ words: ['blorp'] }, ['blorp', 'BLORP', 'xblorpx', 'blórp', 'ｂｌｏｒｐ', 'bl0rp', 'bbblllooorrrppp', 'b.l.o.r.p', 'b l o r p', 'bl-orp', 'b…l_o*r/p', 'bl\u200borp', 'bl\u00adorp', 'Ьlorp'.replace('Ь', 'в'), '𝓫𝓵𝓸𝓻𝓹', '🅱🅻🅾🆁🅿', 'B\u0301lorp'], ['blor', 'b lorp', 'bl orp', 'xb.l.o.r.p', 'b.l.o.r.px', 'b....lorp', 'brolp']],
    [{ words: ['|heck|'] }, ['heck', 'What the heck!', 'h3ck', 'heck_'], ['hecks', 'checks', 'hec']],
    [{ words: ['|ass'] }, ['ass', 'asset', 'kick ass', 'a$$', '4ss', '@ss'], ['bass', '455', 'as', 'gas-station', 'a s she']],
    [{ words: ['ass'], allow: ['class', 'assess'] }, ['ass', 'classs', 'asses', 'cl.ass', 'glass'], ['class', 'CLASSIC', 'reassess', 'first-class']],
    [{ words: ['secret plan'] }, ['secret plan', 'secret\nplan', 'secret-plan', 'SECRET  PLAN', 's e c r e t  p l a n'], ['secretplan', 'secret a plan', 'secret    plan']],
    [{ words: ['傻逼'] }, ['你傻逼了', '傻 逼', '傻.逼'], ['傻', '傻子逼']],
    [{ words: ['🖕'] }, ['🖕', '🖕🏽', 'x🖕x'], ['👍']],
    [{ words: ['b!tch', 'pa$$word'] }, ['bitch', 'password'], ['batch']],
    [{ words: [{ text: 'f?ck', any: '?' }] }, ['f*ck', 'fuck', 'fxck', 'f**ck'], ['fck', 'f ck', 'fa ck']],
    [{ words: ['blorp'], spellings: [] }, ['blorp', 'BLÓRP'], ['bl0rp', 'b.l.o.r.p', 'bloorp', 'вlorp']],
  ];
  for (const [options, found, not] of cases) {
    test(JSON.stringify(options), () => {
      const one = createFilter(options);
      expect(found.filter((text) => one.inspect(text).length === 0)).toEqual([]);
      expect(not.filter((text) => one.inspect(text).length > 0)).toEqual([]);
    });
  }

  test('lists from packages, with the words in which theirs are no harm', async () => {
    const obscenity = createFilter({ lists: [await loadWordList('obscenity')] }), zh = createFilter({ lists: [await loadWordList('naughty-words', { language: 'zh' })] });
    for (const text of ['class', 'assess', 'Scunthorpe', 'analog', 'cockney', 'cuckoo', 'cumulative']) expect(obscenity.inspect(text), text).toEqual([]);
    expect(obscenity.inspect('fuuuck this')[0]).toMatchObject({ stage: 'words', source: 'obscenity', mode: 'input' });
    expect(zh.inspect('他妈的')[0]).toMatchObject({ source: 'naughty-words' });
    const [all, sure] = await Promise.all([0, 2].map((threshold) => loadWordList('cuss', { threshold })));
    expect(all!.words.length).toBeGreaterThan(sure!.words.length);
    expect((await loadWordList('cuss', { language: 'fr' })).words.length).toBeGreaterThan(100);
    expect((await loadWordList('naughty-words', { language: 'zh' })).skipped).toContain('13.');
    await expect(loadWordList('cusss' as 'cuss')).rejects.toThrow('Did you mean "cuss"?');
    await expect(loadWordList('cuss', { language: 'zh' })).rejects.toThrow('cuss has no language "zh"');
    await expect(loadWordList('obscenity', { threshold: 1 })).rejects.toThrow('have no ratings');
  });

  test('wrong options are refused by name', () => {
    const wrong: [object, string][] = [
      [{}, 'nothing to look for'], [{ words: ['...'] }, 'has no letters'], [{ words: ['a'], mode: 'stop' }, 'mode must be "block" or "hold"'], [{ words: ['talk'] }, 'The refusal itself would be blocked by talk'],
      [{ words: ['a'], wrods: [] }, 'There is no option "wrods"'], [{ words: ['x'], spellings: ['case'] }, 'There is no spelling "case"'], [{ allow: ['x'], words: [] }, 'nothing to look for'], [{ words: ['xx'], least: 0.5 }, 'least does nothing without a classifier'],
    ];
    for (const [options, message] of wrong) expect(() => createFilter(options as FilterOptions), message).toThrow(message);
  });
});

describe('patterns', () => {
  test('are found anywhere, in pieces, and never said', () => {
    const one = createFilter({ patterns: [/\d{3}-\d{4}/, /kill(s|ed)? bill/i, 'x.?y.?z'], mode: 'hold' });
    expect(['call 555-1234 now', 'KILLED BILL', 'xyz', 'x🙂yz'].filter((text) => one.inspect(text).length === 0)).toEqual([]);
    expect(['55-1234', '555-123', 'kill a bill', 'x--yz', 'zyx'].filter((text) => one.inspect(text).length > 0)).toEqual([]);
    expect(one.inspect('call 555-1234')[0]).toMatchObject({ stage: 'patterns', rule: '/\\d{3}-\\d{4}/' });
    const gate = one.gate();
    expect([...'Dial 12-555-1234.'].map((character) => gate.push(character)).join('') + gate.end()).toBe('Dial 12-');
    const benign = one.gate();
    expect([...'Dial 12-555 or so, xy'].map((character) => benign.push(character)).join('') + benign.end()).toBe('Dial 12-555 or so, xy');
    expect(() => createFilter({ patterns: [/^a/] })).toThrow('looks for the beginning or end');
    expect(() => createFilter({ patterns: [/a*/] })).toThrow('matches an empty text');
    expect(() => createFilter({ patterns: [/(?<=a)b/] })).toThrow('The pattern /(?<=a)b/');
  });

  test('block: with phrases and an allow list at once', async () => {
    const of = randomModel(await oneThread(), 'gpt2'), block = createFilter({ patterns: [/b.d/, /aa+b/], words: ['dab'], allow: ['dabble'] }), wish = [['bad ble', 9]] as [string, number][];
    let would = 0;
    for (let seed = 0; seed < 15; seed++) {
      const [{ result }, { result: free }] = await Promise.all([collect(generate(of, 'hi ', { temperature: 1, tokens: 30, seed, filter: block, logitBias: wish })), collect(generate(of, 'hi ', { temperature: 1, tokens: 30, seed, logitBias: wish }))]);
      expect(/b.d|aa+b/u.test(result.text), result.text).toBe(false);
      expect(slowlyFound({ text: 'dab' }, result.text, ['dabble']), result.text).toBeNull();
      if (/b.d|aa+b/u.test(free.text)) would++;
    }
    expect(would).toBeGreaterThan(5);
  });
});

describe('in generated text', () => {
  const bias = { logitBias: [['bad', 9]] as [string, number][], temperature: 1, tokens: 30 }, words = ['bad', 'dab', 'bab'];
  const model = async (): Promise<LanguageModel> => randomModel(await oneThread(), 'gpt2');
  const prompts = ['a', 'go', '你好', 'de', 'ice ', 'b', 'no', 'hi'];

  test('block: it is never said, alone and in a batch, and the same seed says the same', async () => {
    const of = await model(), block = createFilter({ words }), { result } = await collect(generateBatch(of, prompts, { ...bias, filter: block, seed: 4 }));
    const { result: free } = await collect(generateBatch(of, prompts, { ...bias, seed: 4 }));
    expect(free.filter(({ text }) => block.inspect(text).length > 0).length).toBeGreaterThan(4);
    for (const [index, prompt] of prompts.entries()) {
      const { pieces, result: alone } = await collect(generate(of, prompt, { ...bias, filter: block, seed: 4, index }));
      expect(alone.text).toBe(result[index]!.text);
      expect(pieces.map(({ text }) => text).join('')).toBe(alone.text);
      for (const word of words) expect(slowlyFound({ text: word }, alone.text), alone.text).toBeNull();
      expect(alone.decisions!.every(({ mode, mass, rule }) => mode === 'block' && mass! > 0 && words.includes(rule))).toBe(true);
    }
    expect(result.flatMap(({ decisions }) => decisions!).length).toBeGreaterThan(0);
  });

  test('hold: the text ends before it, with a refusal, a reason and a decision', async () => {
    const of = await model(), hold = createFilter({ words, mode: 'hold', refusal: '(no)' });
    const { result: free } = await collect(generateBatch(of, prompts, { ...bias, seed: 4 })), { pieces, result } = await collect(generateBatch(of, prompts, { ...bias, filter: hold, seed: 4 }));
    for (const [index, { text, reason, decisions }] of result.entries()) {
      expect(pieces.filter((piece) => piece.index === index).map((piece) => piece.text).join('')).toBe(text);
      const whole = free[index]!.text;
      if (hold.inspect(prompts[index]! + whole).length === 0) {
        expect(text).toBe(whole);
        continue;
      }
      expect(reason).toBe('blocked');
      expect(text.endsWith('(no)')).toBe(true);
      expect(whole.startsWith(text.slice(0, -'(no)'.length).trimEnd())).toBe(true);
      expect(decisions).toEqual([{ stage: 'words', rule: expect.any(String), source: 'words', mode: 'hold', mass: expect.any(Number), at: expect.any(Number) }]);
    }
    expect(result.filter(({ reason }) => reason === 'blocked').length).toBeGreaterThan(4);
  });

  test('a stop string does not cut an allowed word open', async () => {
    const of = await model(), block = createFilter({ words: ['bad'], allow: ['badge'], refusal: '' });
    for (let seed = 0; seed < 12; seed++) {
      const { result } = await collect(generate(of, 'a', { filter: block, logitBias: [['badge', 12]], temperature: 1, tokens: 20, seed, stop: ['ge'] }));
      expect(slowlyFound({ text: 'bad' }, result.text), result.text).toBeNull();
    }
  });

  test('where every token is struck out the text ends, with a reason', async () => {
    const of = await model(), everything = createFilter({ words: [...'abcdefghijklmnop你好é🙂'], refusal: '…' });
    const { result } = await collect(generate(of, '.', { filter: everything, forcedTokens: 'abc' }));
    expect(result).toMatchObject({ text: '…', reason: 'blocked', tokens: [] });
  });

  test('beams: none of the sequences says it, in both modes', async () => {
    const of = await model();
    for (const mode of ['block', 'hold'] as const) {
      for (const prompt of prompts) {
        const { result } = await collect(beamSearch(of, prompt, { beams: 4, returned: 4, tokens: 12, logitBias: bias.logitBias, filter: createFilter({ words, mode, refusal: '' }) }));
        for (const { text } of result.sequences) for (const word of words) expect(slowlyFound({ text: word }, text), text).toBeNull();
      }
    }
  });

  test('beams: each sequence tells what the filter did, as generate does', async () => {
    const of = await model(), strip = (list: readonly Decision[]): object[] => list.map(({ stage, rule, source, mode: how, at }) => ({ stage, rule, source, how, at }));
    for (const mode of ['block', 'hold'] as const) {
      const filter = createFilter({ words, patterns: [/ac?a/], mode, refusal: '(no)' });
      let told = 0;
      for (const prompt of prompts) {
        const options = { tokens: 12, logitBias: bias.logitBias, filter }, { result: { sequences: [one] } } = await collect(beamSearch(of, prompt, { ...options, beams: 1 }));
        const { result: greedy } = await collect(generate(of, prompt, { ...options, temperature: 0 }));
        expect({ text: one!.text, reason: one!.reason, decisions: strip(one!.decisions!) }).toEqual({ text: greedy.text, reason: greedy.reason, decisions: strip(greedy.decisions!) });
        const { result: { sequences } } = await collect(beamSearch(of, prompt, { ...options, beams: 4, returned: 4 }));
        for (const { decisions, nodes } of sequences) {
          for (const decision of decisions!) expect([decision.mass! > 0, decision.mass! < 1 + 1e-6, decision.at <= nodes.length], JSON.stringify([decision, nodes.length])).toEqual([true, true, true]);
          told += decisions!.length;
        }
      }
      expect(told).toBeGreaterThan(8);
    }
    const { result: { sequences } } = await collect(beamSearch(of, 'a', { tokens: 3 }));
    expect('decisions' in sequences[0]!).toBe(false);
    const { result: { sequences: [nothing] } } = await collect(beamSearch(of, '.', { filter: createFilter({ words: [...'abcdefghijklmnop你好é🙂'], refusal: '…' }), forcedTokens: 'abc' }));
    expect(nothing).toMatchObject({ text: '…', reason: 'blocked', tokens: [] });
  });

  test('a chat does not answer messages in which something is found', async () => {
    const chat = new Chat(await model(), { filter: createFilter({ words, refusal: 'No.' }), tokens: 5, seed: 1 });
    const { pieces, result } = await collect(chat.send('a b.a.d day'));
    expect(pieces.map(({ text }) => text)).toEqual(['No.']);
    expect(result).toMatchObject({ text: 'No.', reason: 'blocked', tokens: [], decisions: [{ stage: 'words', rule: 'bad', mode: 'input', mass: null }] });
    expect(chat.messages.map(({ content }) => content)).toEqual(['a b.a.d day', 'No.']);
    expect((await collect(chat.send('hi'))).result.reason).not.toBe('blocked');
    chat.free();
  });

  test('the tokenizer of these tests knows the words', () => expect(tokenizer.decode(tokenizer.encode('bad cab'))).toBe('bad cab'));
});
