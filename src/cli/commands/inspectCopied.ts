import { generateBatch } from '../../decode/index.ts';
import { count, bytes as showBytes } from '../../errors.ts';
import { CopyIndex } from '../../inspect/index.ts';
import { defineCommand } from '../command.ts';
import { chooseData, dataOptions } from '../openData.ts';
import { number, text, whole } from '../options.ts';
import { trainingTexts } from '../trainingTexts.ts';
import { UsageError } from '../usageError.ts';
import { modelSummary, withModel } from '../withModel.ts';

export const inspectCopied = defineCommand({
  name: 'inspect copied',
  summary: 'what of a text stands in the training text, word for word, and where',
  options: {
    ...dataOptions,
    model: text('PATH', `let this model write the texts: ${modelSummary}`),
    prompt: text('TEXT', 'how they begin'),
    samples: whole(1, 10_000, 'so many texts (default 8)'),
    tokens: whole(1, 1e6, 'longest text (default 100)'),
    temperature: number(0, 1000, 'how it draws (default 0.8)'),
    least: whole(1, 1e6, 'shorter matches, in characters, are left out (default 40)'),
  },
  words: { name: 'TEXT', summary: 'look up this text', most: 1 },
  details: ['Of the world, --mb, --language and --seed must be those that the model learned from; its conversations are searched too.'],
  example: 'inkling inspect copied --data book.txt "It was a bright cold day in April, and the clocks were striking"\ninkling inspect copied --data world --model runs/quickstart/base --prompt "Once upon a time"',
  async run({ data, mb, language, model: path, prompt, samples = 8, tokens = 100, temperature = 0.8, least, seed = 1, threads, build }, terminal, [given]) {
    if ((given === undefined) === (path === undefined)) throw new UsageError('inspect copied needs a text, or --model PATH to write some: one of the two.');
    if (given !== undefined && prompt !== undefined) throw new UsageError('--prompt is for --model. The text that is looked up is a word of its own.');
    const texts = given === undefined ? await withModel(path!, { threads, build }, async (model) => {
      const drawing = generateBatch(model, Array.from({ length: samples }, () => prompt ?? ''), { tokens, temperature, seed });
      for (;;) {
        const next = await drawing.next();
        if (next.done) return next.value.map((one) => (prompt ?? '') + one.text);
      }
    }) : [given];
    const began = performance.now(), index = new CopyIndex(await trainingTexts(chooseData(data, { megabytes: mb, language, seed })));
    terminal.say(terminal.colors.dim(`${showBytes(index.bytes)} in ${count(index.documents)} documents, put in order in ${((performance.now() - began) / 1000).toFixed(1)} s`));
    let copied = 0, characters = 0;
    for (const text of texts) {
      const report = index.search(text, least === undefined ? {} : { least });
      copied += report.copied;
      characters += report.characters;
      terminal.tell(`${`${(100 * report.share).toFixed(1)}%`.padStart(7)} copied  ${text.replace(/\s+/g, ' ').slice(0, 100)}${text.length > 100 ? '…' : ''}`);
      for (const match of [...report.matches].sort((a, b) => b.text.length - a.text.length || a.start - b.start).slice(0, 5)) {
        terminal.tell(`    ${String(match.text.length).padStart(5)} characters  document ${match.document} at ${match.position}, ${match.times === 1 ? 'once' : `${count(match.times)} times`}: ${terminal.colors.dim(match.text.replace(/\s+/g, ' ').slice(0, 80))}`);
      }
      terminal.record({ kind: 'copied', text, ...report });
    }
    if (texts.length > 1) terminal.tell(`${`${(100 * copied / Math.max(1, characters)).toFixed(1)}%`.padStart(7)} of all`);
  },
});
