import { createEngine } from '../../engine/index.ts';
import { symbolFile, symbolPattern, SYMBOLS } from '../../inspect/index.ts';
import { defineCommand } from '../command.ts';
import { drawPixels, drawWeights, sideBySide } from '../drawPixels.ts';
import { openSymbolFile } from '../openSymbolFile.ts';
import { text } from '../options.ts';

/** Neurons, and pictures, in a row. */
const ACROSS = 4;

export const symbolsShow = defineCommand({
  name: 'symbols show',
  summary: 'draw the four symbols and their noise; with a model, the weights of its first layer',
  options: { model: text('FILE', 'a file from inkling symbols train') },
  example: 'inkling symbols show --model symbols.json',
  async run({ model, build = 'exact' }, terminal) {
    const all = Array.from({ length: 512 }, (_, i) => symbolPattern(i)), picture = (title: string, drawing: string) => ({ title, width: 6, lines: drawPixels(drawing, terminal) });
    if (model === undefined) {
      terminal.tell(...sideBySide(SYMBOLS.map(({ name, drawing }) => picture(name, drawing))), '', 'The rule: a picture has the name of the symbol from which the fewest of its pixels differ.');
      SYMBOLS.forEach(({ name }, k) => {
        const named = all.filter(({ answer }) => answer === k), levels = [1, 2, 3, 4].map((noise) => named.filter((pattern) => pattern.noise === noise));
        const shown = levels.flatMap((list, i) => (list[0] ? [picture(`${list.length} with ${i + 1} off`, list[0].drawing)] : []));
        terminal.tell('', `${name}: ${named.length} of 512 pictures`, ...sideBySide(shown));
        terminal.record({ kind: 'symbol', name, drawing: SYMBOLS[k]!.drawing, pictures: named.length, byNoise: [0, 1, 2, 3, 4].map((noise) => named.filter((pattern) => pattern.noise === noise).length) });
      });
      return;
    }
    const engine = await createEngine({ threads: 1, build });
    try {
      const network = await openSymbolFile(model, engine), { weights } = symbolFile(network), neurons = weights['layers.0.weight']!;
      terminal.tell(`${network.sizes.join(' - ')}, tanh, then ${network.output}; ${(100 * network.accuracy(all)).toFixed(1)}% of all 512 pictures named rightly`, '',
        'The first layer: what each neuron weighs its nine pixels with. Red (below 0) answers to black, blue to white.');
      for (let from = 0; from < neurons.length; from += ACROSS) {
        terminal.tell('', ...sideBySide(neurons.slice(from, from + ACROSS).map((row, i) => ({ title: `neuron ${from + i}`, width: 18, lines: drawWeights(row, terminal) }))));
      }
      terminal.record({ kind: 'network', sizes: network.sizes, output: network.output, accuracy: network.accuracy(all), weights });
    } finally {
      engine.stop();
    }
  },
});
