// An automaton with all its states in a table. Bytes that are nowhere told apart share a column.
import { OptionError } from '../../errors.ts';
import { type ByteAutomaton, DEAD } from './byteAutomaton.ts';

/** What is larger takes too long to make, and too much memory. */
export const MOST_STATES = 200_000;

/** An automaton that is written out. From every state but {@link DEAD} some bytes lead to an end. */
export class ExplicitAutomaton implements ByteAutomaton {
  readonly start: number;
  /** How many states there are. */
  readonly size: number;
  /** By byte: its column. Columns are stretches of bytes in rising order. */
  readonly columnOf: Uint8Array;
  readonly columns: number;
  /** (states, columns): the next state. */
  readonly table: Int32Array;
  readonly accepting: Uint8Array;

  /**
   * @param starts the first byte of each column, beginning with 0.
   * @param table may hold states that lead nowhere; they become DEAD.
   */
  constructor(starts: readonly number[], table: Int32Array, accepting: Uint8Array) {
    this.columns = starts.length;
    this.size = accepting.length;
    this.columnOf = new Uint8Array(256);
    for (let byte = 0, column = -1; byte < 256; byte++) {
      if (starts[column + 1] === byte) column++;
      this.columnOf[byte] = column;
    }
    this.table = table;
    this.accepting = accepting;
    this.start = this.#trim() ? 0 : DEAD;
  }

  next(state: number, byte: number): number {
    return this.table[state * this.columns + this.columnOf[byte]!]!;
  }

  accepts(state: number): boolean {
    return this.accepting[state] === 1;
  }

  /** The first byte of each column. */
  get starts(): number[] {
    return Array.from({ length: this.columns }, (_, column) => this.columnOf.indexOf(column));
  }

  /** Makes states DEAD from which no text can end; whether the first one is alive. */
  #trim(): boolean {
    const { table, accepting, size, columns } = this, { from, first } = backwards(table, size, columns), alive = accepting.slice(), found: number[] = [];
    for (let state = 0; state < size; state++) if (alive[state] === 1) found.push(state);
    for (let state = found.pop(); state !== undefined; state = found.pop()) {
      for (let i = first[state]!; i < first[state + 1]!; i++) {
        if (alive[from[i]!] === 1) continue;
        alive[from[i]!] = 1;
        found.push(from[i]!);
      }
    }
    for (let i = 0; i < table.length; i++) if (table[i]! >= 0 && alive[table[i]!] === 0) table[i] = DEAD;
    return alive[0] === 1;
  }
}

/** For each state those that lead to it: `from[first[state]]` to `from[first[state + 1] - 1]`. */
function backwards(table: Int32Array, size: number, columns: number): { from: Int32Array; first: Int32Array } {
  const first = new Int32Array(size + 2);
  const each = (visit: (from: number, to: number) => void): void => {
    for (let state = 0, i = 0; state < size; state++) {
      for (let column = 0, before = DEAD; column < columns; column++, i++) {
        const to = table[i]!;
        if (to !== before && to >= 0) visit(state, to);
        before = to;
      }
    }
  };
  each((_, to) => void first[to + 2]!++);
  for (let i = 2; i < first.length; i++) first[i]! += first[i - 1]!;
  const from = new Int32Array(first[size + 1]!);
  each((state, to) => void (from[first[to + 1]!++] = state));
  return { from, first };
}

/** A table that grows while states are found. */
export class Table {
  readonly #columns: number;
  #rows = 0;
  #table: Int32Array;
  readonly #accepting: number[] = [];

  constructor(columns: number) {
    this.#columns = columns;
    this.#table = new Int32Array(64 * columns);
  }

  /** @throws {OptionError} when there are too many. */
  add(accepts: boolean): number {
    if (this.#rows >= MOST_STATES) {
      throw new OptionError('constraint', `This constraint needs an automaton of more than ${MOST_STATES / 1000} thousand states. Make counts and lengths in it smaller, or say less with "any text, then".`);
    }
    this.#accepting.push(accepts ? 1 : 0);
    if (++this.#rows * this.#columns > this.#table.length) {
      const larger = new Int32Array(2 * this.#table.length);
      larger.set(this.#table);
      this.#table = larger;
    }
    return this.#rows - 1;
  }

  set(state: number, column: number, to: number): void {
    this.#table[state * this.#columns + column] = to;
  }

  finish(starts: readonly number[]): ExplicitAutomaton {
    return new ExplicitAutomaton(starts, this.#table.slice(0, this.#rows * this.#columns), Uint8Array.from(this.#accepting));
  }
}
