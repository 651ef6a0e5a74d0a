import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createWorld, HELD_FAMILIES } from '../../../src/data/world/index.ts';
import { isHeldQuestion, isUntold } from '../../../src/data/world/heldOut.ts';
import { isOpen } from '../../../src/data/world/Language.ts';
import { createJudge } from '../../../src/data/world/createJudge.ts';
import { Reader } from '../../../src/data/world/Reader.ts';
import { bitsPerCharacter, chinese, english, sampleTexts, strings, wordsOf } from './sample.ts';

describe.each([['en', english], ['zh', chinese]] as const)('the world in %s', (language, world) => {
  test('text i depends on nothing but seed and i', () => {
    const again = createWorld({ seed: 1, language });
    fc.assert(fc.property(fc.nat(1e6), fc.nat(1e6), (i, j) => {
      const first = world.document(i), talk = world.conversation(i);
      world.document(j);
      world.heldOutConversation(j);
      expect(again.document(i)).toEqual(first);
      expect(again.conversation(i)).toEqual(talk);
    }), { numRuns: 50 });
  });

  test('another seed tells other stories of the same people', () => {
    const other = createWorld({ seed: 2, language });
    expect(other.document(0).text).not.toBe(world.document(0).text);
    expect(other.grammar.tables['villager']).toEqual(world.grammar.tables['villager']);
    const elsewhere = createWorld({ seed: 1, language, knowledge: 2 });
    expect(elsewhere.grammar.tables['villager']).not.toEqual(world.grammar.tables['villager']);
  });

  test('conversations go back and forth, beginning with the user', () => {
    for (let i = 0; i < 300; i++) {
      const { messages, kind } = world.conversation(i);
      expect(kind).not.toBe('');
      expect(messages.length).toBeGreaterThan(0);
      messages.forEach(({ role, content }, k) => {
        expect(role).toBe(k % 2 === 0 ? 'user' : 'assistant');
        expect(content.trim()).toBe(content);
        expect(content).not.toMatch(/[{}<>[\]|~_#]|undefined| {2}| \./);
      });
    }
  });

  test('every text and every held-out text is of the world, and true', () => {
    const judge = createJudge(world);
    for (let i = 0; i < 250; i++) {
      for (const { text } of [world.document(i), world.heldOutDocument(i)]) {
        const { sentences, true: holding, bad, clashes } = judge.story(text);
        expect({ bad, clashes }).toEqual({ bad: [], clashes: [] });
        expect(holding).toBe(sentences);
      }
    }
  });

  test('the senses point at their words', () => {
    const contexts = new Map<string, number>();
    for (let i = 0; i < 12_000; i++) {
      const { text, senses } = world.document(i);
      for (const { word, sense, offset } of senses) {
        expect(text.slice(offset, offset + word.length).toLowerCase()).toBe(word);
        const key = `${word} ${sense}`;
        contexts.set(key, (contexts.get(key) ?? 0) + 1);
      }
    }
    expect(contexts.size).toBe(language === 'en' ? 14 : 6);
    for (const count of contexts.values()) expect(count).toBeGreaterThan(200);
  });

  test('training never asks what is held out, but tells it', () => {
    const judge = createJudge(world), asked = new Set<string>(), told = new Set<string>();
    for (let i = 0; i < 1500; i++) {
      for (const { role, content } of world.conversation(i).messages) {
        const question = role === 'user' ? judge.question(content) : null;
        if (question) asked.add(`${question.relation.id} ${question.entity.name}`);
      }
    }
    const texts = sampleTexts(world, 1.2e6).join('\n').toLowerCase();
    for (const relation of world.language.relations) {
      for (const entity of world.grammar.tables[relation.table]!) {
        if (!isHeldQuestion(relation, entity) || !(relation.field in entity.fields)) continue;
        expect(asked, `${relation.id} ${entity.name}`).not.toContain(`${relation.id} ${entity.name}`);
        if (isUntold(relation, entity)) continue;
        const statements = [...relation.say, ...relation.tell].filter((source) => source.split('{').length === 3);
        for (const source of statements) {
          const text = source.replace(/\{(\w+)([^}]*)\}/g, (_, _variable: string, path: string) =>
            world.grammar.surface(entity, path.split('.').slice(1))).toLowerCase();
          if (texts.includes(text)) told.add(`${relation.id} ${entity.name}`);
        }
      }
    }
    expect(asked.size).toBeGreaterThan(300);
    expect(told.size).toBeGreaterThan(40);
  });

  test('training never uses a wording that is held out', () => {
    const reader = new Reader(world.grammar), { language: said } = world;
    const held = [...said.relations.flatMap(({ ask }) => ask), ...said.unanswerable, ...said.notices.flatMap(({ questions }) => questions.flatMap(({ ask }) => ask))]
      .filter((source) => !isOpen(source)).map((source) => world.grammar.template(source));
    expect(held.length).toBeGreaterThan(40);
    for (let i = 0; i < 400; i++) {
      for (const { role, content } of world.conversation(i).messages) {
        if (role === 'user') expect(reader.read(content, held)?.template.source).toBeUndefined();
      }
    }
    const late = Array.from({ length: 400 }, (_, i) => world.heldOutConversation(i).messages)
      .flat().filter(({ role, content }) => role === 'user' && reader.read(content, held));
    expect(late.length).toBeGreaterThan(20);
  });

  test('held-out families are never defined, though both words occur', () => {
    const talk = Array.from({ length: 2500 }, (_, i) => world.conversation(i).messages.map(({ content }) => content)).flat();
    const texts = [...sampleTexts(world, 2e6), ...talk], { grammar, language: said } = world;
    const young = said.relations.find(({ id }) => id === 'young')!, reader = new Reader(grammar);
    const definitions = [...young.ask, ...young.say, ...young.tell].map((source) => grammar.template(source));
    for (const name of HELD_FAMILIES) {
      const animal = grammar.tables['animal']!.find((entity) => entity.name === name)!;
      const [old, small] = [said.word(name)!, said.word(animal.fields['young']!)!];
      const about: (typeof animal)[] = [];
      about[grammar.variable('animal').index] = animal;
      const both = texts.filter((text) => text.includes(small));
      expect(both.length).toBeGreaterThan(20);
      expect(texts.filter((text) => text.includes(old)).length).toBeGreaterThan(100);
      for (const text of both) {
        for (const sentence of text.split(/(?<=[.?。？])\s*/)) expect(reader.read(sentence, definitions, false, about)).toBeNull();
      }
    }
  });

  test('one job is one sex in the biased slice, both in the even one', () => {
    const she = { biased: new Map<string, number[]>(), even: new Map<string, number[]>() };
    const job = new RegExp(world.grammar.tables['job']!.map((entity) => world.language.word(entity.name)).join('|'));
    for (let i = 0; i < 12_000; i++) {
      const { kind, text } = world.document(i);
      if (kind !== 'biased' && kind !== 'even') continue;
      for (const sentence of text.split(/(?<=[.。])\s*/)) {
        const name = job.exec(sentence)?.[0], female = /\b(she|her)\b|她/.test(sentence);
        if (!name || !(female || /\b(he|his)\b|他/.test(sentence))) continue;
        const seen = she[kind].get(name) ?? [0, 0];
        seen[female ? 0 : 1]!++;
        she[kind].set(name, seen);
      }
    }
    const lean = (counts: Map<string, number[]>) =>
      [...counts.values()].map(([women, men]) => Math.max(women!, men!) / (women! + men!)).reduce((a, b) => a + b) / counts.size;
    expect(lean(she.biased)).toBeGreaterThan(0.88);
    expect(lean(she.even)).toBeLessThan(0.65);
  });

  test('one answer in ten is a refusal', () => {
    const judge = createJudge(world);
    const answers = Array.from({ length: 1500 }, (_, i) => world.conversation(i).messages).flat().filter(({ role }) => role === 'assistant');
    const share = answers.filter(({ content }) => judge.refusal(content)).length / answers.length;
    expect(share).toBeGreaterThan(0.08);
    expect(share).toBeLessThan(0.13);
  });
});

describe('how rich the English world is', () => {
  const texts = sampleTexts(english, 5e6);

  test('1,200 to 1,500 words, hardly a text twice', () => {
    const talk = Array.from({ length: 5000 }, (_, i) => english.conversation(i).messages.map(({ content }) => content)).flat();
    const types = new Set([...texts, ...talk].flatMap((text) => wordsOf(text.toLowerCase())));
    expect(types.size).toBeGreaterThan(1200);
    expect(types.size).toBeLessThan(1500);
    expect(1 - new Set(texts).size / texts.length).toBeLessThan(0.01);
  });

  test('.7 to 1 bit per character by a 4-gram model, under 40% of held-out strings of 8 words seen', () => {
    const held = Array.from({ length: 1000 }, (_, i) => english.heldOutDocument(i).text);
    const bits = bitsPerCharacter(texts, held);
    expect(bits).toBeGreaterThan(0.7);
    expect(bits).toBeLessThan(1);
    const seen = new Set<string>();
    for (const text of texts) for (const string of strings(wordsOf(text), 8)) seen.add(string);
    const all = held.flatMap((text) => [...strings(wordsOf(text), 8)]);
    expect(all.filter((string) => seen.has(string)).length / all.length).toBeLessThan(0.4);
  });
});

test('an unknown language is an error that names the known ones', () => {
  expect(() => createWorld({ seed: 1, language: 'fr' as 'en' })).toThrow('language must be one of en, zh, but it is "fr"');
});
