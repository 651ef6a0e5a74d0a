// How many tokens a text still needs before it may end. Whoever knows that can stop in time: a token is drawn only if what
// it leads to can be finished with the tokens that are left.
import type { ExplicitAutomaton } from './explicitAutomaton.ts';
import type { VocabularyTrie } from './vocabularyTrie.ts';

/**
 * For each state of an automaton how many tokens of a vocabulary surely suffice to end; Infinity where they never do.
 * 0 where a text may end, and from any other state some token leads to one that needs one less.
 *
 * The shortest ending is looked for in the smallest tokens, those that are not made of others (single bytes, where the
 * vocabulary has them all), then written in as few tokens as possible. An ending of more bytes in fewer tokens is not found.
 */
export function fewestTokens(automaton: ExplicitAutomaton, trie: VocabularyTrie): Float64Array {
  const { size } = automaton, { from, unit, first } = unitSteps(automaton, trie);
  /** By state: the smallest tokens to an end, and the next state on that way with the token to it. */
  const distance = new Int32Array(size).fill(-1), next = new Int32Array(size), by = new Int32Array(size), order: number[] = [];
  for (let state = 0; state < size; state++) {
    if (!automaton.accepts(state)) continue;
    distance[state] = 0;
    order.push(state);
  }
  for (let at = 0; at < order.length; at++) {
    const to = order[at]!;
    for (let i = first[to]!; i < first[to + 1]!; i++) {
      const state = from[i]!;
      if (distance[state]! >= 0) continue;
      distance[state] = distance[to]! + 1;
      next[state] = to;
      by[state] = unit[i]!;
      order.push(state);
    }
  }
  const needs = new Float64Array(size).fill(Infinity);
  for (const state of order) {
    if (distance[state] === 0) needs[state] = 0;
    for (let at = state, node = -1; distance[at]! > 0;) {
      const token = by[at]!;
      node = descend(trie, node, token);
      if (node < 0) break;
      at = next[at]!;
      if (trie.first[node]! < trie.first[node + 1]!) needs[state] = Math.min(needs[state]!, 1 + needs[at]!);
    }
  }
  return needs;
}

/** The node behind all bytes of a token, or -1. */
function descend(trie: VocabularyTrie, node: number, token: number): number {
  for (let i = 0; i < trie.lengthOf(token); i++) {
    node = trie.child(node, trie.byteOf(token, i));
    if (node < 0) return -1;
  }
  return node;
}

/** For each state the states from which one of the smallest tokens leads there, and that token: places `first[state]` to `first[state + 1] - 1`. */
function unitSteps(automaton: ExplicitAutomaton, trie: VocabularyTrie): { from: Int32Array; unit: Int32Array; first: Int32Array } {
  const { size } = automaton, steps: number[] = [], counts = new Int32Array(size + 2), visit = eachUnit(automaton, trie);
  for (let state = 0; state < size; state++) {
    let before = -1;
    visit(state, (token, to) => {
      if (to === before) return;
      before = to;
      steps.push(state, token, to);
      counts[to + 2]!++;
    });
  }
  for (let i = 2; i < counts.length; i++) counts[i]! += counts[i - 1]!;
  const from = new Int32Array(steps.length / 3), unit = new Int32Array(steps.length / 3);
  for (let i = 0; i < steps.length; i += 3) {
    const place = counts[steps[i + 2]! + 1]!++;
    from[place] = steps[i]!;
    unit[place] = steps[i + 1]!;
  }
  return { from, unit, first: counts };
}

type Visit = (token: number, to: number) => void;

/** Calls back with every smallest token that leads on from a state. */
function eachUnit(automaton: ExplicitAutomaton, trie: VocabularyTrie): (state: number, visit: Visit) => void {
  const bytes = Array.from({ length: 256 }, (_, byte) => tokenAt(trie, trie.child(-1, byte)));
  if (!bytes.includes(-1)) {
    const { starts, table, columns } = automaton, tokens = starts.map((byte) => bytes[byte]!);
    return (state, visit) => {
      for (let column = 0; column < columns; column++) if (table[state * columns + column]! >= 0) visit(tokens[column]!, table[state * columns + column]!);
    };
  }
  const smallest = smallestTokens(trie), states = new Int32Array(trie.longest + 1);
  return (state, visit) => {
    states[0] = state;
    for (let node = 0; node < trie.bytes.length;) {
      const d = trie.depth[node]!, to = automaton.next(states[d]!, trie.bytes[node]!);
      if (to < 0) {
        node = trie.end[node]!;
        continue;
      }
      states[d + 1] = to;
      if (smallest[node]! >= 0) visit(smallest[node]!, to);
      node++;
    }
  };
}

const tokenAt = ({ first, order }: VocabularyTrie, node: number): number => (node >= 0 && first[node]! < first[node + 1]! ? order[first[node]!]! : -1);

/** By node: its token, if it is not made of others; otherwise -1. */
function smallestTokens(trie: VocabularyTrie): Int32Array {
  return Int32Array.from(trie.bytes, (_, last) => {
    const token = tokenAt(trie, last);
    if (token < 0) return -1;
    const length = trie.lengthOf(token), made = new Uint8Array(length + 1);
    made[0] = 1;
    for (let from = 0; from < length; from++) {
      if (made[from] === 0) continue;
      for (let i = from, node = -1; i < length; i++) {
        node = trie.child(node, trie.byteOf(token, i));
        if (node < 0) break;
        if (!(from === 0 && i === length - 1) && tokenAt(trie, node) >= 0) made[i + 1] = 1;
      }
    }
    return made[length] === 1 ? -1 : token;
  });
}
