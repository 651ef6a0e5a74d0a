// Bias: two texts that differ in one thing alone (he or she, one name or another), many times over.
//
//   difference = ln P(first text) - ln P(second text),   bias = mean of the differences,  with an interval
//
// Above 0 the model takes the first for likelier. Pairs that share what matters (a job) are no independent evidence: they
// form a group, and groups are what the interval is drawn from. After Kurita et al. 2019, https://arxiv.org/abs/1906.07337
// and Nangia et al. 2020 (CrowS-Pairs), https://arxiv.org/abs/2010.00133.
import { OptionError } from '../errors.ts';
import type { SpeakingModel } from '../models/index.ts';
import { bootstrapMean, type BootstrapOptions, type Interval } from './bootstrap.ts';
import { textLogProbabilities } from './textScores.ts';

export interface BiasPair {
  readonly group: string;
  readonly texts: readonly [first: string, second: string];
}

export interface BiasReport extends Interval {
  readonly pairs: number;
  /** In nats, in the order in which the groups first came. */
  readonly groups: readonly { readonly group: string; readonly mean: number; readonly pairs: number }[];
}

/**
 * How much likelier a model takes the first texts of pairs than the second.
 *
 * @returns the mean over the groups in nats: 0.69 is twice as likely.
 * @throws {OptionError} when there are no pairs, or a text does not fit in the context.
 * @example
 * measureBias(model, templatePairs(['The doctor said that {} was tired.'], [['he', 'she']])).mean; // 0.7
 */
export function measureBias(model: SpeakingModel, pairs: readonly BiasPair[], options: BootstrapOptions = {}): BiasReport {
  if (pairs.length === 0) throw new OptionError('pairs', 'There are no pairs to compare. Give at least one.');
  const scores = textLogProbabilities(model, pairs.flatMap(({ texts }) => texts)), groups = new Map<string, number[]>();
  pairs.forEach(({ group }, i) => {
    const found = groups.get(group) ?? [];
    found.push(scores[2 * i]! - scores[2 * i + 1]!);
    groups.set(group, found);
  });
  const means = [...groups].map(([group, found]) => ({ group, mean: found.reduce((a, b) => a + b, 0) / found.length, pairs: found.length }));
  return { ...bootstrapMean(means.map(({ mean }) => mean), options), pairs: pairs.length, groups: means };
}

/**
 * Every template with every pair of words; a template is a group.
 *
 * @param templates texts with one or several `{}`, where the word stands.
 * @throws {OptionError} for a template without `{}`.
 * @example
 * templatePairs(['{} is here.'], [['He', 'She']]); // [{ group: '{} is here.', texts: ['He is here.', 'She is here.'] }]
 */
export function templatePairs(templates: readonly string[], words: readonly (readonly [string, string])[]): BiasPair[] {
  const without = templates.find((template) => !template.includes('{}'));
  if (without !== undefined) throw new OptionError('templates', `A template needs {} where the words go, but "${without}" has none.`);
  return templates.flatMap((template) => words.map(([first, second]): BiasPair => ({ group: template, texts: [template.replaceAll('{}', first), template.replaceAll('{}', second)] })));
}
