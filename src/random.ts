// Random numbers that depend on nothing but (seed, stream, index): the same in every browser, on any thread,
// in any order. Philox 4x32-10, Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3",
// https://doi.org/10.1145/2063384.2063405. assembly/random.ts holds the same function for the kernels.

/** The four 32-bit words of counter (index, stream) under the key `seed`. */
export type Words = Uint32Array<ArrayBuffer>;

/** High and low half of a 32 by 32 bit product, without BigInt. */
function multiply(a: number, b: number): [high: number, low: number] {
  const al = a & 0xffff, ah = a >>> 16, bl = b & 0xffff, bh = b >>> 16;
  const low = al * bl, middle = ah * bl + (low >>> 16), other = al * bh + (middle & 0xffff);
  return [(ah * bh + Math.floor(middle / 65536) + Math.floor(other / 65536)) >>> 0, Math.imul(a, b) >>> 0];
}

/**
 * Four random 32-bit words for one counter.
 *
 * @param seed any integer from 0 to 2^53 - 1.
 * @param stream which of the many independent sequences, 0 to 2^32 - 1.
 * @param index position in the sequence, 0 to 2^53 - 1.
 * @example
 * philox(0, 0, 0); // [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]
 */
export function philox(seed: number, stream: number, index: number, out: Words = new Uint32Array(4)): Words {
  let k0 = seed >>> 0, k1 = Math.floor(seed / 2 ** 32) >>> 0;
  let c0 = index >>> 0, c1 = Math.floor(index / 2 ** 32) >>> 0, c2 = stream >>> 0, c3 = 0;
  for (let round = 0; round < 10; round++) {
    const [h0, l0] = multiply(0xd2511f53, c0), [h1, l1] = multiply(0xcd9e8d57, c2);
    [c0, c1, c2, c3] = [(h1 ^ c1 ^ k0) >>> 0, l1, (h0 ^ c3 ^ k1) >>> 0, l0];
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
  return out;
}

/** Well-separated stream numbers from words, so that no two uses of one seed share a sequence: stream('init', 'wte'). */
export function stream(...names: (string | number)[]): number {
  let hash = 2166136261; // FNV-1a
  for (const ch of names.join('\u0001')) hash = Math.imul(hash ^ ch.codePointAt(0)!, 16777619);
  return (hash ^ (hash >>> 15)) >>> 0;
}

/** A sequence that is drawn from one after the other. `position` can be read, stored and set again: resume is exact. */
export class Random {
  readonly seed: number;
  readonly stream: number;
  position: number;
  #block = -1;
  readonly #words: Words = new Uint32Array(4);

  constructor(seed: number, stream = 0, position = 0) {
    if (!Number.isSafeInteger(seed) || seed < 0) throw new RangeError(`seed must be a whole number from 0 to 2^53 - 1, but it is ${seed}.`);
    this.seed = seed;
    this.stream = stream >>> 0;
    this.position = position;
  }

  /** The next 32 random bits. */
  uint32(): number {
    const block = Math.floor(this.position / 4);
    if (block !== this.#block) philox(this.seed, this.stream, (this.#block = block), this.#words);
    return this.#words[this.position++ % 4]!;
  }

  /** A number in [0, 1) with 32 random bits. */
  float(): number {
    return this.uint32() / 2 ** 32;
  }

  /** A whole number from 0 to n - 1. n at most 2^32; the bias is below n / 2^32. */
  below(n: number): number {
    return Math.floor(this.float() * n);
  }

  chance(probability: number): boolean {
    return this.float() < probability;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  /** Fisher-Yates, in place. */
  shuffle<T extends { [index: number]: unknown; length: number }>(items: T): T {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1), kept = items[i];
      items[i] = items[j];
      items[j] = kept;
    }
    return items;
  }
}
