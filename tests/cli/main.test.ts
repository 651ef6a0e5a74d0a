import { expect, test } from 'vitest';
import { inkling } from './inkling.ts';

const commands = ['quickstart', 'corpus', 'tokenizer train', 'tokenizer encode', 'tokenizer decode', 'tokenizer report', 'pretrain', 'finetune', 'evaluate', 'generate', 'chat', 'verify', 'symbols train', 'symbols classify', 'symbols show', 'studio'];

test('without a command, all commands are shown', async () => {
  const { code, stdout } = await inkling([]);
  expect(code).toBe(0);
  for (const command of commands) expect(stdout).toContain(`\n  ${command} `);
});

test.each(commands)('%s --help has an example that names the command, and the shared options', async (command) => {
  const { code, stdout, stderr } = await inkling([...command.split(' '), '--help']);
  expect(code).toBe(0);
  expect(stderr).toBe('');
  expect(stdout.split('Example\n')[1]).toContain(`inkling ${command}`);
  for (const option of ['--seed', '--threads', '--quiet', '--json', '--build exact|fast']) expect(stdout).toContain(option);
});

test.each(commands)('%s: every option of its example exists', async (command) => {
  const { stdout } = await inkling([...command.split(' '), '--help']);
  const [page, example] = stdout.split('Example\n') as [string, string];
  for (const line of example.split('\n').filter((text) => text.includes(`inkling ${command}`))) {
    for (const option of line.slice(line.indexOf(`inkling ${command}`)).match(/--[\w-]+/g) ?? []) expect(page).toContain(`  ${option}`);
  }
});

test.each([
  [['pretran'], 'Unknown command "pretran". Did you mean pretrain?'],
  [['xyzxyzxyz'], 'Unknown command "xyzxyzxyz". There are quickstart, corpus'],
  [['tokenizer'], 'inkling tokenizer needs one of train, encode, decode, report.'],
  [['tokenizer', 'encod'], 'but it got "encod". Did you mean tokenizer encode?'],
  [['generate', '--model', 'm', '--temprature', '1'], 'Unknown option --temprature. Did you mean --temperature?'],
  [['pretrain', '--data', 'world'], '--out DIR is missing'],
  [['pretrain', '--out', 'x'], '--data FILE|FOLDER|world|classics|gutenberg is missing'],
  [['evaluate', 'file.txt', '--model', 'm', '--data', 'd'], '"file.txt" is one word too many'],
  [['pretrain', '--data', 'world', '--out', 'x', '--threads', '0'], '--threads must be a whole number of at least 1 and at most 64, but it is 0.'],
  [['pretrain', '--data', 'world', '--out', 'x', '--preset', 'nanogpt'], 'There is no preset "nanogpt". '],
  [['pretrain', '--data', 'world', '--out', 'x', '--steps', '3', '--minutes', '1'], '--steps and --minutes both decide'],
  [['verify'], 'verify needs a receipt'],
])('wrong usage %j ends with code 2 and says what is wrong', async (argv, message) => {
  const { code, stdout, stderr } = await inkling(argv);
  expect(stderr).toContain(message);
  expect(stderr).not.toContain('    at ');
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
});

test('under --json an error is an object too, and standard output holds nothing else', async () => {
  const { code, records, stderr } = await inkling(['evaluate', '--model', 'does/not/exist', '--data', 'nor/does/this', '--json']);
  expect(code).toBe(1);
  expect(records()).toEqual([{ kind: 'error', name: 'DataError', message: 'There is no file nor/does/this. Check the path.' }]);
  expect(stderr).toContain('There is no file nor/does/this.');
});
