import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { Receipt } from '../../src/train/receipt.ts';
import { inkling, newFolder, type Outcome, rhymes, tiny, writeFile } from './inkling.ts';

const folder = newFolder(), data = writeFile(folder, 'rhymes.txt', rhymes), out = join(folder, 'run');
const command = ['pretrain', '--data', data, '--tokenizer', 'chars', ...tiny, '--steps', 40, '--lr', 0.01, '--seed', 7];
const json = <T>(file: string): T => JSON.parse(readFileSync(file, 'utf8')) as T;
const last = (outcome: Outcome): Record<string, unknown> => outcome.records().at(-1)!;

let first: Outcome;
beforeAll(async () => {
  first = await inkling([...command, '--out', out, '--json']);
});

test('a run leaves a model, its tokenizer, a receipt, a log and checkpoints', () => {
  expect(first).toMatchObject({ code: 0 });
  expect(readdirSync(out).sort()).toEqual(['checkpoints', 'config.json', 'log.jsonl', 'model.safetensors', 'receipt.json', 'run.json', 'tokenizer.json', 'tokenizer.vocab']);
  expect(json(join(out, 'config.json'))).toMatchObject({ model_type: 'inkling', layers: 1, channels: 16, context: 16, vocab: new Set(rhymes).size });
  const { hashes, steps, seed } = json<Receipt>(join(out, 'receipt.json'));
  expect({ hashes: hashes.map(({ step }) => step), steps, seed }).toEqual({ hashes: [4, 8, 12, 16, 20, 24, 28, 32, 36, 40], steps: 40, seed: 7 });
});

test('--json: events and nothing else on standard output, text for people on standard error', () => {
  const records = first.records(), kinds = new Set(records.map(({ kind }) => kind));
  expect([...kinds]).toEqual(expect.arrayContaining(['data', 'start', 'step', 'evaluation', 'hash', 'checkpoint', 'end', 'result']));
  expect(first.stderr).toContain('step 40/40');
  const losses = records.filter(({ kind }) => kind === 'step').map(({ loss }) => loss as number);
  expect(losses.at(-1)!).toBeLessThan(0.8 * losses[0]!);
});

test('the log holds the same events', () => {
  const log = readFileSync(join(out, 'log.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as { kind: string; step: number });
  expect(log.filter(({ kind }) => kind === 'step').slice(0, 25).map(({ step }) => step)).toEqual(Array.from({ length: 25 }, (_, i) => i + 1));
  expect(log.at(-1)!.kind).toBe('end');
});

test('the same command gives the same bits; another seed gives others', async () => {
  const again = await inkling([...command, '--out', join(folder, 'again'), '--json', '--quiet']);
  const other = await inkling([...command.slice(0, -1), 8, '--out', join(folder, 'other'), '--json', '--quiet']);
  expect(last(again)['weights']).toBe(last(first)['weights']);
  expect(last(other)['weights']).not.toBe(last(first)['weights']);
  expect(again.stderr).toBe('');
});

test('--recompute gives the same weights, also from the middle of a run on, and stands in settings and receipt', async () => {
  const from = (name: string): boolean => json<{ recipe: { recompute: boolean } }>(join(folder, 'lean', name)).recipe.recompute;
  const lean = ['--out', join(folder, 'lean'), '--json', '--quiet'];
  expect(last(await inkling([...command, '--recompute', ...lean]))['weights']).toBe(last(first)['weights']);
  expect([from('run.json'), from('receipt.json')]).toEqual([true, true]);
  rmSync(join(folder, 'lean'), { recursive: true });
  await inkling([...command, ...lean]);
  expect([from('run.json'), from('receipt.json')]).toEqual([false, false]);
  rmSync(join(folder, 'lean', 'receipt.json'));
  for (const name of readdirSync(join(folder, 'lean', 'checkpoints'))) rmSync(join(folder, 'lean', 'checkpoints', name), { recursive: true });
  expect(last(await inkling(['pretrain', ...lean, '--resume', '--recompute']))['weights']).toBe(last(first)['weights']);
  expect([from('run.json'), from('receipt.json')]).toEqual([true, true]);
});

test('a folder that holds a run is refused, and stays as it is', async () => {
  const before = readFileSync(join(out, 'model.safetensors'));
  const { code, stderr } = await inkling([...command, '--out', out]);
  expect(code).toBe(2);
  expect(stderr).toContain(`${out} already holds a run (checkpoints/00000040.safetensors), which would be lost. Go on with it by --resume, or choose another --out.`);
  expect(readFileSync(join(out, 'model.safetensors')).equals(before)).toBe(true);
});

test('--resume of a finished run says so', async () => {
  const { code, stdout } = await inkling(['pretrain', '--out', out, '--resume']);
  expect(code).toBe(0);
  expect(stdout).toContain('is finished: 40 of 40 steps');
});

test('--resume refuses what contradicts the run, and takes what agrees', async () => {
  for (const [name, value, was] of [['lr', 0.02, 0.01], ['steps', 50, 40], ['batch', 8, 4], ['channels', 32, 16]] as const) {
    const { code, stderr } = await inkling(['pretrain', '--out', out, '--resume', `--${name}`, value]);
    expect(stderr).toContain(`--${name} ${value} contradicts the run, which began with --${name} ${was}.`);
    expect(code).toBe(2);
  }
  expect((await inkling(['pretrain', '--out', out, '--resume', '--lr', 0.01, '--validation', 0.1])).code).toBe(0);
});

test('--resume without a run says so', async () => {
  const { code, stderr } = await inkling(['pretrain', '--out', join(folder, 'nothing'), '--resume']);
  expect(code).toBe(1);
  expect(stderr).toContain('holds no run that could be resumed');
  expect(existsSync(join(folder, 'nothing'))).toBe(false);
});

test('--resume refuses data that have changed', async () => {
  const changing = writeFile(folder, 'changing.txt', rhymes), run = join(folder, 'changed');
  await inkling(['pretrain', '--data', changing, '--tokenizer', 'chars', ...tiny, '--steps', 3, '--out', run, '--quiet']);
  rmSync(join(run, 'receipt.json'));
  writeFile(folder, 'changing.txt', `${rhymes.slice(1)} `);
  const { code, stderr } = await inkling(['pretrain', '--out', run, '--resume']);
  expect(stderr).toContain('changing.txt has changed since the run');
  expect(code).toBe(1);
});

test('a text of one document gets no special tokens from chars, several get them', async () => {
  const vocabulary = readFileSync(join(out, 'tokenizer.vocab'), 'utf8');
  expect(vocabulary).not.toContain('<|bos|>');
  const two = writeFile(folder, 'two.txt', `${rhymes}<|endoftext|>\n${rhymes}more`);
  await inkling(['pretrain', '--data', two, '--tokenizer', 'chars', ...tiny, '--steps', 2, '--out', join(folder, 'two'), '--quiet']);
  expect(readFileSync(join(folder, 'two', 'tokenizer.vocab'), 'utf8')).toContain('<|bos|>');
});

test('--minutes measures, chooses steps, and tells afterwards how close it was', async () => {
  const { code, stdout } = await inkling(['pretrain', '--data', data, '--tokenizer', 'words', '--vocab', 300, ...tiny, '--minutes', 0.06, '--out', join(folder, 'timed')]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/measured +[\d.]+ ms per step here: [\d,]+ steps in 0:04/);
  expect(stdout).toMatch(/time +0:\d\d of 0:04 asked for/);
  const { steps, given } = json<{ steps: number; given: { minutes: number } }>(join(folder, 'timed', 'run.json'));
  expect(stdout).toContain(`step ${steps.toString().replace(/\B(?=(\d{3})+$)/g, ',')}/`);
  expect(given.minutes).toBe(0.06);
});

test('--accumulate and --patience reach the run', async () => {
  const { code, stdout } = await inkling(['pretrain', '--data', data, '--tokenizer', 'chars', ...tiny, '--accumulate', 2, '--steps', 30, '--lr', 5, '--evaluate-every', 2, '--patience', 2, '--out', join(folder, 'early')]);
  expect(code).toBe(0);
  expect(stdout).toContain('stopped early: 2 evaluations in a row were no better');
  expect((await inkling(['pretrain', '--data', data, ...tiny, '--accumulate', 3, '--out', join(folder, 'odd')])).stderr).toContain('rows must be a multiple of accumulate');
});
