// What training never sees, so that it can be asked whether something was learned or only repeated:
// one combination of things in ten ("a purple kite"), one question in ten (told, but never asked),
// a few sums that are not even told, and two animal families that are never defined.
import { stream } from '../../random.ts';
import type { Variable } from './Grammar.ts';
import type { Relation } from './Language.ts';
import type { Avoidance } from './Writer.ts';
import { HELD_FAMILIES, type Entity } from './tables.ts';

/** Pairs of tables of which one combination in ten is left out; names in alphabetic order. */
const PAIRS = new Set([
  'color toy', 'color wear', 'animal animal', 'animal person', 'job tool', 'place weather', 'drink food',
  'person person', 'fine tool', 'good person', 'stuff toy',
]);

/** Stable choice of one in ten: it depends on words only, never on the order of generation. */
const oneInTen = (...names: string[]): boolean => stream('held out', ...names) % 10 === 0;

/** Is this question never asked in training? */
export function isHeldQuestion(relation: Relation, entity: Entity): boolean {
  if (relation.id === 'young') return HELD_FAMILIES.includes(entity.name);
  return oneInTen(relation.id, entity.name);
}

/** Is this fact not even told in training? Families are to be found by analogy, some sums by adding. */
export function isUntold(relation: Relation, entity: Entity): boolean {
  if (relation.id === 'young') return HELD_FAMILIES.includes(entity.name);
  if (relation.table !== 'sum' && relation.table !== 'difference') return false;
  return isHeldQuestion(relation, entity) && stream('untold', entity.name) % 2 === 0;
}

interface Partner {
  readonly index: number;
  /** By entity of the variable, then of the partner: 1 where the combination is held out. */
  readonly held: Uint8Array;
  readonly width: number;
}

/** The rule that keeps held-out combinations out of what is written: an argument of `Writer`. */
export function createAvoidance(): Avoidance {
  const partners: { size: number; list: Partner[] }[] = [];

  function partnersOf(variable: Variable): Partner[] {
    const known = partners[variable.index];
    if (known?.size === variable.company.length) return known.list;
    const list = variable.company.flatMap((other) => partner(variable, other) ?? []);
    partners[variable.index] = { size: variable.company.length, list };
    return list;
  }

  return (variable, entity, bindings) => {
    for (const { index, held, width } of partnersOf(variable)) {
      const other = bindings[index];
      if (other && held[entity.index * width + other.index]) return true;
    }
    return false;
  };
}

const matrices = new Map<string, Uint8Array>();

function partner(variable: Variable, other: Variable): Partner | null {
  const swapped = variable.tableName > other.tableName;
  const names = swapped ? `${other.tableName} ${variable.tableName}` : `${variable.tableName} ${other.tableName}`;
  if (!PAIRS.has(names)) return null;
  const key = `${names} ${swapped}`, width = other.table.length;
  let held = matrices.get(key);
  if (!held) {
    held = new Uint8Array(variable.table.length * width);
    for (const a of variable.table) {
      for (const b of other.table) {
        const [x, y] = swapped || (a.name > b.name && variable.table === other.table) ? [b, a] : [a, b];
        if (oneInTen(names, x.name, y.name)) held[a.index * width + b.index] = 1;
      }
    }
    matrices.set(key, held);
  }
  return { index: other.index, held, width };
}
