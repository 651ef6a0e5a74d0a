import fc from 'fast-check';
import { expect, test } from 'vitest';
import { choice, flag, list, number, parseOptions, requiredText, text, whole } from '../../src/cli/options.ts';
import { UsageError } from '../../src/cli/usageError.ts';

const options = {
  lr: number(0, 100, 'rate', ['least', 'most']), steps: whole(1, 1000, 'steps'), 'top-p': number(0, 1, 'share', ['least']),
  form: choice(['gpt2', 'llama'], 'form'), out: text('DIR', 'place'), stop: list('TEXT', 'ends'), resume: flag('go on'),
};
const message = (argv: readonly string[], known: Parameters<typeof parseOptions>[1] = options): string => {
  try {
    parseOptions(argv, known);
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return (error as Error).message;
  }
  return 'no error';
};

test('values come checked and as what they are', () => {
  const { values, words } = parseOptions(['--lr', '1e-3', 'word', '--steps=20', '--form', 'llama', '--resume', '--stop', 'a', '--stop', 'b', '--out', '-'], options);
  expect(values).toEqual({ lr: 0.001, steps: 20, form: 'llama', resume: true, stop: ['a', 'b'], out: '-' });
  expect(words).toEqual(['word']);
});

test('what is not given is absent; flags are false and lists empty', () => {
  expect(parseOptions([], options).values).toEqual({ resume: false, stop: [] });
});

test('every number in range is taken as it was written, every other one is refused by name', () => {
  fc.assert(fc.property(fc.double({ noNaN: false }), (x) => {
    const argv = ['--lr', String(x)];
    if (x > 0 && x < 100) expect(parseOptions(argv, options).values['lr']).toBe(x);
    else expect(message(argv)).toBe(`--lr must be a number above 0 and below 100, but it is ${String(x)}.`);
  }));
  for (const no of ['NaN', 'abc', '', ' ', '1,5', 'Infinity', '-1', '1e', 'null']) expect(message(['--lr', no])).toMatch(/^--lr must be a number above 0 and below 100, but it is /);
  for (const no of ['0', '1.5', '1001', '-3']) expect(message(['--steps', no])).toBe(`--steps must be a whole number of at least 1 and at most 1000, but it is ${no}.`);
  expect(message(['--top-p', '0'])).toBe('--top-p must be a number above 0 and at most 1, but it is 0.');
});

test('unknown options are refused, with the nearest known one', () => {
  expect(message(['--step', '3'])).toBe('Unknown option --step. Did you mean --steps?');
  expect(message(['--zzzzzzzz'])).toBe('Unknown option --zzzzzzzz. Ask for --help to see what there is.');
  expect(message(['--constructor', '3'])).toMatch(/^Unknown option --constructor/);
  expect(message(['-x'])).toMatch(/^Unknown option -x/);
});

test('values that are missing, too many or not among the choices are named', () => {
  expect(message(['--out'])).toBe('--out needs a value: --out DIR.');
  expect(message(['--out', '--resume'])).toBe('--out needs a value: --out DIR. What follows is --resume; if that is meant, write --out=--resume.');
  expect(parseOptions(['--out=--resume'], options).values['out']).toBe('--resume');
  expect(message(['--resume=yes'])).toMatch(/^--resume takes no value/);
  expect(message(['--lr', '1', '--lr', '2'])).toBe('--lr is given twice. Give it once.');
  expect(message(['--form', 'lama'])).toBe('--form must be one of gpt2, llama, but it is "lama". Did you mean llama?');
  expect(message([], { model: requiredText('DIR', 'a folder') })).toBe('--model DIR is missing: a folder.');
});
