// The whole road, once: text, tokenizer, pretraining, fine-tuning, an examination, a talk.
import { join } from 'node:path';
import { createWorld } from '../data/index.ts';
import { Chat } from '../decode/index.ts';
import { examine, formatWorldReport } from '../inspect/index.ts';
import { folderStore } from '../node/index.ts';
import { askTen, converse } from './commands/chat.ts';
import { finetune } from './commands/finetune.ts';
import { pretrain } from './commands/pretrain.ts';
import { type Command, defineCommand } from './command.ts';
import { number, text } from './options.ts';
import { settingsFile } from './runSettings.ts';
import type { Terminal } from './terminal.ts';
import { withModel } from './withModel.ts';

/** Shares of the training time. Corpus, tokenizer, report and talk come on top: less than a minute. */
const SHARES = { pretrain: 0.8, finetune: 0.2 };

export const quickstart = defineCommand({
  name: 'quickstart',
  summary: 'the whole road once: corpus, tokenizer, pretraining, fine-tuning, report, chat',
  options: {
    minutes: number(0, 100_000, 'how long to train (default 5)', ['least']),
    out: text('DIR', 'where everything is written (default runs/quickstart)'),
  },
  example: 'inkling quickstart --minutes 5',
  details: ['Begun again with the same --out, it goes on where it was stopped, or talks at once if all is done.'],
  async run(values, terminal) {
    const { minutes = 5, out = 'runs/quickstart', seed = 1, threads, build } = values;
    const base = join(out, 'base'), chat = join(out, 'chat');
    const shared = ['--seed', seed, ...(threads === undefined ? [] : ['--threads', threads]), ...(build === undefined ? [] : ['--build', build])].map(String);
    const stages: readonly [string, Command, string, readonly string[]][] = [
      ['Learning to read', pretrain, base, ['--data', 'world', '--minutes', String(minutes * SHARES.pretrain), ...shared]],
      ['Learning to answer', finetune, chat, ['--model', base, '--data', 'world', '--minutes', String(minutes * SHARES.finetune), ...shared]],
    ];
    for (const [title, command, folder, options] of stages) {
      terminal.say('', terminal.colors.bold(title));
      if (!(await runStage(command, folder, options, terminal))) return;
    }
    await withModel(chat, { threads, build }, async (model) => {
      terminal.say('', terminal.colors.bold('What was learned'));
      const report = await examine(model, createWorld({ seed }), { onProgress: (done, of) => terminal.show(`${done} of ${of} questions`) });
      terminal.clear();
      terminal.tell(...formatWorldReport(report));
      terminal.record({ kind: 'report', ...report });
      terminal.say('', terminal.colors.bold('A talk'));
      const talk = new Chat(model, { seed, temperature: 0 });
      try {
        await (terminal.streams.stdin.isTTY ? converse(talk, terminal) : askTen(talk, terminal));
      } finally {
        talk.free();
      }
    });
  },
});

/** Begins a stage, or goes on with it. @returns whether it came to its end. */
async function runStage(command: Command, folder: string, options: readonly string[], terminal: Terminal): Promise<boolean> {
  const store = folderStore(folder), begun = await store.read(settingsFile) !== null;
  await command.prepare(['--out', folder, ...(begun ? ['--resume'] : options)])(terminal);
  return await store.read('receipt.json') !== null;
}
