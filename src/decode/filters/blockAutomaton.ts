// The phrases as a machine that reads bytes: a dead end is a phrase that would be said. Characters are put together from
// their bytes as a text is decoded, bytes that are none being U+FFFD, so it does not matter where tokens end.
import { type ByteAutomaton, DEAD } from '../automata/byteAutomaton.ts';
import type { FilterStates } from './filterStates.ts';

/** What a filter's automaton can do besides. */
export interface BlockAutomaton extends ByteAutomaton {
  /** Like `next`, but what is complete is passed over: for prompts. Never dead. */
  forgiving(state: number, byte: number): number;
  /** The state behind the end of a prompt, where something may be complete. */
  forgiven(state: number): number;
  /** A state in which nothing has begun, from which most bytes lead to the same states as from this one. */
  nearest(state: number): number;
  /** Which rule is in the way of a byte; of the end of the text, if it is undefined. */
  ruleAgainst(state: number, byte?: number): { readonly rule: string; readonly source: string; readonly stage: 'words' | 'patterns' } | null;
}

const REPLACEMENT = 0xfffd;

/** States: what was read of phrases, and the bytes of a character that is not yet whole. */
export class FilterBytes implements BlockAutomaton {
  readonly #states: FilterStates;
  /** By number: the state of phrases, and the bytes behind a leading 1. */
  readonly #phrases: number[] = [];
  readonly #partial: number[] = [];
  /** Number of (state of phrases, no bytes), or -1. */
  #whole = new Int32Array(64).fill(-1);
  readonly #numbers = new Map<number, number>();
  readonly #ascii: Int32Array;
  readonly #replacement: number;
  readonly start: number;

  constructor(states: FilterStates) {
    this.#states = states;
    this.#ascii = states.ascii;
    this.#replacement = states.machine.classOf(REPLACEMENT);
    this.start = this.#number(0, 0);
  }

  next(state: number, byte: number): number {
    return this.#step(state, byte, false);
  }

  forgiving(state: number, byte: number): number {
    return this.#step(state, byte, true);
  }

  forgiven(state: number): number {
    const whole = this.#phrases[state]!, forgiven = this.#states.forgiven(this.#partial[state] === 0 ? whole : this.#states.forgiving(whole, this.#replacement));
    return forgiven === whole ? state : this.#number(forgiven, 0);
  }

  accepts(state: number): boolean {
    if (this.#partial[state] === 0) return !this.#states.isOpen(this.#phrases[state]!);
    const next = this.#states.next(this.#phrases[state]!, this.#replacement);
    return next !== DEAD && !this.#states.isOpen(next);
  }

  nearest(state: number): number {
    return this.#number(this.#states.idle(this.#partial[state] === 0 && this.#states.snapshots[this.#phrases[state]!]!.word), 0);
  }

  ruleAgainst(state: number, byte?: number): { rule: string; source: string; stage: 'words' | 'patterns' } | null {
    const phrases = this.#phrases[state]!, states = this.#states;
    const finished = states.machine.finish(states.snapshots[phrases]!);
    let met = byte === undefined ? finished : null;
    if (byte !== undefined) {
      const id = this.#classBehind(state, byte);
      if (id !== null && states.next(phrases, id) === DEAD) met = states.metBy(phrases, id);
      else if (states.next(phrases, this.#replacement) === DEAD) met = states.metBy(phrases, this.#replacement);
    }
    const { stage } = states.machine;
    return met && { rule: met.phrase.text, source: met.phrase.source ?? stage, stage };
  }

  /** The class of the character that a byte completes, or null. */
  #classBehind(state: number, byte: number): number | null {
    const partial = this.#partial[state]!;
    if (partial === 0) return byte < 0x80 ? this.#ascii[byte]! : null;
    return (byte & 0xc0) === 0x80 && lengthOf(partial) + 1 === wanted(firstByte(partial)) ? this.#states.machine.classOf(codePoint(partial * 256 + byte)) : null;
  }

  #step(state: number, byte: number, forgiving: boolean): number {
    const partial = this.#partial[state]!, phrases = this.#phrases[state]!;
    if (partial === 0) {
      if (byte < 0x80) return this.#read(phrases, this.#ascii[byte]!, forgiving);
      if (byte >= 0xc2 && byte <= 0xf4) return this.#number(phrases, 0x100 | byte);
      return this.#read(phrases, this.#replacement, forgiving);
    }
    const first = firstByte(partial), length = lengthOf(partial);
    // half of a surrogate pair: two of them would be read as another character
    if (first === 0xed && length === 1 && byte >= 0xa0 && byte <= 0xbf && !forgiving) return DEAD;
    const fits = (byte & 0xc0) === 0x80 && (length > 1 || secondFits(first, byte));
    if (fits && length + 1 < wanted(first)) return this.#number(phrases, partial * 256 + byte);
    if (fits) return this.#read(phrases, this.#states.machine.classOf(codePoint(partial * 256 + byte)), forgiving);
    const behind = this.#read(phrases, this.#replacement, forgiving);
    return behind === DEAD ? DEAD : this.#step(behind, byte, forgiving);
  }

  #read(phrases: number, id: number, forgiving: boolean): number {
    const next = forgiving ? this.#states.forgiving(phrases, id) : this.#states.next(phrases, id);
    return next === DEAD ? DEAD : this.#number(next, 0);
  }

  #number(phrases: number, partial: number): number {
    if (partial === 0) {
      const known = phrases < this.#whole.length ? this.#whole[phrases]! : -1;
      if (known >= 0) return known;
    } else {
      const known = this.#numbers.get(phrases * 2 ** 26 + partial);
      if (known !== undefined) return known;
    }
    const number = this.#phrases.length;
    this.#phrases.push(phrases);
    this.#partial.push(partial);
    if (partial > 0) {
      this.#numbers.set(phrases * 2 ** 26 + partial, number);
      return number;
    }
    if (phrases >= this.#whole.length) {
      const larger = new Int32Array(Math.max(2 * this.#whole.length, phrases + 1)).fill(-1);
      larger.set(this.#whole);
      this.#whole = larger;
    }
    this.#whole[phrases] = number;
    return number;
  }
}

/** Two of them at once: what either forbids is forbidden. */
export class BothBlock implements BlockAutomaton {
  readonly start: number;
  readonly #a: BlockAutomaton;
  readonly #b: BlockAutomaton;
  readonly #first: number[] = [];
  readonly #second: number[] = [];
  readonly #numbers = new Map<number, number>();

  constructor(a: BlockAutomaton, b: BlockAutomaton) {
    this.#a = a;
    this.#b = b;
    this.start = this.#number(a.start, b.start);
  }

  next(state: number, byte: number): number {
    const a = this.#a.next(this.#first[state]!, byte), b = a === DEAD ? DEAD : this.#b.next(this.#second[state]!, byte);
    return b === DEAD ? DEAD : this.#number(a, b);
  }

  accepts(state: number): boolean {
    return this.#a.accepts(this.#first[state]!) && this.#b.accepts(this.#second[state]!);
  }

  forgiving(state: number, byte: number): number {
    return this.#number(this.#a.forgiving(this.#first[state]!, byte), this.#b.forgiving(this.#second[state]!, byte));
  }

  forgiven(state: number): number {
    return this.#number(this.#a.forgiven(this.#first[state]!), this.#b.forgiven(this.#second[state]!));
  }

  nearest(state: number): number {
    return this.#number(this.#a.nearest(this.#first[state]!), this.#b.nearest(this.#second[state]!));
  }

  ruleAgainst(state: number, byte?: number): ReturnType<BlockAutomaton['ruleAgainst']> {
    return this.#a.ruleAgainst(this.#first[state]!, byte) ?? this.#b.ruleAgainst(this.#second[state]!, byte);
  }

  #number(a: number, b: number): number {
    const key = a * 2 ** 26 + b;
    let number = this.#numbers.get(key);
    if (number === undefined) {
      this.#numbers.set(key, (number = this.#first.length));
      this.#first.push(a);
      this.#second.push(b);
    }
    return number;
  }
}

// one to three bytes behind a leading 1: 0x1e4, 0x1e4bd, …
const lengthOf = (partial: number): number => (partial < 2 ** 9 ? 1 : partial < 2 ** 17 ? 2 : 3);
const firstByte = (partial: number): number => (partial >>> (8 * (lengthOf(partial) - 1))) & 0xff;
const wanted = (first: number): number => (first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4);

/** Table 3-7 of the Unicode standard. */
function secondFits(first: number, byte: number): boolean {
  if (first === 0xe0) return byte >= 0xa0;
  if (first === 0xed) return byte < 0xa0;
  if (first === 0xf0) return byte >= 0x90;
  return first !== 0xf4 || byte < 0x90;
}

/** The character of whole bytes behind a leading 1. */
function codePoint(bytes: number): number {
  const a = bytes % 64;
  if (bytes < 2 ** 17) return (Math.floor(bytes / 256) % 32) * 64 + a;
  const b = Math.floor(bytes / 256) % 64;
  if (bytes < 2 ** 25) return (Math.floor(bytes / 65536) % 16) * 4096 + b * 64 + a;
  return (Math.floor(bytes / 2 ** 24) % 8) * 262144 + (Math.floor(bytes / 65536) % 64) * 4096 + b * 64 + a;
}
