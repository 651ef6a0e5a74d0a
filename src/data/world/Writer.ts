// Writes sentences: walks a template, draws what is not bound yet.
import { Random } from '../../random.ts';
import type { Bindings, Grammar, Node, Template, Variable } from './Grammar.ts';
import type { Entity } from './tables.ts';

/** A two-sense word in the text, at this offset (in UTF-16 units, as strings count). */
export interface Sense {
  readonly word: string;
  readonly sense: string;
  readonly offset: number;
}

/** Must this entity not be drawn for this variable, beside what is bound already? */
export type Avoidance = (variable: Variable, entity: Entity, bindings: Bindings) => boolean;

/** How often an optional part is told. */
const OPTION = 0.5;

export class Writer {
  readonly grammar: Grammar;
  /** The sequence that all choices are drawn from; a new text brings a new one. */
  random: Random = new Random(0);
  /** Is this entity kept apart from what is bound already? Combinations that training leaves out answer true. */
  readonly #avoid: Avoidance | null;
  #text = '';
  #senses: Sense[] | null = null;
  #base = 0;

  constructor(grammar: Grammar, avoid: Avoidance | null = null) {
    this.grammar = grammar;
    this.#avoid = avoid;
  }

  /**
   * One sentence.
   *
   * @param bindings what the variables stand for; variables that are drawn stay bound, except those that start with _.
   * @param senses receives the two-sense words of the sentence, at offsets counted from `base`.
   */
  write(template: Template, bindings: Bindings, senses: Sense[] | null = null, base = 0): string {
    this.#text = '';
    this.#senses = senses;
    this.#base = base;
    this.#walk(template.nodes, bindings);
    for (const local of template.locals) bindings[local.index] = undefined;
    return this.grammar.language.capitals ? capitalized(this.#text) : this.#text;
  }

  /** Binds a variable to something that is in none of its rivals. */
  bind(variable: Variable, bindings: Bindings, fits: (entity: Entity) => boolean = () => true): Entity {
    const { table } = variable;
    for (let tries = 0; tries < 24; tries++) {
      const entity = this.random.pick(table);
      if (this.#free(variable, entity, bindings) && fits(entity)) return (bindings[variable.index] = entity);
    }
    const start = this.random.below(table.length);
    for (let i = 0; i < table.length; i++) {
      const entity = table[(start + i) % table.length]!;
      if (this.#free(variable, entity, bindings) && fits(entity)) return (bindings[variable.index] = entity);
    }
    throw new Error(`The table ${variable.tableName} has nothing left for {${variable.name}}. This is a mistake in the grammar of the world; please report it.`);
  }

  #free(variable: Variable, entity: Entity, bindings: Bindings): boolean {
    for (const rival of variable.rivals) if (bindings[rival.index] === entity) return false;
    return !this.#avoid?.(variable, entity, bindings);
  }

  #walk(nodes: readonly Node[], bindings: Bindings): void {
    for (const node of nodes) {
      switch (node.kind) {
        case 'literal':
          if (node.sense) this.#senses?.push({ word: node.text, sense: node.sense, offset: this.#base + this.#text.length });
          this.#text += node.text;
          break;
        case 'slot': {
          const entity = bindings[node.variable.index] ?? this.bind(node.variable, bindings, (e) => node.surface[e.index] !== '');
          this.#text += node.surface[entity.index]!;
          break;
        }
        case 'choice':
          this.#walk(this.random.pick(node.branches), bindings);
          break;
        case 'option':
          if (this.random.chance(OPTION)) this.#walk(node.inner, bindings);
          break;
        case 'rule':
          for (const local of node.rule.locals) bindings[local.index] = undefined;
          this.#walk(this.random.pick(node.rule.branches), bindings);
          break;
      }
    }
  }
}

/** Where the first letter of a sentence stands: behind an opening quotation mark. */
export const firstLetter = (sentence: string): number => (sentence.startsWith('"') ? 1 : 0);

function capitalized(sentence: string): string {
  const at = firstLetter(sentence);
  return sentence.slice(0, at) + sentence.charAt(at).toUpperCase() + sentence.slice(at + 1);
}
