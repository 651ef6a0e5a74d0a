import { createEngine } from '../../engine/index.ts';
import { parseSymbolPattern, SYMBOLS } from '../../inspect/index.ts';
import { defineCommand } from '../command.ts';
import { drawPixels } from '../drawPixels.ts';
import { openSymbolFile } from '../openSymbolFile.ts';
import { requiredText } from '../options.ts';
import { UsageError } from '../usageError.ts';

export const symbolsClassify = defineCommand({
  name: 'symbols classify',
  summary: 'name pictures of 3 x 3 pixels, with the certainty of every answer',
  options: { model: requiredText('FILE', 'a file from inkling symbols train') },
  words: { name: 'PICTURE...', summary: 'nine pixels, row by row: # or 1 is black, . or 0 is white; / between rows if you like', most: 512 },
  example: 'inkling symbols classify --model symbols.json .../###/... .#..#..#.',
  async run({ model, build = 'exact' }, terminal, words) {
    if (words.length === 0) throw new UsageError('symbols classify needs a picture, for example .../###/...');
    const patterns = words.map((word) => parseSymbolPattern(word)), engine = await createEngine({ threads: 1, build });
    try {
      const network = await openSymbolFile(model, engine), answers = network.classify(patterns);
      answers.forEach(({ answer, outputs }, i) => {
        const pattern = patterns[i]!, picture = drawPixels(pattern.drawing, terminal);
        if (i > 0) terminal.tell('');
        terminal.tell(...SYMBOLS.map(({ name }, k) => {
          const bar = '█'.repeat(Math.round(outputs[k]! * 20)).padEnd(20), line = `${name.padEnd(16)}${bar} ${outputs[k]!.toFixed(3)}`;
          return `${picture[k] ?? '      '}   ${k === answer ? terminal.colors.bold(`${line}  <`) : line}`;
        }));
        const rule = SYMBOLS[pattern.answer]!.name;
        terminal.tell(pattern.answer === answer ? `the rule agrees; ${pattern.noise} of 9 pixels differ` : `the rule says: ${rule}; ${pattern.noise} of 9 pixels differ`);
        terminal.record({ kind: 'answer', drawing: pattern.drawing, answer: SYMBOLS[answer]!.name, outputs, rule, noise: pattern.noise });
      });
    } finally {
      engine.stop();
    }
  },
});
