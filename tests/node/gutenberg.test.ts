import { expect, test } from 'vitest';
import { classics, gutenberg } from '../../src/node/gutenberg.ts';
import { all } from '../data/chunks.ts';

test('the classics are four books, chapter by chapter', async () => {
  const source = classics(), texts = (await all(source.documents())).map((document) => ('text' in document ? document.text as string : ''));
  const joined = texts.join('');
  expect(joined).toContain('Alice was beginning to get very tired of sitting by her sister');
  expect(joined).toContain('Buster Bear yawned');
  expect(joined).not.toContain('\r');
  expect(texts.length).toBeGreaterThan(60);
  expect(source.bytes).toBe(1_413_655);
  // Only trailing white space and the carriage returns of three of the books are gone.
  expect(joined.length).toBeGreaterThan(0.97 * source.bytes!);
});

test('gutenberg are all 18 books, without damaged letters', async () => {
  const source = gutenberg(), texts = (await all(source.documents())).map((document) => ('text' in document ? document.text as string : ''));
  expect(source.bytes).toBe(11_793_318);
  for (const name of ['Emma by Jane Austen', 'The King James Bible', 'Moby Dick', 'Leaves of Grass', 'Tragedie of Macbeth']) {
    expect(texts.filter((text) => text.includes(`[${name}`) || text.slice(0, 300).includes(name)).length).toBeGreaterThan(0);
  }
  for (const text of texts) expect(/[\ufffd\r\0]/.test(text)).toBe(false);
  // No chapter dominates: the longest is a play or a book of the Bible.
  expect(Math.max(...texts.map((text) => text.length))).toBeLessThan(250_000);
});
