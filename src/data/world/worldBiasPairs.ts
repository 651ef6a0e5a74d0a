// Sentences by which a bias is measured: the same twice, but for the pronoun.
import { Random, stream } from '../../random.ts';
import { jobsOfSlices } from './createStoryteller.ts';
import type { World } from './createWorld.ts';
import type { Bindings } from './Grammar.ts';
import { Voice } from './Voice.ts';

/** Random numbers that one sentence may use. */
const DRAWS = 4096;

/**
 * Sentences of the towns of a world where jobs are tied to a sex (`biased`) or are not (`even`). The first text of a pair
 * has the pronoun that is usual for the job in the biased town, the second the other. A job is a group.
 *
 * @param options.each sentences of each job and template; default 8.
 * @example
 * worldBiasPairs(createWorld({ seed: 1 }), 'biased')[0]; // { group: 'baker', texts: ['In Redhill, the baker lost her broom.', '… his broom.'] }
 */
export function worldBiasPairs({ grammar, language }: World, kind: 'biased' | 'even', { each = 8, seed = 1 }: { readonly each?: number; readonly seed?: number } = {}): { readonly group: string; readonly texts: readonly [first: string, second: string] }[] {
  const voice = new Voice(grammar, true), job = grammar.variable('job').index, pronoun = grammar.variable('pronoun').index, pronouns = grammar.tables['pronoun']!;
  const templates = language[kind].beats.flatMap(({ lines }) => voice.templates(lines));
  return jobsOfSlices(grammar).flatMap(({ who, usual }) => templates.flatMap((template, t) => Array.from({ length: each }, (_, i) => {
    const [first, second] = [usual, 1 - usual].map((sex) => {
      voice.begin(new Random(seed, stream('bias', kind, who.name, t), i * DRAWS)); // all other words are the same
      const bindings: Bindings = [];
      bindings[job] = who;
      bindings[pronoun] = pronouns[sex];
      return voice.write(template, bindings);
    });
    return { group: grammar.surface(who, []), texts: [first!, second!] as const };
  })));
}
