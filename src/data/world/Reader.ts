// Reads sentences: finds what the variables of a template must stand for, by backtracking.
// Strict reading: the sentence is one of the template and every fact in it holds.
// Loose reading: facts may be wrong ("a dog says meow"), agreement may not ("Mia lost his kite").
import type { Bindings, Grammar, Node, Slot, Template } from './Grammar.ts';
import type { Entity } from './tables.ts';
import { firstLetter } from './Writer.ts';

export interface Reading {
  readonly template: Template;
  readonly bindings: Bindings;
}

/** What is to be read after the end of a rule, a choice or an option. */
interface Frame {
  readonly nodes: readonly Node[];
  readonly at: number;
  readonly rest: Frame | null;
}

export class Reader {
  readonly grammar: Grammar;
  #text = '';
  /** The same text, its first letter in lower case. */
  #lower = '';
  #first = 0;
  #loose = false;
  #bindings: Bindings = [];

  constructor(grammar: Grammar) {
    this.grammar = grammar;
  }

  /**
   * Reads a sentence by the first template that fits.
   *
   * @param given variables whose meaning is already known, for example from a question.
   * @returns the template and what its variables stand for, or null.
   */
  read(sentence: string, templates: Iterable<Template>, loose = false, given: Bindings = []): Reading | null {
    this.#text = this.#lower = sentence;
    this.#first = -1;
    if (this.grammar.language.capitals) {
      const at = (this.#first = firstLetter(sentence));
      const letter = sentence.charAt(at);
      if (letter !== letter.toUpperCase()) return null;
      this.#lower = sentence.slice(0, at) + letter.toLowerCase() + sentence.slice(at + 1);
    }
    this.#loose = loose;
    const letter = sentence.charAt(0).toLowerCase();
    for (const template of templates) {
      if (!template.begins.has(letter)) continue;
      this.#bindings = [...given];
      if (this.#match(template.nodes, 0, 0, null)) return { template, bindings: this.#bindings };
    }
    return null;
  }

  #stands(text: string, at: number): boolean {
    return this.#text.startsWith(text, at) || (at <= this.#first && this.#lower.startsWith(text, at));
  }

  #match(nodes: readonly Node[], i: number, at: number, frame: Frame | null): boolean {
    const node = nodes[i];
    if (!node) return frame ? this.#match(frame.nodes, frame.at, at, frame.rest) : at === this.#text.length;
    switch (node.kind) {
      case 'literal':
        return this.#stands(node.text, at) && this.#match(nodes, i + 1, at + node.text.length, frame);
      case 'slot':
        return this.#slot(node, nodes, i, at, frame);
      case 'option':
        return this.#match(node.inner, 0, at, { nodes, at: i + 1, rest: frame }) || this.#match(nodes, i + 1, at, frame);
      case 'choice': {
        const rest: Frame = { nodes, at: i + 1, rest: frame };
        return node.branches.some((branch) => this.#match(branch, 0, at, rest));
      }
      case 'rule': {
        const rest: Frame = { nodes, at: i + 1, rest: frame }, { branches, locals } = node.rule;
        const before = locals.map((local) => this.#bindings[local.index]);
        const begin = () => {
          for (const local of locals) this.#bindings[local.index] = undefined;
        };
        for (const branch of branches) {
          begin();
          if (this.#match(branch, 0, at, rest)) return true;
        }
        locals.forEach((local, k) => {
          this.#bindings[local.index] = before[k];
        });
        return false;
      }
    }
  }

  #slot(slot: Slot, nodes: readonly Node[], i: number, at: number, frame: Frame | null): boolean {
    const { variable } = slot, bindings = this.#bindings, bound = bindings[variable.index];
    if (bound) {
      const form = slot.surface[bound.index]!;
      if (form && this.#stands(form, at) && this.#match(nodes, i + 1, at + form.length, frame)) return true;
      if (!this.#loose || slot.agrees) return false;
    }
    const letter = this.#text.charAt(at).toLowerCase();
    for (const [form, entities] of slot.lookup.get(letter) ?? []) {
      if (!this.#stands(form, at)) continue;
      // a fact that need not hold says nothing about whom it belongs to
      if (bound || (this.#loose && !slot.agrees)) {
        if (this.#match(nodes, i + 1, at + form.length, frame)) return true;
        continue;
      }
      for (const entity of entities) {
        if (this.#taken(slot, entity)) continue;
        bindings[variable.index] = entity;
        if (this.#match(nodes, i + 1, at + form.length, frame)) return true;
        bindings[variable.index] = undefined;
      }
    }
    return false;
  }

  #taken(slot: Slot, entity: Entity): boolean {
    for (const rival of slot.variable.rivals) if (this.#bindings[rival.index] === entity) return true;
    return false;
  }
}
