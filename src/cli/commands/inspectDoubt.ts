import { statSync } from 'node:fs';
import { createWorld } from '../../data/index.ts';
import { formatDoubtReport, measureDoubt } from '../../inspect/index.ts';
import { doubtFile } from '../chatDoubt.ts';
import { defineCommand } from '../command.ts';
import { inspectOptions } from '../inspectOptions.ts';
import { openModelFolder } from '../openModelFolder.ts';
import { choice, flag, whole } from '../options.ts';
import { UsageError } from '../usageError.ts';
import { withModel } from '../withModel.ts';

export const inspectDoubt = defineCommand({
  name: 'inspect doubt',
  summary: 'does a chat model know what it does not know? Questions of the world with an answer and without',
  options: {
    ...inspectOptions,
    size: whole(4, 10_000, 'questions of each kind (default 60)'),
    samples: whole(2, 64, 'answers that are drawn to see whether they agree (default 8)'),
    language: choice(['en', 'zh'], 'of the world (default en)'),
    save: flag(`keep weights and threshold as ${doubtFile} beside the model, for chat --doubt`),
  },
  details: ['Half of the questions choose weights and threshold, the other half judge them.'],
  example: 'inkling inspect doubt --model runs/quickstart/chat --save',
  async run({ model: path, size = 60, samples = 8, language = 'en', save, seed = 1, threads, build }, terminal) {
    if (save && !statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw new UsageError(`--save writes ${doubtFile} beside a model that is a folder, but ${path} is none. Leave it out.`);
    await withModel(path, { threads, build }, async (model) => {
      const report = await measureDoubt(model, createWorld({ seed, language }), { seed, size, samples, onProgress: (done, of) => { if (done % 10 === 0) terminal.show(`${done} of ${of} questions`); } });
      terminal.clear();
      terminal.tell(...formatDoubtReport(report));
      if (save) await openModelFolder(path).write(doubtFile, `${JSON.stringify(report.meter, null, 2)}\n`);
      terminal.record({ kind: 'doubt', ...report });
    });
  },
});
