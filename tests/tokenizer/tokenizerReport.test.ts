import { expect, test } from 'vitest';
import { createChars, createWords, tokenizerReport, trainBpe } from '../../src/tokenizer/index.ts';

const texts = ['the cat and the dog', 'the hat 你'];

test('a report counts by hand', () => {
  const report = tokenizerReport(createWords(texts, { vocab: 300 }), texts);
  // the _ cat _ and _ the _ dog | the _ hat _ 你
  expect(report).toMatchObject({ kind: 'words', documents: 2, bytes: 30, tokens: 14, words: 8, bytesPerToken: 30 / 14, tokensPerWord: 14 / 8, brokenShare: 0 });
  expect(report.mostFrequent.slice(0, 2).map(({ name, count }) => [name, count])).toEqual([['·', 6], ['the', 3]]);
  expect(report.unused.length).toBe(255);
  expect(report.longest[0]!.bytes).toBe(3);
  expect(report.merges).toEqual([]);
});

test('merges are told in order, with the pieces in which they were applied', () => {
  const tokenizer = trainBpe(texts, { vocab: 270 });
  const { merges, tokens } = tokenizerReport(tokenizer, texts);
  expect(merges.map(({ left, right }) => `${left} ${right}\n`).join('').replaceAll('·', 'Ġ')).toBe(tokenizer.toMerges());
  const the = merges.find(({ result }) => result === 'the')!;
  expect(the.count).toBe(3);
  expect(the.examples).toContain('·the');
  // every merge makes one token fewer
  expect(merges.reduce((sum, { count }) => sum + count, 0)).toBe(30 - tokens);
});

test('half characters are counted', () => {
  const report = tokenizerReport(createChars('a', { bytes: true }), 'aé');
  expect(report.brokenShare).toBeCloseTo(2 / 3);
});

test('no text gives zeros, not NaN', () => {
  expect(tokenizerReport(createChars('a'), [])).toMatchObject({ bytes: 0, tokens: 0, bytesPerToken: 0, tokensPerWord: 0 });
});
