// All tokens of a vocabulary in one tree of bytes: tokens that begin alike share the way to there. A walk through it asks
// an automaton about each byte once, and leaves out whole branches behind a byte that it refuses.
import type { Tokenizer } from '../../tokenizer/index.ts';

/**
 * The tokens of a tokenizer by their bytes. Nodes stand in the order in which a walk meets them: a node, everything below
 * it, then its next sibling. So a walk is a loop over arrays, and a branch is skipped by going to `end`.
 *
 * Special tokens, and ids that stand for nothing, are not in it.
 */
export class VocabularyTrie {
  /** Vocabulary size V. */
  readonly size: number;
  /** Ids of tokens that end a text. */
  readonly specials: readonly number[];
  /** By node: the byte that leads to it. */
  readonly bytes: Uint8Array;
  /** By node: bytes before this one. */
  readonly depth: Uint16Array;
  /** By node: the first node that is not below it. */
  readonly end: Int32Array;
  /** By node, and one more: its tokens are `order[first[node]]` to `order[first[node + 1] - 1]`. More than one if they have equal bytes. */
  readonly first: Int32Array;
  /** Ids of tokens in the order of their bytes. */
  readonly order: Int32Array;
  /** Bytes of the longest token. */
  readonly longest: number;
  readonly #from: Int32Array;
  readonly #all: Uint8Array;

  constructor(tokenizer: Tokenizer) {
    const V = (this.size = tokenizer.size), special = new Set(tokenizer.specials.values());
    this.specials = [...special];
    const tokens = Array.from({ length: V }, (_, id) => tokenizer.bytesOf(id)), from = (this.#from = new Int32Array(V + 1));
    for (let id = 0; id < V; id++) from[id + 1] = from[id]! + tokens[id]!.length;
    const all = (this.#all = new Uint8Array(from[V]!));
    for (let id = 0; id < V; id++) all.set(tokens[id]!, from[id]);
    const order = tokens.flatMap((bytes, id) => (bytes.length > 0 && !special.has(id) ? [id] : []));
    // one character for each byte: strings are compared faster than arrays
    const names = tokens.map((bytes) => (bytes.length < 1000 ? String.fromCharCode(...bytes) : Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')));
    order.sort((a, b) => (names[a]! < names[b]! ? -1 : names[a]! > names[b]! ? 1 : a - b));
    this.order = Int32Array.from(order);
    this.longest = order.reduce((longest, id) => Math.max(longest, tokens[id]!.length), 0);

    const bytes = new Uint8Array(all.length), depth = new Uint16Array(all.length), end = new Int32Array(all.length), first = new Int32Array(all.length + 1);
    /** The nodes on the way to the token before. */
    const way: number[] = [];
    let nodes = 0, before: Uint8Array = all.subarray(0, 0);
    for (const [place, id] of order.entries()) {
      const token = tokens[id]!;
      let same = 0;
      while (same < before.length && same < token.length && before[same] === token[same]) same++;
      while (way.length > same) end[way.pop()!] = nodes;
      for (let d = same; d < token.length; d++) {
        bytes[nodes] = token[d]!;
        depth[nodes] = d;
        first[nodes] = place; // no token ends on the way to its end
        way.push(nodes++);
      }
      before = token;
    }
    while (way.length > 0) end[way.pop()!] = nodes;
    first[nodes] = order.length;
    [this.bytes, this.depth, this.end, this.first] = [bytes.slice(0, nodes), depth.slice(0, nodes), end.slice(0, nodes), first.slice(0, nodes + 1)];
  }

  /** Length of a token in bytes; 0 for a special one. */
  lengthOf(token: number): number {
    return this.#from[token + 1]! - this.#from[token]!;
  }

  /** One byte of a token. */
  byteOf(token: number, place: number): number {
    return this.#all[this.#from[token]! + place]!;
  }

  /** The node behind `node` (-1: the root) for one more byte, or -1. */
  child(node: number, byte: number): number {
    const { bytes, end } = this;
    for (let i = node + 1, past = node < 0 ? bytes.length : end[node]!; i < past; i = end[i]!) if (bytes[i] === byte) return i;
    return -1;
  }
}

const tries = new WeakMap<Tokenizer, VocabularyTrie>();

/**
 * The tree of a tokenizer's tokens; made once for each tokenizer.
 *
 * @example
 * trieOf(tokenizer).longest; // bytes of the longest token
 */
export function trieOf(tokenizer: Tokenizer): VocabularyTrie {
  let trie = tries.get(tokenizer);
  if (!trie) tries.set(tokenizer, (trie = new VocabularyTrie(tokenizer)));
  return trie;
}
