// Templates over finite tables: what is needed to write a sentence and to read it back.
// A slot becomes the list of its surface forms, one per entity, so that writing is a look-up.
import type { Language } from './Language.ts';
import { bare } from './Language.ts';
import { parseTemplate, type Piece } from './parseTemplate.ts';
import type { Entity, Tables } from './tables.ts';

/** A variable of the templates. `p` and `q` are children, `v` a villager; digits at the end only tell variables apart. */
export interface Variable {
  readonly index: number;
  readonly name: string;
  readonly table: readonly Entity[];
  readonly tableName: string;
  /** The variables that are in sight when this one is bound. */
  readonly company: Variable[];
  /** Those of the same table: they must denote something else. */
  readonly rivals: Variable[];
  readonly local: boolean;
}

export interface Slot {
  readonly kind: 'slot';
  readonly variable: Variable;
  /** By entity; empty where the entity has no such field. */
  readonly surface: readonly string[];
  /** Must it agree with the entity even where facts may be wrong? */
  readonly agrees: boolean;
  /** Entities by surface form, longest first, by the first letter in lower case. */
  readonly lookup: ReadonlyMap<string, readonly (readonly [form: string, entities: readonly Entity[]])[]>;
}

export type Node =
  | { readonly kind: 'literal'; readonly text: string; readonly sense?: string }
  | Slot
  | { readonly kind: 'choice'; readonly branches: readonly (readonly Node[])[] }
  | { readonly kind: 'option'; readonly inner: readonly Node[] }
  | { readonly kind: 'rule'; readonly rule: Rule };

/** A named list of templates, with the variables that begin anew at each use. */
export interface Rule {
  readonly name: string;
  branches: readonly (readonly Node[])[];
  readonly locals: Variable[];
}

export interface Template {
  readonly source: string;
  readonly nodes: readonly Node[];
  /** Variables that live for this sentence only. */
  readonly locals: readonly Variable[];
  /** The letters that a sentence of it can begin with, in lower case; spares the reader most templates. */
  readonly begins: ReadonlySet<string>;
}

/** What the variables stand for, by `Variable.index`. */
export type Bindings = (Entity | undefined)[];

const TABLE_OF: Readonly<Record<string, string>> = { p: 'person', q: 'person', v: 'villager', r: 'kin', adj: 'opposite', n: 'number' };

/** Parses templates once and keeps what is shared between them: variables, rules, surface forms. */
export class Grammar {
  readonly language: Language;
  readonly tables: Tables;
  readonly #templates = new Map<string, Template>();
  readonly #rules = new Map<string, Rule>();
  readonly #variables = new Map<string, Variable>();
  readonly #slots = new Map<string, Slot>();

  constructor(language: Language, tables: Tables) {
    this.language = language;
    this.tables = tables;
  }

  /** The parsed form of a template; # at its start is ignored. */
  template(source: string): Template {
    const key = bare(source);
    let template = this.#templates.get(key);
    if (!template) {
      const locals: Variable[] = [];
      const nodes = this.#nodes(parseTemplate(key), '', locals), begins = new Set<string>();
      addBeginnings(nodes, begins);
      template = { source: key, nodes, locals, begins };
      this.#templates.set(key, template);
    }
    return template;
  }

  /** A variable by its name, such as `p` or `animal2`. */
  variable(name: string, scope = ''): Variable {
    const local = name.startsWith('_');
    const key = local ? `${scope}:${name}` : name;
    const known = this.#variables.get(key);
    if (known) return known;
    const plain = name.replace(/^_/, '').replace(/\d+$/, '');
    const tableName = TABLE_OF[plain] ?? plain;
    const table = this.tables[tableName];
    if (!table) throw new SyntaxError(`The template variable {${name}} names no table.`);
    const variable: Variable = { index: this.#variables.size, name, table, tableName, company: [], rivals: [], local };
    // what a rule has drawn is forgotten when the rule ends, so it hinders nobody outside
    const inSight = (of: string, other: Variable, otherKey: string) =>
      !other.local || otherKey.startsWith(':') || (otherKey.startsWith(`${of}:`));
    for (const [otherKey, other] of this.#variables) {
      if (inSight(scope, other, otherKey)) meet(variable, other);
      if (inSight(otherKey.split(':')[0]!, variable, key)) meet(other, variable);
    }
    this.#variables.set(key, variable);
    return variable;
  }

  /** How an entity looks in a slot with this path: the name, a field, a form of either. Empty if there is no such field. */
  surface(entity: Entity, path: readonly string[]): string {
    const { language } = this;
    let word: string | undefined = language.word(entity.name);
    for (const step of path) {
      const form = language.forms[step];
      if (form) {
        if (word !== undefined) word = form(word);
      } else {
        const field: string | undefined = entity.fields[step];
        word = field === undefined ? undefined : language.word(field);
      }
    }
    return word ?? '';
  }

  #nodes(pieces: readonly Piece[], scope: string, locals: Variable[]): Node[] {
    return pieces.map((piece): Node => {
      if (piece.kind === 'literal') return piece;
      if (piece.kind === 'option') return { kind: 'option', inner: this.#nodes(piece.inner, scope, locals) };
      if (piece.kind === 'choice') {
        return { kind: 'choice', branches: piece.branches.map((branch) => this.#nodes(branch, scope, locals)) };
      }
      if (piece.kind === 'rule') return { kind: 'rule', rule: this.#rule(piece.name) };
      const slot = this.#slot(piece.variable, piece.path, scope);
      if (slot.variable.local && !locals.includes(slot.variable)) locals.push(slot.variable);
      return slot;
    });
  }

  #rule(name: string): Rule {
    const known = this.#rules.get(name);
    if (known) return known;
    const sources = this.language.rules[name];
    if (!sources) throw new SyntaxError(`A template uses the rule <${name}>, which does not exist.`);
    const rule: Rule = { name, branches: [], locals: [] };
    this.#rules.set(name, rule);
    rule.branches = sources.map((source) => this.#nodes(parseTemplate(source), name, rule.locals));
    return rule;
  }

  #slot(name: string, path: readonly string[], scope: string): Slot {
    const variable = this.variable(name, scope);
    const key = [variable.index, ...path].join('.');
    const known = this.#slots.get(key);
    if (known) return known;
    const { language } = this;
    const surface = variable.table.map((entity) => this.surface(entity, path));
    if (surface.every((form) => form === '')) throw new SyntaxError(`No row of ${variable.tableName} fills {${[name, ...path].join('.')}}.`);
    const slot: Slot = {
      kind: 'slot', variable, surface, lookup: lookup(variable.table, surface),
      agrees: path.every((step) => step in language.forms || language.agreement.includes(step)),
    };
    this.#slots.set(key, slot);
    return slot;
  }
}

/** Adds the first letters of what these nodes can say; true if they can also say nothing. */
function addBeginnings(nodes: readonly Node[], letters: Set<string>): boolean {
  for (const node of nodes) {
    let skipped = false;
    if (node.kind === 'literal') letters.add(node.text.charAt(0).toLowerCase());
    else if (node.kind === 'slot') for (const letter of node.lookup.keys()) letters.add(letter);
    else {
      const branches = node.kind === 'option' ? [node.inner] : node.kind === 'rule' ? node.rule.branches : node.branches;
      for (const branch of branches) if (addBeginnings(branch, letters)) skipped = true;
      skipped ||= node.kind === 'option';
    }
    if (!skipped) return false;
  }
  return true;
}

function meet(variable: Variable, other: Variable): void {
  variable.company.push(other);
  if (other.table === variable.table) variable.rivals.push(other);
}

function lookup(table: readonly Entity[], surface: readonly string[]): Slot['lookup'] {
  const byForm = new Map<string, Entity[]>();
  for (const entity of table) {
    const form = surface[entity.index]!;
    if (form) byForm.set(form, [...(byForm.get(form) ?? []), entity]);
  }
  const byLetter = new Map<string, [string, Entity[]][]>();
  for (const [form, entities] of byForm) {
    const letter = form[0]!.toLowerCase();
    byLetter.set(letter, [...(byLetter.get(letter) ?? []), [form, entities]]);
  }
  for (const list of byLetter.values()) list.sort((a, b) => b[0].length - a[0].length);
  return byLetter;
}
