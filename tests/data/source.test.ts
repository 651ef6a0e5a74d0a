import { expect, test } from 'vitest';
import { blobSource } from '../../src/data/blobSource.ts';
import { parserOf } from '../../src/data/parserOf.ts';
import { joinSources, textSource } from '../../src/data/source.ts';
import { all } from './chunks.ts';

test('a text, several sources, and a file from a page give their documents, again and again', async () => {
  const joined = joinSources('both', [textSource('a', 'one'), textSource('empty', ''), blobSource(new Blob(['{"text":"two"}\n']), 'b.JSONL')]);
  for (let i = 0; i < 2; i++) expect(await all(joined.documents())).toEqual([{ text: 'one' }, { text: 'two' }]);
  expect(await all(blobSource(new Blob(['{"text":']), 'b.log').documents())).toEqual([{ text: '{"text":' }]);
  expect(joined.bytes).toBeUndefined();
  expect(joinSources('x', [blobSource(new Blob(['abc']), 'a'), blobSource(new Blob(['de']), 'b')]).bytes).toBe(5);
});

test('the extension chooses the parser', () => {
  for (const name of ['a.txt', 'b.MD', 'c/d.jsonl', 'e.csv', 'f.json']) expect(parserOf(name)).not.toBeNull();
  for (const name of ['a', 'b.png', 'txt', 'a.txt/b', '.constructor', 'x.toString']) expect(parserOf(name)).toBeNull();
});
