import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { parseReceipt, writeReceipt } from '../../src/train/receipt.ts';
import { inkling, newFolder, type Outcome, tiny, writeFile } from './inkling.ts';

const folder = newFolder(), base = join(folder, 'base'), chat = join(folder, 'chat');
const talk = Array.from({ length: 80 }, (_, i) => {
  const animal = ['cat', 'dog', 'cow', 'hen'][i % 4]!, says = ['meow', 'woof', 'moo', 'cluck'][i % 4]!;
  return JSON.stringify({ messages: [{ role: 'user', content: `What does the ${animal} say, number ${i}?` }, { role: 'assistant', content: `It says ${says}.` }] });
}).join('\n');
const data = writeFile(folder, 'talk.jsonl', talk), sizes = ['--layers', 1, '--heads', 2, '--channels', 16, '--context', 64, '--batch', 4, '--threads', 1];

let before: Outcome, after: Outcome;
beforeAll(async () => {
  before = await inkling(['pretrain', '--data', data, '--tokenizer', 'bpe', '--vocab', 280, ...sizes, '--steps', 50, '--lr', 0.01, '--out', base, '--json']);
  after = await inkling(['finetune', '--model', base, '--data', data, '--threads', 1, '--out', chat, '--json']);
});

test('by default it goes on for 18% of the steps at half the rate', () => {
  expect({ before: before.code, after: after.code }).toEqual({ before: 0, after: 0 });
  const { steps, recipe, kind, base: began } = parseReceipt(readFileSync(join(chat, 'receipt.json'), 'utf8'));
  expect({ steps, rate: recipe.rate, kind, name: began?.name }).toEqual({ steps: 9, rate: 0.005, kind: 'finetune', name: 'base' });
});

test('only what the assistant says is learned, and the report shows it', () => {
  expect(after.stderr).toMatch(/learned +\d+\.\d% of the tokens/);
  expect(after.stderr).toMatch(/<\|assistant\|>\[It says \w+\.<\|end\|>\]/);
  const told = (outcome: Outcome): number => outcome.records().find(({ kind }) => kind === 'data')!['learned'] as number;
  expect(told(before)).toBe(1);
  expect(told(after)).toBeGreaterThan(0.1);
  expect(told(after)).toBeLessThan(0.6);
});

test('verify replays both runs, also on two threads; the data may have moved', async () => {
  for (const run of [base, chat]) {
    const { code, records } = await inkling(['verify', run, '--threads', 2, '--json', '--quiet']);
    expect(records().at(-1)).toMatchObject({ kind: 'result', verified: true });
    expect(code).toBe(0);
  }
  const moved = join(folder, 'moved.jsonl');
  renameSync(data, moved);
  const receipt = writeFile(newFolder(), 'receipt.json', readFileSync(join(base, 'receipt.json')));
  expect((await inkling(['verify', receipt])).stderr).toContain('The receipt is of a run on talk.jsonl. Say where that lies: --data FILE');
  const { code, stdout } = await inkling(['verify', receipt, '--data', moved, '--threads', 1]);
  renameSync(moved, data);
  expect(stdout).toContain('verified: all 10 hashes are the same, the last one at step 50');
  expect(code).toBe(0);
});

test('verify names the first step that differs', async () => {
  const receipt = parseReceipt(readFileSync(join(base, 'receipt.json'), 'utf8'));
  const hashes = receipt.hashes.map(({ step, sha256 }) => ({ step, sha256: step >= 15 ? sha256.replace(/^./, (digit) => (digit === '0' ? '1' : '0')) : sha256 }));
  const forged = writeFile(newFolder(), 'receipt.json', writeReceipt({ ...receipt, hashes }));
  const { code, stderr, stdout } = await inkling(['verify', forged, '--data', data, '--threads', 1]);
  expect(stderr).toContain('The weights differ at step 15, the first one that does');
  expect(stdout).toContain('step        10');
  expect(code).toBe(1);
});

test('verify refuses other data', async () => {
  const other = writeFile(folder, 'other.jsonl', talk.replace('meow', 'miaow'));
  const { code, stderr } = await inkling(['verify', base, '--data', other, '--threads', 1]);
  expect(stderr).toContain('These are not the data of the receipt');
  expect(code).toBe(1);
});

test('--resume finishes a run whose end was lost, with the same weights', async () => {
  const copy = join(folder, 'lost');
  await inkling(['finetune', '--model', base, '--data', data, '--threads', 1, '--out', copy, '--quiet']);
  renameSync(join(copy, 'receipt.json'), join(copy, 'gone.json'));
  renameSync(join(copy, 'model.safetensors'), join(copy, 'gone.safetensors'));
  const { code } = await inkling(['finetune', '--out', copy, '--resume', '--threads', 1, '--quiet']);
  expect(code).toBe(0);
  expect(readFileSync(join(copy, 'model.safetensors')).equals(readFileSync(join(copy, 'gone.safetensors')))).toBe(true);
  expect(parseReceipt(readFileSync(join(copy, 'receipt.json'), 'utf8')).hashes).toEqual(parseReceipt(readFileSync(join(copy, 'gone.json'), 'utf8')).hashes);
});

test('chat answers the lines of its input', async () => {
  const { code, records } = await inkling(['chat', '--model', chat, '--tokens', 12, '--threads', 1, '--json'], 'What does the cow say?\n\nAnd the hen?\n');
  expect(code).toBe(0);
  expect(records().map(({ question }) => question)).toEqual(['What does the cow say?', 'And the hen?']);
  for (const record of records()) expect(record).toMatchObject({ text: expect.any(String) as string, tokens: expect.any(Number) as number, dropped: expect.any(Number) as number });
});

test('chat asks ten questions where there is no input, and says when it forgets', async () => {
  const { code, stdout } = await inkling(['chat', '--model', chat, '--tokens', 30, '--threads', 1]);
  expect(code).toBe(0);
  expect(stdout.match(/^> /gm)).toHaveLength(10);
  expect(stdout).toMatch(/the context is full: the (oldest turn was|\d+ oldest turns were) forgotten/);
});

test('chat: a message that is too long is refused, and the conversation goes on', async () => {
  const { code, records } = await inkling(['chat', '--model', chat, '--tokens', 5, '--threads', 1, '--json'], `${'very '.repeat(100)}long\nHello!\n`);
  expect(records()[0]!['error']).toContain("the model's context holds 64");
  expect(records()[1]).toMatchObject({ question: 'Hello!', text: expect.any(String) as string });
  expect(code).toBe(0);
});

test('a model of characters without special tokens cannot chat, and says why', async () => {
  const text = writeFile(folder, 'plain.txt', talk), plain = join(folder, 'plain');
  await inkling(['pretrain', '--data', text, '--tokenizer', 'chars', ...tiny, '--steps', 2, '--out', plain, '--quiet']);
  const { code, stderr } = await inkling(['chat', '--model', plain], 'Hello\n');
  expect(stderr).toContain('A conversation needs the special token');
  expect(code).toBe(2);
});

test('a model trained by another hand (no receipt) can be fine-tuned too', async () => {
  const alone = newFolder();
  for (const file of ['model.safetensors', 'config.json', 'tokenizer.json']) writeFileSync(join(alone, file), readFileSync(join(base, file)));
  const { code } = await inkling(['finetune', '--model', alone, '--data', data, '--steps', 2, '--threads', 1, '--out', join(folder, 'foreign'), '--quiet']);
  expect(code).toBe(0);
});
