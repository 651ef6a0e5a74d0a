import { expect, test } from 'vitest';
import { DataError, OptionError } from '../../src/errors.ts';
import { createWords, parseTokenizer } from '../../src/tokenizer/index.ts';

const shown = (text: string, training: string): string[] => {
  const tokenizer = createWords(training, { vocab: 400, specials: [] });
  return [...tokenizer.encode(text)].map((id) => tokenizer.nameOf(id));
};

test('words, spaces and punctuation are tokens', () => {
  expect(shown("The cat's here, here.\n", "The cat's here")).toEqual(['The', '·', "cat's", '·', 'here', ',', '·', 'here', '.', '\\n']);
});

test('a rare word is spelled in bytes', () => {
  expect(shown('the cab é', 'the cat')).toEqual(['the', '·', 'c', 'a', 'b', '·', '<0xC3>', '<0xA9>']);
});

test('Chinese characters are words', () => {
  expect(shown('小猫。cat', '小猫小狗。cat')).toEqual(['小', '猫', '。', 'cat']);
});

test('the most frequent words come first, equal ones in the order of their bytes', () => {
  const tokenizer = createWords(['bb aa cc', 'cc zz'], { vocab: 259, specials: [] });
  expect([256, 257, 258].map((id) => tokenizer.nameOf(id))).toEqual(['cc', 'aa', 'bb']);
  expect(tokenizer.size).toBe(259);
});

test('the name of a special token never becomes a word', () => {
  const tokenizer = createWords('end end end', { vocab: 300, specials: ['end'] });
  expect([...tokenizer.encode('end')]).toEqual([...'end'].map((ch) => ch.charCodeAt(0)));
  expect([...tokenizer.encode('end', { specials: 'all' })]).toEqual([tokenizer.size - 1]);
});

test('bad options and damaged vocabularies are refused', () => {
  expect(() => createWords('a', { vocab: 260 })).toThrow(OptionError);
  expect(() => createWords('', { vocab: 300 })).toThrow(DataError);
  const json = createWords('the cat', { vocab: 300 }).toJSON();
  delete json.model.vocab['a'];
  expect(() => parseTokenizer(json)).toThrow(/byte 97 is missing/);
});
