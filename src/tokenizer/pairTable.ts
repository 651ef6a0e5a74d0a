/** A map from pairs of small whole numbers to whole numbers, without an object or string per pair (open addressing). */
export class PairTable {
  #keys: Int32Array;
  #values: Int32Array;
  #mask: number;
  #size = 0;

  /** @param expected how many pairs there will be, to avoid growing. */
  constructor(expected = 16) {
    let slots = 32;
    while (slots < expected * 2) slots *= 2;
    this.#keys = new Int32Array(slots * 2).fill(-1);
    this.#values = new Int32Array(slots);
    this.#mask = slots - 1;
  }

  get size(): number {
    return this.#size;
  }

  /** The value of a pair, or -1 if it has none. */
  get(left: number, right: number): number {
    const slot = this.#slotOf(left, right);
    return this.#keys[slot * 2] === -1 ? -1 : this.#values[slot]!;
  }

  set(left: number, right: number, value: number): void {
    let slot = this.#slotOf(left, right);
    if (this.#keys[slot * 2] === -1) {
      if (++this.#size * 2 > this.#mask) {
        this.#grow();
        slot = this.#slotOf(left, right);
      }
      this.#keys[slot * 2] = left;
      this.#keys[slot * 2 + 1] = right;
    }
    this.#values[slot] = value;
  }

  /** The slot that holds the pair, or the empty one where it belongs. */
  #slotOf(left: number, right: number): number {
    const keys = this.#keys, mask = this.#mask;
    let hash = Math.imul(left, 0x9e3779b1) + Math.imul(right, 0x85ebca6b);
    hash ^= hash >>> 15;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const key = keys[slot * 2];
      if (key === -1 || (key === left && keys[slot * 2 + 1] === right)) return slot;
    }
  }

  #grow(): void {
    const keys = this.#keys, values = this.#values;
    this.#keys = new Int32Array(keys.length * 2).fill(-1);
    this.#values = new Int32Array(values.length * 2);
    this.#mask = values.length * 2 - 1;
    for (let slot = 0; slot < values.length; slot++) {
      if (keys[slot * 2] === -1) continue;
      const to = this.#slotOf(keys[slot * 2]!, keys[slot * 2 + 1]!);
      this.#keys[to * 2] = keys[slot * 2]!;
      this.#keys[to * 2 + 1] = keys[slot * 2 + 1]!;
      this.#values[to] = values[slot]!;
    }
  }
}
