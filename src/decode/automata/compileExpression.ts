// An expression becomes an automaton in two steps: first one that may be in several states at once (Thompson 1968), then,
// as its sets of states are states too, one that is in one (Rabin and Scott 1959).
import { OptionError } from '../../errors.ts';
import { DEAD } from './byteAutomaton.ts';
import { ExplicitAutomaton, MOST_STATES, Table } from './explicitAutomaton.ts';
import type { Expression } from './expression.ts';
import { type Utf8Node, utf8Graph } from './utf8Graph.ts';

/**
 * The automaton that accepts exactly the texts of an expression.
 *
 * @returns one whose `start` is DEAD if there is no such text.
 * @throws {OptionError} when it would have too many states.
 * @example
 * const yesOrNo = compileExpression(either(text('yes'), text('no')));
 */
export function compileExpression(expression: Expression): ExplicitAutomaton {
  if (expression.kind === 'both') return expression.parts.map(compileExpression).reduce(intersect);
  const loose = new Loose(), start = loose.add();
  loose.connect(loose.build(expression, start), loose.end);
  return loose.determinize(start);
}

/** States with ranges of bytes to others, and with ways to others that take no byte. */
class Loose {
  /** By state: from, to, next state, and so on. */
  readonly #edges: number[][] = [];
  readonly #free: number[][] = [];
  /** Where texts end. */
  readonly end = this.add();

  add(): number {
    if (this.#edges.length > 10 * MOST_STATES) throw new OptionError('constraint', 'This constraint is too large. Make counts and lengths in it smaller.');
    this.#free.push([]);
    return this.#edges.push([]) - 1;
  }

  connect(from: number, to: number): void {
    this.#free[from]!.push(to);
  }

  /** Adds an expression behind a state into which it may not lead back; returns the state behind it. */
  build(expression: Expression, from: number): number {
    switch (expression.kind) {
      case 'character': {
        const to = this.add();
        this.#spell(utf8Graph(expression.set), from, to, new Map());
        return to;
      }
      case 'sequence': return expression.parts.reduce((at, part) => this.build(part, at), from);
      case 'either': {
        const to = this.add();
        for (const part of expression.parts) this.connect(this.build(part, from), to);
        return to;
      }
      case 'repeated': return this.#repeat(expression.part, expression.least, expression.most, from);
      case 'members': return this.#list(expression, from);
      case 'both': return this.#embed(compileExpression(expression), from);
    }
  }

  #spell({ edges }: Utf8Node, from: number, to: number, states: Map<Utf8Node, number>): void {
    for (const [low, high, next] of edges) {
      let state = to;
      if (next) {
        const known = states.get(next);
        state = known ?? this.add();
        states.set(next, state);
        if (known === undefined) this.#spell(next, state, to, states);
      }
      this.#edges[from]!.push(low, high, state);
    }
  }

  #repeat(part: Expression, least: number, most: number, from: number): number {
    for (let i = 0; i < least; i++) from = this.build(part, from);
    const loop = this.add();
    this.connect(from, loop);
    if (most === Infinity) {
      this.connect(this.build(part, loop), loop);
      return loop;
    }
    const to = this.add();
    let at = loop;
    for (let i = least; i < most; i++) {
      this.connect(at, to);
      at = this.build(part, at);
    }
    this.connect(at, to);
    return to;
  }

  #list({ members, separator }: Extract<Expression, { kind: 'members' }>, from: number): number {
    /** Behind no member; behind at least one. */
    let none: number | null = from, some: number | null = null;
    for (const { part, optional } of members) {
      const before = this.add();
      if (none !== null) this.connect(none, before);
      if (some !== null) this.connect(this.build(separator, some), before);
      const after = this.add();
      this.connect(this.build(part, before), after);
      if (some !== null && optional) this.connect(some, after);
      some = after;
      if (!optional) none = null;
    }
    const to = this.add();
    if (none !== null) this.connect(none, to);
    if (some !== null) this.connect(some, to);
    return to;
  }

  #embed({ start, size, starts, columns, table, accepting }: ExplicitAutomaton, from: number): number {
    const first = this.#edges.length, to = size === 0 || start === DEAD ? this.add() : first + size;
    if (to === first) return to; // nothing leads there
    for (let state = 0; state <= size; state++) this.add();
    this.connect(from, first + start);
    for (let state = 0; state < size; state++) {
      if (accepting[state] === 1) this.connect(first + state, to);
      for (let column = 0; column < columns; column++) {
        const next = table[state * columns + column]!;
        if (next !== DEAD) this.#edges[first + state]!.push(starts[column]!, (starts[column + 1] ?? 256) - 1, first + next);
      }
    }
    return to;
  }

  determinize(start: number): ExplicitAutomaton {
    const edges = this.#edges, free = this.#free, { end } = this, border = new Uint8Array(257);
    border[0] = 1;
    for (const list of edges) for (let i = 0; i < list.length; i += 3) border[list[i]!] = border[list[i + 1]! + 1] = 1;
    const starts = Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => border[byte] === 1), columns = starts.length;
    const columnOf = new Uint8Array(256);
    for (let byte = 0, column = -1; byte < 256; byte++) columnOf[byte] = border[byte] === 1 ? ++column : column;

    const table = new Table(columns), sets: Int32Array[] = [], byKey = new Map<string, number>();
    /** States of sets that began with one state: most do. */
    const byOne = new Int32Array(edges.length).fill(DEAD);
    const seen = new Int32Array(edges.length), stack: number[] = [];
    let round = 0;
    /** All that can be reached from some states without a byte, as far as it matters. */
    const close = (from: readonly number[]): Int32Array => {
      const found: number[] = [];
      round++;
      stack.length = 0;
      for (const state of from) stack.push(state);
      for (let state = stack.pop(); state !== undefined; state = stack.pop()) {
        if (seen[state] === round) continue;
        seen[state] = round;
        if (state === end || edges[state]!.length > 0) found.push(state);
        for (const to of free[state]!) if (seen[to] !== round) stack.push(to);
      }
      return Int32Array.from(found).sort();
    };
    const stateOf = (from: readonly number[]): number => {
      const one = from.length === 1 ? from[0]! : -1;
      if (one >= 0 && byOne[one] !== DEAD) return byOne[one]!;
      const set = close(from), key = set.join();
      let state = byKey.get(key);
      if (state === undefined) {
        byKey.set(key, (state = table.add(set.includes(end))));
        sets.push(set);
      }
      if (one >= 0) byOne[one] = state;
      return state;
    };
    stateOf([start]);
    const targets: number[][] = Array.from({ length: columns }, () => []);
    for (let state = 0; state < sets.length; state++) {
      for (const list of targets) list.length = 0;
      for (const one of sets[state]!) {
        const list = edges[one]!;
        for (let i = 0; i < list.length; i += 3) for (let column = columnOf[list[i]!]!; column <= columnOf[list[i + 1]!]!; column++) targets[column]!.push(list[i + 2]!);
      }
      for (let column = 0, to = DEAD; column < columns; column++) {
        const list = targets[column]!, before = column > 0 ? targets[column - 1]! : null;
        if (list.length === 0) to = DEAD;
        else if (!before || before.length !== list.length || before.some((target, i) => target !== list[i])) to = stateOf(list);
        table.set(state, column, to);
      }
    }
    return table.finish(starts);
  }
}

/** The automaton of the texts that both accept. */
export function intersect(a: ExplicitAutomaton, b: ExplicitAutomaton): ExplicitAutomaton {
  const starts = [...new Set([...a.starts, ...b.starts])].sort((x, y) => x - y), table = new Table(starts.length);
  const pairs: (readonly [number, number])[] = [], byPair = new Map<number, number>();
  const stateOf = (x: number, y: number): number => {
    if (x === DEAD || y === DEAD) return DEAD;
    let state = byPair.get(x * b.size + y);
    if (state === undefined) {
      byPair.set(x * b.size + y, (state = table.add(a.accepts(x) && b.accepts(y))));
      pairs.push([x, y]);
    }
    return state;
  };
  if (stateOf(a.start, b.start) === DEAD) table.add(false);
  for (let state = 0; state < pairs.length; state++) {
    const [x, y] = pairs[state]!;
    for (const [column, byte] of starts.entries()) table.set(state, column, stateOf(a.next(x, byte), b.next(y, byte)));
  }
  if (pairs.length === 0) for (let column = 0; column < starts.length; column++) table.set(0, column, DEAD);
  return table.finish(starts);
}
