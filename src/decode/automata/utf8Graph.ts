// A set of characters as the bytes that write them. Code points in rising order have bytes in rising order, so a set is a
// tree of byte ranges; equal branches are one, which makes it a small graph. After Ken Thompson's conversion for grep,
// see Cox 2010, https://swtch.com/~rsc/regexp/regexp3.html
import type { CodePoints } from './codePoints.ts';

/** What may follow: ranges of bytes in rising order, each with what follows it; `null`: the character is whole. */
export interface Utf8Node {
  readonly edges: readonly (readonly [from: number, to: number, next: Utf8Node | null])[];
}

/** The largest code points that take one to four bytes. */
const BORDERS = [0x7f, 0x7ff, 0xffff, 0x10ffff];
const graphs = new WeakMap<CodePoints, Utf8Node>();

/**
 * The graph of a set of characters.
 *
 * @example
 * utf8Graph([[0xe9, 0xea]]).edges; // [[0xc3, 0xc3, { edges: [[0xa9, 0xaa, null]] }]]: é and ê
 */
export function utf8Graph(set: CodePoints): Utf8Node {
  let node = graphs.get(set);
  if (!node) graphs.set(set, (node = merge(set.flatMap(([from, to]) => sequences(from, to)))));
  return node;
}

type Range = readonly [from: number, to: number];

/** Ranges of code points as ranges of bytes, one for each place. */
function sequences(from: number, to: number): Range[][] {
  if (from > to) return [];
  for (const border of BORDERS) if (from <= border && to > border) return [...sequences(from, border), ...sequences(border + 1, to)];
  const length = BORDERS.findIndex((border) => to <= border) + 1;
  // cut until all places behind the first different one run through all 64 values
  for (let place = 1; place < length; place++) {
    const mask = (1 << (6 * place)) - 1;
    if ((from & ~mask) === (to & ~mask)) break;
    if ((from & mask) !== 0) return [...sequences(from, from | mask), ...sequences((from | mask) + 1, to)];
    if ((to & mask) !== mask) return [...sequences(from, (to & ~mask) - 1), ...sequences(to & ~mask, to)];
  }
  const first = bytesOf(from, length), last = bytesOf(to, length);
  return [first.map((byte, i): Range => [byte, last[i]!])];
}

function bytesOf(point: number, length: number): number[] {
  if (length === 1) return [point];
  const bytes: number[] = [];
  for (let i = 1; i < length; i++) {
    bytes.unshift(0x80 | (point & 0x3f));
    point >>= 6;
  }
  return [[0, 0, 0xc0, 0xe0, 0xf0][length]! | point, ...bytes];
}

/** One graph of many sequences. First ranges are equal or apart, because a range of several first bytes has all that can follow. */
function merge(all: readonly (readonly Range[])[], known: Known = { byKey: new Map(), numbers: new Map() }): Utf8Node {
  const edges: [number, number, Utf8Node | null][] = [];
  for (let i = 0, past = 0; i < all.length; i = past) {
    const [[from, to]] = all[i] as [Range];
    for (past = i + 1; past < all.length && all[past]![0]![0] === from;) past++;
    const next = all[i]!.length === 1 ? null : merge(all.slice(i, past).map((sequence) => sequence.slice(1)), known), last = edges.at(-1);
    if (last && last[1] === from - 1 && last[2] === next) last[1] = to;
    else edges.push([from, to, next]);
  }
  const key = edges.map(([from, to, next]) => `${from}-${to}:${next ? known.numbers.get(next) : ''}`).join();
  let node = known.byKey.get(key);
  if (!node) {
    known.byKey.set(key, (node = { edges }));
    known.numbers.set(node, known.numbers.size);
  }
  return node;
}

/** The nodes of one graph, to make none twice. */
interface Known {
  readonly byKey: Map<string, Utf8Node>;
  readonly numbers: Map<Utf8Node, number>;
}
