import { topActivations } from '../../inspect/index.ts';
import { defineCommand } from '../command.ts';
import { inspectOptions } from '../inspectOptions.ts';
import { chooseData, dataOptions, openData } from '../openData.ts';
import { text, whole } from '../options.ts';
import { UsageError } from '../usageError.ts';
import { withModel } from '../withModel.ts';

export const inspectNeuron = defineCommand({
  name: 'inspect neuron',
  summary: 'the places of a text where a neuron fires most',
  options: {
    ...inspectOptions, ...dataOptions,
    tensor: text('NAME', 'where the neuron is (default blocks.0.mlp.hidden)'),
    count: whole(1, 1000, 'so many places (default 10)'),
  },
  words: { name: 'N', summary: 'its number, from 0', most: 1 },
  example: 'inkling inspect neuron --model runs/book --data book.txt 17',
  async run({ model: path, tokenizer: words, data, mb = 0.2, language, tensor = 'blocks.0.mlp.hidden', count = 10, seed = 1, threads, build }, terminal, [number]) {
    if (number === undefined || !/^\d+$/.test(number)) throw new UsageError('inspect neuron needs the number of a neuron, from 0.');
    const texts: string[] = [];
    let characters = 0;
    for await (const document of openData(chooseData(data, { megabytes: mb, language, seed })).texts.documents()) {
      const all = 'text' in document ? [document.text] : document.messages.map(({ content }) => content);
      texts.push(...all.map((part) => (typeof part === 'string' ? part : new TextDecoder().decode(part))));
      characters += texts.at(-1)!.length;
      if (characters > mb * 1e6) break;
    }
    await withModel(path, { threads, build, tokenizer: words }, (model) => {
      const { tokenizer } = model, show = (ids: Uint32Array): string => tokenizer.decode(ids).replace(/\s+/g, ' ');
      for (const { value, text: place, position, token, around, at } of topActivations(model, texts, Number(number), { tensor, count })) {
        terminal.tell(`  ${value.toFixed(3).padStart(9)}  ${show(around.subarray(0, at)).slice(-40).padStart(40)}${terminal.colors.bold(show(around.subarray(at, at + 1)))}${show(around.subarray(at + 1)).slice(0, 40)}`);
        terminal.record({ kind: 'activation', value, text: place, position, token: tokenizer.nameOf(token), around: tokenizer.decode(around) });
      }
      return Promise.resolve();
    });
  },
});
