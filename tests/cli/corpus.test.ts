import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createWorld } from '../../src/data/index.ts';
import { inkling, newFolder, rhymes, writeFile } from './inkling.ts';

const folder = newFolder();

test('corpus writes texts, conversations and senses of the world', async () => {
  const [out, chat, senses] = ['corpus.txt', 'chat.jsonl', 'senses.jsonl'].map((name) => join(folder, 'made', name)) as [string, string, string];
  const { code, records } = await inkling(['corpus', '--data', 'world', '--mb', 0.1, '--out', out, '--chat', chat, '--senses', senses, '--seed', 3, '--json']);
  expect(code).toBe(0);
  expect(records().map(({ file }) => file)).toEqual([out, chat, senses]);
  const documents = readFileSync(out, 'utf8').split('<|endoftext|>\n').slice(0, -1), world = createWorld({ seed: 3 });
  expect(documents.join('').length).toBeGreaterThanOrEqual(100_000);
  expect(documents.join('').length).toBeLessThan(102_000);
  documents.forEach((text, i) => expect(text).toBe(`${world.document(i).text}\n`));
  const lines = (file: string): Record<string, unknown>[] => readFileSync(file, 'utf8').trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines(chat)[0]).toEqual({ messages: world.conversation(0).messages });
  for (const { document, word, offset } of lines(senses) as { document: number; word: string; offset: number }[]) {
    expect(documents[document]!.slice(offset, offset + word.length).toLowerCase()).toContain(word.toLowerCase());
  }
});

test('corpus in both languages takes turns', async () => {
  const out = join(folder, 'both.txt');
  await inkling(['corpus', '--mb', 0.02, '--language', 'both', '--out', out, '--quiet']);
  const [first, second] = readFileSync(out, 'utf8').split('<|endoftext|>\n') as [string, string];
  expect(first).toMatch(/^[\x20-\x7e\n]+$/);
  expect(second).toMatch(/\p{Script=Han}/u);
});

test('corpus of classics', async () => {
  const out = join(folder, 'classics.txt');
  const { code, records } = await inkling(['corpus', '--data', 'classics', '--out', out, '--json', '--quiet']);
  expect(code).toBe(0);
  expect(records()[0]!['bytes']).toBeGreaterThan(1.2e6);
  expect(readFileSync(out, 'utf8')).toContain('White Rabbit');
  expect((await inkling(['corpus', '--data', 'classics', '--mb', 3, '--out', out])).stderr).toContain('--mb belongs to --data world');
});

test('corpus leaves nothing behind where it cannot write', async () => {
  const file = writeFile(folder, 'file', 'here');
  const { code, stderr } = await inkling(['corpus', '--mb', 0.01, '--out', join(file, 'below.txt')]);
  expect(stderr).toMatch(/Cannot write .*below\.txt/);
  expect(code).toBe(1);
  expect(readFileSync(file, 'utf8')).toBe('here');
});

test('tokenizer train, encode, decode, report', async () => {
  const data = writeFile(folder, 'rhymes.txt', rhymes), out = join(folder, 'tokenizer');
  const trained = await inkling(['tokenizer', 'train', '--data', data, '--vocab', 300, '--out', out, '--json']);
  expect(trained.records()).toMatchObject([{ kind: 'bpe', vocab: 300, file: `${out}/tokenizer.json` }]);
  expect(readdirSync(out).sort()).toEqual(['tokenizer.json', 'tokenizer.vocab']);
  const text = 'The cat sang 👋 <|end|>\n';
  const encoded = await inkling(['tokenizer', 'encode', '--tokenizer', out, '--text', text, '--json']);
  const ids = encoded.records()[0]!['ids'] as number[];
  expect(Math.max(...ids)).toBeLessThan(295); // no special token
  const decoded = await inkling(['tokenizer', 'decode', '--tokenizer', join(out, 'tokenizer.json'), '--ids', ids.join(' '), '--json']);
  expect(decoded.records()).toEqual([{ text, count: ids.length }]);
  expect((await inkling(['tokenizer', 'encode', '--tokenizer', out], text)).stdout.split('\n')[0]).toBe(ids.join(' '));
  expect((await inkling(['tokenizer', 'decode', '--tokenizer', out], ids.join(','))).stdout).toBe(`${text}\n`);
  const report = await inkling(['tokenizer', 'report', '--tokenizer', out, '--data', data, '--json']);
  expect(report.records()[0]).toMatchObject({ kind: 'bpe', size: 300, documents: 1, bytes: rhymes.length });
});

test('tokenizer: what cannot be is named', async () => {
  const out = join(folder, 'tokenizer');
  expect((await inkling(['tokenizer', 'decode', '--tokenizer', out, '--ids', '1 two'])).stderr).toContain('but one is "two"');
  expect((await inkling(['tokenizer', 'decode', '--tokenizer', out, '--ids', '999'])).stderr).toContain('go from 0 to 299, but there is an id 999');
  expect((await inkling(['tokenizer', 'encode', '--tokenizer', join(folder, 'none'), '--text', 'a'])).stderr).toContain('There is no tokenizer');
  const damaged = writeFile(folder, 'damaged.json', '{"version": "1.0", ');
  expect((await inkling(['tokenizer', 'encode', '--tokenizer', damaged, '--text', 'a'])).stderr).toContain('is not JSON, or is cut short');
  const refused = await inkling(['tokenizer', 'train', '--data', join(folder, 'rhymes.txt'), '--vocab', 255, '--out', join(folder, 'never')]);
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('--vocab must be at least 261') as string });
  expect(existsSync(join(folder, 'never'))).toBe(false);
});
