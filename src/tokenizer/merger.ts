// Byte-pair encoding of one piece of text, Sennrich et al. 2016, https://arxiv.org/abs/1508.07909:
//   as long as two neighbours can be merged, merge the pair that was learned first (of equal ones the leftmost).
// Short pieces are searched again after each merge; long ones (a megabyte without a space) keep their pairs in a heap.
import { Heap } from './heap.ts';
import type { PairTable } from './pairTable.ts';

const NONE = 0x7fffffff;
/** Up to here a plain search is faster than a heap. */
const SHORT = 64;

/** Merges ids in place. It keeps its scratch memory from call to call. */
export class Merger {
  readonly #priorityOf: PairTable;
  readonly #resultOf: Int32Array;
  readonly #priorities = new Int32Array(SHORT);

  /**
   * @param priorityOf the priority of each pair that can be merged; lower goes first.
   * @param resultOf the id that a merge of this priority makes.
   */
  constructor(priorityOf: PairTable, resultOf: Int32Array) {
    this.#priorityOf = priorityOf;
    this.#resultOf = resultOf;
  }

  /**
   * Merges the first `length` ids and returns how many are left.
   *
   * @param applied is told the two ids of each merge, in order.
   */
  merge(ids: Int32Array, length: number, applied?: (left: number, right: number) => void): number {
    if (length < 2) return length;
    return length <= SHORT ? this.#mergeShort(ids, length, applied) : this.#mergeLong(ids, length, applied);
  }

  #priority(left: number, right: number): number {
    const priority = this.#priorityOf.get(left, right);
    return priority < 0 ? NONE : priority;
  }

  #mergeShort(ids: Int32Array, length: number, applied?: (left: number, right: number) => void): number {
    const priorities = this.#priorities;
    for (let i = 0; i + 1 < length; i++) priorities[i] = this.#priority(ids[i]!, ids[i + 1]!);
    while (length > 1) {
      let best = 0;
      for (let i = 1; i + 1 < length; i++) if (priorities[i]! < priorities[best]!) best = i;
      const priority = priorities[best]!;
      if (priority === NONE) break;
      applied?.(ids[best]!, ids[best + 1]!);
      ids[best] = this.#resultOf[priority]!;
      length--;
      for (let i = best + 1; i < length; i++) {
        ids[i] = ids[i + 1]!;
        priorities[i] = priorities[i + 1]!;
      }
      if (best + 1 < length) priorities[best] = this.#priority(ids[best]!, ids[best + 1]!);
      if (best > 0) priorities[best - 1] = this.#priority(ids[best - 1]!, ids[best]!);
    }
    return length;
  }

  #mergeLong(ids: Int32Array, length: number, applied?: (left: number, right: number) => void): number {
    // neighbours are linked, because the ids that are merged away leave holes
    const next = new Int32Array(length), before = new Int32Array(length);
    // priority and place in one number: priorities stay below 2^21, so this is exact in 53 bits
    const heap = new Heap((a, b) => a < b);
    const offer = (at: number): void => {
      if (at < 0 || next[at] === length) return;
      const priority = this.#priority(ids[at]!, ids[next[at]!]!);
      if (priority !== NONE) heap.push(priority * 2 ** 32 + at);
    };
    for (let i = 0; i < length; i++) {
      next[i] = i + 1;
      before[i] = i - 1;
    }
    for (let i = 0; i < length; i++) offer(i);
    for (let entry = heap.pop(); entry !== undefined; entry = heap.pop()) {
      const at = entry % 2 ** 32, priority = Math.floor(entry / 2 ** 32);
      const right = next[at]!;
      // an entry is stale if one of its two ids has been merged since
      if (ids[at]! < 0 || right === length || this.#priority(ids[at]!, ids[right]!) !== priority) continue;
      applied?.(ids[at]!, ids[right]!);
      ids[at] = this.#resultOf[priority]!;
      ids[right] = -1;
      const after = next[right]!;
      next[at] = after;
      if (after < length) before[after] = at;
      offer(at);
      offer(before[at]!);
    }
    let left = 0;
    for (let i = 0; i < length; i = next[i]!) ids[left++] = ids[i]!;
    return left;
  }
}
