// Bad input gets a clear error, and nothing is lost: what was there before is there afterwards.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseSafetensors, writeSafetensors } from '../../src/formats/index.ts';
import { inkling, newFolder, type Outcome, rhymes, tiny, writeFile } from './inkling.ts';

const folder = newFolder(), data = writeFile(folder, 'rhymes.txt', rhymes);
const pretrain = (file: string, ...options: readonly (string | number)[]): Promise<Outcome> =>
  inkling(['pretrain', '--data', file, '--tokenizer', 'chars', '--layers', 1, '--heads', 2, '--channels', 16, '--batch', 4, '--threads', 1, '--steps', 5, ...options]);

/** A finished run, made anew for each test that damages it. */
async function finishedRun(): Promise<string> {
  const out = join(newFolder(), 'run');
  await pretrain(data, '--context', 16, '--out', out, '--quiet');
  return out;
}

function snapshot(path: string): Record<string, string> {
  return Object.fromEntries(readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(path, name)).isFile()).sort().map((name) => [name, readFileSync(join(path, name)).toString('base64')]));
}

test.each([
  ['an empty file', writeFile(folder, 'empty.txt', ''), 'empty.txt is empty: there is nothing to learn from.'],
  ['a binary file', writeFile(folder, 'binary.txt', new Uint8Array([80, 75, 3, 4, 0, 0, 7, 1])), 'is not text: byte 4 is NUL'],
  ['a file of one token', writeFile(folder, 'one.txt', 'a'), 'has only 1 token. Learning needs at least two'],
  ['a missing path', join(folder, 'rhyme.txt'), `There is no file or folder ${join(folder, 'rhyme.txt')}. Did you mean ${data}?`],
  ['a folder without text', join(newFolder(), ''), 'has no text to learn from'],
])('%s', async (_, file, message) => {
  const out = join(newFolder(), 'run');
  const { code, stdout, stderr } = await pretrain(file, '--context', 16, '--out', out);
  expect(stderr).toContain(message);
  expect(stderr).not.toContain('    at ');
  expect({ code, stdout: stdout.includes('training') }).toEqual({ code: 1, stdout: false });
  expect(existsSync(out)).toBe(false);
});

test('the same files are refused by evaluate', async () => {
  const run = await finishedRun();
  for (const [name, message] of [['empty.txt', 'is empty'], ['binary.txt', 'is not text'], ['one.txt', 'only 1 token'], ['none.txt', 'There is no file']] as const) {
    const { code, stderr } = await inkling(['evaluate', '--model', run, '--data', join(folder, name), '--threads', 1]);
    expect(stderr).toContain(message);
    expect(code).toBe(1);
  }
});

test.each([
  ['context longer than the data', ['--context', 5000], 'The context of 5,000 is longer than the data'],
  ['a vocabulary smaller than 256', ['--context', 16, '--tokenizer', 'bpe', '--vocab', 200], '--vocab must be at least 261 for bpe (256 bytes and 5 special tokens), but it is 200. A smaller vocabulary is --tokenizer chars.'],
  ['a vocabulary of words smaller than 256', ['--context', 16, '--tokenizer', 'words', '--vocab', 200], '--vocab must be at least 261 for words'],
  ['a learning rate that is NaN', ['--context', 16, '--lr', 'NaN'], '--lr must be a number above 0 and below 100, but it is NaN.'],
  ['channels that heads do not divide', ['--context', 16, '--channels', 17], 'channels must be a multiple of heads'],
])('%s', async (_, options, message) => {
  const out = join(newFolder(), 'run'), twice = new Set(options.filter((word) => typeof word === 'string' && word.startsWith('--')));
  const others = ['--data', data, '--tokenizer', 'chars', '--channels', 16, '--heads', 2, '--steps', 5, '--threads', 1].filter((word, i, all) => !twice.has(word as string) && !twice.has(all[i - 1] as string));
  const { code, stderr } = await inkling(['pretrain', ...others, ...options, '--out', out]);
  expect(stderr).toContain(message);
  expect(code).toBe(2);
  expect(existsSync(out)).toBe(false);
});

test('a training that runs away ends with the rate to lower, and leaves no model', async () => {
  const run = await finishedRun(), file = join(run, 'model.safetensors'), out = join(newFolder(), 'run');
  const { tensors, metadata } = parseSafetensors(readFileSync(file));
  const huge = [...tensors.values()].map(({ name, shape, data: bytes }) => ({ name, dtype: 'F32' as const, shape, data: new Float32Array(bytes.length / 4).fill(1e30) }));
  writeFileSync(file, writeSafetensors(huge, metadata));
  const { code, stderr } = await inkling(['finetune', '--model', run, '--data', data, '--steps', 5, '--lr', 0.01, '--threads', 1, '--out', out]);
  expect(stderr).toContain('the training has run away. Try a lower learning rate than 0.01');
  expect(code).toBe(1);
  expect(existsSync(join(out, 'model.safetensors'))).toBe(false);
});

test('more memory than there is: the largest parts are named before anything is written', async () => {
  const out = join(newFolder(), 'run');
  const { code, stderr } = await inkling(['pretrain', '--data', data, '--tokenizer', 'chars', '--layers', 40, '--heads', 32, '--channels', 8192, '--context', 16, '--threads', 1, '--out', out]);
  expect(stderr).toMatch(/Largest parts: /);
  expect(code).toBe(1);
  expect(existsSync(join(out, 'run.json'))).toBe(false);
});

test('a truncated model is refused, and stays as it is', async () => {
  const run = await finishedRun(), file = join(run, 'model.safetensors');
  truncateSync(file, Math.floor(statSync(file).size / 2));
  const before = snapshot(run);
  for (const argv of [['generate', '--prompt', 'a'], ['evaluate', '--data', data], ['finetune', '--data', data, '--out', join(folder, 'never')]]) {
    const { code, stderr } = await inkling([...argv, '--model', run, '--threads', 1]);
    expect(stderr).toMatch(/model\.safetensors.*(cut short|promises)/);
    expect(code).toBe(1);
  }
  expect(snapshot(run)).toEqual(before);
  expect(existsSync(join(folder, 'never'))).toBe(false);
});

test('a truncated checkpoint is passed over for the one before it', async () => {
  const run = join(newFolder(), 'run');
  await pretrain(data, '--context', 16, '--checkpoint-seconds', 0, '--out', run, '--quiet');
  const weights = readFileSync(join(run, 'model.safetensors'));
  execFileSync('rm', [join(run, 'receipt.json'), join(run, 'model.safetensors')]);
  const newest = join(run, 'checkpoints', readdirSync(join(run, 'checkpoints')).filter((name) => name.endsWith('.safetensors')).sort().at(-1)!);
  truncateSync(newest, 1000);
  const { code, stdout } = await inkling(['pretrain', '--out', run, '--resume', '--threads', 1]);
  expect(stdout).toMatch(/passed over a damaged checkpoint: checkpoints\/00000005\.safetensors/);
  expect(stdout).toContain('going on from checkpoints/00000004.safetensors, step 4 of 5');
  expect(code).toBe(0);
  expect(readFileSync(join(run, 'model.safetensors')).equals(weights)).toBe(true);
});

test('if all checkpoints are damaged, the run says so and stays as it is', async () => {
  const run = await finishedRun();
  execFileSync('rm', [join(run, 'receipt.json')]);
  for (const name of readdirSync(join(run, 'checkpoints')).filter((file) => file.endsWith('.safetensors'))) truncateSync(join(run, 'checkpoints', name), 1000);
  const before = snapshot(run);
  const { code, stderr } = await inkling(['pretrain', '--out', run, '--resume', '--threads', 1]);
  expect(stderr).toContain('None of the checkpoints can be read.');
  expect(code).toBe(1);
  expect(snapshot(run)).toEqual(before);
});

test.each([
  ['of another width', (config: Record<string, unknown>) => ({ ...config, channels: 32, headSize: 16, hidden: 128 }), 'Weights and configuration do not belong together.'],
  ['with more layers', (config: Record<string, unknown>) => ({ ...config, layers: 2 }), 'do weights and configuration belong together?'],
  ['that is impossible', (config: Record<string, unknown>) => ({ ...config, heads: 0 }), 'config.json: heads must be a whole number of at least 1, but it is 0.'],
  ['of another kind', () => ({ model_type: 'gpt3' }), 'model_type is "gpt3", which is not supported. There are gpt2, llama'],
  ['of others, cut short', () => ({ model_type: 'gpt2' }), 'n_embd is missing'],
])('a configuration %s', async (_, change, message) => {
  const run = await finishedRun(), file = join(run, 'config.json');
  writeFileSync(file, JSON.stringify(change(JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>)));
  const before = snapshot(run), { code, stderr } = await inkling(['generate', '--model', run, '--prompt', 'a', '--threads', 1]);
  expect(stderr).toContain(message);
  expect(code).toBe(1);
  expect(snapshot(run)).toEqual(before);
});

test('a folder that is no model, and a file in its place', async () => {
  expect((await inkling(['generate', '--model', newFolder(), '--prompt', 'a'])).stderr).toMatch(/has no (config\.json|tokenizer\.json|model\.safetensors)\. A model needs/);
  expect((await inkling(['generate', '--model', data, '--prompt', 'a'])).stderr).toContain('is a file. --model is the folder');
});

test('a tokenizer.json of other tokens than the model', async () => {
  const run = await finishedRun(), other = join(newFolder(), 'tokenizer');
  await inkling(['tokenizer', 'train', '--data', data, '--vocab', 300, '--out', other]);
  writeFileSync(join(run, 'tokenizer.json'), readFileSync(join(other, 'tokenizer.json')));
  expect((await inkling(['generate', '--model', run, '--prompt', 'a'])).stderr).toContain('They do not belong together.');
});

/** A disk of 256 kB, or the reason why there is none. */
function smallDisk(use: (path: string) => Promise<void>): Promise<void> | string {
  const path = join(newFolder(), 'disk');
  mkdirSync(path);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', path], { stdio: 'pipe' });
  } catch (error) {
    return `a small tmpfs cannot be mounted here: ${String(error).split('\n')[0]}`;
  }
  return use(path).finally(() => execFileSync('umount', [path]));
}

test('a full disk: the error says so, the last checkpoint stays whole, and the run goes on when there is space', async (context) => {
  const done = smallDisk(async (disk) => {
    const out = join(disk, 'run'), ballast = join(disk, 'ballast');
    // room for the first checkpoints, not for the model at the end
    writeFileSync(ballast, new Uint8Array(110_000));
    const options = ['--data', data, '--tokenizer', 'chars', ...tiny, '--steps', 12, '--checkpoint-seconds', 0];
    const full = await inkling(['pretrain', ...options, '--out', out]);
    expect(full.stderr).toMatch(/Cannot write .*: the disk is full\. What was there before is unchanged/);
    expect(full.stdout).toContain(`The last checkpoint is whole. To go on from it: inkling pretrain --out ${out} --resume`);
    expect(full.code).toBe(1);
    expect(readdirSync(join(out, 'checkpoints')).filter((name) => name.endsWith('.tmp'))).toEqual([]);

    execFileSync('rm', [ballast]);
    const resumed = await inkling(['pretrain', '--out', out, '--resume', '--threads', 1, '--json', '--quiet']);
    expect(resumed.code).toBe(0);
    expect(resumed.records().find(({ kind }) => kind === 'start')!['step']).toBeGreaterThan(0);
    const whole = await inkling(['pretrain', ...options, '--out', join(newFolder(), 'run'), '--json', '--quiet']);
    expect(resumed.records().at(-1)!['weights']).toBe(whole.records().at(-1)!['weights']);
  });
  if (typeof done === 'string') return context.skip(done);
  await done;
});
