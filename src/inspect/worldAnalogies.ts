// Analogies that a world's tables know the answers to, as sections of an analogy file. None is in its texts.
import { HELD_FAMILIES, type World } from '../data/index.ts';
import type { AnalogySection } from './analogyFile.ts';

type Pair = readonly [string, string];

/**
 * Questions of four words: `young, never told`: animal to young of families that no text names (that a baby horse is
 * called a foal), asked by every other family; `young`: of all others; `gender` and `opposites`.
 *
 * @example
 * scoreAnalogies(skipGram(engine, texts), worldAnalogies(world), { lower: true });
 */
export function worldAnalogies({ grammar }: World): AnalogySection[] {
  const pairs = (table: string, field: string, wanted: (fields: Readonly<Record<string, string>>) => boolean = () => true): (Pair & { readonly held?: boolean })[] =>
    grammar.tables[table]!.filter(({ fields }) => field in fields && wanted(fields)).flatMap((entity) => {
      const from = grammar.surface(entity, []), to = grammar.surface(entity, [field]);
      return from && to && !/\s/.test(from + to) ? [Object.assign([from, to] as const, { held: HELD_FAMILIES.includes(entity.name) })] : [];
    });
  const questions = (asking: readonly Pair[], asked: readonly Pair[]): AnalogySection['questions'] =>
    asked.flatMap(([c, d]) => asking.filter(([a, b]) => new Set([a, b, c, d]).size === 4).map(([a, b]) => [a, b, c, d] as const));
  const young = pairs('animal', 'young'), told = young.filter(({ held }) => !held), gender = [...pairs('kin', 'pair', ({ he }) => he === 'she'), ...pairs('royal', 'pair', ({ he }) => he === 'she')];
  const opposites = pairs('opposite', 'of');
  return [
    { name: 'young, never told', questions: questions(told, young.filter(({ held }) => held)) }, { name: 'young', questions: questions(told, told) },
    { name: 'gender', questions: questions(gender, gender) }, { name: 'opposites', questions: questions(opposites, opposites) },
  ];
}
