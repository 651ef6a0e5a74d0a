import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lockRun } from '../../src/cli/lockRun.ts';
import { inkling, newFolder, noBundle, rhymes, startInkling, tiny, writeFile } from './inkling.ts';

const folder = newFolder(), data = writeFile(folder, 'rhymes.txt', rhymes);
const holder = (more: object): string => JSON.stringify({ pid: 1, host: hostname(), command: 'inkling pretrain', since: '2026-01-01T00:00:00.000Z', began: null, ...more });

test('a folder belongs to one run at a time, and to the next one afterwards', async () => {
  const out = join(folder, 'deep', 'run'), lock = await lockRun(out, 'inkling pretrain');
  await expect(lockRun(out, 'inkling pretrain')).rejects.toThrow(/is in use by another run of this process: two runs would write over each other/);
  await lock.release();
  expect(existsSync(join(folder, 'deep')), 'nothing was written, so nothing is left').toBe(false);
  const again = await lockRun(out, 'inkling pretrain');
  writeFileSync(join(out, 'model'), '');
  await again.release();
  expect(readdirSync(out)).toEqual(['model']);
});

test('a lock of a process that is alive, or on another machine, is respected', async () => {
  const out = newFolder();
  for (const [more, who] of [[{}, 'process 1 (inkling pretrain, since 2026'], [{ host: 'elsewhere', pid: 999_999_999 }, 'process 999999999 on elsewhere']] as const) {
    writeFileSync(join(out, 'run.lock'), holder(more));
    const { code, stderr } = await inkling(['pretrain', '--data', data, ...tiny, '--steps', 2, '--out', out]);
    expect(stderr).toContain(`is in use by ${who}`);
    expect(code).toBe(2);
  }
  expect(readdirSync(out)).toEqual(['run.lock']);
});

test('a lock that was left behind is taken over', async () => {
  const out = newFolder();
  // nobody has this number; the number has gone to another process; it is our own by chance; it was never finished
  for (const left of [holder({ pid: 999_999_999 }), ...(existsSync('/proc/1/stat') ? [holder({ began: '-1' })] : []), holder({ pid: process.pid }), '{"pid":']) {
    writeFileSync(join(out, 'run.lock'), left);
    const lock = await lockRun(out, 'inkling pretrain');
    expect(JSON.parse(readFileSync(join(out, 'run.lock'), 'utf8'))).toMatchObject({ pid: process.pid });
    expect(readdirSync(out)).toEqual(['run.lock']);
    await lock.release();
  }
  expect(readdirSync(out)).toEqual([]);
});

test('two processes with one --out: the second one is told about the first', async (context) => {
  if (noBundle) return context.skip(noBundle);
  const out = join(folder, 'both'), argv = ['pretrain', '--data', data, '--tokenizer', 'chars', ...tiny, '--steps', 1_000_000, '--out', out];
  const first = startInkling(argv);
  try {
    for (let i = 0; !existsSync(join(out, 'run.json')) && i < 3000; i++) await new Promise((resolve) => setTimeout(resolve, 10));
    for (const more of [[], ['--resume']]) {
      const second = await startInkling([...(more.length > 0 ? ['pretrain', '--out', out] : argv), ...more]).end;
      expect(second.stderr).toContain(`is in use by process ${first.process.pid} (inkling pretrain, since 2`);
      expect(second.code).toBe(2);
    }
  } finally {
    first.process.kill('SIGKILL');
    await first.end;
  }
  // it was killed and could not tidy up
  expect(readdirSync(out)).toContain('run.lock');
  const lock = await lockRun(out, 'inkling pretrain');
  await lock.release();
});
