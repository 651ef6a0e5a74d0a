/** A list of token ids that grows as it is filled. */
export class Ids {
  #items: Uint32Array;
  #length = 0;

  /** @param expected a guess at the number of ids. */
  constructor(expected: number) {
    this.#items = new Uint32Array(Math.max(16, expected));
  }

  push(id: number): void {
    if (this.#length === this.#items.length) this.#grow(1);
    this.#items[this.#length++] = id;
  }

  pushAll(ids: Uint32Array): void {
    if (this.#length + ids.length > this.#items.length) this.#grow(ids.length);
    // most words have two to four tokens, where a loop is faster than set()
    if (ids.length > 16) this.#items.set(ids, this.#length);
    else for (let i = 0; i < ids.length; i++) this.#items[this.#length + i] = ids[i]!;
    this.#length += ids.length;
  }

  /** A copy of exactly the ids so far. */
  toArray(): Uint32Array {
    return this.#items.slice(0, this.#length);
  }

  #grow(by: number): void {
    const larger = new Uint32Array(Math.max(this.#items.length * 2, this.#length + by));
    larger.set(this.#items);
    this.#items = larger;
  }
}
