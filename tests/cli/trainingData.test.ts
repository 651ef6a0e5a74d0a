import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { chooseData } from '../../src/cli/openData.ts';
import { openTrainingData, type TrainingData, type TrainingDataOptions } from '../../src/cli/trainingData.ts';
import { createBatch, type Loader } from '../../src/data/index.ts';
import { createChars, parseTokenizer, type Tokenizer, trainBpe } from '../../src/tokenizer/index.ts';
import { newFolder, noBundle, rhymes, writeFile } from './inkling.ts';

const folder = newFolder(), ENDLESS = Infinity;
const lines = Array.from({ length: 300 }, (_, i) => `${JSON.stringify({ text: `Story ${i}. ${rhymes.slice(40 * i % 500, 40 * i % 500 + 100 + i)}` })}\n`);
const stories = writeFile(folder, 'stories.jsonl', lines.join(''));
const text = lines.map((line) => (JSON.parse(line) as { text: string }).text).join('\n'), tokenizer = trainBpe([text], { vocab: 300 });

const open = (more: Partial<TrainingDataOptions> = {}, path = stories): Promise<TrainingData> => openTrainingData({
  kind: 'pretrain', data: chooseData(path, { seed: 1 }), tokenizer, context: 24, seed: 1, validation: 0.1, rowsFrom: 'shuffled', threads: 2, ...more,
});

function rowsOf(loader: Loader, batches: number): string[] {
  const batch = createBatch(loader.rows, loader.context);
  return Array.from({ length: batches }, () => {
    loader.next(batch);
    return `${batch.tokens.join()} ${batch.targets.join()} ${batch.weights.join()}`;
  });
}
const sizes = { rows: 4, context: 24, seed: 1 };

/** A tokenizer that counts what it is asked. */
function counting(asked: Tokenizer): { readonly tokenizer: Tokenizer; readonly calls: () => number } {
  let calls = 0;
  const own = parseTokenizer(JSON.stringify(asked.toJSON())), encode = own.encode.bind(own);
  own.encode = (content, options) => {
    calls++;
    return encode(content, options);
  };
  return { tokenizer: own, calls: () => calls };
}

describe('tokens beside a run', () => {
  const limits = { team: ENDLESS, kept: 1000, portions: ENDLESS };

  test('are used again, and made again when the text or the tokenizer is another', async () => {
    const where = newFolder(), file = writeFile(where, 'stories.jsonl', lines.join('')), kept = join(where, 'tokens');
    const read = async (asked: Tokenizer, more: Partial<TrainingDataOptions> = {}) => {
      const { tokenizer: own, calls } = counting(asked), data = await open({ tokenizer: own, folder: kept, limits, ...more }, file);
      const found = { hash: data.hash, rows: rowsOf(data.loader(sizes), 30), checked: data.validation!.hash, calls: calls() };
      await data.close();
      return found;
    };
    const first = await read(tokenizer), second = await read(tokenizer);
    expect([first.calls, second.calls]).toEqual([300, 0]);
    expect({ ...second, calls: 300 }).toEqual(first);
    // whoever wishes packed rows finds the same tokens
    expect(await read(tokenizer, { rowsFrom: 'packed' })).toMatchObject({ hash: first.hash, calls: 0 });

    writeFile(where, 'stories.jsonl', lines.join('').replace('Story 7', 'Story 8'));
    const changed = await read(tokenizer);
    expect(changed.calls).toBe(300);
    expect(changed.hash).not.toBe(first.hash);
    expect((await read(createChars(text))).calls).toBe(300);

    // damaged files are no tokens
    const name = join(kept, 'texts', 'train-00000.tokens');
    writeFileSync(name, 'x');
    expect((await read(createChars(text))).calls).toBe(300);
    expect((await read(createChars(text))).calls).toBe(0);
  });

  test('small data have none', async () => {
    const where = newFolder(), data = await open({ folder: join(where, 'tokens') });
    await data.close();
    expect(readdirSync(where)).toEqual([]);
  });
});

describe.skipIf(noBundle)('a corpus in portions', () => {
  const limits = { team: ENDLESS, kept: ENDLESS, portions: 20_000, portion: 8000 };

  test('gives the same rows whenever they are ready, and goes on where it was', async () => {
    const where = newFolder(), one = await open({ folder: where, limits }), rows = rowsOf(one.loader(sizes), 500);
    expect(one.reports[0]!.source).toMatch(/^stories.jsonl, its first part of [\d.]+ kB/);
    expect(one.validation!.length).toBeGreaterThan(10);
    const half = one.loader(sizes);
    rowsOf(half, 150);
    const state = half.state();
    expect(state.position).toBeGreaterThan(1);
    await one.close();
    const files = readdirSync(join(where, 'portions')), dates = files.map((name) => statSync(join(where, 'portions', name)).mtimeMs);
    expect(files).toContain('end.json');

    // taken up again: nothing is written a second time
    const two = await open({ folder: where, limits }), goesOn = two.loader(sizes);
    goesOn.restore(JSON.parse(JSON.stringify(state)) as typeof state);
    expect(rowsOf(goesOn, 350)).toEqual(rows.slice(150));
    await two.close();
    expect(files.map((name) => statSync(join(where, 'portions', name)).mtimeMs)).toEqual(dates);

    // elsewhere, with a parsed tokenizer, by workers, in a folder that is gone afterwards
    const three = await open({ limits: { ...limits, team: 0 }, tokenizer: parseTokenizer(JSON.stringify(tokenizer.toJSON())) });
    expect([three.hash, three.validation!.hash]).toEqual([one.hash, one.validation!.hash]);
    expect(rowsOf(three.loader(sizes), 500)).toEqual(rows);
    await three.close();
  });

  test('goes on in the middle: portions that are whole stay, others are made again', async () => {
    const where = newFolder(), one = await open({ folder: where, limits }), rows = rowsOf(one.loader(sizes), 500), portions = join(where, 'portions');
    await one.close();
    const date = statSync(join(portions, 'portion-00001.json')).mtimeMs;
    writeFileSync(join(portions, 'portion-00002-00000.tokens'), 'half of it');
    const two = await open({ folder: where, limits });
    expect(rowsOf(two.loader(sizes), 500)).toEqual(rows);
    await two.close();
    expect(statSync(join(portions, 'portion-00001.json')).mtimeMs).toBe(date);
    expect(statSync(join(portions, 'portion-00002-00000.tokens')).size).toBeGreaterThan(1000);
  });

  test('what cannot be read on is told when its turn has come, with its place', async () => {
    const bad = writeFile(folder, 'bad.jsonl', [...lines, '{"text": 7}\n'].join('')), data = await open({ limits }, bad);
    expect(() => rowsOf(data.loader(sizes), 2000)).toThrow(/bad\.jsonl line 301: "text" should be a string/);
    await data.close();
  });

  test('other data, another tokenizer or another split have another hash', async () => {
    const hashes = new Set<string>(), where = newFolder();
    mkdirSync(join(where, 'a'));
    const other = writeFile(join(where, 'a'), 'stories.jsonl', lines.slice(1).join(''));
    for (const [path, more] of [[stories, {}], [other, {}], [stories, { seed: 2 }], [stories, { validation: 0.2 }], [stories, { tokenizer: createChars(text) }]] as const) {
      const data = await open({ limits, ...more }, path);
      hashes.add(data.hash);
      await data.close();
    }
    expect(hashes.size).toBe(5);
  });
});
