// Patterns, searched for anywhere in a text: at each character every pattern begins anew, and what has begun goes on in its
// automaton of bytes until it is complete or leads nowhere.
import { type ByteAutomaton, DEAD } from '../automata/byteAutomaton.ts';
import { type Machine, Met, type Snapshot } from './machine.ts';
import type { Phrase } from './phrases.ts';

const STATES = 2 ** 22;
const encoder = new TextEncoder();

export class PatternMachine implements Machine {
  readonly stage = 'patterns';
  readonly #patterns: readonly { readonly phrase: Phrase; readonly automaton: ByteAutomaton }[];

  constructor(patterns: readonly { readonly phrase: Phrase; readonly automaton: ByteAutomaton }[]) {
    this.#patterns = patterns;
  }

  classOf(code: number): number {
    return code >= 0xd800 && code < 0xe000 ? 0xfffd : code;
  }

  step(from: Snapshot, id: number, at: number, forgiving = false): Snapshot | Met {
    const bytes = encoder.encode(String.fromCodePoint(id)), starts = new Map<number, number>();
    let met: Met | null = null;
    const go = (pattern: number, state: number, start: number): void => {
      const { automaton, phrase } = this.#patterns[pattern]!;
      for (let i = 0; i < bytes.length && state !== DEAD; i++) state = automaton.next(state, bytes[i]!);
      if (state === DEAD) return;
      if (automaton.accepts(state) && (!met || start < met.start)) met = new Met(phrase, start);
      const key = pattern * STATES + state, known = starts.get(key);
      if (known === undefined || start < known) starts.set(key, start);
    };
    for (let i = 0; i < from.threads.length; i += 2) go(Math.floor(from.threads[i]! / STATES), from.threads[i]! % STATES, from.threads[i + 1]!);
    for (const [pattern, { automaton }] of this.#patterns.entries()) go(pattern, automaton.start, at);
    if (met && !forgiving) return met;
    return { word: false, threads: [...starts].sort((a, b) => a[0] - b[0]).flat(), allowed: [], debt: null };
  }

  finish(): null {
    return null;
  }

  forgive(snapshot: Snapshot): Snapshot {
    return snapshot;
  }

  charactersOf(): number {
    return 0;
  }
}
