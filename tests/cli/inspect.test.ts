import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { parseNpy } from '../../src/formats/index.ts';
import { inkling, newFolder, rhymes, tiny, writeFile } from './inkling.ts';

let model: string, book: string, folder: string;
beforeAll(async () => {
  folder = newFolder();
  model = join(folder, 'model');
  book = writeFile(folder, 'book.txt', rhymes);
  const { code, stderr } = await inkling(['pretrain', '--data', book, '--tokenizer', 'words', '--vocab', 320, '--steps', 6, '--out', model, ...tiny]);
  expect(code, stderr).toBe(0);
});
const TEXT = 'The cat sat on the mat.';
const inspect = (...argv: (string | number)[]): ReturnType<typeof inkling> => inkling(['inspect', ...argv, '--threads', 1]);

test('tensors are described, and one is written to a file', async () => {
  const { code, stdout } = await inspect('tensor', '--model', model, '--text', TEXT, 'blocks.*.mlp.hidden', 'grad(head.weight)', '--json');
  expect(code).toBe(0);
  expect(stdout.trim().split('\n').map((line) => (JSON.parse(line) as { name: string }).name)).toEqual(['blocks.0.mlp.hidden', 'grad(head.weight)']);
  const out = join(folder, 'hidden.npy'), shown = await inspect('tensor', '--model', model, '--text', TEXT, 'blocks.0.mlp.hidden', '--out', out);
  expect(shown.stdout).toMatch(/tensor +shape +min +max/);
  const { shape, data } = parseNpy(new Uint8Array(readFileSync(out)));
  expect([...data].every(Number.isFinite)).toBe(true);
  expect(shape.length).toBe(2);
});

test('attention, the lens and reasons are told', async () => {
  const heads = await inspect('attention', '--model', model, TEXT, '--json');
  expect(heads.records().map(({ kind, layer, head }) => [kind, layer, head])).toEqual([['head', 0, 0], ['head', 0, 1]]);
  const one = await inspect('attention', '--model', model, '--layer', 0, '--head', 1, TEXT, '--json'), [steps] = one.records() as [{ probs: number[][]; masked: (number | null)[][]; tokens: string[] }];
  steps.probs.forEach((row, t) => {
    expect(row.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
    expect(row.slice(t + 1).every((p) => p === 0)).toBe(true);
    expect(steps.masked[t]!.slice(t + 1).every((x) => x === null)).toBe(true);
  });
  expect((await inspect('attention', '--model', model, '--layer', 0, '--head', 1, TEXT)).stdout.trim().split('\n').length).toBe(steps.tokens.length);

  const lens = await inspect('lens', '--model', model, TEXT, '--all', '--json');
  expect(lens.records().length).toBe(steps.tokens.length);
  const why = await inspect('why', '--model', model, TEXT, '--token', 'cat', '--against', 'dog', '--json'), [reasons] = why.records() as [{ logit: number; sum: number; error: number; words: unknown[]; without: unknown[] }];
  expect(why.code, why.stderr).toBe(0);
  expect(Math.abs(reasons.sum - reasons.logit)).toBeLessThan(1e-3);
  expect(Math.abs(reasons.error)).toBeLessThan(1e-3);
  expect(reasons.words.length).toBe(steps.tokens.length);
  expect(reasons.without.length).toBe(3);
  expect((await inspect('why', '--model', model, TEXT)).stdout).toContain('Without a part');
});

test('neighbours are learned from a text or taken from a model, and neurons have their places', async () => {
  const file = writeFile(folder, 'analogies.txt', ': beds\ncat mat dog log\n');
  const learned = await inspect('neighbours', '--data', book, '--channels', 8, '--epochs', 1, '--analogy', 'cat mat dog', '--analogies', file, 'cat', '--json');
  expect(learned.code, learned.stderr).toBe(0);
  expect(learned.records().map(({ kind }) => kind)).toEqual(['neighbours', 'analogy', 'score']);
  const table = await inspect('neighbours', '--data', book, '--model', model, 'cat');
  expect(table.stdout).toMatch(/cat: \S+ -?\d\.\d\d, /);
  const places = await inspect('neuron', '--model', model, '--data', book, 3, '--count', 4, '--json'), values = places.records().map(({ value }) => value as number);
  expect(values.length).toBe(4);
  expect([...values].sort((a, b) => b - a)).toEqual(values);
});

test('the bank test is told', async () => {
  const { code, stderr, records } = await inspect('bank', '--model', model, '--each', 10, '--folds', 2, '--json');
  expect(code, stderr).toBe(0);
  expect(records()[0]).toMatchObject({ kind: 'bank' });
}, 300_000);

test('wrong usage says what is wrong', async () => {
  for (const [argv, message] of [
    [['tensor', '--model', model, '--text', TEXT], 'needs a query'], [['tensor', '--model', model, '--text', TEXT, 'nothing.here'], 'No tensor is called "nothing.here"'],
    [['tensor', '--model', model, '--text', TEXT, 'norm', '--out', 'x.xml'], '--out must end in .json, .csv, .npy'], [['tensor', '--model', model, '--text', TEXT, 'norm', 'logits', '--out', 'x.csv'], '--out takes one tensor, but there are 2'],
    [['attention', '--model', model], 'needs a text'], [['attention', '--model', model, '--layer', 0, TEXT], 'go together'], [['attention', '--model', model, '--layer', 0, '--head', 2, TEXT], '--head must be from 0 to 1'],
    [['lens', '--model', model, TEXT, '--token', 'cat dog'], '--token must be one token'], [['neighbours'], 'needs words to choose from'],
    [['neighbours', '--data', book, '--analogy', 'a b'], 'takes three words'], [['neighbours', '--data', book, '--score'], '--score is for --data world'], [['neuron', '--model', model, '--data', book], 'needs the number of a neuron'],
    [['nothing'], 'inkling inspect needs one of'],
  ] as const) {
    const found = await inspect(...argv);
    expect(found.stderr).toContain(message);
    expect(found.code).toBe(2);
  }
});
