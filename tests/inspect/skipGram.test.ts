import { afterAll, beforeAll, expect, test } from 'vitest';
import { createWorld } from '../../src/data/index.ts';
import { createEngine, type Engine } from '../../src/engine/index.ts';
import { scoreAnalogies, skipGram, wordsOf, worldAnalogies } from '../../src/inspect/index.ts';
import { Random } from '../../src/random.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine({ threads: 1 });
});
afterAll(() => engine.stop());

test('words are runs of letters, and characters where there are no spaces', () => {
  expect(wordsOf('The dog\'s bone, 狗叫。Été 3 o’clock!')).toEqual(['the', "dog's", 'bone', '狗', '叫', 'été', 'o’clock']);
  expect(wordsOf('... 12')).toEqual([]);
});

test('young ones of families that no text names are found by analogy', () => {
  const world = createWorld({ seed: 1 }), texts: string[] = [];
  for (let i = 0, bytes = 0; bytes < 1.5e6; i++) {
    const { text } = world.document(i);
    texts.push(text);
    bytes += text.length;
  }
  // nobody says it
  expect(texts.some((text) => /baby (horse|duck)\b|young (horse|duck)\b|(foal|duckling) is (a young|called)|(horse|duck) is very young/.test(text))).toBe(false);
  expect(texts.some((text) => /baby dog is called a puppy/.test(text))).toBe(true);
  const vectors = skipGram(engine, texts, { seed: 1, epochs: 2, rate: 0.02 }), scores = scoreAnalogies(vectors, worldAnalogies(world), { lower: true });
  console.log(scores.map(({ name, covered, first, firstFive }) => `${name}: ${first} of ${covered} first, ${firstFive} among five`).join('\n'));
  const [held, told] = scores as [typeof scores[0], typeof scores[0]];
  expect(held.name).toBe('young, never told');
  expect(held.covered).toBe(36);
  expect(held.first / held.covered).toBeGreaterThanOrEqual(0.8);
  expect(told.first / told.covered).toBeGreaterThanOrEqual(0.8);
}, 600_000);

/** Two kinds of words that never meet. */
function kinds(): string[][] {
  const random = new Random(3);
  return Array.from({ length: 600 }, (_, i) => Array.from({ length: 12 }, () => random.pick(i % 2 ? ['a', 'b', 'c', 'd'] : ['w', 'x', 'y', 'z'])));
}

test('words in the same company lie near each other, and the same seed gives the same bits on any number of threads', async () => {
  const options = { channels: 8, epochs: 8, subsample: 1, rate: 0.03, seed: 5 }, losses: number[] = [];
  const vectors = skipGram(engine, kinds(), { ...options, onProgress: ({ loss }) => losses.push(loss) });
  for (const word of ['a', 'b', 'c', 'd']) expect(vectors.nearest(word, { count: 3 }).map(({ word: near }) => near).every((near) => 'abcd'.includes(near))).toBe(true);
  expect(losses.at(-1)).toBeLessThan(0.8 * losses[0]!);
  const two = await createEngine({ threads: 2 });
  const again = [skipGram(two, kinds(), options), skipGram(engine, kinds(), options)];
  for (const word of vectors.words) for (const other of again) expect(other.vector(word)).toEqual(vectors.vector(word));
  expect(skipGram(engine, kinds(), { ...options, seed: 6 }).vector('a')).not.toEqual(vectors.vector('a'));
  const used = engine.memory.used;
  skipGram(engine, kinds(), options);
  expect(engine.memory.used).toBe(used);
  two.stop();
});

test('what cannot be is refused by name', () => {
  expect(() => skipGram(engine, ['a b c'])).toThrow('There are 0 words that come at least 5 times');
  expect(() => skipGram(engine, kinds(), { window: 0 })).toThrow('window must be a whole number of at least 1, but it is 0');
  expect(() => skipGram(engine, kinds(), { rate: NaN })).toThrow('rate must be a number above 0');
});
