import { createWorld } from '../../data/index.ts';
import { bankTest, formatBankReport, senseContexts } from '../../inspect/index.ts';
import { defineCommand } from '../command.ts';
import { inspectOptions } from '../inspectOptions.ts';
import { choice, whole } from '../options.ts';
import { withModel } from '../withModel.ts';

export const inspectBank = defineCommand({
  name: 'inspect bank',
  summary: 'does a model tell the bank of a river from the bank with money? Words of two senses, layer by layer',
  options: {
    ...inspectOptions,
    each: whole(10, 10_000, 'contexts of each sense (default 60)'),
    folds: whole(2, 100, 'parts of the cross-validation (default 10)'),
    language: choice(['en', 'zh'], 'of the world (default en)'),
  },
  details: ['The contexts are texts of the world that training never sees. Only what stands before a word can tell its sense here.'],
  example: 'inkling inspect bank --model runs/quickstart/chat',
  async run({ model: path, tokenizer: words, each = 60, folds = 10, language = 'en', seed = 1, threads, build }, terminal) {
    await withModel(path, { threads, build, tokenizer: words }, (model) => {
      const report = bankTest(model, senseContexts(createWorld({ seed, language }), { each }), { folds });
      terminal.tell(...formatBankReport(report));
      terminal.record({ kind: 'bank', ...report });
      return Promise.resolve();
    });
  },
});
