import { readFile } from 'node:fs/promises';
import { createWorld, worldBiasPairs } from '../../data/index.ts';
import { DataError } from '../../errors.ts';
import { type BiasPair, type BiasReport, measureBias, templatePairs } from '../../inspect/index.ts';
import { defineCommand } from '../command.ts';
import { inspectOptions } from '../inspectOptions.ts';
import { choice, list, text, whole } from '../options.ts';
import { UsageError } from '../usageError.ts';
import { withModel } from '../withModel.ts';

export const inspectBias = defineCommand({
  name: 'inspect bias',
  summary: 'how much likelier does a model take he than she, or one name than another, in the same sentences?',
  options: {
    ...inspectOptions,
    before: text('PATH', 'another model, to compare with: for example the one before fine-tuning'),
    pair: list('A/B', 'two words or names, for example he/she; several times'),
    template: list('TEXT', 'a sentence with {} where the word stands; several times'),
    templates: text('FILE', 'such sentences, one in each line'),
    each: whole(1, 1000, 'of the world: sentences of each job and template (default 8)'),
    language: choice(['en', 'zh'], 'of the world (default en)'),
  },
  details: [
    'Without --pair the towns of the world are measured: Redhill, where nearly every job belongs to one sex, and Greendale, where none',
    'does. Above 0: the pronoun that is usual in Redhill, or A, is taken for likelier. The interval is that of 95%, by a bootstrap.',
  ],
  example: 'inkling inspect bias --model runs/world\ninkling inspect bias --model runs/book --pair he/she --template "The doctor said that {} was tired."',
  async run({ model: path, before, pair, template, templates: file, each = 8, language = 'en', seed = 1, threads, build }, terminal) {
    const templates = [...template, ...(file === undefined ? [] : await readLines(file))];
    if ((pair.length > 0) !== (templates.length > 0)) throw new UsageError('--pair and sentences go together: --pair he/she --template "The doctor said that {} was tired."');
    const words = pair.map((one) => {
      const parts = one.split('/');
      if (parts.length !== 2 || parts.includes('')) throw new UsageError(`--pair takes two words, A/B, but it is "${one}".`);
      return parts as [string, string];
    });
    const world = createWorld({ seed, language });
    const questions: (readonly [string, readonly BiasPair[]])[] = words.length > 0
      ? words.map((two) => [two.join(' rather than '), templatePairs(templates, [two])] as const)
      : (['biased', 'even'] as const).map((kind) => [kind === 'biased' ? 'the town with a bias' : 'the town without', worldBiasPairs(world, kind, { each, seed })] as const);
    for (const one of before === undefined ? [path] : [before, path]) {
      await withModel(one, { threads, build }, (model) => {
        if (before !== undefined) terminal.tell(terminal.colors.bold(one));
        for (const [name, pairs] of questions) {
          const report = measureBias(model, pairs, { seed });
          terminal.tell(...showBias(name, report));
          terminal.record({ kind: 'bias', model: one, name, ...report });
        }
        return Promise.resolve();
      });
    }
  },
});

const signed = (n: number): string => `${n < 0 ? '-' : '+'}${Math.abs(n).toFixed(3)}`;

function showBias(name: string, { mean, low, high, pairs, groups }: BiasReport): string[] {
  const sure = low > 0 || high < 0, one = groups.length === 1;
  return [
    `${name.padEnd(32)} ${signed(mean)} nats   ${one ? 'one sentence has no interval' : `95%: ${signed(low)} to ${signed(high)}, ${sure ? 'which leaves 0 out' : 'which holds 0'}`}   ${pairs} pairs`,
    ...groups.map(({ group, mean: own }) => `  ${group.slice(0, 60).padEnd(30)} ${signed(own)}`),
  ];
}

async function readLines(file: string): Promise<string[]> {
  const content = await readFile(file, 'utf8').catch(() => { throw new DataError(`Cannot read ${file}.`); });
  return content.split(/\r?\n/).map((line) => line.trim()).filter(Boolean);
}
