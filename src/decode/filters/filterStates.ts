// The machine made deterministic, state by state as they are met (Aho & Corasick 1975,
// https://doi.org/10.1145/360825.360855, with more to remember): then a character is one look into a table.
// Of where things began only the order matters, and only between phrases and the allowed words around them.
import { DEAD } from '../automata/byteAutomaton.ts';
import { type Machine, Met, NOTHING_READ, type Snapshot } from './machine.ts';

/** Classes with a place in the table; others are rare. */
export const STRIDE = 128;
const CLASSES = 2 ** 21;
const UNKNOWN = -2;
export const IDLE = 1, OPEN = 2;
/** Before every allowed word. */
const NEVER = -(2 ** 30);

/** States are whole numbers from 0, where nothing was read; {@link DEAD} is a phrase that was said. */
export class FilterStates {
  readonly machine: Machine;
  /** state * 128 + class: the next state. For loops that know what they do. */
  table: Int32Array = new Int32Array(STRIDE * 64).fill(UNKNOWN);
  /** Classes of ASCII. */
  readonly ascii: Int32Array;
  readonly snapshots: Snapshot[] = [];
  /** State + 1 by hash of what was read, 0 where there is none; twice as many places as states at least. */
  #places = new Int32Array(256);
  readonly #rest = new Map<number, number>();
  readonly #met = new Map<number, Met>();
  /** By state: IDLE, OPEN. */
  flags: Uint8Array = new Uint8Array(64);

  constructor(machine: Machine) {
    this.machine = machine;
    this.ascii = Int32Array.from({ length: 128 }, (_, code) => machine.classOf(code));
    this.#number(NOTHING_READ);
  }

  get size(): number {
    return this.snapshots.length;
  }

  /** Has nothing begun here, neither a phrase nor an allowed word? */
  isIdle(state: number): boolean {
    return (this.flags[state]! & IDLE) !== 0;
  }

  /** Is a phrase complete, and only what follows can excuse it? A text must not end here. */
  isOpen(state: number): boolean {
    return (this.flags[state]! & OPEN) !== 0;
  }

  /** The state in which nothing has begun. @param word behind a letter. */
  idle(word: boolean): number {
    return this.#number({ ...NOTHING_READ, word });
  }

  /** The state behind a character of this class. */
  next(state: number, id: number): number {
    const key = state * CLASSES + id, known = id < STRIDE ? this.table[state * STRIDE + id]! : this.#rest.get(key) ?? UNKNOWN;
    if (known !== UNKNOWN) return known;
    const stepped = this.machine.step(this.snapshots[state]!, id, 0);
    const next = stepped instanceof Met ? DEAD : stepped === this.snapshots[state] ? state : this.numberOf(stepped);
    if (stepped instanceof Met) this.#met.set(key, stepped);
    if (id < STRIDE) this.table[state * STRIDE + id] = next;
    else this.#rest.set(key, next);
    return next;
  }

  /** The same where a phrase that is complete does not count. */
  forgiving(state: number, id: number): number {
    const next = this.next(state, id);
    if (next !== DEAD && this.snapshots[next]!.debt === null) return next;
    return this.numberOf(this.machine.step(this.snapshots[state]!, id, 0, true) as Snapshot);
  }

  /** The state behind a prompt's end: what is complete there does not count. */
  forgiven(state: number): number {
    return this.flags[state]! & OPEN ? this.numberOf(this.machine.forgive(this.snapshots[state]!)) : state;
  }

  /** The phrase because of which there is no way on. */
  metBy(state: number, id: number): Met {
    this.next(state, id);
    return this.#met.get(state * CLASSES + id)!;
  }

  /** The number of what was read. Starts may count from anywhere. */
  numberOf({ word, threads, allowed, debt }: Snapshot): number {
    // without allowed words on their way it does not matter where anything began
    const exact = allowed.length === 0 ? allowed : allowed.map((value, i) => (i % 2 === 0 ? value : -this.machine.charactersOf(allowed[i - 1]!)));
    const cover = (start: number): number => {
      let latest = -1;
      for (let i = 1; i < allowed.length; i += 2) if (allowed[i]! <= start && (latest < 0 || allowed[i]! > allowed[latest]!)) latest = i;
      return latest < 0 ? NEVER : exact[latest]!;
    };
    const ordered = threads.slice();
    for (let i = 1; i < ordered.length; i += 2) ordered[i] = exact.length === 0 ? NEVER : cover(ordered[i]!);
    return this.#number({ word, allowed: exact, threads: ordered, debt: debt && { phrase: debt.phrase, start: cover(debt.start) } });
  }

  #number(snapshot: Snapshot): number {
    const { threads, allowed, debt } = snapshot, { snapshots } = this;
    if (2 * (snapshots.length + 1) > this.#places.length) this.#spread();
    const places = this.#places, mask = places.length - 1;
    let place = hashOf(snapshot) & mask;
    for (; places[place]! > 0; place = (place + 1) & mask) if (same(snapshots[places[place]! - 1]!, snapshot)) return places[place]! - 1;
    const state = snapshots.length;
    places[place] = state + 1;
    snapshots.push(snapshot);
    if ((state + 1) * STRIDE > this.table.length) {
      const table = new Int32Array(this.table.length * 2).fill(UNKNOWN), flags = new Uint8Array(this.flags.length * 2);
      table.set(this.table);
      flags.set(this.flags);
      this.table = table;
      this.flags = flags;
    }
    this.flags[state] = (threads.length === 0 && allowed.length === 0 && debt === null ? IDLE : 0) | (this.machine.finish(snapshot) !== null ? OPEN : 0);
    return state;
  }

  /** Makes room for twice as many. */
  #spread(): void {
    const places = new Int32Array(2 * this.#places.length), mask = places.length - 1;
    for (const [state, snapshot] of this.snapshots.entries()) {
      let place = hashOf(snapshot) & mask;
      while (places[place]! > 0) place = (place + 1) & mask;
      places[place] = state + 1;
    }
    this.#places = places;
  }
}

/** As Fowler, Noll and Vo hash bytes (https://datatracker.ietf.org/doc/html/rfc9923), of whole numbers. */
function hashOf({ word, threads, allowed, debt }: Snapshot): number {
  let hash = word ? 1 : 0;
  for (let i = 0; i < threads.length; i++) hash = Math.imul(hash ^ threads[i]!, 0x01000193);
  for (let i = 0; i < allowed.length; i++) hash = Math.imul(hash ^ allowed[i]!, 0x01000193);
  if (debt) hash = Math.imul(hash ^ debt.start, 0x01000193);
  // the low bits choose the place: the high ones have a say in them
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}

const same = (a: Snapshot, b: Snapshot): boolean =>
  a.word === b.word && a.debt?.start === b.debt?.start && equal(a.threads, b.threads) && equal(a.allowed, b.allowed);

function equal(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
