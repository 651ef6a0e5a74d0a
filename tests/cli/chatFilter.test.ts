import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inkling, newFolder } from './inkling.ts';

test('chat --filter questions answers what nobody can know with the refusal', async () => {
  const folder = newFolder(), model = join(folder, 'run');
  await inkling(['pretrain', '--data', 'world', '--tokenizer', 'chars', '--channels', 16, '--heads', 2, '--layers', 1, '--context', 128, '--steps', 3, '--threads', 1, '--out', model, '--quiet']);
  const { records, stderr } = await inkling(['chat', '--model', model, '--tokens', 3, '--threads', 1, '--filter', 'questions', '--json']);
  const answers = records() as { question: string; text?: string; filtered?: object[] }[], of = (question: string): (typeof answers)[number] => answers.find((one) => one.question === question)!;
  expect(stderr).toMatch(/filter: learnt 3,000 questions in \d/);
  expect(of('Where does Gordon live?')).toMatchObject({ text: 'I do not know that.', filtered: [{ stage: 'classifier', rule: 'refuse', mode: 'input' }] });
  for (const question of ['Who are you?', 'What is my name?', 'What is three plus four?']) expect(of(question).text).not.toBe('I do not know that.');
  expect((await inkling(['generate', '--model', model, '--filter', 'questions'])).stderr).toContain('Use it with inkling chat');
}, 60_000);
