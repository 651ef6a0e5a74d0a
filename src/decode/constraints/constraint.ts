// A constraint is a set of texts. Compiled for a vocabulary it says, token by token, what keeps the text on the way to one
// of them, and it knows how many tokens the rest of the way takes, so a text is whole however early it must end.
import { DEAD, read } from '../automata/byteAutomaton.ts';
import { compileExpression } from '../automata/compileExpression.ts';
import type { ExplicitAutomaton } from '../automata/explicitAutomaton.ts';
import { both, type Expression } from '../automata/expression.ts';
import { fewestTokens } from '../automata/fewestTokens.ts';
import { strikeOut, TokenMasks } from '../automata/tokenMasks.ts';
import { trieOf } from '../automata/vocabularyTrie.ts';
import { count, OptionError } from '../../errors.ts';
import type { Tokenizer } from '../../tokenizer/index.ts';
import type { Stage } from '../stage.ts';

/** The texts that may be said. Made by {@link regex}, {@link jsonSchema}, {@link oneOf}, {@link containing} and {@link allOf}. */
export class Constraint {
  /** For messages. */
  readonly name: string;
  readonly expression: Expression;
  readonly automaton: ExplicitAutomaton;
  readonly #compiled = new WeakMap<Tokenizer, CompiledConstraint>();

  /** @throws {OptionError} when there is no such text, or the automaton would be too large. */
  constructor(name: string, expression: Expression) {
    this.name = name;
    this.expression = expression;
    this.automaton = compileExpression(expression);
    if (this.automaton.start === DEAD) throw new OptionError('constraint', `No text fulfils the constraint ${name}. Look for parts that exclude each other.`);
  }

  /**
   * Whether a whole text fulfils it.
   *
   * @example
   * regex('[0-9]+').accepts('42'); // true
   */
  accepts(text: string): boolean {
    const state = read(this.automaton, new TextEncoder().encode(text));
    return state !== DEAD && this.automaton.accepts(state);
  }

  /**
   * For a vocabulary; done once for each.
   *
   * @throws {OptionError} when its tokens cannot write any such text.
   */
  compile(tokenizer: Tokenizer): CompiledConstraint {
    let compiled = this.#compiled.get(tokenizer);
    if (!compiled) this.#compiled.set(tokenizer, (compiled = new CompiledConstraint(this, tokenizer)));
    return compiled;
  }
}

/** A constraint and a vocabulary. One serves all sequences; each has a stage of its own. */
export class CompiledConstraint {
  readonly name: string;
  readonly masks: TokenMasks;
  readonly #needs: Float64Array;

  constructor({ name, automaton }: Constraint, tokenizer: Tokenizer) {
    this.name = name;
    const trie = trieOf(tokenizer), needs = (this.#needs = fewestTokens(automaton, trie));
    this.masks = new TokenMasks(automaton, trie, (state) => needs[state]!);
    if (this.needed === Infinity) throw new OptionError('constraint', `The constraint ${name} cannot be fulfilled with the tokens of this vocabulary: characters that it needs are missing. Use a tokenizer with all bytes, or a constraint within its alphabet.`);
  }

  /** So many tokens suffice for a whole text; with fewer none is begun. A few more than the very least at times, see {@link fewestTokens}. */
  get needed(): number {
    return this.#needs[this.masks.automaton.start]!;
  }

  /**
   * @param tokens how many may be said.
   * @param room for how many there is room.
   * @throws {OptionError} when a whole text may need more.
   */
  requireRoom(tokens: number, room = Infinity): void {
    const { needed, name } = this;
    if (needed > tokens) throw new OptionError('constraint', `The constraint ${name} needs ${count(needed)} tokens at least, but only ${count(tokens)} may be said. Raise tokens to at least ${count(needed)}, or loosen the constraint.`);
    if (needed > room) throw new OptionError('constraint', `The constraint ${name} needs ${count(needed)} tokens at least, but there is room for ${count(room)}. Shorten the prompt, use a longer context, or loosen the constraint.`);
  }

  /** @throws {OptionError} when no text that fulfils it begins with these tokens. */
  requireBeginning(tokens: ArrayLike<number>): void {
    let state = this.masks.automaton.start;
    for (let i = 0; i < tokens.length && state !== DEAD; i++) state = this.masks.step(state, tokens[i]!);
    if (state === DEAD || this.#needs[state] === Infinity) throw new OptionError('forcedTokens', `No text that fulfils the constraint ${this.name} begins with the forced tokens. Change one of them.`);
  }

  /**
   * Keeps one sequence to the constraint: removes every token that leads away from it, or too far to end in time. Where the
   * text may end, special tokens are allowed; where nothing can follow, it is done.
   *
   * Texts end in time also where Hugging Face (with outlines) and llama.cpp's grammars let them be cut off.
   */
  stage(state = this.masks.automaton.start): Stage {
    const { masks } = this, needs = this.#needs;
    return {
      name: 'constraint',
      apply: (logits, { left }) => {
        if (needs[state]! > left) this.requireRoom(Infinity, left);
        strikeOut(logits, masks.mask(state, left));
      },
      accept: (token) => {
        state = masks.step(state, token);
        if (state === DEAD) throw new OptionError('stages', `A stage behind the constraint ${this.name} let a token through that it forbids. List constraint behind forcedTokens in stages.`);
      },
      done: ({ left }) => masks.automaton.accepts(state) && !masks.goesOn(state, left > 0 ? left : Infinity),
      fork: () => this.stage(state),
    };
  }
}

/**
 * All of some constraints at once.
 *
 * @throws {OptionError} for an empty list, or when no text fulfils all of them.
 * @example
 * allOf([regex('[a-z ]+'), containing(['red', 'kite'])]);
 */
export function allOf(constraints: readonly Constraint[]): Constraint {
  if (constraints.length === 0) throw new OptionError('constraint', 'allOf needs at least one constraint.');
  return constraints.length === 1 ? constraints[0]! : new Constraint(constraints.map(({ name }) => name).join(' and '), both(...constraints.map(({ expression }) => expression)));
}
