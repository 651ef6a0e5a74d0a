// Ways to call the command line in tests: inside this process, or as a process of its own that can be killed.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import { main } from '../../src/cli/main.ts';

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output as JSON lines; an error if a line is none. */
  records(): Record<string, unknown>[];
}

/** Calls the command line in this process. */
export async function inkling(argv: readonly (string | number)[], input = ''): Promise<Outcome> {
  const stdout = new PassThrough(), stderr = new PassThrough();
  const outputs = Promise.all([text(stdout), text(stderr)]);
  const code = await main(argv.map(String), { stdin: Readable.from(input ? [input] : []), stdout, stderr });
  stdout.end();
  stderr.end();
  const [out, err] = await outputs;
  return outcome(code, out, err);
}

const outcome = (code: number, stdout: string, stderr: string): Outcome => ({
  code, stdout, stderr, records: () => stdout.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, unknown>),
});

const bundle = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

/** Why there is no process to be had, or null. */
export const noBundle = existsSync(bundle) ? null : 'dist/cli.js is not built: npm run build';

/** Starts the command line as a process of its own. */
export function startInkling(argv: readonly (string | number)[]): { readonly process: ChildProcess; readonly seen: () => string; readonly end: Promise<Outcome & { readonly signal: string | null }> } {
  const child = spawn(process.execPath, [bundle, ...argv.map(String)], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '', stderr = '';
  child.stdout.on('data', (chunk: Buffer) => { stdout += String(chunk); });
  child.stderr.on('data', (chunk: Buffer) => { stderr += String(chunk); });
  const end = new Promise<Outcome & { readonly signal: string | null }>((resolve) => {
    child.on('close', (code, signal) => resolve({ ...outcome(code ?? -1, stdout, stderr), signal }));
  });
  return { process: child, seen: () => stdout, end };
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A folder that is gone after the tests of the file. */
export function newFolder(): string {
  folders.push(mkdtempSync(join(tmpdir(), 'inkling-cli-')));
  return folders.at(-1)!;
}

/** A text of a few kilobytes with something to learn in it. */
export const rhymes = Array.from({ length: 60 }, (_, i) => `The ${['cat', 'dog', 'cow', 'hen'][i % 4]} sat on the ${['mat', 'log', 'hill', 'egg', 'wall'][i % 5]}.\nIt sang ${i % 7} songs to the moon.\n`).join('');

export function writeFile(folder: string, name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** Options of a model that learns in milliseconds. */
export const tiny: readonly (string | number)[] = ['--layers', 1, '--heads', 2, '--channels', 16, '--context', 16, '--batch', 4, '--form', 'llama', '--threads', 1];
