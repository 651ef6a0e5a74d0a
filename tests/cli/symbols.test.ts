import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inkling, newFolder, writeFile } from './inkling.ts';

test('a network is trained, kept, asked and shown', async () => {
  const file = join(newFolder(), 'symbols.json'), trained = await inkling(['symbols', 'train', '--out', file, '--json']);
  expect(trained.code).toBe(0);
  const last = trained.records().at(-1)!;
  expect(last).toMatchObject({ kind: 'trained', train: 1 });
  expect(last['test']).toBeGreaterThanOrEqual(0.95);
  expect((JSON.parse(readFileSync(file, 'utf8')) as { kind: string }).kind).toBe('symbol network');

  const asked = await inkling(['symbols', 'classify', '--model', file, '.../###/...', '#.#.#.#.#', '--json']);
  expect(asked.records().map(({ answer, rule }) => [answer, rule])).toEqual([['horizontal bar', 'horizontal bar'], ['cross', 'cross']]);
  const people = await inkling(['symbols', 'classify', '--model', file, '.../###/...']);
  expect(people.stdout).toMatch(/^······ {3}horizontal bar +█+ +\d\.\d{3} {2}<\n██████ /);

  const shown = await inkling(['symbols', 'show', '--model', file]);
  expect(shown.code).toBe(0);
  expect(shown.stdout).toContain('9 - 12 - 12 - 4, tanh, then sigmoid; ');
  expect(shown.stdout).toContain('neuron 11');
});

test('the symbols and their noise are drawn without a model', async () => {
  const { stdout, code } = await inkling(['symbols', 'show']);
  expect(code).toBe(0);
  expect(stdout).toContain('horizontal bar: 182 of 512 pictures');
});

test('the same seed gives the same file', async () => {
  const folder = newFolder(), files = ['a.json', 'b.json'].map((name) => join(folder, name));
  for (const file of files) await inkling(['symbols', 'train', '--epochs', 3, '--output', 'softmax', '--hidden', 5, '--seed', 9, '--out', file]);
  expect(readFileSync(files[0]!, 'utf8')).toBe(readFileSync(files[1]!, 'utf8'));
});

test('wrong usage says what is wrong', async () => {
  const other = writeFile(newFolder(), 'other.json', '{}');
  for (const [argv, message, code] of [
    [['symbols', 'classify', '--model', other], 'needs a picture', 2], [['symbols', 'classify', '--model', other, '..#'], 'has 3', 1],
    [['symbols', 'show', '--model', other], 'is no symbol network', 1], [['symbols', 'show', '--model', 'not/there.json'], 'Cannot read not/there.json', 1],
    [['symbols'], 'inkling symbols needs one of train, classify, show', 2],
  ] as const) {
    const found = await inkling(argv);
    expect(found.stderr).toContain(message);
    expect(found.code).toBe(code);
  }
});
