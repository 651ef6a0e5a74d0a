import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { markdown } from '../../src/data/markdown.ts';
import { plainText } from '../../src/data/plainText.ts';
import { all, chunkSizes, chunksOf, failure, plainCharacters } from './chunks.ts';

const texts = async (content: string | Uint8Array, sizes?: readonly number[]): Promise<(string | Uint8Array)[]> =>
  (await all(plainText(chunksOf(content, sizes), 'a.txt'))).map(({ text }) => text);

describe('plain text', () => {
  test('a file is one document, every byte of it, however it arrives', async () => {
    await fc.assert(fc.asyncProperty(plainCharacters.filter((text) => text !== '' && !text.startsWith('\ufeff')), chunkSizes, async (text, sizes) => {
      expect(await texts(text, sizes)).toEqual([text]);
    }));
  });

  test('lines of <|endoftext|> separate documents', async () => {
    const documents = fc.array(plainCharacters.filter((text) => text !== '' && !text.startsWith('\ufeff')), { minLength: 1, maxLength: 4 });
    await fc.assert(fc.asyncProperty(documents, fc.constantFrom('\n', '\r\n'), fc.boolean(), chunkSizes, async (list, newline, atEnd, sizes) => {
      const lines = list.map((text) => `${text}\n`);
      const file = lines.join(`<|endoftext|>${newline}`) + (atEnd ? '<|endoftext|>' : '');
      expect(await texts(file, sizes)).toEqual(lines);
    }));
  });

  test('<|endoftext|> inside a line is text', async () => {
    for (const text of ['a <|endoftext|>\nb', '<|endoftext|> b\n', 'a\n<|endoftext|', 'x<|endoftext|>']) expect(await texts(text)).toEqual([text]);
  });

  test('a byte order mark at the start is left out', async () => {
    for (const sizes of [[1], [2], [100]]) expect(await texts('\ufeffa\ufeff', sizes)).toEqual(['a\ufeff']);
  });

  test('a few bytes that are not UTF-8 are kept as bytes', async () => {
    const bytes = new TextEncoder().encode('Ein langer deutscher Satz mit einem Umlaut.');
    bytes[10] = 0xfc;
    expect(await texts(bytes)).toEqual([bytes]);
  });

  test('a long text comes in pieces, cut at line ends, none of it lost', async () => {
    await fc.assert(fc.asyncProperty(fc.array(plainCharacters, { minLength: 5, maxLength: 40 }), fc.boolean(), chunkSizes, async (lines, separated, sizes) => {
      const text = 'x' + lines.join('\n');
      const file = separated ? `${text}\n<|endoftext|>\nend` : text;
      const pieces = await all(plainText(chunksOf(file, sizes), 'a.txt', { wholeBytes: 128, pieceBytes: 64 }));
      const documents: string[] = [''];
      pieces.forEach(({ text: part, continues }, i) => {
        documents[documents.length - 1] += part as string;
        expect(new TextEncoder().encode(part as string).length).toBeLessThanOrEqual(continues ? 64 : 128);
        if (!continues && i < pieces.length - 1) documents.push('');
      });
      expect(documents).toEqual(separated ? [`${text}\n`, 'end'] : [text]);
      expect(pieces.at(-1)!.continues ?? false).toBe(false);
    }));
  });

  test('what is not text gets a clear error', async () => {
    expect(await failure(plainText([], 'a.txt'))).toBe('DataError: a.txt is empty: there is nothing to learn from.');
    expect(await failure(plainText(chunksOf('ab\0c', [2]), 'a.bin'))).toMatch(/^DataError: a\.bin is not text: byte 2 is NUL, as in programs/);
    expect(await failure(plainText(chunksOf(new Uint8Array([0xff, 0xfe, 65, 0])), 'a.txt'))).toMatch(/a\.txt is UTF-16 text/);
    const gbk = Uint8Array.from({ length: 200 }, (_, i) => (i % 2 ? 0xe3 : 0xc4));
    expect(await failure(plainText(chunksOf(gbk, [200]), 'a.txt'))).toMatch(/^DataError: a\.txt is not UTF-8 text: .* convert it first/);
  });
});

describe('Markdown', () => {
  test('front matter is left out, all else is kept', async () => {
    const read = async (text: string): Promise<unknown[]> => (await all(markdown(chunksOf(text), 'a.md'))).map((document) => document.text);
    expect(await read('---\ntitle: x\n---\n\n# Head\n---\ntext\n')).toEqual(['# Head\n---\ntext\n']);
    expect(await read('# Head\n\n---\na: b\n---\n')).toEqual(['# Head\n\n---\na: b\n---\n']);
    expect(await read('---\nnot closed\n')).toEqual(['---\nnot closed\n']);
    expect(await read('---\nonly: this\n---\n')).toEqual([]);
  });
});
