// One who speaks the language of the world: draws templates and words from one random sequence.
// In training, a voice leaves out what is held out; in examinations it may use everything.
import type { Random } from '../../random.ts';
import { Grammar, type Bindings, type Template } from './Grammar.ts';
import { createAvoidance, isHeldQuestion, isUntold } from './heldOut.ts';
import { isOpen, type Language, type Relation } from './Language.ts';
import type { Entity } from './tables.ts';
import { Writer, type Sense } from './Writer.ts';

export class Voice {
  readonly grammar: Grammar;
  readonly language: Language;
  readonly training: boolean;
  /** Entities that must not be named again for now. */
  readonly used = new Set<Entity>();
  readonly #writer: Writer;
  readonly #lists = new WeakMap<readonly string[], readonly Template[]>();
  readonly #tellable = new Map<Relation, readonly Entity[]>();

  constructor(grammar: Grammar, training: boolean) {
    this.grammar = grammar;
    this.language = grammar.language;
    this.training = training;
    const avoid = createAvoidance();
    this.#writer = new Writer(grammar, (variable, entity, bindings) =>
      this.used.has(entity) || (training && avoid(variable, entity, bindings)));
  }

  /** The sequence that all choices are drawn from. */
  get random(): Random {
    return this.#writer.random;
  }

  /** Begins a text: nothing is left over from the last one. */
  begin(random: Random): void {
    this.#writer.random = random;
    this.used.clear();
  }

  /** One of these templates at random. */
  choose(sources: readonly string[]): Template {
    return this.random.pick(this.templates(sources));
  }

  /** All of these templates that this voice may use. */
  templates(sources: readonly string[]): readonly Template[] {
    let list = this.#lists.get(sources);
    if (!list) {
      const open = this.training ? sources.filter(isOpen) : sources;
      this.#lists.set(sources, (list = open.map((source) => this.grammar.template(source))));
    }
    return list;
  }

  /** Says one of these templates. Variables that are drawn stay bound. */
  say(sources: readonly string[], bindings: Bindings = [], senses: Sense[] | null = null, base = 0): string {
    return this.write(this.choose(sources), bindings, senses, base);
  }

  write(template: Template, bindings: Bindings = [], senses: Sense[] | null = null, base = 0): string {
    return this.#writer.write(template, bindings, senses, base);
  }

  /** Binds a variable of this name, at random. */
  bind(name: string, bindings: Bindings, fits?: (entity: Entity) => boolean): Entity {
    return this.#writer.bind(this.grammar.variable(name), bindings, fits);
  }

  /** Only this variable bound, to this entity. */
  about(name: string, entity: Entity): Bindings {
    const bindings: Bindings = [];
    bindings[this.grammar.variable(name).index] = entity;
    return bindings;
  }

  /** Does the world know this about that entity, and has the language words for it? */
  knows(relation: Relation, entity: Entity): boolean {
    return this.grammar.surface(entity, []) !== '' && this.grammar.surface(entity, [relation.field]) !== '';
  }

  /** The entities of which this fact is known and, in training, may be told. */
  tellable(relation: Relation): readonly Entity[] {
    let list = this.#tellable.get(relation);
    if (!list) {
      const table = this.grammar.tables[relation.table]!;
      list = table.filter((entity) => this.knows(relation, entity) && !(this.training && isUntold(relation, entity)));
      this.#tellable.set(relation, list);
    }
    return list;
  }

  /** May this question be asked here? In training, held-out ones may not. */
  mayAsk(relation: Relation, entity: Entity): boolean {
    return this.knows(relation, entity) && !(this.training && isHeldQuestion(relation, entity));
  }
}
