import { extname } from 'node:path';
import { writeFile } from 'node:fs/promises';
import { exportTensor, record, type TensorFormat, tensorFormats, tensorStatistics } from '../../inspect/index.ts';
import { defineCommand } from '../command.ts';
import { inspectOptions } from '../inspectOptions.ts';
import { requiredText, text } from '../options.ts';
import { UsageError } from '../usageError.ts';
import { withModel } from '../withModel.ts';

export const inspectTensor = defineCommand({
  name: 'inspect tensor',
  summary: 'any numbers of a model while it reads a text: what they are like, or all of them in a file',
  options: {
    ...inspectOptions,
    text: requiredText('TEXT', 'what the model reads'),
    out: text('FILE', 'write the tensor there, by its ending: .npy, .csv or .json; the query must mean one tensor'),
  },
  words: { name: 'QUERY…', summary: 'names with * for any one part: blocks.*.mlp.hidden, head.weight, grad(blocks.0.mlp.up.weight)', most: 64 },
  example: "inkling inspect tensor --model runs/book --text 'Once upon a time' 'blocks.*.attention.probs' 'grad(embedding.weight)'",
  details: ['Gradients are those of the mean cost of the next token of the text, in nats. A name that is none is answered with those there are.', 'Weights of few bits become 32-bit floats.'],
  async run({ model: path, tokenizer: words, text: read, out, threads, build }, terminal, queries) {
    if (queries.length === 0) throw new UsageError("inspect tensor needs a query, for example 'blocks.*.mlp.hidden'.");
    const format = out === undefined ? null : extname(out).slice(1);
    if (format !== null && !(tensorFormats as readonly string[]).includes(format)) throw new UsageError(`--out must end in ${tensorFormats.map((known) => `.${known}`).join(', ')}, but it is ${out}.`);
    await withModel(path, { threads, build, tokenizer: words, floats: true }, async (model) => {
      const { ids, tensors } = record(model, read, queries), found = [...tensors.values()];
      if (out !== undefined && found.length > 1) throw new UsageError(`--out takes one tensor, but there are ${found.length}: ${found.map(({ name }) => name).join(', ')}.`);
      const width = Math.max(...found.map(({ name }) => name.length)), shapes = found.map(({ shape }) => `(${shape.join(', ')})`), wide = Math.max(...shapes.map(({ length }) => length));
      const figure = (x: number): string => (Math.abs(x) >= 1e4 || (x !== 0 && Math.abs(x) < 1e-3) ? x.toExponential(2) : x.toFixed(4)).padStart(10);
      terminal.say(`${ids.length} tokens: ${[...ids].map((id) => model.tokenizer.nameOf(id)).join(' ')}`, '',
        `${'tensor'.padEnd(width)}  ${'shape'.padEnd(wide)}  ${['min', 'max', 'mean', 'deviation', 'zeros', 'NaN'].map((title) => title.padStart(10)).join('')}`);
      found.forEach((tensor, i) => {
        const { min, max, mean, deviation, zeros, nan } = tensorStatistics(tensor.numbers);
        terminal.tell(`${tensor.name.padEnd(width)}  ${shapes[i]!.padEnd(wide)}  ${[min, max, mean, deviation].map(figure).join('')}${`${(100 * zeros).toFixed(1)}%`.padStart(10)}${String(nan).padStart(10)}`);
        terminal.record({ kind: 'tensor', name: tensor.name, shape: tensor.shape, min, max, mean, deviation, zeros, nan });
      });
      if (out !== undefined) {
        await writeFile(out, exportTensor(found[0]!, format as TensorFormat));
        terminal.say(`written to ${out}`);
      }
    });
  },
});
