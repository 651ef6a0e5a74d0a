import fc from 'fast-check';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { buildDataset, type Dataset, type DatasetOptions } from '../../src/data/dataset.ts';
import type { Encoded } from '../../src/data/documentEncoder.ts';
import { formatDataReport } from '../../src/data/dataReport.ts';
import { textSource, type Document, type Source } from '../../src/data/source.ts';
import type { TokenSet } from '../../src/data/tokenSet.ts';
import { DataError, OptionError } from '../../src/errors.ts';
import { memoryStore } from '../../src/formats/memoryStore.ts';

/** One token per UTF-16 unit or byte; in conversations, those of the assistant are learned. */
function encode(document: Document): Encoded {
  if ('text' in document) {
    const { text } = document;
    return { ids: typeof text === 'string' ? Uint32Array.from({ length: text.length }, (_, i) => text.charCodeAt(i)) : Uint32Array.from(text) };
  }
  const all = document.messages.map(({ role, content }) => ({ content, learned: role === 'assistant' ? 1 : 0 }));
  return {
    ids: Uint32Array.from(all.flatMap(({ content }) => [...content].map((ch) => ch.charCodeAt(0)))),
    learned: Uint8Array.from(all.flatMap(({ content, learned }) => [...content].map(() => learned))),
  };
}

const sourceOf = (documents: readonly Document[]): Source => ({ name: 'here', documents: () => documents });
const build = (documents: readonly (string | Document)[], options: Partial<DatasetOptions> = {}): Promise<Dataset> =>
  buildDataset(sourceOf(documents.map((document) => (typeof document === 'string' ? { text: document } : document))), encode, { seed: 1, ...options });

function textsOf(set: TokenSet): string[] {
  const ids = new Int32Array(set.length);
  set.read(0, set.length, ids, new Uint8Array(set.length), 0);
  return Array.from({ length: set.documents }, (_, i) => String.fromCharCode(...ids.subarray(set.start(i), set.start(i + 1))));
}

const failure = async (promise: Promise<unknown>): Promise<Error> => promise.then(() => { throw new Error('nothing failed'); }, (error: Error) => error);

describe('the split', () => {
  const manyTexts = fc.array(fc.string({ minLength: 1, maxLength: 5 }), { minLength: 2, maxLength: 40 });

  test('puts every document on one side, in order, and leaves neither empty', async () => {
    await fc.assert(fc.asyncProperty(manyTexts, fc.nat(), fc.constantFrom(0.05, 0.1, 0.5, 0.9), async (texts, seed, validation) => {
      // A letter more, so that every side has the two tokens that it needs.
      const documents = texts.map((text, i) => `${i}:${text}`);
      const { train, validation: checked } = await build(documents, { seed, validation });
      expect(train.documents).toBeGreaterThan(0);
      expect(checked.documents).toBeGreaterThan(0);
      const sides = [textsOf(train), textsOf(checked)];
      for (const side of sides) expect(side).toEqual([...side].sort((a, b) => parseInt(a) - parseInt(b)));
      expect(sides.flat().sort()).toEqual([...documents].sort());
    }), { numRuns: 100 });
  });

  test('takes about the share that was asked for, and another one for another seed', async () => {
    const documents = Array.from({ length: 5000 }, (_, i) => `document ${i}`);
    const [one, two] = [await build(documents, { seed: 1 }), await build(documents, { seed: 2 })];
    // Binomial: 500 ± 5 standard deviations of 21.
    for (const { validation } of [one, two]) expect(Math.abs(validation.documents - 500)).toBeLessThan(106);
    expect(one.validation.hash).not.toBe(two.validation.hash);
    expect((await build(documents, { seed: 1 })).validation.hash).toBe(one.validation.hash);
  });

  test('does not move a document when others come or go, and keeps equal ones together', async () => {
    const documents = Array.from({ length: 300 }, (_, i) => `document ${i % 200}`);
    const before = await build(documents), after = await build(documents.filter((_, i) => i % 3 > 0));
    const checked = new Set(textsOf(before.validation));
    for (const text of textsOf(after.validation)) expect(checked.has(text)).toBe(true);
    for (const text of textsOf(before.train)) expect(checked.has(text)).toBe(false);
  });

  test('of a single text gives the last characters to validation', async () => {
    const { train, validation, report } = await buildDataset(textSource('abc', 'abcdefghijklmnopqrst'), encode, { seed: 1, validation: 0.25, bos: 1 });
    expect(textsOf(train)).toEqual(['\x01abcdefghijklmno']);
    expect(textsOf(validation)).toEqual(['\x01pqrst']);
    expect(report.documents).toBe(1);
    expect(report.tokens).toBe(20);
  });

  test('of tiny Shakespeare is that of nanoGPT', async (context) => {
    const file = new URL('../../../shared/data/tinyshakespeare.txt', import.meta.url);
    if (!existsSync(file)) return context.skip('tinyshakespeare.txt is not here');
    const text = readFileSync(file, 'utf8');
    const { train, validation } = await buildDataset(textSource('shakespeare', text), encode, { seed: 1337 });
    expect([train.length, validation.length]).toEqual([1_003_854, 111_540]);
    expect(textsOf(validation)[0]!.slice(0, 20)).toBe(text.slice(1_003_854, 1_003_874));
  });

  test('can be given: a share of 0, or a source of its own', async () => {
    const none = await build(['ab', 'cd', 'ef'], { validation: 0 });
    expect([none.train.documents, none.validation.documents, none.validation.length]).toEqual([3, 0, 0]);
    const own = await build(['ab', 'cd'], { validation: textSource('v', 'xyz') });
    expect([textsOf(own.train), textsOf(own.validation)]).toEqual([['ab', 'cd'], ['xyz']]);
  });

  test('of a text in pieces goes by pieces, and BOS stands where the text is interrupted', async () => {
    const pieces = Array.from({ length: 30 }, (_, i): Document => ({ text: `piece ${String(i).padStart(2, '0')}.`, continues: i < 29 }));
    const { train, validation, report } = await build([...pieces, 'and another text'], { bos: 1, validation: 0.2 });
    expect(report.documents).toBe(2);
    const runs = [...textsOf(train), ...textsOf(validation)];
    for (const run of runs) expect(run[0]).toBe('\x01');
    expect(runs.map((run) => run.slice(1)).sort().join('')).toBe(`and another text${pieces.map((piece) => ('text' in piece ? piece.text : '')).join('')}`);
    expect(validation.documents).toBeGreaterThan(1);
    expect(runs.length).toBeLessThan(25);
  });
});

describe('conversations', () => {
  const chat = (question: string, answer: string): Document => ({ messages: [{ role: 'user', content: question }, { role: 'assistant', content: answer }] });

  test('carry the mask of what is learned, with BOS given', async () => {
    const { train, report } = await build([chat('ab', 'xyz'), chat('c', 'd')], { bos: 1, validation: 0 });
    const ids = new Int32Array(train.length), learned = new Uint8Array(train.length);
    train.read(0, train.length, ids, learned, 0);
    expect(String.fromCharCode(...ids)).toBe('\x01abxyz\x01cd');
    expect([...learned]).toEqual([0, 0, 0, 1, 1, 1, 0, 0, 1]);
    expect(report.conversations).toBe(2);
    expect(report.learned).toBeCloseTo(4 / 9);
    const text = formatDataReport(report, (part) => String.fromCharCode(...part));
    expect(text).toContain('  ab[xyz]');
    expect(text).toContain('learned     44.4% of the tokens');
  });

  test('a wrong encoder is named', async () => {
    const wrong = (): Encoded => ({ ids: new Uint32Array(3), learned: new Uint8Array(2) });
    expect((await failure(buildDataset(textSource('a', 'abc'), wrong, { seed: 1 }))).message).toMatch(/gave 3 tokens but 2 marks/);
  });
});

test('the report counts bytes, documents, tokens, duplicates and empty documents', async () => {
  const { report } = await build(['été', 'two', 'two', '', 'three', 'two'], { validation: 0, context: 4 });
  expect(report).toMatchObject({ source: 'here', bytes: 5 + 9 + 5, documents: 5, tokens: 3 + 9 + 5, duplicates: 2, empty: 1, learned: 1, conversations: 0 });
  expect(report.bytesPerToken).toBeCloseTo(19 / 17);
  expect(report.packing!.rows).toBeGreaterThan(0);
  expect(formatDataReport(report)).toEqual([
    'data        here: 19 bytes in 5 documents',
    'tokens      17, 1.12 bytes per token',
    'split       17 tokens (5 documents) to learn, 0 tokens (0 documents) to check',
    'duplicates  2 (40.0%)',
    'empty       1 left out',
    expect.stringMatching(/^rows {8}\d\.\d documents in a row of 4; 0\.0% of rows padded \(0\.0% of positions\), \d+\.\d% cropped \(\d+\.\d% of tokens\)$/),
  ]);
});

test('progress is told at the end at least, and can be interrupted', async () => {
  const told: number[] = [];
  await build(['one', 'two', 'three'], { onProgress: ({ bytes, totalBytes }) => { told.push(bytes); expect(totalBytes).toBeNull(); } });
  expect(told.at(-1)).toBe(11);
  const controller = new AbortController();
  controller.abort(new Error('enough'));
  expect((await failure(build(['one', 'two'], { signal: controller.signal }))).message).toBe('enough');
});

describe('bad input gets a clear error', () => {
  test('nothing, or one token', async () => {
    expect(await failure(build([]))).toEqual(new DataError('here has no documents: there is nothing to learn from.'));
    expect(await failure(build(['', '']))).toEqual(new DataError('here has no documents: there is nothing to learn from.'));
    for (const validation of [0, 0.1]) {
      expect(await failure(build(['x'], { validation, bos: 1 }))).toEqual(new DataError('here has only 1 token. Learning needs at least two: one to see, and the next one to foretell.'));
    }
  });

  test('too little for validation', async () => {
    expect((await failure(build(['abc']))).message).toMatch(/^here has only one document with 3 tokens: too little to keep some for validation/);
  });

  test('options', async () => {
    for (const validation of [-0.1, 1, NaN]) expect(await failure(build(['abc', 'def'], { validation }))).toMatchObject({ name: 'OptionError', option: 'validation' });
    const { open: _, ...store } = memoryStore();
    expect(await failure(build(['abc', 'def'], { spill: store }))).toBeInstanceOf(OptionError);
  });
});
