// Looks for all phrases in all their spellings at once, one character after the other. A thread is one way to read the
// last characters as the beginning of a phrase (Thompson 1968, https://doi.org/10.1145/363347.363387):
//
//   where in the tree | separators since the last letter | whether it stands at the beginning of a word, is split, …
//
// What counts as the phrase:
//   - each letter in any of its readings (see readings.ts), at least one of them not a number in place of a letter;
//   - each letter several times in a row (doubled): fuuun;
//   - up to SEPARATORS separators between letters (split), if it stands alone as a word: f-u.n. White space only if every
//     letter stands alone: f u n. So "gas-station" and "a s she" hide nothing;
//   - between the words of a phrase one separator or more, up to as many.
//
// A phrase inside an allowed word is no harm. While an allowed word may still come of it, it is a debt; the word pays it.
import type { Machine, Snapshot } from './machine.ts';
import { Met } from './machine.ts';
import { type AllowedNode, type AllowedTree, type Phrase, type PhraseNode, type PhraseTree } from './phrases.ts';
import { type Reading, readingOf, type Spelling } from './readings.ts';

/** So many marks or spaces may stand between two letters of a split word. */
export const SEPARATORS = 3;

// a thread as a number: node << BITS | flags
const BITS = 9, GAP = 3, WHITE = 4, START = 8, SPLIT = 16, ALONE = 32, WIDE = 64, EXCUSED = 128, TRUE = 256;

/** Characters that are read alike. */
export interface CharacterClass extends Omit<Reading, 'plain'> {
  readonly id: number;
  /** The character as allowed words have it, or null where none has. */
  readonly symbol: string | null;
}

const NONE: number[] = [];

export class PhraseMachine implements Machine {
  readonly stage = 'words';
  readonly tree: PhraseTree;
  readonly #allowed: AllowedTree;
  readonly #spellings: ReadonlySet<Spelling>;
  readonly #doubled: boolean;
  readonly #split: boolean;
  readonly classes: CharacterClass[] = [];
  readonly #bySignature = new Map<string, number>();
  /** Class + 1 by code unit, 0 where it is not known yet. */
  readonly #low = new Uint16Array(65536);
  readonly #high = new Map<number, number>();
  // while a character is read
  #keys: number[] = [];
  #starts: number[] = [];
  #hit: { phrase: Phrase; start: number } | null = null;

  constructor(tree: PhraseTree, allowed: AllowedTree, spellings: Iterable<Spelling>) {
    this.tree = tree;
    this.#allowed = allowed;
    this.#spellings = new Set(spellings);
    this.#doubled = this.#spellings.has('doubled');
    this.#split = this.#spellings.has('split');
    for (let code = 0; code < 128; code++) this.classOf(code);
  }

  charactersOf(node: number): number {
    return this.#allowed.nodes[node]!.depth;
  }

  classOf(code: number): number {
    const known = code < 65536 ? this.#low[code]! : this.#high.get(code) ?? 0;
    if (known > 0) return known - 1;
    const { plain, ...reading } = readingOf(code, this.#spellings), { letters } = this.tree;
    // a letter of no phrase is like any other of the kind
    const spelt = reading.spelt.map((one) => ({ ...one, letters: one.letters.map((letter) => (letters.has(letter) ? letter : -1)) })).filter((one) => one.letters[0] !== -1);
    const symbol = this.#allowed.symbols.has(plain) ? plain : null, signature = JSON.stringify([{ ...reading, spelt }, symbol]);
    let id = this.#bySignature.get(signature);
    if (id === undefined) {
      this.#bySignature.set(signature, (id = this.classes.length));
      this.classes.push({ ...reading, spelt, symbol, id });
    }
    if (code < 65536) this.#low[code] = id + 1;
    else this.#high.set(code, id + 1);
    return id;
  }

  step(from: Snapshot, id: number, at: number, forgiving = false): Snapshot | Met {
    const { invisible, gap, word, spelt, symbol } = this.classes[id]!;
    if (invisible) return from;
    this.#keys = [];
    this.#starts = [];
    this.#hit = null;
    const out: number[] = [];
    for (let i = 0; i < from.threads.length; i += 2) {
      const key = from.threads[i]!, start = from.threads[i + 1]!, node = this.tree.nodes[key >> BITS]!;
      if (!word) {
        const ended = this.#pending(key, node);
        if (ended) this.#strike(ended, start);
      }
      if (gap > 0) this.#wait(key, node, start, gap);
      if (node.any && gap < 2 && (key & GAP) === 0) this.#arriveOne((node.any.id << BITS) | (key & ~ALONE & ((1 << BITS) - 1) & ~EXCUSED), start, true);
      for (let k = 0; k < spelt.length; k++) {
        const { letters, digit } = spelt[k]!;
        if (letters.length > 1) this.#spell([key], start, letters, 0, digit);
        else if (this.#letter(key, letters[0]!, digit ? 0 : TRUE, out) > 0) this.#arrive(out, start, true);
        out.length = 0;
      }
    }
    for (let k = 0; k < spelt.length; k++) {
      const { letters, digit } = spelt[k]!, first = this.tree.root.next.get(letters[0]!);
      if (!first) continue;
      const key = (first.id << BITS) | ALONE | (digit ? 0 : TRUE) | (!from.word || first.spaceless ? START : 0);
      this.#arriveOne(key, at, letters.length === 1);
      if (letters.length > 1) this.#spell([key], at, letters, 1, digit);
    }
    return this.#settle(from, word, symbol, at, forgiving);
  }

  finish({ threads, debt }: Snapshot): Met | null {
    let first: Met | null = debt && new Met(debt.phrase, debt.start);
    for (let i = 0; i < threads.length; i += 2) {
      const phrase = this.#pending(threads[i]!, this.tree.nodes[threads[i]! >> BITS]!);
      if (phrase && (!first || threads[i + 1]! < first.start)) first = new Met(phrase, threads[i + 1]!);
    }
    return first;
  }

  forgive(from: Snapshot): Snapshot {
    const threads = from.threads.map((key, i) => (i % 2 === 0 && this.#pending(key, this.tree.nodes[key >> BITS]!) ? key | EXCUSED : key));
    return { ...from, threads, debt: null };
  }

  /** Allowed words in progress and debts, after all threads have read the character. */
  #settle(from: Snapshot, word: boolean, symbol: string | null, at: number, forgiving: boolean): Snapshot | Met {
    let allowed = NONE, complete = Infinity, alive = Infinity;
    if (symbol !== null) {
      const go = (node: AllowedNode, start: number): void => {
        const next = node.next.get(symbol);
        if (!next) return;
        if (next.whole && start < complete) complete = start;
        if (next.next.size === 0) return;
        if (allowed === NONE) allowed = [];
        allowed.push(next.id, start);
        if (start < alive) alive = start;
      };
      for (let i = 0; i < from.allowed.length; i += 2) go(this.#allowed.nodes[from.allowed[i]!]!, from.allowed[i + 1]!);
      go(this.#allowed.root, at);
    }
    let debt = from.debt;
    if (this.#hit && (!debt || this.#hit.start < debt.start)) debt = this.#hit;
    if (forgiving || (debt && complete <= debt.start)) debt = null;
    if (debt && alive > debt.start) return new Met(debt.phrase, debt.start);

    const keys = this.#keys, starts = this.#starts;
    if (complete < Infinity) {
      for (let i = 0; i < keys.length; i++) if (complete <= starts[i]! && (keys[i]! & GAP) === 0) keys[i]! |= EXCUSED;
    }
    // in the order of their numbers: there are few, so they are put in one by one
    const threads: number[] = [];
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i]!, start = starts[i]!;
      let at = threads.length;
      threads.push(key, start);
      for (; at > 0 && threads[at - 2]! > key; at -= 2) {
        threads[at] = threads[at - 2]!;
        threads[at + 1] = threads[at - 1]!;
      }
      threads[at] = key;
      threads[at + 1] = start;
    }
    return { word, threads, allowed, debt };
  }

  /** The phrase that ends here, if a border follows. */
  #pending(key: number, { phrases, spaceless }: PhraseNode): Phrase | null {
    if ((key & GAP) !== 0 || (key & EXCUSED) !== 0 || (key & TRUE) === 0 || spaceless) return null;
    for (const phrase of phrases) if ((!phrase.start || key & START) && (phrase.end || key & SPLIT)) return phrase;
    return null;
  }

  /** A separator comes. */
  #wait(key: number, node: PhraseNode, start: number, gap: number): void {
    const count = (key & GAP) + 1, white = (key & WHITE) !== 0 || gap === 2 ? WHITE : 0;
    if (count > SEPARATORS) return;
    const goesOn = node.nextWord.size > 0 || (this.#split && (key & START) !== 0 && (key & ALONE || (!white && !(key & WIDE))));
    if (goesOn) this.#keep((key & ~GAP & ~EXCUSED) | count | white, start);
  }

  /** Letters come, from number `i` of a reading on; all but the last are read on the way. */
  #spell(keys: number[], start: number, letters: readonly number[], i: number, digit: boolean): void {
    for (; i < letters.length && keys.length > 0; i++) {
      const next: number[] = [];
      for (const key of keys) this.#letter(key, letters[i]!, digit ? 0 : TRUE, next);
      this.#arrive(next, start, i === letters.length - 1);
      keys = next;
    }
  }

  #letter(key: number, letter: number, truth: number, out: number[]): number {
    const node = this.tree.nodes[key >> BITS]!, apart = (key & GAP) !== 0;
    const flags = (key & (START | SPLIT | ALONE | WIDE | TRUE)) | truth;
    const split = (flags | SPLIT) | (key & WHITE ? WIDE : 0);
    const maySplit = this.#split && (key & START) !== 0 && ((key & ALONE) !== 0 || !(key & (WHITE | WIDE)));
    if (this.#doubled && letter === node.letter) {
      if (!apart) out.push((node.id << BITS) | flags);
      else if (maySplit) out.push((node.id << BITS) | split);
    }
    const next = node.next.get(letter);
    if (next && !apart && !(key & WIDE)) out.push((next.id << BITS) | (flags & ~ALONE));
    if (next && apart && maySplit) out.push((next.id << BITS) | split);
    const word = apart ? node.nextWord.get(letter) : undefined;
    if (word) out.push((word.id << BITS) | flags);
    return out.length;
  }

  /** Threads have read a letter: what is complete without a border is complete. */
  #arrive(keys: readonly number[], start: number, keep: boolean): void {
    for (let i = 0; i < keys.length; i++) this.#arriveOne(keys[i]!, start, keep);
  }

  #arriveOne(key: number, start: number, keep: boolean): void {
    const { phrases, spaceless } = this.tree.nodes[key >> BITS]!;
    if (key & TRUE) {
      for (let i = 0; i < phrases.length; i++) {
        const phrase = phrases[i]!;
        if ((!phrase.start || key & START) && (spaceless || !(phrase.end || key & SPLIT))) this.#strike(phrase, start);
      }
    }
    if (keep) this.#keep(key, start);
  }

  #strike(phrase: Phrase, start: number): void {
    if (!this.#hit || start < this.#hit.start) this.#hit = { phrase, start };
  }

  /** Of two threads in the same state the one that began first counts. */
  #keep(key: number, start: number): void {
    const at = this.#keys.indexOf(key);
    if (at < 0) {
      this.#keys.push(key);
      this.#starts.push(start);
    } else if (start < this.#starts[at]!) {
      this.#starts[at] = start;
    }
  }
}
