import { logitLens } from '../../inspect/index.ts';
import { defineCommand } from '../command.ts';
import { inspectOptions, requireText, textWord } from '../inspectOptions.ts';
import { oneToken } from '../oneToken.ts';
import { flag, text, whole } from '../options.ts';
import { withModel } from '../withModel.ts';

export const inspectLens = defineCommand({
  name: 'inspect lens',
  summary: 'what a model would say if it stopped thinking at each of its layers',
  options: {
    ...inspectOptions,
    token: text('TEXT', 'the token whose place is followed (default: what the model says in the end)'),
    count: whole(1, 50, 'so many likely tokens of each layer (default 5)'),
    all: flag('behind every token of the text, not only the last'),
  },
  words: textWord,
  example: 'inkling inspect lens --model runs/book "A baby dog is called a"',
  async run({ model: path, tokenizer: words, token, count = 5, all, threads, build }, terminal, [word]) {
    const read = requireText(word, 'lens');
    await withModel(path, { threads, build, tokenizer: words }, (model) => {
      const { tokenizer } = model, ids = tokenizer.encode(read), name = (id: number): string => tokenizer.nameOf(id);
      const rows = logitLens(model, ids, { count, ...(all && { positions: [...ids.keys()] }), ...(token !== undefined && { target: oneToken(tokenizer, token, 'token') }) });
      for (const { position, token: last, readings } of rows) {
        const width = Math.max(...readings.map((reading) => reading.name.length));
        terminal.tell(`behind "${name(last)}", token ${position}`);
        for (const { name: layer, likeliest, rank, divergence } of readings) {
          terminal.tell(`  ${layer.padEnd(width)}  place ${String(rank).padStart(5)}  ${divergence.toFixed(2).padStart(6)} nats away   ${likeliest.map((one) => `${name(one.token)} ${(100 * one.probability).toFixed(0)}%`).join('  ')}`);
        }
        terminal.record({ kind: 'lens', position, token: name(last), readings: readings.map((reading) => ({ ...reading, likeliest: reading.likeliest.map((one) => ({ token: name(one.token), id: one.token, probability: one.probability })) })) });
      }
      return Promise.resolve();
    });
  },
});
