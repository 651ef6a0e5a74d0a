// Tells facts: several about one thing, or one after the other about things of one table.
import type { Relation } from './Language.ts';
import type { Told } from './createStoryteller.ts';
import type { Entity } from './tables.ts';
import type { Voice } from './Voice.ts';

/** How many sentences a paragraph of facts has, at most. */
const SENTENCES = 6;
/** How often a second sentence about somebody says "she" or "it". */
const PRONOUN = 0.4;

/** One paragraph of facts. */
export function createFactTeller(voice: Voice): () => Told {
  const { language, grammar } = voice;
  const relationsOf = new Map<string, Relation[]>();
  for (const relation of language.relations) {
    if (voice.tellable(relation).length === 0) continue;
    relationsOf.set(relation.table, [...(relationsOf.get(relation.table) ?? []), relation]);
  }
  const statements = new Map<Relation, readonly string[]>();
  const withPronoun = new Map<Relation, readonly string[]>();
  for (const relation of language.relations) {
    // the answer itself is told as often as two of its other wordings
    const all = [...relation.say, ...relation.say, ...relation.tell];
    statements.set(relation, all);
    withPronoun.set(relation, all.map((source) => language.pronoun(source) ?? source));
  }
  // tables are drawn by the number of their facts, but small ones not too rarely
  const tables = [...relationsOf].flatMap(([table, relations]) => {
    const facts = relations.reduce((sum, relation) => sum + voice.tellable(relation).length, 0);
    return Array<string>(Math.ceil(facts / 12) + 1).fill(table);
  });

  const state = (relation: Relation, entity: Entity, again: boolean): string =>
    voice.say((again && voice.random.chance(PRONOUN) ? withPronoun : statements).get(relation)!, voice.about(relation.variable, entity));

  function aboutOne(table: string, sentences: string[]): void {
    const entity = voice.random.pick(grammar.tables[table]!);
    const known = relationsOf.get(table)!.filter((relation) => voice.tellable(relation).includes(entity));
    let again = false;
    for (const relation of voice.random.shuffle(known).slice(0, SENTENCES)) {
      sentences.push(state(relation, entity, again));
      again = true;
    }
  }

  function aboutMany(table: string, sentences: string[]): void {
    while (sentences.length < SENTENCES) {
      const relation = voice.random.pick(relationsOf.get(table)!);
      const sentence = state(relation, voice.random.pick(voice.tellable(relation)), false);
      if (!sentences.includes(sentence)) sentences.push(sentence);
    }
  }

  return () => {
    const sentences: string[] = [], table = voice.random.pick(tables);
    if (voice.random.chance(0.5)) aboutMany(table, sentences);
    else while (sentences.length < SENTENCES - 1) aboutOne(table, sentences);
    return { text: sentences.join(language.space), senses: [] };
  };
}
