import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll, expect, test } from 'vitest';
import { StoreError } from '../../src/formats/store.ts';
import { folderStore } from '../../src/node/folderStore.ts';
import { describeStore } from '../formats/store.ts';

const folders: string[] = [];
const newFolder = (): string => {
  folders.push(mkdtempSync(join(tmpdir(), 'inkling-store-')));
  return folders.at(-1)!;
};
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

describeStore('folder', () => folderStore(join(newFolder(), 'made', 'when needed')));

/** What a promise failed with. */
const failure = (promise: Promise<unknown>): Promise<unknown> => promise.then(() => 'no failure', (error: unknown) => error);

test('a full disk is named, and the file that was there stays whole', async (context) => {
  const folder = newFolder();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder], { stdio: 'pipe' });
  } catch (error) {
    return context.skip(`a small tmpfs cannot be mounted here: ${String(error).split('\n')[0]}`);
  }
  try {
    const store = folderStore(folder);
    const old = new Uint8Array(20_000).fill(1);
    await store.write('model.safetensors', old);
    const error = await failure(store.write('model.safetensors', new Uint8Array(60_000).fill(2)));
    expect(error).toBeInstanceOf(StoreError);
    expect(error).toMatchObject({ reason: 'full', message: expect.stringMatching(/^Cannot write .*model\.safetensors: the disk is full\. What was there before is unchanged/) });
    expect(await store.read('model.safetensors')).toEqual(old);
    expect(readdirSync(folder)).toEqual(['model.safetensors']);

    await store.append('log.jsonl', 'first\n');
    expect(await failure(store.append('log.jsonl', 'x'.repeat(60_000)))).toMatchObject({ reason: 'full' });
    expect(new TextDecoder().decode((await store.read('log.jsonl'))!)).toBe('first\n');
  } finally {
    execFileSync('umount', [folder]);
  }
});

test('a full device is named when appending', async (context) => {
  const folder = newFolder();
  if (process.platform !== 'linux') return context.skip('/dev/full is only on Linux');
  symlinkSync('/dev/full', join(folder, 'log.jsonl'));
  expect(await failure(folderStore(folder).append('log.jsonl', 'x'))).toMatchObject({ reason: 'full' });
});

test('a file in place of a folder, and a folder in place of a file, are named', async () => {
  const folder = newFolder();
  writeFileSync(join(folder, 'file'), '');
  mkdirSync(join(folder, 'folder'));
  const store = folderStore(folder);
  expect(await failure(store.write('file/x', ''))).toMatchObject({ name: 'StoreError', message: expect.stringMatching(/a file stands where a folder is needed/) });
  expect(await failure(store.write('folder', ''))).toMatchObject({ name: 'StoreError', message: expect.stringMatching(/a folder stands where a file is needed/) });
  expect(await failure(store.read('folder'))).toMatchObject({ name: 'StoreError', message: expect.stringMatching(/a folder stands/) });
  expect(readdirSync(folder)).toEqual(['file', 'folder']);
});

test('a folder without permission is named', async (context) => {
  if (process.getuid?.() === 0) return context.skip('root may write everywhere');
  const folder = newFolder();
  chmodSync(folder, 0o500);
  expect(await failure(folderStore(folder).write('x', ''))).toMatchObject({ reason: 'permission' });
});

test('a process killed in the middle of writing leaves the old file, and its rest is cleared away', async () => {
  const folder = newFolder(), store = folderStore(folder);
  await store.write('model', new Uint8Array(100_000).fill(7));
  // Node 20 cannot run TypeScript, so esbuild turns the store into one plain module first.
  const bundle = join(newFolder(), 'store.mjs');
  buildSync({ entryPoints: [new URL('../../src/node/folderStore.ts', import.meta.url).pathname], bundle: true, platform: 'node', format: 'esm', outfile: bundle });
  const script = `
    import { folderStore } from ${JSON.stringify(bundle)};
    const store = folderStore(${JSON.stringify(folder)});
    process.stdout.write('go');
    for (let i = 0; ; i = (i + 1) % 7) await store.write('model', new Uint8Array(3_000_000).fill(i));`;
  for (let round = 0; round < 4; round++) {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    await new Promise((resolve) => child.stdout.once('data', resolve));
    await new Promise((resolve) => setTimeout(resolve, 15 + 11 * round));
    child.kill('SIGKILL');
    await ended;
    const file = (await store.read('model'))!;
    expect([100_000, 3_000_000]).toContain(file.length);
    expect(file.every((byte) => byte === file[0])).toBe(true);
    expect(await store.list()).toEqual(['model']);
  }
  await store.write('model', 'x');
  expect(readdirSync(folder)).toEqual(['model']);
});
