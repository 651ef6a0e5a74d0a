/** A 53-bit hash of a list of whole numbers: equal lists are equal, others collide with a chance of 2^-53. */
export function fingerprint(numbers: ArrayLike<number>): number {
  // Two lanes of the mixing step of MurmurHash3 (Austin Appleby, public domain) with different constants.
  let a = 0x9747b28c ^ numbers.length, b = 0x3c6ef372;
  for (let i = 0; i < numbers.length; i++) {
    const n = numbers[i]!;
    a = Math.imul(a ^ Math.imul(n, 0xcc9e2d51), 0x1b873593);
    a = ((a << 13) | (a >>> 19)) ^ (a >>> 11);
    b = Math.imul(b + n, 0x85ebca6b);
    b ^= b >>> 15;
  }
  a = Math.imul(a ^ (a >>> 16), 0xc2b2ae35);
  b = Math.imul(b ^ (b >>> 13), 0x27d4eb2f);
  return ((a ^ (a >>> 16)) & 0x1fffff) * 2 ** 32 + ((b ^ (b >>> 16)) >>> 0);
}

/** A set of fingerprints in 16 bytes each; JavaScript's own sets take several times as much and end at 16 million. */
export class Fingerprints {
  size = 0;
  #table = new Float64Array(1024);

  /** Adds one; false if it was there already. */
  add(value: number): boolean {
    if (2 * this.size >= this.#table.length) this.#enlarge();
    const added = insert(this.#table, value);
    if (added) this.size++;
    return added;
  }

  #enlarge(): void {
    const larger = new Float64Array(2 * this.#table.length);
    for (const stored of this.#table) if (stored !== 0) insert(larger, stored - 1);
    this.#table = larger;
  }
}

/** Open addressing; 0 marks a free place, so all values are stored one higher. */
function insert(table: Float64Array, value: number): boolean {
  let at = value % table.length;
  while (table[at] !== 0) {
    if (table[at] === value + 1) return false;
    at = (at + 1) % table.length;
  }
  table[at] = value + 1;
  return true;
}
