import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newFolder, noBundle, type Outcome, rhymes, startInkling, tiny, writeFile } from './inkling.ts';

const folder = newFolder(), data = writeFile(folder, 'rhymes.txt', rhymes.repeat(4));
const command = (out: string): (string | number)[] => ['pretrain', '--data', data, '--tokenizer', 'chars', ...tiny, '--steps', 3000, '--checkpoint-seconds', 0.05, '--out', out, '--json'];
const weights = (outcome: Outcome): unknown => outcome.records().at(-1)!['weights'];
const until = async (condition: () => boolean): Promise<void> => {
  for (let i = 0; !condition(); i++) {
    if (i > 3000) throw new Error('It did not come to that in 30 seconds.');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};
const checkpoints = (seen: string): number => seen.split('"kind":"checkpoint"').length - 1;

let whole: Promise<unknown> | null = null;
/** The weights of the run that nobody disturbed. */
const undisturbed = (): Promise<unknown> => (whole ??= startInkling(command(join(folder, 'whole'))).end.then(weights));

test('kill -9 in mid-run, then --resume: the same weights as without it', async (context) => {
  if (noBundle) return context.skip(noBundle);
  const out = join(folder, 'killed');
  const first = startInkling(command(out));
  // behind an evaluation there are the best weights too, which are no checkpoint to go on from
  await until(() => first.seen().includes('"kind":"evaluation"') && checkpoints(first.seen()) >= 2);
  first.process.kill('SIGKILL');
  expect((await first.end).signal).toBe('SIGKILL');
  expect(readdirSync(out)).not.toContain('model.safetensors');

  const second = await startInkling(['pretrain', '--out', out, '--resume', '--json']).end;
  expect(second.stderr).toMatch(/going on from checkpoints\/\d+\.safetensors/);
  expect(second.code).toBe(0);
  expect(weights(second)).toBe(await undisturbed());

  // the diary has every step once, also those that were done twice
  const steps = readFileSync(join(out, 'log.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as { kind: string; step: number }).filter(({ kind }) => kind === 'hash').map(({ step }) => step);
  expect(steps).toEqual(Array.from({ length: 10 }, (_, i) => 300 * (i + 1)));
});

test.for(['SIGINT', 'SIGTERM'] as const)('%s saves a checkpoint and tells the command to go on, which ends with the same weights', async (signal, context) => {
  if (noBundle) return context.skip(noBundle);
  const out = join(folder, signal), first = startInkling(command(out));
  await until(() => first.seen().includes('"kind":"evaluation"'));
  first.process.kill(signal);
  const stopped = await first.end, end = stopped.records().at(-1)!;
  expect(end).toMatchObject({ kind: 'end', reason: 'stopped' });
  expect(stopped.records().at(-2)).toMatchObject({ kind: 'checkpoint', step: end['step'] });
  expect(stopped.stderr).toContain(`the checkpoint is saved. To go on: inkling pretrain --out ${out} --resume`);
  expect(stopped.code).toBe(0);

  const told = /inkling (pretrain --out \S+ --resume)/.exec(stopped.stderr)![1]!;
  const second = await startInkling([...told.split(' '), '--json', '--quiet']).end;
  expect(second.records()[0]).toMatchObject({ kind: 'start', step: end['step'] });
  expect(weights(second)).toBe(await undisturbed());
});
