import fc from 'fast-check';
import { expect, test } from 'vitest';
import { csv } from '../../src/data/csv.ts';
import { all, chunkSizes, chunksOf, failure, plainCharacters } from './chunks.ts';

const quote = (field: string, always: boolean): string => (always || /[",\r\n]/.test(field) || field === '' ? `"${field.replaceAll('"', '""')}"` : field);

test('any fields come back, quoted or not, however they arrive', async () => {
  await fc.assert(fc.asyncProperty(
    fc.array(fc.tuple(plainCharacters, plainCharacters), { minLength: 1, maxLength: 4 }), fc.boolean(), fc.constantFrom('\n', '\r\n'), fc.boolean(), chunkSizes,
    async (rows, always, newline, atEnd, sizes) => {
      const file = [['Prompt', 'response'], ...rows].map((row) => row.map((field) => quote(field, always)).join(',')).join(newline) + (atEnd ? newline : '');
      expect(await all(csv(chunksOf(file, sizes), 'a.csv'))).toEqual(rows.map(([prompt, response]) => ({
        messages: [{ role: 'user', content: prompt }, { role: 'assistant', content: response }],
      })));
    },
  ), { numRuns: 300 });
});

test('a column of text makes texts; a system column comes first in a conversation', async () => {
  expect(await all(csv(chunksOf('\ufeffid,text\n1,one\n\n2,"two, too"\n'), 'a.csv'))).toEqual([{ text: 'one' }, { text: 'two, too' }]);
  expect(await all(csv(chunksOf('prompt,response,system\na,b,c\nd,e,\n'), 'a.csv'))).toEqual([
    { messages: [{ role: 'system', content: 'c' }, { role: 'user', content: 'a' }, { role: 'assistant', content: 'b' }] },
    { messages: [{ role: 'user', content: 'd' }, { role: 'assistant', content: 'e' }] },
  ]);
});

test.each([
  ['a,b\n1,2\n', /^FormatError: a\.csv needs a column "text", or two columns "prompt" and "response"\. The first line has "a", "b"\./],
  ['text,n\nx,1\n"y\nz",1,2\n', /a\.csv line 3 has 3 fields, but the header has 2/],
  ['text\n"never\nclosed\n', /the quote opened in line 2 is never closed/],
  ['text\n"a"b\n', /line 2: after a closing quote there should be a comma/],
  ['', /^DataError: a\.csv is empty/],
])('%j gets a clear error', async (content, says) => {
  expect(await failure(csv(chunksOf(content), 'a.csv'))).toMatch(says);
});
