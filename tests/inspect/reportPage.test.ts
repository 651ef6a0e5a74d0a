import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ITEM_KINDS } from '../../src/data/index.ts';
import { drawIntervals, drawLines, drawShares } from '../../src/cli/report/charts.ts';
import { readLearning, type ReportCard } from '../../src/cli/report/reportCard.ts';
import { reportPage } from '../../src/cli/report/reportPage.ts';
import { calibration, riskCoverage } from '../../src/inspect/index.ts';
import { inkling, newFolder, rhymes, tiny, writeFile } from '../cli/inkling.ts';

const count = { right: 7, wrong: 1, refused: 1, bad: 1, of: 10 }, refusals = { precision: 0.9, recall: 0.9, f1: 0.9 };
const bias = { mean: 2, low: 1.5, high: 2.5, pairs: 80, groups: [{ group: 'baker', mean: 2, pairs: 80 }] };
/** A report in which nothing is missing. */
export const card: ReportCard = {
  format: 'inkling-report-1', language: 'en', model: 'tom & <jerry>', parameters: 1234567, config: { layers: 2, heads: 3, channels: 96, context: 128, vocab: 1536 },
  run: { data: 'world, 10 MB, en', seed: 1, steps: 638, build: 'exact', hash: 'ab'.repeat(32) },
  learning: [{ stage: 'pretrain', losses: [[1, 7], [10, 3], [100, 1]], bitsPerByte: 0.41, tokensPerSecond: 9000 }, { stage: 'finetune', losses: [[1, 0.4], [20, 0.1]], bitsPerByte: null, tokensPerSecond: 8000 }],
  world: {
    grammatical: 0.95, trueStatements: 0.9, clashes: 0.01, seen: 1, held: 0.75, newWordings: 0.9, families: 0.5, untoldSums: 0, followUps: 0.8, context: 0.9, contextNewWordings: 0.8,
    refusal: refusals, refusalNewWordings: refusals, castRatio: 1, counts: Object.fromEntries(ITEM_KINDS.map((kind) => [kind, count])) as NonNullable<ReportCard['world']>['counts'], topics: {}, examples: [],
  },
  analogies: [{ name: 'young', questions: 10, covered: 10, first: 8 }, { name: 'unknown', questions: 10, covered: 0, first: 0 }],
  bank: { baseline: 0.5, layers: [{ name: 'input', accuracy: 0.7 }, { name: 'norm', accuracy: 0.97 }], best: 'norm', heads: [{ layer: 0, head: 1, alone: 0.6, without: 0.7, with: 0.9 }], words: [] },
  bias: { biased: bias, even: { ...bias, mean: 0, low: -0.2, high: 0.2 } },
  doubt: {
    meter: { format: 'inkling-doubt-1', refusals: ['no'], samples: 8, tokens: 40, seed: 1, threshold: 0.5, fit: { means: [0, 0, 0], scales: [1, 1, 1], weights: [1, 1, 1], bias: 0 } },
    validation: 100, answerable: 60, unanswerable: 40, auroc: { doubt: 0.95, refusal: 0.94, entropy: 0.6, disagreement: 0.55 }, before: calibration([0.2, 0.9], [false, true]), after: calibration([0.1, 0.95], [false, true]),
    precision: 0.9, recall: 0.9, coverage: 0.6, risk: 0.1, curve: riskCoverage([0.1, 0.5, 0.9], [false, false, true]), examples: [],
  },
  copying: { share: 0.5, unseen: 0.45, longest: { text: 'once <upon> a time', start: 0, document: 3, position: 5, times: 1 } },
  speed: { writing: 1234.5, training: 9000 }, samples: [{ prompt: 'Once upon a time', text: ', there was "one".' }],
};

test.each(['en', 'zh'] as const)('the page (%s) is whole, and needs nothing from elsewhere', (language) => {
  const page = reportPage({ ...card, language });
  expect(page).toContain(`<html lang="${language}">`);
  expect(page.match(/<h2>/g)).toHaveLength(11);
  expect(page.match(/<svg /g)!.length).toBeGreaterThan(7);
  expect(page.replaceAll('xmlns="http://www.w3.org/2000/svg"', '')).not.toMatch(/https?:|<script|<link|<img|url\(|@import|undefined|NaN|Infinity|null/);
  expect(page).toContain('tom &#38; &#60;jerry&#62;');
  expect(page).not.toContain('<upon>');
  const bare = reportPage({ ...card, language, run: null, learning: [], world: null, analogies: [], bank: null, bias: null, doubt: null, copying: null, speed: { writing: 1, training: null }, samples: [] });
  expect(bare.match(/<h2>/g)).toHaveLength(3);
  for (const tag of ['section', 'table', 'svg', 'dl', 'div', 'p', 'blockquote']) for (const one of [page, bare]) expect(one.split(`<${tag}`).filter((part, i) => i > 0 && /^[ >]/.test(part)).length, tag).toBe(one.split(`</${tag}>`).length - 1);
});

test('charts stay inside their frames', () => {
  for (const chart of [
    drawLines([{ name: 'a', points: [[0, 0], [1e6, 1e-3]] }, { name: 'b', points: [[5, 0.5]] }], { label: 'l', x: 'x', y: 'y', dots: true }), drawLines([{ name: 'one', points: [[1, 2]] }], { label: 'l', x: 'x', y: 'y' }),
    drawLines([{ name: 'a', points: [[0.2, 0.3]] }], { label: 'l', x: 'x', y: 'y', from: [0, 0], to: [1, 1], diagonal: true }), drawShares([{ name: 'x', share: 1 }, { name: 'y', share: 0 }], { label: 'l', mark: 0.5 }),
    drawIntervals([{ name: 'x', mean: -3, low: -5, high: 4 }, { name: 'y', mean: 0, low: 0, high: 0 }], { label: 'l' }),
  ]) {
    const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(chart)!.map(Number);
    expect(chart).not.toMatch(/NaN|Infinity|undefined/);
    for (const [, value] of chart.matchAll(/ (?:c?x[12]?)="(-?[\d.]+)"/g)) expect(Number(value)).toBeLessThanOrEqual(width!);
    for (const [, value] of chart.matchAll(/ (?:c?[xy][12]?)="(-?[\d.]+)"/g)) expect(Number(value)).toBeGreaterThanOrEqual(0);
    for (const [, value] of chart.matchAll(/ (?:c?y[12]?)="(-?[\d.]+)"/g)) expect(Number(value)).toBeLessThanOrEqual(height!);
  }
});

test('a log becomes a curve', () => {
  const log = [...Array.from({ length: 1000 }, (_, i) => JSON.stringify({ kind: 'step', step: i + 1, loss: 10 - i / 200, tokensPerSecond: 100 + (i % 3) })), JSON.stringify({ kind: 'evaluation', step: 1000, bitsPerByte: 1.5 }), '{"kind":"st'].join('\n');
  const { losses, bitsPerByte, tokensPerSecond } = readLearning('pretrain', log)!;
  expect(losses.length).toBeLessThanOrEqual(240);
  expect(losses.at(-1)![0]).toBe(1000);
  expect([bitsPerByte, tokensPerSecond]).toEqual([1.5, 101]);
  expect(readLearning('pretrain', '')).toBeNull();
});

test('the command writes a page and its figures', async () => {
  const folder = newFolder(), book = writeFile(folder, 'book.txt', rhymes), model = join(folder, 'model');
  expect((await inkling(['pretrain', '--data', book, '--tokenizer', 'words', '--vocab', 320, '--steps', 6, '--out', model, ...tiny])).code).toBe(0);
  const page = join(folder, 'report.html'), made = await inkling(['report', '--model', model, '--out', page, '--threads', 1, '--json']);
  expect(made.code, made.stderr).toBe(0);
  expect(readFileSync(page, 'utf8')).toContain('<h2>How it learned</h2>');
  expect(made.records()[0]).toMatchObject({ kind: 'report', format: 'inkling-report-1', world: null, run: { seed: 1, steps: 6 } });
  const figures = join(folder, 'report.json');
  expect((await inkling(['report', '--model', model, '--out', figures, '--threads', 1, '--language', 'zh'])).code).toBe(0);
  expect(JSON.parse(readFileSync(figures, 'utf8'))).toMatchObject({ language: 'zh' });
  for (const [out, message] of [['report.pdf', '--out must end in .html or .json'], [join(folder, 'no', 'report.html'), 'There is no folder']] as const) {
    const wrong = await inkling(['report', '--model', model, '--out', out]);
    expect([wrong.code, wrong.stderr.includes(message)]).toEqual([2, true]);
  }
});
