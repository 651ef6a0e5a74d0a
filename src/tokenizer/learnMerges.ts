// Training: again and again make the most frequent pair of neighbours a token, Gage 1994 and Sennrich et al. 2016.
//   count(a, b) = sum over different pieces of: occurrences of the piece × times that b follows a in it
// Of equally frequent pairs the one with the lexicographically greater bytes goes first, so the result depends on nothing
// but the text. Only pieces that contain the merged pair are looked at again, and a heap knows the most frequent pair.
import { Heap } from './heap.ts';
import { PairTable } from './pairTable.ts';

/** The different pieces of a corpus. */
export interface Pieces {
  /** All pieces, one after the other. */
  readonly bytes: Uint8Array;
  /** Where each piece begins, and where the last one ends (n + 1 numbers). */
  readonly starts: Int32Array;
  /** How often each piece occurs (n numbers). */
  readonly counts: Float64Array;
}

export interface LearnOptions {
  /** How many merges to learn at most. */
  readonly wanted: number;
  /** Spellings (byte strings) that must not become tokens. */
  readonly forbidden: ReadonlySet<string>;
  readonly onProgress?: ((done: number, wanted: number) => void) | undefined;
}

/**
 * Learns merges; merge i makes the token 256 + i. Stops early when no pair occurs twice.
 *
 * @returns pairs of ids, in the order in which they were learned.
 */
export function learnMerges(pieces: Pieces, { wanted, forbidden, onProgress }: LearnOptions): [number, number][] {
  const spelled = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte));
  const known = new Set([...spelled, ...forbidden]);
  const pairs = new PairCounts(pieces, spelled);
  const merges: [number, number][] = [];
  while (merges.length < wanted) {
    const pair = pairs.popMostFrequent();
    if (pair === null) break;
    const [left, right] = pair;
    const spelling = spelled[left]! + spelled[right]!;
    if (known.has(spelling)) continue;
    known.add(spelling);
    spelled.push(spelling);
    pairs.merge(left, right, 256 + merges.length);
    merges.push(pair);
    if (merges.length % 64 === 0) onProgress?.(merges.length, wanted);
  }
  onProgress?.(merges.length, wanted);
  return merges;
}

/** How often each pair of neighbours occurs, kept up to date while pairs are merged. */
class PairCounts {
  readonly #pieces: Pieces;
  /** The ids of each piece from starts[piece] on, `lengths[piece]` of them. */
  readonly #ids: Int32Array;
  readonly #lengths: Int32Array;
  readonly #indexOf = new PairTable(1 << 16);
  readonly #left: number[] = [];
  readonly #right: number[] = [];
  readonly #counts: number[] = [];
  /** Pieces in which a pair occurs or once occurred. */
  readonly #where: number[][] = [];
  /** The count with which a pair entered the heap. It can only have become smaller since. */
  readonly #entered: number[] = [];
  readonly #heap: Heap;

  constructor(pieces: Pieces, spelled: readonly string[]) {
    this.#pieces = pieces;
    this.#ids = Int32Array.from(pieces.bytes);
    this.#lengths = new Int32Array(pieces.counts.length);
    const entered = this.#entered, left = this.#left, right = this.#right;
    this.#heap = new Heap((p, q) => {
      if (entered[p]! !== entered[q]!) return entered[p]! > entered[q]!;
      if (left[p]! !== left[q]!) return spelled[left[p]!]! > spelled[left[q]!]!;
      return spelled[right[p]!]! > spelled[right[q]!]!;
    });
    for (let piece = 0; piece < pieces.counts.length; piece++) {
      this.#lengths[piece] = pieces.starts[piece + 1]! - pieces.starts[piece]!;
      this.#count(piece, 1, -1);
    }
    for (let index = 0; index < this.#counts.length; index++) this.#enter(index);
  }

  /** The most frequent pair that has not been merged; null if none occurs twice. */
  popMostFrequent(): [left: number, right: number] | null {
    for (let index = this.#heap.pop(); index !== undefined; index = this.#heap.pop()) {
      if (this.#counts[index] === this.#entered[index]) return [this.#left[index]!, this.#right[index]!];
      this.#enter(index);
    }
    return null;
  }

  /** Replaces a pair by one id wherever it occurs. */
  merge(left: number, right: number, id: number): void {
    const pair = this.#indexOf.get(left, right);
    const firstNew = this.#counts.length;
    for (const piece of this.#where[pair]!) {
      if (!this.#contains(piece, left, right)) continue;
      this.#count(piece, -1, -1);
      this.#replace(piece, left, right, id);
      this.#count(piece, 1, id);
    }
    this.#where[pair] = [];
    for (let index = firstNew; index < this.#counts.length; index++) this.#enter(index);
  }

  #enter(index: number): void {
    if (this.#counts[index]! < 2) return;
    this.#entered[index] = this.#counts[index]!;
    this.#heap.push(index);
  }

  #contains(piece: number, left: number, right: number): boolean {
    const ids = this.#ids, from = this.#pieces.starts[piece]!, last = from + this.#lengths[piece]! - 1;
    for (let i = from; i < last; i++) if (ids[i] === left && ids[i + 1] === right) return true;
    return false;
  }

  #replace(piece: number, left: number, right: number, id: number): void {
    const ids = this.#ids, from = this.#pieces.starts[piece]!, end = from + this.#lengths[piece]!;
    let to = from;
    for (let i = from; i < end; i++) {
      if (ids[i] === left && i + 1 < end && ids[i + 1] === right) {
        ids[to++] = id;
        i++;
      } else ids[to++] = ids[i]!;
    }
    this.#lengths[piece] = to - from;
  }

  /** Adds (sign 1) or takes away (-1) all pairs of a piece. Pairs with the id `fresh` are new to it: -1 means none. */
  #count(piece: number, sign: number, fresh: number): void {
    const ids = this.#ids, from = this.#pieces.starts[piece]!, last = from + this.#lengths[piece]! - 1;
    const weight = sign * this.#pieces.counts[piece]!;
    for (let i = from; i < last; i++) {
      const left = ids[i]!, right = ids[i + 1]!;
      let index = this.#indexOf.get(left, right);
      if (index < 0) {
        index = this.#counts.length;
        this.#indexOf.set(left, right, index);
        this.#left.push(left);
        this.#right.push(right);
        this.#counts.push(0);
        this.#entered.push(0);
        this.#where.push([]);
      }
      this.#counts[index]! += weight;
      if (sign > 0 && (fresh < 0 || left === fresh || right === fresh)) {
        const where = this.#where[index]!;
        if (where[where.length - 1] !== piece) where.push(piece);
      }
    }
  }
}
