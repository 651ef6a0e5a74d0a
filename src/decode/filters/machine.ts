// What finds phrases and patterns have in common: they read a text character by character, follow everything that has begun,
// and say when something is complete. So both are made deterministic, block and hold back in the same way.
import type { Phrase } from './phrases.ts';

/** Everything that matters of what was read. Starts count in the caller's units. */
export interface Snapshot {
  /** The last character belongs to a word. */
  readonly word: boolean;
  /** Thread, start; thread, start; … by thread: what has begun, and where. */
  readonly threads: readonly number[];
  /** Number of a node, start; … the same for allowed words. */
  readonly allowed: readonly number[];
  /** Where a phrase begins that is complete and waits for an allowed word around it. */
  readonly debt: { readonly phrase: Phrase; readonly start: number } | null;
}

/** Something that was said for certain. */
export class Met {
  readonly phrase: Phrase;
  readonly start: number;

  constructor(phrase: Phrase, start: number) {
    this.phrase = phrase;
    this.start = start;
  }
}

export const NOTHING_READ: Snapshot = { word: false, threads: [], allowed: [], debt: null };

export interface Machine {
  /** Which kind of filter it is. */
  readonly stage: 'words' | 'patterns';
  /** Characters of the same class are read alike. At most 2^21 classes. */
  classOf(code: number): number;
  /**
   * Reads one character.
   *
   * @param id its class.
   * @param at where it stands; what begins with it starts there.
   * @param forgiving what is complete is passed over, as in a prompt.
   * @returns what matters from here on, or what is now said for certain.
   */
  step(from: Snapshot, id: number, at: number, forgiving?: boolean): Snapshot | Met;
  /** What the end of the text makes complete, if anything. */
  finish(snapshot: Snapshot): Met | null;
  /** The end of a prompt: what is complete in it does not count. */
  forgive(snapshot: Snapshot): Snapshot;
  /** How many characters an allowed word has up to a node of its tree. */
  charactersOf(node: number): number;
}
