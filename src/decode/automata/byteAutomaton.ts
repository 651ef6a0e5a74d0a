// What may be said is a set of texts, and a machine that reads bytes decides it: one state, one byte, the next state. It
// knows nothing of tokens, so it does not matter where their borders lie, nor whether a character is whole at one.

/** Nothing allowed goes on like this. */
export const DEAD = -1;

/** A machine that reads bytes. States are whole numbers from 0; it may make them while it is read. */
export interface ByteAutomaton {
  readonly start: number;
  /** The state behind one more byte (0 to 255), or {@link DEAD}. */
  next(state: number, byte: number): number;
  /** Whether a text may end here. */
  accepts(state: number): boolean;
}

/**
 * The state behind some bytes, or {@link DEAD}.
 *
 * @example
 * automaton.accepts(read(automaton, new TextEncoder().encode('yes'))); // whether "yes" may be said
 */
export function read(automaton: ByteAutomaton, bytes: ArrayLike<number>, from = automaton.start): number {
  let state = from;
  for (let i = 0; i < bytes.length && state !== DEAD; i++) state = automaton.next(state, bytes[i]!);
  return state;
}
