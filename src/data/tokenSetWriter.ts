import { sha256 } from '../formats/sha256.ts';
import type { Store } from '../formats/store.ts';
import { hashOf, TokenSet, shardBytes, shardName, shardTokens, type Shard, type SpilledShard } from './tokenSet.ts';

/** Where finished shards go that memory has no room for. */
export interface Spill {
  readonly store: Store;
  /** Files are called `prefix-00000.tokens` and so on. */
  readonly prefix: string;
  /** How many shards of 4 Mi tokens stay in memory. */
  readonly shardsInMemory: number;
}

/** Takes documents one by one and makes a TokenSet of them. */
export class TokenSetWriter {
  length = 0;
  readonly #spill: Spill | null;
  readonly #shards: (Shard | SpilledShard)[] = [];
  readonly #full: Shard[] = [];
  readonly #digests: string[] = [];
  #ids: Uint16Array | Uint32Array = new Uint16Array(2 ** 16);
  #mask: Uint8Array | null = null;
  #filled = 0;
  #starts: Float64Array<ArrayBuffer> = new Float64Array(1024);
  #documents = 0;
  #bytes = 0;
  #learned = 0;
  #masked = false;

  constructor(spill: Spill | null = null) {
    this.#spill = spill;
  }

  /** Notes that a document begins here. */
  begin(): void {
    if (this.#documents === this.#starts.length) this.#starts = enlarged(this.#starts, 2 * this.#documents, Float64Array);
    this.#starts[this.#documents++] = this.length;
  }

  /** Adds tokens to the document that has begun. `bytes` is what they are in UTF-8. */
  add(ids: ArrayLike<number>, learned: ArrayLike<number> | null, bytes: number): void {
    this.#bytes += bytes;
    for (let i = 0; i < ids.length; i++) {
      if (!learned && this.#mask === null) i = this.#addLearned(ids, i);
      if (i === ids.length) break;
      if (this.#filled === this.#ids.length) this.#grow();
      const id = ids[i]!, isLearned = learned ? learned[i]! : 1;
      if (id > 0xffff && this.#ids instanceof Uint16Array) this.#ids = Uint32Array.from(this.#ids);
      if (!isLearned) this.#mask ??= new Uint8Array(this.#ids.length).fill(1, 0, this.#filled);
      this.#ids[this.#filled] = id;
      if (this.#mask) this.#mask[this.#filled] = isLearned;
      this.#filled++;
      this.#learned += isLearned;
      if (this.#filled === shardTokens) this.#finishShard();
    }
    this.length += ids.length;
  }

  /** The way of most tokens: copies narrow ones that are learned into the room that there is. @returns how far it came. */
  #addLearned(ids: ArrayLike<number>, from: number): number {
    const into = this.#ids, filled = this.#filled, count = Math.min(ids.length - from, into.length - filled);
    let i = 0;
    if (into instanceof Uint16Array && filled + count < shardTokens) {
      for (; i < count; i++) {
        const id = ids[from + i]!;
        if (id > 0xffff) break;
        into[filled + i] = id;
      }
    }
    this.#filled += i;
    this.#learned += i;
    return from + i;
  }

  /** True when there are whole shards that `flush` can take care of. */
  get isFull(): boolean {
    return this.#full.length > 0;
  }

  /** Hashes whole shards and moves those to the store that memory has no room for. */
  async flush(): Promise<void> {
    for (let shard = this.#full.shift(); shard; shard = this.#full.shift()) {
      const content = shardBytes(shard);
      this.#digests.push(await sha256(content));
      const kept = !this.#spill || this.#shards.length < this.#spill.shardsInMemory;
      this.#shards.push(kept ? shard : await this.#moveToStore(shard, content, this.#spill));
    }
  }

  async finish(): Promise<TokenSet> {
    if (this.#filled > 0) this.#finishShard();
    await this.flush();
    const starts = this.#starts.slice(0, this.#documents), digests = this.#digests;
    return new TokenSet({
      shards: this.#shards, digests, starts, length: this.length, bytes: this.#bytes, learned: this.#learned, masked: this.#masked, hash: await hashOf(digests, starts),
    });
  }

  #grow(): void {
    const size = Math.min(shardTokens, 2 * this.#ids.length);
    this.#ids = this.#ids instanceof Uint16Array ? enlarged(this.#ids, size, Uint16Array) : enlarged(this.#ids, size, Uint32Array);
    if (this.#mask) this.#mask = enlarged(this.#mask, size, Uint8Array);
  }

  #finishShard(): void {
    this.#masked ||= this.#mask !== null;
    this.#full.push({ ids: this.#ids.slice(0, this.#filled), learned: this.#mask?.slice(0, this.#filled) ?? null });
    this.#ids = new Uint16Array(this.#ids.length);
    this.#mask = null;
    this.#filled = 0;
  }

  async #moveToStore(shard: Shard, content: Uint8Array, { store, prefix }: Spill): Promise<SpilledShard> {
    const name = shardName(prefix, this.#shards.length);
    await store.write(name, content);
    return {
      reader: store.open!(name), length: shard.ids.length, wide: shard.ids instanceof Uint32Array, masked: shard.learned !== null,
    };
  }
}

function enlarged<T extends Uint8Array | Uint16Array | Uint32Array | Float64Array<ArrayBuffer>>(old: T, size: number, type: new (size: number) => T): T {
  const larger = new type(size);
  larger.set(old);
  return larger;
}
