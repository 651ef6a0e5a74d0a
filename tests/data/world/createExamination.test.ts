import { describe, expect, test } from 'vitest';
import { createExamination, createWorld, summarize, type Item, type WorldReport } from '../../../src/data/world/index.ts';
import { chinese, english } from './sample.ts';

describe.each([['en', english], ['zh', chinese]] as const)('an examination in %s', (language, world) => {
  const examination = createExamination(world, { seed: 3, size: 60 });
  const take = (reply: (item: Item) => string): WorldReport =>
    summarize(examination, examination.items.map((item) => ({ item, reply: reply(item), grade: examination.grade(item, reply(item)) })));

  test('the world itself passes it', () => {
    const report = take((item) => item.reference);
    const { grammatical, trueStatements, seen, held, newWordings, families, untoldSums, followUps, context, contextNewWordings, castRatio, clashes } = report;
    expect([grammatical, trueStatements, seen, held, newWordings, families, untoldSums, followUps, context, contextNewWordings, castRatio])
      .toEqual(Array(11).fill(1));
    expect(clashes).toBe(0);
    expect(report.refusal.f1).toBe(1);
    expect(report.refusalNewWordings.f1).toBe(1);
    expect(report.examples).toEqual([]);
  });

  test('it is the same again, and another one for another seed', () => {
    const questions = (seed: number) => createExamination(createWorld({ seed: 9, language }), { seed, size: 20 }).items.map(({ messages }) => messages);
    expect(questions(1)).toEqual(questions(1));
    expect(questions(1)).not.toEqual(questions(2));
  });

  test('every item ends with the user', () => {
    for (const { messages } of examination.items) expect(messages.at(-1)!.role).toBe('user');
  });

  test('who refuses everything knows nothing', () => {
    const report = take(() => world.language.refusals[0]!.replace(/^./, (c) => c.toUpperCase()));
    expect(report.seen).toBe(0);
    expect(report.context).toBe(0);
    expect(report.refusal.recall).toBe(1);
    expect(report.refusal.f1).toBeLessThan(0.7);
  });

  test('who gives the answer to the question before is wrong nearly always', () => {
    const { items } = examination;
    const before = new Map(items.map((item, i) => [item, items[(i + items.length - 1) % items.length]!.reference]));
    const report = take((item) => before.get(item)!);
    expect(report.seen).toBeLessThan(0.1);
    expect(report.held).toBeLessThan(0.1);
    expect(report.context).toBeLessThan(0.1);
  });

  test('who copies any name but the one that was told is wrong', () => {
    const items = examination.items.filter(({ kind, topic }) => kind === 'context' && topic === 'name');
    expect(items.length).toBeGreaterThan(0);
    for (const item of items) {
      const right = item.reference, others = world.grammar.tables['person']!.map(({ name }) => world.language.word(name)!)
        .filter((name) => !right.includes(name));
      const told = world.grammar.tables['person']!.map(({ name }) => world.language.word(name)!).find((name) => right.includes(name))!;
      expect(examination.grade(item, right)).toBe('right');
      for (const other of others.slice(0, 5)) expect(examination.grade(item, right.replace(told, other))).toBe('wrong');
    }
  });

  test('a story with a stranger in each sentence has too large a cast', () => {
    const names = world.grammar.tables['person']!.map(({ name }) => world.language.word(name)!);
    const report = take((item) => {
      let k = 0;
      return item.kind === 'story' ? item.reference.replace(new RegExp(names.join('|'), 'g'), () => names[k++ % names.length]!) : item.reference;
    });
    expect(report.castRatio).toBeGreaterThan(1.5);
  });
});

test('a size that is no positive whole number is an error', () => {
  expect(() => createExamination(english, { seed: 1, size: 0 })).toThrow('size must be a positive whole number, but it is 0');
});
