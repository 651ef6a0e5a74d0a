// Holds text back as long as it may become part of a phrase. A character is one look into a table; only at the end of a
// piece is it worked out where what is on its way began, from the last place where nothing was.
import { DEAD } from '../automata/byteAutomaton.ts';
import { type FilterStates, IDLE, OPEN, STRIDE } from './filterStates.ts';
import { Met, type Snapshot } from './machine.ts';
import type { Finding, TextGate } from './textGate.ts';

/** At most so many characters wait. What is longer ends the text: a letter repeated hundreds of times, for example. */
export const LONGEST_WAIT = 400;

export class HoldBack implements TextGate {
  found: Finding | null = null;
  readonly #states: FilterStates;
  readonly #guard: boolean;
  readonly #ascii: Int32Array;
  /** What waits; it begins `#base` characters behind the beginning of the text. */
  #waiting = '';
  #base = 0;
  /** What was read, and where. */
  #state: number;
  #read = 0;
  /** What was read up to `#exactAt`, with exact starts. */
  #exact: Snapshot;
  #exactAt = 0;
  /** The last place where nothing had begun, and the state there. */
  #idleAt = -1;
  #idleState = 0;

  /**
   * @param before the text that goes before, such as a prompt; phrases that are complete in it do not count.
   * @param guard only what is complete waits, for an allowed word or a letter behind it: for text in which phrases cannot
   *   come up otherwise.
   */
  constructor(states: FilterStates, before = '', guard = false) {
    this.#states = states;
    this.#guard = guard;
    this.#ascii = states.ascii;
    const { machine } = states;
    let state = 0, from = 0, idle = 0;
    for (let i = 0; i < before.length;) {
      const code = before.codePointAt(i)!;
      state = states.forgiving(state, machine.classOf(code));
      i += code > 0xffff ? 2 : 1;
      if (states.isIdle(state)) [from, idle] = [i, state];
    }
    // again, from where something began
    let exact = states.snapshots[idle]!;
    for (let i = from; i < before.length;) {
      const code = before.codePointAt(i)!;
      exact = machine.step(exact, machine.classOf(code), i - before.length, true) as Snapshot;
      i += code > 0xffff ? 2 : 1;
    }
    this.#exact = machine.forgive(exact);
    this.#state = states.numberOf(this.#exact);
  }

  push(text: string): string {
    if (this.found) return '';
    this.#waiting += text;
    const all = this.#waiting, states = this.#states, { machine } = states, base = this.#base;
    // half a character waits for its other half
    const half = all.length > 0 && (all.charCodeAt(all.length - 1) & 0xfc00) === 0xd800 ? 1 : 0;
    const stop = all.length - half;
    let state = this.#state, idleAt = this.#idleAt, idleState = this.#idleState, closedAt = states.isOpen(state) ? -1 : this.#read;
    let { table, flags } = states;
    for (let i = this.#read - base; i < stop;) {
      let code = all.charCodeAt(i), next = code < 128 ? table[state * STRIDE + this.#ascii[code]!]! : DEAD;
      if (next < 0) {
        // not ASCII, not yet known, or what is looked for
        code = all.codePointAt(i)!;
        next = states.next(state, machine.classOf(code));
        ({ table, flags } = states);
      }
      if (next === DEAD) {
        this.#idleAt = idleAt;
        this.#idleState = idleState;
        return this.#cut(base + i);
      }
      state = next;
      i += code > 0xffff ? 2 : 1;
      const flag = flags[state]!;
      if (flag & IDLE) {
        idleAt = base + i;
        idleState = state;
      }
      if (!(flag & OPEN)) closedAt = base + i;
    }
    this.#state = state;
    this.#idleAt = idleAt;
    this.#idleState = idleState;
    this.#read = base + stop;
    if (idleAt === this.#read) return this.#release(this.#read);
    this.#catchUp(this.#read);
    if (this.#guard) return closedAt < 0 ? '' : this.#release(closedAt);
    const first = firstStart(this.#exact);
    const shown = this.#release(Math.min(first, this.#read));
    if (this.#read - first > LONGEST_WAIT) {
      this.found = { stage: states.machine.stage, rule: `more than ${LONGEST_WAIT} characters that may become part of something blocked`, source: 'delay', from: first };
      this.#waiting = '';
    }
    return shown;
  }

  end(): string {
    if (this.found) return '';
    if (this.#read - this.#base < this.#waiting.length) {
      const lone = this.#states.machine.classOf(0xfffd), next = this.#states.next(this.#state, lone);
      if (next === DEAD) return this.#cut(this.#read);
      this.#state = next;
    }
    if (!this.#states.isOpen(this.#state)) return this.#release(this.#base + this.#waiting.length);
    this.#catchUp(this.#base + this.#waiting.length);
    const met = this.#states.machine.finish(this.#exact);
    if (!met) return this.#release(this.#base + this.#waiting.length);
    return this.#tell(met);
  }

  /** Something is said for certain with the character at `at`. */
  #cut(at: number): string {
    const met = this.#catchUp(at + 1);
    if (!met) throw new Error('A filter found a phrase that it cannot find again. Please report this.');
    return this.#tell(met);
  }

  #tell({ phrase, start }: Met): string {
    const from = Math.max(start, this.#base), shown = this.#release(from);
    this.found = { stage: this.#states.machine.stage, rule: phrase.text, source: phrase.source ?? this.#states.machine.stage, from };
    this.#waiting = '';
    return shown;
  }

  #release(until: number): string {
    const shown = this.#waiting.slice(0, Math.max(0, until - this.#base));
    this.#waiting = this.#waiting.slice(shown.length);
    this.#base += shown.length;
    return shown;
  }

  /** Reads up to `until` again with exact starts, from the last place where nothing had begun. */
  #catchUp(until: number): Met | null {
    const { machine, snapshots } = this.#states, all = this.#waiting, base = this.#base;
    if (this.#idleAt > this.#exactAt) {
      this.#exactAt = this.#idleAt;
      this.#exact = snapshots[this.#idleState]!;
    }
    while (this.#exactAt < until) {
      const code = all.codePointAt(this.#exactAt - base)!, next = machine.step(this.#exact, machine.classOf(code), this.#exactAt);
      if (next instanceof Met) return next;
      this.#exact = next;
      this.#exactAt += code > 0xffff ? 2 : 1;
    }
    return null;
  }
}

/** Where the first of what has begun began. */
function firstStart({ threads, debt }: Snapshot): number {
  let first = debt ? debt.start : Infinity;
  for (let i = 1; i < threads.length; i += 2) if (threads[i]! < first) first = threads[i]!;
  return first;
}
