// The slow proofs: whole trainings, held against the numbers that are promised. `npm run test:full` runs them; they
// take about a quarter of an hour on two cores.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';

const full = process.env['INKLING_FULL'] === '1';
if (!full) console.log('tests/proofs.test.ts is skipped: whole trainings are run by npm run test:full');
const shakespeare = new URL('../../shared/data/tinyshakespeare.txt', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'inkling-proofs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a command with --json and returns its records. */
function inkling(...words: string[]): Record<string, unknown>[] {
  const { status, stdout, stderr } = spawnSync('node', [new URL('../dist/cli.js', import.meta.url).pathname, ...words, '--json'], { encoding: 'utf8', cwd: folder, input: '', maxBuffer: 1 << 28 });
  expect(status, stderr.slice(-2000)).toBe(0);
  return stdout.trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe.skipIf(!full)('the world in five minutes', () => {
  test('reaches what is promised', () => {
    const report = inkling('quickstart', '--minutes', '5', '--out', 'world').find(({ kind }) => kind === 'report') as Record<string, number> & { refusal: { f1: number }; refusalNewWordings: { f1: number } };
    console.log(report);
    expect(report['grammatical']).toBeGreaterThanOrEqual(0.88);
    expect(report['seen']).toBeGreaterThanOrEqual(0.97);
    expect(report['held']).toBeGreaterThanOrEqual(0.6);
    expect(report['newWordings']).toBeGreaterThanOrEqual(0.6);
    expect(report['context']).toBeGreaterThanOrEqual(0.8);
    expect(report['castRatio']).toBeLessThanOrEqual(1.3);
    expect(report.refusal.f1).toBeGreaterThanOrEqual(0.88);
    expect(report.refusalNewWordings.f1).toBeGreaterThanOrEqual(0.88);
  }, 1_200_000);

  // the model of the test before
  test('tells the bank of a river from the bank with money, and the table does not', () => {
    const [report] = inkling('inspect', 'bank', '--model', 'world/chat') as [{ baseline: number; best: string; layers: { name: string; accuracy: number }[] }];
    console.log(report.baseline, report.layers);
    expect(report.baseline).toBeLessThanOrEqual(0.6);
    expect(report.layers.find(({ name }) => name === report.best)!.accuracy).toBeGreaterThanOrEqual(0.9);
  }, 1_200_000);

  test('words alone tell the young of families that no text names', () => {
    const began = performance.now(), [held, ...others] = inkling('inspect', 'neighbours', '--data', 'world', '--score') as { name: string; covered: number; first: number }[];
    console.log(held, others, `${((performance.now() - began) / 1000).toFixed(1)} s`);
    expect(held!.first / held!.covered).toBeGreaterThanOrEqual(0.8);
  }, 1_200_000);
});

const present = existsSync(shakespeare);
if (full && !present) console.log(`tests/proofs.test.ts skips Shakespeare: ${shakespeare} is absent`);

describe.skipIf(!full || !present)('tiny Shakespeare, 7.6 TFLOP', () => {
  for (const [preset, most] of [['nanogpt-cpu', 1.93], ['shakespeare', 1.58]] as const) {
    test(`${preset} reaches ${most} nats per character on the whole validation split`, () => {
      inkling('pretrain', '--data', shakespeare, '--tokenizer', 'chars', '--preset', preset, '--seed', '1337', '--out', preset);
      const text = readFileSync(shakespeare, 'utf8');
      writeFileSync(join(folder, 'validation.txt'), text.slice(Math.floor(0.9 * text.length)));
      const [result] = inkling('evaluate', '--model', preset, '--data', 'validation.txt').filter((record) => 'nats_per_token' in record);
      console.log(preset, result);
      expect(result!['nats_per_token']).toBeLessThanOrEqual(most);
    }, 1_200_000);
  }
});
