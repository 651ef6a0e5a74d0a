// What is true in the world of one knowledge seed: who lives where, what a town is known for.
// About one fact in nine is left open, so that a question about a known person can be unanswerable too.
import { Random, stream } from '../../random.ts';
import type { Entity, Tables } from './tables.ts';
import { TABLES, people, words } from './tables.ts';

/** What is known about a villager; each of these is a relation that can be asked. */
export const VILLAGER_FACTS = ['job', 'town', 'pet', 'likes', 'plays', 'color'] as const;

const VILLAGERS = people(
  'Rosa Greta Helen Olga Vera Martha Nina Edith Paula Irma',
  'Boris Carl Dan Frank Igor Karl Otto Peter Simon Walter');
const TOWNS = words('Oakdale Riverton Hillford Seaview Stonebridge Mapleton Foxwood Brookside');
const NEAR = ['the sea', 'a lake', 'a forest', 'the hills', 'a river', 'the desert', 'a swamp', 'the mountains'];

/**
 * The tables of the world with the facts of one knowledge seed: villagers and towns are drawn, all else is fixed.
 *
 * @param seed the same seed gives the same facts; corpus, judge and examination must share it.
 */
export function createKnowledge(seed: number): Tables {
  const random = new Random(seed, stream('world', 'knowledge'));
  const name = (table: string) => random.pick(TABLES[table]!).name;
  const near = random.shuffle([...NEAR]);
  const town: Entity[] = TOWNS.map((entity, i) => ({
    ...entity, fields: { near: near[i]!, famous: name('food'), open: name('day') },
  }));
  const villager: Entity[] = VILLAGERS.map((entity) => {
    const work = random.pick(TABLES['job']!);
    const fields: Record<string, string> = {
      ...entity.fields, job: work.name, does: work.fields['does']!, town: random.pick(town).name,
      pet: name('animal'), likes: name('food'), plays: name('instrument'), color: name('color'),
    };
    const open = VILLAGER_FACTS[random.below(9)];
    if (open) delete fields[open];
    if (open === 'job') delete fields['does'];
    return { ...entity, fields };
  });
  return { ...TABLES, town, villager };
}
