import { createEngine } from '../../engine/index.ts';
import { createSymbolNetwork, symbolFile, type SymbolProgress, symbolSplit, trainSymbols } from '../../inspect/index.ts';
import { defineCommand } from '../command.ts';
import { choice, number, text, whole } from '../options.ts';
import { writeLines } from '../writeLines.ts';

export const symbolsTrain = defineCommand({
  name: 'symbols train',
  summary: 'teach a network of a few hundred weights to name pictures of 3 x 3 pixels',
  options: {
    out: text('FILE', 'keep the network and its pictures here, as JSON'),
    hidden: whole(1, 256, 'neurons in each of the two hidden layers (default 12)'),
    output: choice(['sigmoid', 'softmax'], 'sigmoid: every answer by itself (default); softmax: answers share one certainty'),
    epochs: whole(1, 100_000, 'how often every picture is seen, at most (default 2000); ends earlier when all is learned'),
    rate: number(0, 100, 'learning rate (default 1 with sigmoid, 0.1 with softmax)', ['least', 'most']),
  },
  details: ['The rule: a picture is named after the symbol from which the fewest of its pixels differ (see inkling symbols show).'],
  example: 'inkling symbols train --out symbols.json\ninkling symbols classify --model symbols.json .#./.#./##.',
  async run({ out, hidden = 12, output = 'sigmoid', epochs, rate, seed = 1, build = 'exact' }, terminal) {
    const engine = await createEngine({ threads: 1, build });
    try {
      const split = symbolSplit({ seed }), network = createSymbolNetwork(engine, { hidden: [hidden, hidden], output, seed }), began = performance.now();
      let last: SymbolProgress | undefined;
      for (const progress of trainSymbols(network, split, { seed, ...(epochs !== undefined && { epochs }), ...(rate !== undefined && { rate }) })) {
        last = progress;
        terminal.show(line(progress));
        terminal.record({ kind: 'epoch', ...progress });
        if (progress.epoch === 1 || progress.epoch % 20 === 0) terminal.say(line(progress));
      }
      const seconds = (performance.now() - began) / 1000;
      terminal.clear();
      if (last) terminal.tell(line(last));
      terminal.say(`${split.train.length} pictures learned, ${split.test.length} never shown, ${seconds.toFixed(2)} s`);
      if (out !== undefined) {
        await writeLines(out, [`${JSON.stringify(symbolFile(network, split))}\n`]);
        terminal.say(`written to ${out}`);
      }
      terminal.record({ kind: 'trained', ...last, seconds, ...(out !== undefined && { out }) });
    } finally {
      engine.stop();
    }
  },
});

const percent = (share: number): string => `${(100 * share).toFixed(1)}%`.padStart(6);
const line = ({ epoch, loss, train, test }: SymbolProgress): string =>
  `epoch ${String(epoch).padStart(5)}   loss ${loss.toFixed(4)}   named rightly: ${percent(train)} of those learned, ${percent(test)} of those never shown`;
