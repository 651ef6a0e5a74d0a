// Every option of drawing, in generate and in chat, with values that cannot work: each is refused in the words of the command line.
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { samplingOptions } from '../../src/cli/samplingOptions.ts';
import { inkling, newFolder, rhymes, tiny, writeFile } from './inkling.ts';

const folder = newFolder(), model = join(folder, 'run');
const empty = writeFile(folder, 'empty.txt', '\n');

beforeAll(async () => {
  await inkling(['pretrain', '--data', writeFile(folder, 'rhymes.txt', rhymes), '--tokenizer', 'chars', ...tiny, '--steps', 2, '--out', model, '--quiet']);
});

const none = ['', 'much', 'NaN', 'Infinity'], counts = [...none, '1.5', '-1'], shares = [...none, '-0.1', '1.1'];
/** By option: what it must not be; where it needs another one, that comes first. A new option needs a line here. */
const wrong = {
  temperature: [...none, '-1'], 'dynatemp-range': [...none, '-1'], 'dynatemp-exponent': [...none, '0'], 'top-k': counts, 'top-p': [...shares, '0'], 'min-p': shares, 'typical-p': [...shares, '0'], 'top-n-sigma': [...none, '-1'],
  'epsilon-cutoff': [...shares, '1'], 'eta-cutoff': [...shares, '1'], 'xtc-probability': shares, 'xtc-threshold': [...shares, '0', '0.6'], 'dry-multiplier': [...none, '-1'], 'dry-base': [...none, '0.5'], 'dry-allowed-length': counts,
  'dry-penalty-last-n': [...none, '1.5', '0', '-2'], 'dry-breaker': [''], mirostat: [...counts, '3'], 'mirostat-tau': [...none, '0'], 'mirostat-eta': [...shares, '0'], 'repeat-penalty': [...none, '0'], 'frequency-penalty': [...none, '101'], 'presence-penalty': [...none, '-101'],
  'penalty-last-n': [...none, '1.5', '0', '-2'], 'no-repeat-ngram': counts, 'logit-bias': ['', 'e', 'e=', '=2', 'e=much', 'e=inf'], 'bad-words': ['', join(folder, 'nowhere'), empty], 'min-tokens': [...counts, '9999'], 'forced-text': [''],
  stages: ['', 'topk', 'temperature,temperature', 'topK,'], logprobs: [...counts, '1001'], regex: ['('], 'json-schema': ['', join(folder, 'nowhere'), empty], choice: [''], contains: [''], explain: ['yes'],
} as const satisfies Record<keyof typeof samplingOptions, readonly string[]>;
const company: Partial<Record<keyof typeof samplingOptions, readonly string[]>> = {
  'dry-breaker': ['--dry-multiplier', '1'], 'dry-penalty-last-n': ['--dry-multiplier', '1'], 'penalty-last-n': ['--repeat-penalty', '1.1'], 'dynatemp-exponent': ['--dynatemp-range', '0.1'], 'xtc-threshold': ['--xtc-probability', '0.5'],
};
const alone: readonly (readonly [options: readonly string[], remedy: string])[] = [
  [['--dynatemp-exponent', '2'], '--dynatemp-exponent does nothing while --dynatemp-range is off. Set --dynatemp-range above 0, or leave --dynatemp-exponent out.'],
  [['--xtc-threshold', '0.2'], '--xtc-threshold does nothing while --xtc-probability is off.'], [['--dry-base', '2'], '--dry-base does nothing while --dry-multiplier is off.'], [['--mirostat-tau', '2'], '--mirostat-tau does nothing while mirostat is off. Set mirostat to 1 or 2'],
  [['--penalty-last-n', '9'], '--penalty-last-n does nothing while --repeat-penalty, --frequency-penalty, --presence-penalty are off.'], [['--temperature', '0', '--mirostat', '2'], 'so mirostat does nothing. Set temperature above 0'],
  [['--top-k', '5', '--stages', 'temperature'], '--top-k is switched on, but stages does not list it. Add "topK"'], [['--topk', '5'], 'Unknown option --topk. Did you mean --top-k?'], [['--top-k', '5', '--top-k', '6'], '--top-k is given twice.'],
];

describe.each(['generate', 'chat'])('%s', (command) => {
  const call = (options: readonly string[]) => inkling([command, '--model', model, '--threads', 1, ...(command === 'generate' ? ['--prompt', 'a'] : []), ...options], 'Hello\n');

  test.each(Object.keys(wrong) as (keyof typeof wrong)[])('--%s', async (name) => {
    for (const value of wrong[name]) {
      const { code, stderr } = await call([...(company[name] ?? []), `--${name}=${value}`]);
      expect([code, stderr], `--${name}=${value}`).toEqual([2, expect.stringContaining(`--${name}`)]);
      expect(stderr.length, stderr).toBeLessThan(600);
    }
  });

  test.each(alone)('%j', async (options, remedy) => {
    const { code, stderr } = await call(options);
    expect([code, stderr]).toEqual([2, expect.stringContaining(remedy)]);
  });
});
