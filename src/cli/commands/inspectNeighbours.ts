import { readFile } from 'node:fs/promises';
import { createWorld } from '../../data/index.ts';
import { type Build, createEngine } from '../../engine/index.ts';
import { DataError } from '../../errors.ts';
import { type AnalogySection, parseAnalogies, scoreAnalogies, skipGram, tokenVectors, wordsOf, type WordVectors, worldAnalogies } from '../../inspect/index.ts';
import { defineCommand } from '../command.ts';
import { chooseData, dataOptions, openData } from '../openData.ts';
import { flag, list, text, whole } from '../options.ts';
import type { Terminal } from '../terminal.ts';
import { UsageError } from '../usageError.ts';
import { modelSummary, quantizeOption, withModel } from '../withModel.ts';

export const inspectNeighbours = defineCommand({
  name: 'inspect neighbours',
  summary: 'words as points: what lies near, and a is to b as c is to what? From a model, or learned from a text alone',
  options: {
    ...dataOptions,
    data: text('FILE|FOLDER|world|…', 'learn vectors of words from this text (skip-gram), or, with --model, take its words'),
    model: text('PATH', `take the rows of its table: ${modelSummary}`),
    tokenizer: quantizeOption.tokenizer,
    analogy: list('"A B C"', 'A is to B as C is to what? May be given several times'),
    analogies: text('FILE', 'score the analogies of a file such as questions-words.txt; of the world its own are scored'),
    count: whole(1, 1000, 'so many neighbours (default 8)'),
    channels: whole(2, 1024, 'numbers of a vector that is learned (default 64)'),
    epochs: whole(1, 1000, 'how often the text is read to learn (default 3)'),
    score: flag('of the world: how many of its analogies are right, also of families that it never names'),
  },
  words: { name: 'WORD…', summary: 'whose neighbours are wanted', most: 1000 },
  example: 'inkling inspect neighbours --data world --mb 2 --score --analogy "dog puppy horse" dog king\ninkling inspect neighbours --model runs/book --data book.txt river',
  async run(values, terminal, words) {
    const { data, model: path, tokenizer, analogy, analogies, count = 8, channels, epochs, score, mb = 2, language, seed = 1, threads, build = 'exact' } = values;
    if (data === undefined) throw new UsageError('inspect neighbours needs words to choose from: --data world, or a text of yours. With --model the words have the rows of its table, without it they are learned.');
    const questions = analogy.map((line) => {
      const parts = line.trim().split(/\s+/);
      if (parts.length !== 3) throw new UsageError(`--analogy takes three words, "dog puppy cat", but "${line}" has ${parts.length}.`);
      return parts as [string, string, string];
    });
    const texts = await readTexts(data, { mb, language, seed }), sections: AnalogySection[] = [];
    if (analogies !== undefined) sections.push(...parseAnalogies(await readFile(analogies, 'utf8').catch(() => { throw new DataError(`Cannot read ${analogies}.`); }), analogies));
    if (score) {
      if (data !== 'world') throw new UsageError('--score is for --data world. For other texts give --analogies FILE.');
      sections.push(...worldAnalogies(createWorld({ seed, ...(language === 'zh' && { language }) })));
    }
    const began = performance.now(), vectors = path === undefined
      ? await learn(texts, { seed, ...(channels !== undefined && { channels }), ...(epochs !== undefined && { epochs }) }, { threads, build }, terminal)
      : await withModel(path, { threads, build, tokenizer }, (model) => Promise.resolve(tokenVectors(model, frequent(texts))));
    terminal.clear();
    terminal.say(`${vectors.words.length} words of ${vectors.channels} numbers, ${((performance.now() - began) / 1000).toFixed(1)} s`);
    for (const word of words) {
      const near = vectors.nearest(word, { count });
      terminal.tell(`${word}: ${near.map((one) => `${one.word} ${one.cosine.toFixed(2)}`).join(', ')}`);
      terminal.record({ kind: 'neighbours', word, neighbours: near });
    }
    for (const [a, b, c] of questions) {
      const { best } = vectors.analogy(a, b, c, { count });
      terminal.tell(`${a} is to ${b} as ${c} is to ${best.map((one) => `${one.word} ${one.cosine.toFixed(2)}`).join(', ')}`);
      terminal.record({ kind: 'analogy', question: [a, b, c], answers: best });
    }
    for (const found of scoreAnalogies(vectors, sections, { lower: true })) {
      const { name, questions: asked, covered, first, firstFive } = found, percent = (n: number): string => `${covered === 0 ? '-' : ((100 * n) / covered).toFixed(1)}%`.padStart(7);
      terminal.tell(`  ${name.padEnd(32)}${`${covered} of ${asked} known`.padStart(20)}   first ${percent(first)}   among five ${percent(firstFive)}`);
      terminal.record({ kind: 'score', ...found });
    }
  },
});

async function learn(texts: readonly string[], options: Parameters<typeof skipGram>[2], { threads, build }: { readonly threads: number | undefined; readonly build: Build }, terminal: Terminal): Promise<WordVectors> {
  const engine = await createEngine({ build, ...(threads !== undefined && { threads }) });
  try {
    return skipGram(engine, texts, { ...options, onProgress: ({ step, steps, loss }) => { if (step % 20 === 0) terminal.show(`step ${step}/${steps}  loss ${loss.toFixed(3)}`); } });
  } finally {
    engine.stop();
  }
}

async function readTexts(data: string, { mb, language, seed }: { mb: number; language: Parameters<typeof chooseData>[1]['language']; seed: number }): Promise<string[]> {
  const texts: string[] = [];
  let characters = 0;
  for await (const document of openData(chooseData(data, { megabytes: mb, language, seed })).texts.documents()) {
    for (const part of 'text' in document ? [document.text] : document.messages.map(({ content }) => content)) {
      texts.push(typeof part === 'string' ? part : new TextDecoder().decode(part));
      characters += part.length;
    }
    if (characters > 100e6) break;
  }
  return texts;
}

/** Words that come at least five times, the most frequent first. */
function frequent(texts: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const one of texts) for (const word of wordsOf(one)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].filter(([, n]) => n >= 5).sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).map(([word]) => word);
}
