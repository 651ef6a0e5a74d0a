import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildDataset } from '../../src/data/dataset.ts';
import { shuffledWindows } from '../../src/data/shuffledWindows.ts';
import { createBatch } from '../../src/data/loader.ts';
import type { Document } from '../../src/data/source.ts';
import { fileSource } from '../../src/node/fileSource.ts';
import { folderStore } from '../../src/node/folderStore.ts';
import { all, failure } from '../data/chunks.ts';

let folder = '';
const place = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, content);
  return path;
};
beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'inkling-files-')); });
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a file', () => {
  test('is read as its extension says, again and again', async () => {
    const source = fileSource(place('chat.jsonl', '{"text":"a"}\n[{"role":"user","content":"é"}]\n'));
    expect(source.name).toBe('chat.jsonl');
    expect(source.bytes).toBe(46);
    for (let i = 0; i < 2; i++) expect(await all(source.documents())).toEqual([{ text: 'a' }, { messages: [{ role: 'user', content: 'é' }] }]);
  });

  test('with an unknown extension is plain text', async () => {
    expect(await all(fileSource(place('story.tale', 'Once.\n')).documents())).toEqual([{ text: 'Once.\n' }]);
  });
});

describe('a folder', () => {
  test('gives all its texts in the order of their names, folders inside too', async () => {
    place('all/b.txt', 'b');
    place('all/a.md', '---\nx: y\n---\na');
    place('all/c/d.csv', 'text\nd\n');
    place('all/c/.hidden/e.txt', 'no');
    place('all/picture.png', 'no\0');
    place('all/empty.txt', '');
    symlinkSync('nowhere', join(folder, 'all', 'broken.txt'));
    const source = fileSource(join(folder, 'all'));
    expect(await all(source.documents())).toEqual([{ text: 'a' }, { text: 'b' }, { text: 'd' }]);
    expect(fileSource(join(folder, 'all') + '/').name).toBe('all');
  });

  test('without text is named', () => {
    mkdirSync(join(folder, 'none'));
    expect(() => fileSource(join(folder, 'none'))).toThrow(/^The folder .*none has no text to learn from: no file in it ends in \.txt, .*\.csv/);
  });
});

describe('bad input gets a clear error', () => {
  test('a missing path, with the name that was probably meant', () => {
    place('shakespeare.txt', 'x');
    expect(() => fileSource(join(folder, 'shakespear.txt'))).toThrow(`There is no file or folder ${join(folder, 'shakespear.txt')}. Did you mean ${join(folder, 'shakespeare.txt')}?`);
    expect(() => fileSource(join(folder, 'not', 'here'))).toThrow(/does not exist either/);
  });

  test('an empty file', () => {
    const path = place('empty.txt', '');
    expect(() => fileSource(path)).toThrow(`${path} is empty: there is nothing to learn from.`);
  });

  test('a binary file', async () => {
    const random = Uint8Array.from({ length: 5000 }, (_, i) => (i * i * 2654435761) >>> 13 & 255);
    expect(await failure(fileSource(place('random.bin', random)).documents())).toMatch(/^DataError: .*random\.bin is not text: byte \d+ is NUL/);
    expect(await failure(fileSource(place('no-nul.bin', random.map((byte) => byte || 1))).documents())).toMatch(/^DataError: .*no-nul\.bin is not UTF-8 text/);
  });

  test('a file that vanishes', async () => {
    const path = place('brief.txt', 'x'), source = fileSource(path);
    rmSync(path);
    expect(await failure(source.documents())).toBe(`DataError: ${path} cannot be read: it was there a moment ago, but is gone.`);
  });

  test('a file of one token', async () => {
    const encode = (document: Document): { ids: Uint32Array } => ({ ids: new Uint32Array('text' in document ? document.text.length : 0) });
    await expect(buildDataset(fileSource(place('one.txt', 'x')), encode, { seed: 1 })).rejects.toThrow('one.txt has only 1 token. Learning needs at least two');
  });
});

test('real conversations, a bare list in each line', async (context) => {
  const path = new URL('../../../shared/data/nanochat-identity_conversations.jsonl', import.meta.url).pathname;
  if (!existsSync(path)) return context.skip('nanochat-identity_conversations.jsonl is not here');
  const conversations = (await all(fileSource(path).documents())).map((document) => ('messages' in document ? document.messages : []));
  expect(conversations.length).toBe(996);
  expect(conversations.flat().length).toBe(12_694);
});

test('a text too long for memory is streamed to a folder and trained from there', async () => {
  const line = 'The quick brown fox jumps over the lazy dog, again and again.\n', lines = 300_000;
  const path = place('long.txt', line.repeat(lines));
  const encode = (document: Document): { ids: Uint32Array } => {
    const text = 'text' in document ? document.text as string : '', ids = new Uint32Array(text.length);
    for (let i = 0; i < text.length; i++) ids[i] = text.charCodeAt(i);
    return { ids };
  };
  const spill = folderStore(join(folder, 'spilled'));
  const { train, validation, report } = await buildDataset(fileSource(path), encode, { seed: 1, spill, tokensInMemory: 2 ** 22 });
  expect(report).toMatchObject({ documents: 1, tokens: line.length * lines, bytes: line.length * lines });
  expect(train.length + validation.length).toBe(line.length * lines);
  expect((await spill.list()).length).toBeGreaterThanOrEqual(2);
  const loader = shuffledWindows(train, { rows: 2, context: line.length, seed: 1 }), batch = createBatch(2, line.length);
  for (let i = 0; i < 200; i++) {
    loader.next(batch);
    for (const row of [0, line.length]) {
      const text = String.fromCharCode(...batch.tokens.subarray(row, row + line.length));
      expect((line + line).includes(text)).toBe(true);
      expect([...batch.targets.subarray(row, row + line.length - 1)]).toEqual([...batch.tokens.subarray(row + 1, row + line.length)]);
    }
  }
  train.close();
  validation.close();
});
