import { expect, test } from 'vitest';
import { parseAnalogies, scoreAnalogies, WordVectors } from '../../src/inspect/index.ts';

// two meanings, kind and age, and one word that has nothing to do with them
const made = new WordVectors(
  ['dog', 'puppy', 'cat', 'kitten', 'stone', 'nothing'],
  [1, 0, 0, 0, 1, 0, 1, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0]);

test('neighbours and cosines have the values of plain geometry', () => {
  expect(made.cosine('dog', 'puppy')).toBeCloseTo(Math.SQRT1_2, 12);
  expect(made.cosine('dog', 'stone')).toBe(0);
  expect(made.cosine('dog', 'nothing')).toBe(0);
  expect(made.nearest('kitten', { count: 2 }).map(({ word }) => word)).toEqual(['cat', 'puppy']);
  expect(made.nearest([0, 0, 0, -1], { exclude: ['dog'] }).at(-1)).toEqual({ word: 'stone', cosine: -1 });
  const table = made.similarities(['dog', 'cat', 'stone']);
  expect(table).toEqual([[1, 0, 0], [0, 1, 0], [0, 0, 1]]);
});

test('an analogy finds the fourth corner and never one of its own words', () => {
  const { best, rank } = made.analogy('dog', 'puppy', 'cat', { expected: 'kitten' });
  expect(rank).toBe(1);
  expect(best.map(({ word }) => word).sort()).toEqual(['kitten', 'nothing', 'stone']);
  expect(made.analogy('dog', 'puppy', 'cat', { expected: 'stone' }).rank).toBeGreaterThan(1);
  expect(made.analogy('dog', 'puppy', 'cat').rank).toBeNull();
  expect(() => made.analogy('dog', 'puppy', 'cat', { expected: 'dog' })).toThrow('"dog" is part of the question');
});

test('an axis runs from 0 to 1 between its words', () => {
  expect(made.axis('dog', 'puppy', ['dog', 'puppy', 'kitten', 'cat'])).toEqual([
    { word: 'dog', at: 0 }, { word: 'puppy', at: 1 }, { word: 'kitten', at: 1 }, { word: 'cat', at: 0 },
  ]);
  expect(() => made.axis('dog', 'dog')).toThrow('have the same vector');
});

test('analogy files are read by section, and what is unknown is counted before what is right', () => {
  const sections = parseAnalogies(': young\ndog puppy cat kitten\r\nCAT kitten dog puppy\ncow calf cat kitten\n\n: odd\ndog puppy cat stone\ndog puppy cat dog\n');
  expect(scoreAnalogies(made, sections)).toEqual([
    { name: 'young', questions: 3, covered: 1, first: 1, firstFive: 1 }, { name: 'odd', questions: 2, covered: 1, first: 0, firstFive: 1 },
  ]);
  expect(scoreAnalogies(made, sections, { lower: true })[0]).toMatchObject({ covered: 2, first: 2 });
  expect(() => parseAnalogies('a b c\n', 'q.txt')).toThrow('q.txt, line 1: an analogy is four words, but there are 3: a b c');
});

test('what cannot be is refused by name', () => {
  expect(() => made.vector('kiten')).toThrow('There is no vector for "kiten". Did you mean "kitten"?');
  expect(() => new WordVectors(['a', 'b'], [1, 2, 3])).toThrow('there are 3 for 2 words');
  expect(() => new WordVectors(['a', 'a'], [1, 2])).toThrow('"a" comes twice');
  expect(() => new WordVectors(['a'], [NaN])).toThrow('must be finite');
  expect(() => made.nearest([1])).toThrow('has 4 numbers, but this one has 1');
});
