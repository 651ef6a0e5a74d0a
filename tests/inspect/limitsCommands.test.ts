import { beforeAll, expect, test } from 'vitest';
import { inkling, newFolder, rhymes, tiny, writeFile } from '../cli/inkling.ts';

let model: string, folder: string;
beforeAll(async () => {
  folder = newFolder();
  model = `${folder}/model`;
  const book = writeFile(folder, 'book.txt', rhymes), { code, stderr } = await inkling(['pretrain', '--data', book, '--tokenizer', 'words', '--vocab', 320, '--steps', 3, '--out', model, ...tiny]);
  expect(code, stderr).toBe(0);
});

test('bias is told of own sentences, and against another model', async () => {
  const asked = ['inspect', 'bias', '--model', model, '--pair', 'cat/dog', '--template', 'The {} sat.', '--templates', writeFile(folder, 'templates.txt', 'The {} sang.\n\nIt sang to the {}.\n'), '--threads', 1];
  const { code, stderr, records } = await inkling([...asked, '--json']);
  expect(code, stderr).toBe(0);
  expect(records()).toMatchObject([{ kind: 'bias', name: 'cat rather than dog', pairs: 3 }]);
  const both = await inkling([...asked, '--before', model]), lines = both.stdout.trim().split('\n').filter((line) => line.startsWith('cat rather'));
  expect(lines.length).toBe(2);
  expect(lines[0]).toBe(lines[1]);
  expect(lines[0]).toMatch(/[+-]\d\.\d{3} nats {3}95%: /);
  for (const [argv, message] of [[['--pair', 'he'], 'go together'], [['--template', 'x {}'], 'go together'], [['--pair', 'he', '--template', 'x {}'], 'takes two words'], [['--pair', 'a/b', '--template', 'x'], 'A template needs {}']] as const) {
    const wrong = await inkling(['inspect', 'bias', '--model', model, ...argv, '--threads', 1]);
    expect([wrong.code, wrong.stderr.includes(message)], wrong.stderr).toEqual([2, true]);
  }
});

test('doubt is measured, kept, and used in a chat', async () => {
  const chat = `${folder}/chat`, made = await inkling(['pretrain', '--data', 'world', '--mb', 0.02, '--vocab', 400, '--steps', 3, '--out', chat, '--layers', 1, '--heads', 2, '--channels', 16, '--context', 160, '--batch', 4, '--form', 'llama', '--threads', 1]);
  expect(made.code, made.stderr).toBe(0);
  const without = await inkling(['chat', '--model', chat, '--doubt', '--threads', 1], 'Hello!\n');
  expect([without.code, without.stderr.includes('--doubt needs doubt.json')], without.stderr).toEqual([2, true]);
  const found = await inkling(['inspect', 'doubt', '--model', chat, '--size', 4, '--samples', 2, '--save', '--threads', 1, '--json']);
  expect(found.code, found.stderr).toBe(0);
  const [report] = found.records() as [{ auroc: { doubt: number }; meter: { threshold: number }; after: { error: number } }];
  expect(report.auroc.doubt).toBeGreaterThan(0);
  const talk = await inkling(['chat', '--model', chat, '--doubt', '--tokens', 4, '--threads', 1, '--json'], 'Hello!\nWhere does Gordon live?\n');
  expect(talk.code, talk.stderr).toBe(0);
  for (const { doubt, refused, text } of talk.records() as { doubt: number; refused: boolean; text: string }[]) {
    expect(refused).toBe(doubt >= report.meter.threshold);
    if (refused) expect(text).toMatch(/not know|did not tell/);
  }
}, 300_000);
