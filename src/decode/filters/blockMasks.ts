// Which tokens a filter strikes out in a state. Most states differ from one in which nothing has begun only for the few
// tokens that go on with what has begun. So the vocabulary is walked whole only once; for another state both walk side by
// side, and where they come to the same state, the branch is as it was.
import { DEAD } from '../automata/byteAutomaton.ts';
import type { VocabularyTrie } from '../automata/vocabularyTrie.ts';
import type { BlockAutomaton } from './blockAutomaton.ts';

/** What is not simply allowed in a state. */
export interface Struck {
  /** Tokens that must not be drawn, whatever follows. */
  readonly never: Int32Array;
  /** Tokens behind which the text must not end at once… */
  readonly open: Int32Array;
  /** …and how many further tokens each needs before it may. */
  readonly needs: Int32Array;
  /** The most of `needs`. */
  readonly furthest: number;
  /** May the text end here? */
  readonly mayEnd: boolean;
}

/** By node of the tree, in its order: where a branch is dead, or which state a token leads to that is open. */
interface Walk {
  readonly nodes: number[];
  /** State, or DEAD. */
  readonly states: number[];
}

/** So many states are searched for a way to an allowed end; a text that needs more is not begun. */
const MOST_SEARCHED = 2000;
const KEPT = 4096;

export class BlockMasks {
  readonly automaton: BlockAutomaton;
  readonly trie: VocabularyTrie;
  /** Special tokens, and ids that stand for nothing: they bring a text no further. */
  readonly empty: readonly number[];
  readonly #struck = new Map<number, Struck>();
  readonly #bases = new Map<number, Walk>();
  readonly #needs = new Map<number, number>();
  readonly #mine: Int32Array;
  readonly #theirs: Int32Array;

  constructor(automaton: BlockAutomaton, trie: VocabularyTrie) {
    this.automaton = automaton;
    this.trie = trie;
    this.empty = Array.from({ length: trie.size }, (_, id) => id).filter((id) => trie.lengthOf(id) === 0 || trie.specials.includes(id));
    this.#mine = new Int32Array(trie.longest + 1);
    this.#theirs = new Int32Array(trie.longest + 1);
  }

  /** The state behind a token, or DEAD. A special token begins a text anew. */
  step(state: number, token: number): number {
    const { automaton, trie } = this, length = trie.lengthOf(token);
    if (trie.specials.includes(token)) return automaton.start;
    for (let i = 0; i < length && state !== DEAD; i++) state = automaton.next(state, trie.byteOf(token, i));
    return state;
  }

  /** The same where what is complete does not count, as in a prompt. */
  forgiving(state: number, token: number): number {
    const { automaton, trie } = this, length = trie.lengthOf(token);
    if (trie.specials.includes(token)) return automaton.start;
    for (let i = 0; i < length; i++) state = automaton.forgiving(state, trie.byteOf(token, i));
    return state;
  }

  /** What is struck out in a state; kept for the next time. */
  of(state: number): Struck {
    let struck = this.#struck.get(state);
    if (!struck) {
      if (this.#struck.size >= KEPT) this.#struck.clear();
      this.#struck.set(state, (struck = this.#sort(this.#walk(state), this.automaton.accepts(state))));
    }
    return struck;
  }

  #sort({ nodes, states }: Walk, mayEnd: boolean): Struck {
    const { first, end, order } = this.trie, never: number[] = [], open: number[] = [], needs: number[] = [];
    for (const [i, node] of nodes.entries()) {
      const state = states[i]!, need = state === DEAD ? Infinity : this.#need(state);
      const past = state === DEAD ? first[end[node]!]! : first[node + 1]!;
      for (let place = first[node]!; place < past; place++) {
        if (need === Infinity) never.push(order[place]!);
        else {
          open.push(order[place]!);
          needs.push(need);
        }
      }
    }
    return { never: Int32Array.from(never), open: Int32Array.from(open), needs: Int32Array.from(needs), furthest: Math.max(0, ...needs), mayEnd };
  }

  #walk(state: number): Walk {
    const base = this.automaton.nearest(state);
    let walk = this.#bases.get(base);
    if (!walk) this.#bases.set(base, (walk = this.#walkFrom(base, DEAD, { nodes: [], states: [] })));
    return state === base ? walk : this.#walkFrom(state, base, walk);
  }

  /** @param base a state whose walk is known, or DEAD. */
  #walkFrom(from: number, base: number, known: Walk): Walk {
    const { automaton, trie: { bytes, depth, end, first } } = this, mine = this.#mine, theirs = this.#theirs, nodes: number[] = [], states: number[] = [];
    mine[0] = from;
    theirs[0] = base;
    let next = 0; // in what is known
    for (let node = 0; node < bytes.length;) {
      const d = depth[node]!, byte = bytes[node]!, state = automaton.next(mine[d]!, byte), other = theirs[d]! === DEAD ? DEAD : automaton.next(theirs[d]!, byte);
      if (state === DEAD) {
        nodes.push(node);
        states.push(DEAD);
        node = end[node]!;
        continue;
      }
      if (state === other) {
        while (next < known.nodes.length && known.nodes[next]! < node) next++;
        for (; next < known.nodes.length && known.nodes[next]! < end[node]!; next++) {
          nodes.push(known.nodes[next]!);
          states.push(known.states[next]!);
        }
        node = end[node]!;
        continue;
      }
      mine[d + 1] = state;
      theirs[d + 1] = other;
      if (first[node]! < first[node + 1]! && !automaton.accepts(state)) {
        nodes.push(node);
        states.push(state);
      }
      node++;
    }
    return { nodes, states };
  }

  /** How many tokens it takes at least from an open state to one in which a text may end; Infinity if none is found. */
  #need(state: number): number {
    const known = this.#needs.get(state);
    if (known !== undefined) return known;
    const seen = new Set([state]);
    let need = Infinity, frontier = [state];
    for (let tokens = 1; frontier.length > 0 && need === Infinity && seen.size < MOST_SEARCHED; tokens++) {
      const further: number[] = [];
      for (const from of frontier) {
        if (this.#reach(from, seen, further)) {
          need = tokens;
          break;
        }
      }
      frontier = further;
    }
    this.#needs.set(state, need);
    return need;
  }

  /** Does a token lead to where a text may end? Other states that were not seen before are added to `further`. */
  #reach(from: number, seen: Set<number>, further: number[]): boolean {
    const { automaton, trie: { bytes, depth, end, first, longest } } = this, states = new Int32Array(longest + 1);
    states[0] = from;
    for (let node = 0; node < bytes.length;) {
      const state = automaton.next(states[depth[node]!]!, bytes[node]!);
      if (state === DEAD) {
        node = end[node]!;
        continue;
      }
      states[depth[node]! + 1] = state;
      if (first[node]! < first[node + 1]!) {
        if (automaton.accepts(state)) return true;
        if (!seen.has(state)) {
          seen.add(state);
          further.push(state);
        }
      }
      node++;
    }
    return false;
  }
}
