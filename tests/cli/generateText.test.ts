import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { inkling, newFolder, type Outcome, rhymes, tiny, writeFile } from './inkling.ts';

const folder = newFolder(), model = join(folder, 'run');
const generate = (...options: readonly (string | number)[]): Promise<Outcome> => inkling(['generate', '--model', model, '--threads', 1, ...options]);

beforeAll(async () => {
  await inkling(['pretrain', '--data', writeFile(folder, 'rhymes.txt', rhymes), '--tokenizer', 'chars', ...tiny, '--steps', 60, '--lr', 0.01, '--out', model, '--quiet']);
});

test('--json ends with one object with text, tokens and tokens_per_second', async () => {
  const { code, records, stderr } = await generate('--prompt', 'The cat', '--tokens', 30, '--json');
  expect(code).toBe(0);
  expect(records()).toHaveLength(1);
  const { text, tokens, tokens_per_second: speed } = records()[0] as { text: string; tokens: number; tokens_per_second: number };
  expect({ length: text.length, tokens }).toEqual({ length: 30, tokens: 30 });
  expect(speed).toBeGreaterThan(0);
  expect(stderr).toContain(`The cat${text}`);
});

test('the same seed says the same; another seed something else; temperature 0 the likeliest', async () => {
  const say = async (...options: readonly (string | number)[]): Promise<string> => (await generate('--prompt', 'The ', '--tokens', 60, '--quiet', ...options)).stdout;
  expect(await say('--seed', 3)).toBe(await say('--seed', 3));
  expect(await say('--seed', 3)).not.toBe(await say('--seed', 4));
  expect(await say('--temperature', 0, '--seed', 3)).toBe(await say('--top-k', 1, '--seed', 4));
});

test('more tokens than the context holds: the model goes on from the later half', async () => {
  const { records, stderr } = await generate('--prompt', 'The ', '--tokens', 50, '--json');
  expect(records()[0]).toMatchObject({ tokens: 50, reason: 'length' });
  expect(stderr).toMatch(/the context of 16 was full \d times/);
});

test('--stop ends before the text, also where the context was full in between', async () => {
  const whole = (await generate('--prompt', 'The ', '--tokens', 60, '--quiet')).stdout.slice(0, -1);
  for (const stop of [whole.slice(5, 8), whole.slice(22, 26), whole.slice(40, 44)]) {
    const { records } = await generate('--prompt', 'The ', '--tokens', 60, '--json', '--stop', stop);
    expect(records()[0]).toMatchObject({ text: whole.slice(0, whole.indexOf(stop)), reason: 'stop' });
  }
});

test('every way of drawing is an option, and does what the library does', async () => {
  const words = writeFile(folder, 'words.txt', 'cat\n');
  const { code, stderr, records } = await generate('--prompt', 'The ', '--tokens', 40, '--json', '--min-p', 0.01, '--typical-p', 0.98, '--top-n-sigma', 4, '--epsilon-cutoff', 0.0001, '--eta-cutoff', 0.0001,
    '--xtc-probability', 0.2, '--xtc-threshold', 0.3, '--dry-multiplier', 0.8, '--dry-base', 1.5, '--dry-allowed-length', 3, '--dry-penalty-last-n', 50, '--dry-breaker', '.', '--mirostat', 2, '--mirostat-tau', 3, '--mirostat-eta', 0.2,
    '--repeat-penalty', 1.1, '--frequency-penalty', 0.1, '--presence-penalty', '-0.1', '--penalty-last-n', 20, '--no-repeat-ngram', 6, '--logit-bias', 'e=+1', '--logit-bias', 's=-inf', '--bad-words', words,
    '--min-tokens', 5, '--forced-text', 'mat', '--dynatemp-range', 0.1, '--dynatemp-exponent', 2, '--top-k', 20, '--top-p', 0.99, '--logprobs', 2);
  expect(stderr).not.toContain('error');
  expect(code).toBe(0);
  const [{ text, logprobs, tokens }] = records() as [{ text: string; logprobs: { top: unknown[]; logprob: number }[]; tokens: number }];
  expect(text).toMatch(/^mat/);
  expect(text).not.toMatch(/cat|s/);
  expect(logprobs).toHaveLength(tokens);
  expect(logprobs.every(({ top, logprob }) => top.length === 2 && logprob <= 0)).toBe(true);
});

test('texts that must have a form', async () => {
  const schema = writeFile(folder, 'schema.json', '{ "enum": ["cat", 5, ["mat"]] }'), say = async (...options: readonly (string | number)[]): Promise<string> => (await generate('--prompt', 'The ', '--temperature', 3, '--quiet', ...options)).stdout.slice(0, -1);
  for (let seed = 0; seed < 3; seed++) {
    expect(await say('--seed', seed, '--regex', '[a-m]{3,6} (cat|mat)', '--tokens', 12)).toMatch(/^[a-m]{3,6} (cat|mat)$/);
    expect(['the cat', 'a hill']).toContain(await say('--seed', seed, '--choice', 'the cat', '--choice', 'a hill'));
    expect(await say('--seed', seed, '--contains', 'cat', '--contains', 'mat', '--regex', '[a-z ]*', '--tokens', 12)).toMatch(/^(?=.*cat)(?=.*mat)[a-z ]*$/);
  }
  // the alphabet of this model has no quotation marks, so one of the values is left
  expect(await say('--json-schema', schema)).toBe('5');
  const { code, stderr } = await generate('--prompt', 'The ', '--regex', '[A-C]{5}Q');
  expect([code, stderr]).toEqual([2, expect.stringContaining('cannot be fulfilled with the tokens of this vocabulary')]);
});

test('what must not be said: in block mode it is not, in hold mode the text ends before it', async () => {
  const words = writeFile(folder, 'blocked.txt', '# in every spelling\n|con|\nsat\n/w.n/i\n'), allow = writeFile(folder, 'allowed.txt', 'saturn\n');
  const asked = ['--prompt', 'The ', '--forced-text', 'c', '--tokens', 60, '--seed', 2] as const, free = await generate(...asked, '--json');
  expect(free.records()[0]!['text']).toMatch(/sat|\bcon\b|w.n/);
  const block = await generate('--prompt', 'The ', '--tokens', 60, '--seed', 2, '--filter', words, '--allow', allow, '--json');
  expect(block.records()[0]).toMatchObject({ text: expect.not.stringMatching(/sat|\bcon\b|w.n/), filtered: expect.arrayContaining([expect.objectContaining({ mode: 'block', mass: expect.any(Number) })]) });
  const hold = await generate(...asked, '--filter', words, '--filter-mode', 'hold', '--refusal', '(no)', '--json');
  expect(hold.records()[0]).toMatchObject({ text: expect.stringMatching(/\(no\)$/), reason: 'blocked', filtered: [expect.objectContaining({ mode: 'hold' })] });
  expect(hold.records()[0]!['text']).not.toMatch(/sat|\bcon\b|w.n/);
  const lists = await generate('--prompt', 'The ', '--tokens', 5, '--filter', 'obscenity', '--filter', 'cuss:1', '--filter', 'naughty-words:zh', '--explain');
  expect([lists.code, lists.stdout]).toEqual([0, expect.stringMatching(/^ {5}filter +(removed|changed)/m)]);
  expect((await generate('--prompt', 'The ', '--tokens', 60, '--seed', 2, '--filter', words)).stderr + block.stderr).toMatch(/filter: words, "(con|sat)", kept from being said behind token \d+, probability/);
});

test('--explain tells for each token what the stages removed', async () => {
  const { stdout } = await generate('--prompt', 'The ', '--tokens', 3, '--top-k', 2, '--stages', 'topK,temperature', '--explain');
  expect(stdout.match(/^ {5}topK +removed +\d+ +[\d.]+%: ".+" [\d.]+%/gm)).toHaveLength(3);
  expect(stdout.match(/^ {5}left +2 +: /gm)).toHaveLength(3);
  // a stage that removes nothing tells how much probability it moved
  expect((await generate('--prompt', 'The ', '--tokens', 3, '--temperature', 0.5, '--repeat-penalty', 1.0001, '--explain')).stdout).toMatch(/^ {5}penalties +changed nothing\n {5}temperature +moved +[\d.]+%\n {5}left/m);
  const { records } = await generate('--prompt', 'The ', '--tokens', 3, '--top-k', 2, '--explain', '--json');
  expect(records()[0]).toMatchObject({ explain: [{ left: 2 }, { left: 2 }, { left: 2 }] });
});

test('--logprobs tells a line for each token, and the text as a whole', async () => {
  const { stdout } = await generate('--prompt', 'The ', '--tokens', 3, '--logprobs', 2);
  expect(stdout.match(/^ {3}\d ".+" +-\d+\.\d{3}, drawn with -\d+\.\d{3}; ".+" -[\d.]+, ".+" -[\d.]+$/gm)).toHaveLength(3);
  expect(stdout).toMatch(/^The .{3}\n\(3 tokens/m);
  const both = (await generate('--prompt', 'The ', '--tokens', 3, '--logprobs', 2, '--explain', '--quiet')).stdout;
  expect(both.match(/^ {3}\d ".+" [\d.]+% {3} *-[\d.]+, drawn with/gm)).toHaveLength(3);
  expect(both).not.toMatch(/^The/m);
});

test('--count gives different texts, the first of them the one that comes alone', async () => {
  const { records } = await generate('--prompt', 'The ', '--tokens', 10, '--count', 3, '--json'), alone = await generate('--prompt', 'The ', '--tokens', 10, '--json');
  const texts = records().map(({ text }) => text);
  expect(new Set(texts).size).toBe(3);
  expect(texts[0]).toBe(alone.records()[0]!['text']);
  expect(records().map(({ index }) => index)).toEqual([0, 1, 2]);
});

test.each([
  [['--prompt', 'é'], 'The character "é" (U+00E9) is not in the alphabet', 1],
  [['--prompt', 'The cat sat on the hill. '], '--prompt has 25 tokens, but the context of the model holds 16', 2],
  [[], 'needs one: --prompt TEXT', 2],
  [['--prompt', 'a', '--temperature', '-1'], '--temperature must be a number of at least 0', 2],
  [['--prompt', 'a', '--top-p', '1.5'], '--top-p must be a number above 0 and at most 1, but it is 1.5.', 2],
  [['--prompt', 'a', '--regex', '(?=b)'], '--regex: The regular expression "(?=b)" cannot be used: it looks around', 2],
  [['--prompt', 'a', '--json-schema', 'absent.json'], '--json-schema absent.json: the file cannot be read. Check the path.', 2],
  [['--prompt', 'a', '--choice', 'x', '--contains', 'y'], 'No text fulfils the constraint oneOf("x") and containing("y")', 2],
  [['--prompt', 'a', '--choice', 'the cat on the mat', '--tokens', '5'], 'needs 18 tokens at least, but only 5 may be said. Raise tokens to at least 18', 2],
  [['--prompt', 'a', '--min-p', '2'], '--min-p must be a number of at least 0 and at most 1, but it is 2.', 2],
  [['--prompt', 'a', '--logit-bias', 'e'], '--logit-bias must be TEXT=X', 2],
  [['--prompt', 'a', '--stages', 'topk'], '--stages names "topk", which is no stage. Did you mean topK?', 2],
  [['--prompt', 'a', '--dry-base', '2'], '--dry-base does nothing while --dry-multiplier is off. Set --dry-multiplier above 0', 2],
  [['--prompt', 'a', '--bad-words', 'nowhere.txt'], '--bad-words nowhere.txt: the file cannot be read.', 2],
  [['--prompt', 'a', '--filter', 'obscenty'], '--filter obscenty: there is no such file or list. Did you mean obscenity?', 2],
  [['--prompt', 'a', '--filter', 'cuss:xx'], 'cuss has no language "xx"', 2],
  [['--prompt', 'a', '--allow', 'words.txt'], '--allow does nothing without --filter', 2],
  [['--prompt', 'a', '--filter', 'cuss', '--filter-mode', 'stop'], '--filter-mode must be one of block, hold', 2],
  [['--prompt', 'a', '--tokens', '0'], '--tokens must be a whole number of at least 1', 2],
] as const)('%j is refused', async (options, message, expected) => {
  const { code, stderr } = await generate(...options);
  expect(stderr).toContain(message);
  expect(code).toBe(expected);
});

test('--quantize goes on with rounded weights; widths that do not divide are refused', async () => {
  const run = join(folder, 'wide'), call = (command: string, path: string, ...options: readonly (string | number)[]): Promise<Outcome> => inkling([command, '--model', path, '--threads', 1, '--quiet', ...options]);
  for (const refused of [await call('generate', model, '--prompt', 'a', '--quantize', 'q8_0'), await call('chat', model, '--quantize', 'q4_0')]) {
    expect(refused.stderr).toMatch(/has rows of 16 numbers, but Q[84]_0 needs a multiple of 32\. Use it as it is\./);
    expect(refused.code).toBe(2);
  }
  expect((await call('generate', model, '--quantize', 'q4_k')).stderr).toContain('--quantize must be one of q8_0, q4_0, but it is "q4_k".');
  await inkling(['pretrain', '--data', join(folder, 'rhymes.txt'), '--tokenizer', 'chars', ...tiny.with(tiny.indexOf('--channels') + 1, 32), '--steps', 60, '--lr', 0.01, '--out', run, '--quiet']);
  const held = writeFile(folder, 'quantized.txt', rhymes.slice(0, 400)), nats: number[] = [];
  for (const options of [[], ['--quantize', 'q8_0'], ['--quantize', 'q4_0']]) nats.push((await call('evaluate', run, '--data', held, '--json', ...options)).records()[0]!['nats_per_token'] as number);
  expect(new Set(nats).size).toBe(3);
  for (const one of nats) expect(Math.abs(one - nats[0]!)).toBeLessThan(0.05);
  expect(await call('generate', run, '--prompt', 'The ', '--tokens', 5, '--quantize', 'q8_0')).toMatchObject({ code: 0, stderr: '' });
});

test('evaluate scores every token of a file but the first, and counts its bytes', async () => {
  const text = 'The cat sat on the mat.\nIt sang 3 songs to the moon.\n', file = writeFile(folder, 'held.txt', text);
  const { code, records, stderr } = await inkling(['evaluate', '--model', model, '--data', file, '--threads', 1, '--json']);
  expect(code).toBe(0);
  const found = records()[0] as { nats_per_token: number; bits_per_byte: number; tokens: number; bytes: number; perplexity: number };
  expect(Object.keys(found).sort()).toEqual(['bits_per_byte', 'bytes', 'nats_per_token', 'perplexity', 'tokens']);
  expect({ tokens: found.tokens, bytes: found.bytes }).toEqual({ tokens: text.length - 1, bytes: text.length });
  expect(found.bits_per_byte).toBeCloseTo((found.nats_per_token * (text.length - 1)) / Math.LN2 / text.length, 10);
  expect(found.perplexity).toBeCloseTo(Math.exp(found.nats_per_token), 10);
  expect(found.nats_per_token).toBeLessThan(2.5);
  expect(stderr).toContain('nats_per_token');
});

test('evaluate takes marks between documents for text, like every other byte', async () => {
  const alphabet = writeFile(folder, 'marks.txt', `${rhymes}<|endoftext|>\n${rhymes}`), run = join(folder, 'marks');
  await inkling(['pretrain', '--data', writeFile(folder, 'all.txt', `${rhymes}<|endoftext|> ${rhymes}`), '--tokenizer', 'chars', ...tiny, '--steps', 2, '--out', run, '--quiet']);
  const { records } = await inkling(['evaluate', '--model', run, '--data', alphabet, '--threads', 1, '--json', '--quiet']);
  expect(records()[0]).toMatchObject({ tokens: 2 * rhymes.length + 14 - 1, bytes: 2 * rhymes.length + 14 });
});
