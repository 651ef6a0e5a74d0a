import { expect, test } from 'vitest';
import { inkling, newFolder, rhymes, tiny, writeFile } from '../cli/inkling.ts';

test('copies are told with their places', async () => {
  const folder = newFolder(), book = writeFile(folder, 'book.txt', rhymes), piece = rhymes.slice(30, 120);
  const one = await inkling(['inspect', 'copied', '--data', book, `Listen: ${piece}`, '--json']);
  expect(one.code, one.stderr).toBe(0);
  const [found] = one.records() as [{ share: number; longest: { text: string; document: number; position: number } }];
  expect(found.share).toBeGreaterThan(0.9);
  expect(found.longest.text).toContain(piece);
  const told = await inkling(['inspect', 'copied', '--data', book, piece]);
  expect(told.stdout).toContain('100.0% copied');
  expect(told.stdout).toMatch(/characters {2}document 0 at \d+, /);

  const model = `${folder}/model`;
  expect((await inkling(['pretrain', '--data', book, '--tokenizer', 'words', '--vocab', 320, '--steps', 2, '--out', model, ...tiny])).code).toBe(0);
  const drawn = await inkling(['inspect', 'copied', '--data', book, '--model', model, '--prompt', 'The cat', '--samples', 3, '--tokens', 8, '--least', 5, '--threads', 1, '--json']);
  expect(drawn.code, drawn.stderr).toBe(0);
  expect(drawn.records().length).toBe(3);

  for (const [argv, message] of [[[], 'needs a text, or --model'], [['x', '--model', model], 'one of the two'], [['x', '--prompt', 'y'], '--prompt is for --model']] as const) {
    const wrong = await inkling(['inspect', 'copied', '--data', book, ...argv]);
    expect(wrong.stderr).toContain(message);
    expect(wrong.code).toBe(2);
  }
});
