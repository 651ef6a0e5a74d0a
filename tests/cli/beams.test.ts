import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { inkling, newFolder, type Outcome, rhymes, tiny, writeFile } from './inkling.ts';

const folder = newFolder(), model = join(folder, 'run');
const generate = (...options: readonly (string | number)[]): Promise<Outcome> => inkling(['generate', '--model', model, '--threads', 1, '--prompt', 'The ', '--tokens', 8, ...options]);

beforeAll(async () => {
  await inkling(['pretrain', '--data', writeFile(folder, 'rhymes.txt', rhymes), '--tokenizer', 'chars', ...tiny, '--steps', 60, '--lr', 0.01, '--out', model, '--quiet']);
});

test('--beams finds a likelier text than one token after the other; --returned tells several, the best first', async () => {
  const [greedy, best] = await Promise.all([generate('--beams', 1, '--json'), generate('--beams', 6, '--returned', 3, '--length-penalty', 0, '--json')]);
  const records = best.records() as { text: string; score: number; sum: number; rank: number; logprobs: { added: number }[]; cache_bytes?: number }[];
  expect(best.code).toBe(0);
  expect(records.map(({ rank }) => rank)).toEqual([1, 2, 3]);
  expect(new Set(records.map(({ text }) => text)).size).toBe(3);
  expect(records[0]!.sum).toBeGreaterThanOrEqual(greedy.records()[0]!['sum'] as number);
  for (const [i, { score, sum, logprobs }] of records.entries()) {
    expect(score).toBe(sum);
    expect(score).toBeLessThanOrEqual(records[Math.max(0, i - 1)]!.score);
    expect(Math.abs(logprobs.reduce((all, { added }) => all + added, 0) - sum)).toBeLessThan(1e-9);
  }
  expect(records[0]!.cache_bytes).toBeGreaterThan(1000);
  expect(best.stderr).toContain(`The ${records[0]!.text}`);
  expect(best.stderr).toMatch(/\(8 steps, \d+ per second, [\d.]+ [kM]B of memory for 6 beams\)/);
});

test('--explain shows the tree', async () => {
  const { stdout } = await generate('--beams', 2, '--groups', 2, '--diversity-penalty', 1, '--early-stopping', 'never', '--explain');
  expect(stdout).toMatch(/^step group {4}what becomes/m);
  expect(stdout.match(/^ +\d* group [12] {2}(goes on|ends).* {2}"/gm)!.length).toBeGreaterThanOrEqual(16);
  expect(stdout).toMatch(/group 1 {2}outranked .* behind "/);
  const { records } = await generate('--beams', 3, '--explain', '--json');
  const [{ explain, text }] = records() as [{ explain: { step: number; nodes: { fate: string; token: string }[] }[]; text: string }];
  expect(explain.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(explain[0]!.nodes.filter(({ fate }) => fate === 'kept')).toHaveLength(3);
  expect(text).toHaveLength(8);
});

test('--sample-beams draws: --count and --seed give other texts', async () => {
  const texts = async (...options: readonly (string | number)[]): Promise<unknown[]> => (await generate('--beams', 3, '--sample-beams', '--temperature', 2, '--json', ...options)).records().map(({ text }) => text);
  const three = await texts('--count', 3);
  expect(new Set(three).size).toBe(3);
  expect(await texts('--count', 3)).toEqual(three);
  expect(await texts('--seed', 9)).not.toContain(three[0]);
});

test.each([
  [['--length-penalty', 1], '--length-penalty is for a search with beams. Give --beams N too, for example --beams 4, or leave --length-penalty out.'],
  [['--sample-beams'], '--sample-beams is for a search with beams.'],
  [['--beams', 0], '--beams must be a whole number of at least 1 and at most 1024, but it is 0.'],
  [['--beams', 4, '--early-stopping', 'maybe'], '--early-stopping must be one of true, false, never, but it is "maybe".'],
  [['--beams', 4, '--returned', 5], '5 sequences are to be returned, but there are only 4 beams.'],
  [['--beams', 4, '--groups', 3, '--diversity-penalty', 1], '4 beams cannot be divided into 3 groups of equal size.'],
  [['--beams', 4, '--temperature', 0.5], 'temperature shapes how tokens are drawn, but this search takes the best ones.'],
  [['--beams', 4, '--mirostat', 2], 'mirostat does not go together with beams'],
  [['--beams', 4, '--count', 2], '--count with --beams would find the same text every time.'],
  [['--beams', 4, '--logprobs', 2], '--logprobs is not for a search with beams'],
] as const)('%j is refused', async (options, message) => {
  const { code, stderr } = await generate(...options);
  expect(stderr).toContain(message);
  expect(code).toBe(2);
});
