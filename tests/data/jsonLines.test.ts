import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonLines } from '../../src/data/jsonLines.ts';
import type { Document } from '../../src/data/source.ts';
import { all, chunkSizes, chunksOf, failure } from './chunks.ts';

const read = (content: string, sizes?: readonly number[]): Promise<Document[]> => all(jsonLines(chunksOf(content, sizes), 'a.jsonl'));

test('texts and conversations come back, however they arrive', async () => {
  const message = fc.record({ role: fc.constantFrom('user', 'assistant'), content: fc.string({ unit: 'grapheme' }) });
  const document = fc.oneof(fc.record({ text: fc.string({ unit: 'grapheme' }) }), fc.record({ messages: fc.array(message, { minLength: 1, maxLength: 3 }) }));
  await fc.assert(fc.asyncProperty(fc.array(document, { minLength: 1, maxLength: 5 }), fc.constantFrom('\n', '\r\n', '\n\n'), chunkSizes, async (documents, newline, sizes) => {
    const file = documents.map((value) => JSON.stringify(value)).join(newline);
    expect(await read(file, sizes)).toEqual(documents);
    expect(await read(`\ufeff${file}${newline}`, sizes)).toEqual(documents);
  }));
});

test('other fields are ignored, and a bare list is a conversation', async () => {
  expect(await read('{"id":1,"text":"a"}\n[{"role":"user","content":"b","extra":0}]')).toEqual([{ text: 'a' }, { messages: [{ role: 'user', content: 'b' }] }]);
});

test.each([
  ['{"text":"a"}\n{"text":', /^FormatError: a\.jsonl line 2 is not JSON: .*one whole JSON object/],
  ['\n\n"text"', /line 3 should be \{"text": \.\.\.\} or/],
  ['{"txt":"a","id":2}', /line 1 should have "text" or "messages", but it has "txt", "id"\./],
  ['{"text":7}', /line 1: "text" should be a string, but it is 7/],
  ['{"messages":{}}', /"messages" should be a list/],
  ['{"messages":[]}', /at least one message/],
  ['{"messages":[{"role":"user","content":null}]}', /message 1 should be \{"role": \.\.\., "content": \.\.\.\} with two strings/],
  ['{"messages":[{"role":"assistent","content":""}]}', /unknown role "assistent"\. Did you mean "assistant"\?/],
  ['{"messages":[{"role":"user","content":""},{"role":"system","content":""}]}', /message 2: a system message can only stand first/],
  ['', /^DataError: a\.jsonl is empty/],
])('%j gets a clear error', async (content, says) => {
  expect(await failure(jsonLines(chunksOf(content), 'a.jsonl'))).toMatch(says);
});

test('a line that is not UTF-8 is named', async () => {
  const bytes = new TextEncoder().encode('{"text":"a long enough line of plain text"}\n{"text":"?"}');
  bytes[bytes.length - 3] = 0xfc;
  expect(await failure(jsonLines([bytes], 'a.jsonl'))).toBe('FormatError: a.jsonl line 2 is not valid UTF-8.');
});
