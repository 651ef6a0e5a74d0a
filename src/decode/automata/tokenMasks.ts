// From bytes to tokens: in a state, a token may be drawn if all its bytes lead on. Which ones these are is a walk through
// the vocabulary, done when a state is met for the first time, and kept as one bit per token. Willard and Louf 2023,
// https://arxiv.org/abs/2307.09702, precompute it for all states; a tree and a memory make that unnecessary.
import { type ByteAutomaton, DEAD } from './byteAutomaton.ts';
import type { VocabularyTrie } from './vocabularyTrie.ts';

/** What may be drawn in one state. */
interface Mask {
  /** Token i is bit i % 32 of word i / 32. */
  readonly bits: Int32Array;
  /** Whether there is a token with bytes among them. */
  readonly goesOn: boolean;
  /** The most further tokens that any of them may need. */
  readonly furthest: number;
}

/** Kept masks take at most so much; then they are forgotten, and walked again. */
const KEPT_BYTES = 1 << 26;

/** The tokens that an automaton allows, by its states. One object serves all sequences: a sequence is one state. */
export class TokenMasks {
  readonly automaton: ByteAutomaton;
  readonly trie: VocabularyTrie;
  readonly #needs: (state: number) => number;
  readonly #masks = new Map<number, Mask>();
  /** Masks for little room, by state and room. */
  readonly #tight = new Map<number, Mask>();
  readonly #most: number;
  readonly #states: Int32Array;

  /**
   * @param needs how many tokens a text in this state still needs at least before it may end; Infinity: it never may. Some
   *   token must lead to a state that needs one less. Default: texts may end anywhere.
   * @example
   * const masks = new TokenMasks(automaton, trieOf(tokenizer));
   * strikeOut(logits, masks.mask(automaton.start));
   */
  constructor(automaton: ByteAutomaton, trie: VocabularyTrie, needs: (state: number) => number = () => 0) {
    this.automaton = automaton;
    this.trie = trie;
    this.#needs = needs;
    this.#states = new Int32Array(trie.longest + 1);
    this.#most = Math.max(16, Math.floor(KEPT_BYTES / (4 * Math.ceil(trie.size / 32) + 64)));
  }

  /**
   * The tokens that may be drawn, one bit each: those behind which the text can still end in time, and, where it may end,
   * special tokens.
   *
   * @param left how many tokens may be drawn at most, this one included.
   */
  mask(state: number, left = Infinity): Int32Array {
    return this.#maskOf(state, left).bits;
  }

  /** Whether any token with bytes may be drawn. */
  goesOn(state: number, left = Infinity): boolean {
    return this.#maskOf(state, left).goesOn;
  }

  /** The state behind a token, or DEAD. Special tokens change nothing. */
  step(state: number, token: number): number {
    const { trie, automaton } = this, length = trie.lengthOf(token);
    for (let i = 0; i < length && state !== DEAD; i++) state = automaton.next(state, trie.byteOf(token, i));
    return state;
  }

  #maskOf(state: number, left: number): Mask {
    let mask = this.#masks.get(state);
    if (mask === undefined) {
      if (this.#masks.size >= this.#most) this.#masks.clear();
      this.#masks.set(state, (mask = this.#walk(state, Number.MAX_VALUE)));
    }
    if (left > mask.furthest) return mask;
    const key = state * 2 ** 20 + left;
    let tight = this.#tight.get(key);
    if (tight === undefined) {
      if (this.#tight.size >= this.#most) this.#tight.clear();
      this.#tight.set(key, (tight = this.#walk(state, left - 1)));
    }
    return tight;
  }

  /** @param within how many further tokens there may be behind the next one. */
  #walk(from: number, within: number): Mask {
    const { automaton, trie } = this, { bytes, depth, end, first, order } = trie, needs = this.#needs;
    const bits = new Int32Array(Math.ceil(trie.size / 32)), states = this.#states, nodes = bytes.length;
    let furthest = 0, goesOn = false;
    states[0] = from;
    for (let node = 0; node < nodes;) {
      const d = depth[node]!, state = automaton.next(states[d]!, bytes[node]!);
      if (state === DEAD) {
        node = end[node]!;
        continue;
      }
      states[d + 1] = state;
      const past = first[node + 1]!;
      let place = first[node]!;
      if (place < past) {
        const further = needs(state);
        if (further <= within) {
          goesOn = true;
          if (further > furthest) furthest = further;
          for (; place < past; place++) bits[order[place]! >> 5]! |= 1 << (order[place]! & 31);
        }
      }
      node++;
    }
    if (automaton.accepts(from)) for (const id of trie.specials) bits[id >> 5]! |= 1 << (id & 31);
    return { bits, goesOn, furthest };
  }
}

/**
 * Strikes out all tokens whose bit is 0, and those for which there is none.
 *
 * @param logits (V) changed in place.
 * @example
 * strikeOut(logits, Int32Array.of(0b101)); // only tokens 0 and 2 are left
 */
export function strikeOut(logits: Float32Array, bits: Int32Array): void {
  const n = logits.length;
  for (let word = 0, i = 0; i < n; word++, i += 32) {
    const some = word < bits.length ? bits[word]! : 0;
    if (some === -1) continue;
    if (some === 0) {
      logits.fill(-Infinity, i, i + 32);
      continue;
    }
    for (let k = 0, past = Math.min(32, n - i); k < past; k++) if (((some >>> k) & 1) === 0) logits[i + k] = -Infinity;
  }
}
