import { expect, test } from 'vitest';
import { createWorld, worldQuestions } from '../../../src/data/index.ts';
import { createFilter, NgramClassifier, trainClassifier } from '../../../src/decode/index.ts';
import { createEngine } from '../../../src/engine/index.ts';
import { oneThread } from '../models.ts';

test('kinds of questions are told apart, also in wordings never seen; the same bits on two threads', async () => {
  const world = createWorld({ seed: 1 }), examples = worldQuestions(world, 3000), held = worldQuestions(world, 1000, true);
  const engine = await oneThread();
  trainClassifier(engine, examples.slice(0, 40), { epochs: 1 });
  const { used } = engine.memory, classifier = trainClassifier(engine, examples);
  expect(engine.memory.used).toBe(used);
  const right = held.filter(({ text, label }) => classifier.classify(text).label === label).length;
  console.log(`classifier: ${right / 10}% of 1000 held-out questions are named rightly`);
  expect(right).toBeGreaterThan(900);
  const two = await createEngine({ threads: 2 });
  expect(JSON.stringify(trainClassifier(two, examples.slice(0, 400), { epochs: 1 }))).toBe(JSON.stringify(trainClassifier(engine, examples.slice(0, 400), { epochs: 1 })));
  two.stop();
  const again = NgramClassifier.parse(JSON.parse(JSON.stringify(classifier)));
  for (const { text } of held.slice(0, 20)) expect(again.classify(text)).toEqual(classifier.classify(text));
  expect(() => NgramClassifier.parse({ labels: ['a'] })).toThrow('This is no classifier');

  const filter = createFilter({ classifier, refuse: ['refuse'], refusal: 'I do not know that.' });
  const unanswerable = held.filter(({ label }) => label === 'refuse'), others = held.filter(({ label }) => label !== 'refuse');
  const refused = (list: typeof held): number => list.filter(({ text }) => filter.inspect(text).length > 0).length / list.length;
  console.log(`classifier: refuses ${(100 * refused(unanswerable)).toFixed(1)}% of what nobody knows, ${(100 * refused(others)).toFixed(1)}% of the rest`);
  expect(refused(unanswerable)).toBeGreaterThan(0.85);
  expect(refused(others)).toBeLessThan(0.05);
  expect(() => createFilter({ classifier, refuse: ['weather'] })).toThrow('The classifier has no label "weather". It has about, context');
  expect(() => createFilter({ classifier })).toThrow('needs labels that are refused');
  expect(() => trainClassifier(engine, examples.slice(0, 5))).toThrow('at least 32 examples');
});

test('a classifier reads sentence by sentence, and nothing of a refused one is shown', () => {
  const seen: string[] = [];
  const classifier = { labels: ['rude', 'polite'], classify: (text: string) => (seen.push(text), text.includes('fool') ? { label: 'rude', probability: 0.8 } : { label: 'polite', probability: 1 }) };
  const gate = createFilter({ classifier, refuse: ['rude'] }).gate();
  const shown = [...'Good day. How are you? You fool! Bye.'].map((one) => gate.push(one)).join('') + gate.end();
  expect(shown).toBe('Good day. How are you? ');
  expect(seen.slice(1), 'the first is the refusal').toEqual(['Good day.', 'How are you?', 'You fool!']);
  expect(gate.found).toMatchObject({ stage: 'classifier', rule: 'rude', source: 'probability 0.800', from: 23 });
  expect(createFilter({ classifier, refuse: ['rude'], least: 0.9 }).inspect('You fool!')).toEqual([]);
});

test('a classifier may be left to messages, and then says nothing of replies', () => {
  const classifier = { labels: ['ask', 'other'], classify: (text: string) => ({ label: text.includes('?') ? 'ask' : 'other', probability: 1 }) }, options = { classifier, refuse: ['ask'], refusal: 'What?' } as const;
  const filter = createFilter({ ...options, classify: 'messages' }), gate = filter.gate();
  expect(filter.inspect('Who?')).toMatchObject([{ stage: 'classifier', rule: 'ask', mode: 'input' }]);
  expect(gate.push('Who? Me.') + gate.end()).toBe('Who? Me.');
  expect(() => createFilter(options)).toThrow('The refusal itself would be blocked');
  expect(() => createFilter({ ...options, classify: 'messages', input: false })).toThrow('messages are not looked at');
});
