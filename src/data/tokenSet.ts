// Tokens of many documents, one after the other, as if they were one long array that may be larger than memory.
// The array is cut into shards of 4 Mi tokens: those in memory are typed arrays, the others are read from a store
// when they are asked for. Two bytes per token where all ids of a shard fit, else four.

import { sha256 } from '../formats/sha256.ts';
import { StoreError, type StoreReader } from '../formats/store.ts';

/** Tokens per shard. */
export const shardTokens = 2 ** 22;

/** A stretch of tokens in memory. `learned` is null where every token is. */
export interface Shard {
  readonly ids: Uint16Array | Uint32Array;
  readonly learned: Uint8Array | null;
}

/** A stretch of tokens in a store: first the ids, then, where `masked`, one byte per token. */
export interface SpilledShard {
  readonly reader: StoreReader;
  readonly length: number;
  readonly wide: boolean;
  readonly masked: boolean;
}

/** Tokens and the documents that they came from. Made by `buildDataset`. */
export class TokenSet {
  /** How many tokens there are. */
  readonly length: number;
  readonly documents: number;
  /** Size of the texts in UTF-8, for bits per byte. */
  readonly bytes: number;
  /** How many tokens are learned; all of them, unless the documents are conversations. */
  readonly learned: number;
  /** True when some tokens are given and not learned. */
  readonly masked: boolean;
  /** SHA-256 over tokens, masks and document starts: what the weights will have seen. */
  readonly hash: string;
  /** How the tokens lie in memory and in a store, and the SHA-256 of each shard. For those who save a set. */
  readonly shards: readonly (Shard | SpilledShard)[];
  readonly digests: readonly string[];
  /** Where the documents begin. */
  readonly starts: Float64Array<ArrayBuffer>;
  #scratch = new Uint8Array(0);
  #closed = false;

  constructor(parts: {
    shards: readonly (Shard | SpilledShard)[]; digests: readonly string[]; starts: Float64Array<ArrayBuffer>;
    length: number; bytes: number; learned: number; masked: boolean; hash: string;
  }) {
    this.shards = parts.shards;
    this.digests = parts.digests;
    this.starts = parts.starts;
    this.length = parts.length;
    this.documents = parts.starts.length;
    this.bytes = parts.bytes;
    this.learned = parts.learned;
    this.masked = parts.masked;
    this.hash = parts.hash;
  }

  /** Where document `i` begins; for `i` equal to `documents`, the end of the last one. */
  start(i: number): number {
    return i < this.documents ? this.starts[i]! : this.length;
  }

  /**
   * Copies tokens and their masks. Allocates nothing once it has been called with the largest `count`.
   *
   * @param ids (≥ at + count) token ids go here, from `at` on.
   * @param learned (≥ at + count) 1 where a token is learned, else 0.
   */
  read(from: number, count: number, ids: Int32Array, learned: Uint8Array, at: number): void {
    let left = count, position = from, into = at;
    while (left > 0) {
      const shard = this.shards[Math.floor(position / shardTokens)]!, offset = position % shardTokens;
      const here = Math.min(left, shardTokens - offset);
      if ('ids' in shard) {
        for (let i = 0; i < here; i++) ids[into + i] = shard.ids[offset + i]!;
        if (shard.learned) for (let i = 0; i < here; i++) learned[into + i] = shard.learned[offset + i]!;
        else learned.fill(1, into, into + here);
      } else {
        this.#fetch(shard, offset, here, ids, learned, into);
      }
      left -= here;
      position += here;
      into += here;
    }
  }

  /** Lets go of the files that spilled tokens are read from. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const shard of this.shards) if ('reader' in shard) shard.reader.close();
  }

  #fetch(shard: SpilledShard, offset: number, count: number, ids: Int32Array, learned: Uint8Array, into: number): void {
    const size = shard.wide ? 4 : 2;
    // A length of its own for every count would be a view for every read; so all reads have the length of the longest.
    if (this.#scratch.length < count * size) this.#scratch = new Uint8Array(count * size);
    const bytes = this.#scratch;
    readFully(shard.reader, bytes, offset * size, count * size);
    for (let i = 0, b = 0; i < count; i++, b += size) {
      ids[into + i] = bytes[b]! | (bytes[b + 1]! << 8) | (shard.wide ? (bytes[b + 2]! << 16) | (bytes[b + 3]! << 24) : 0);
    }
    if (shard.masked) {
      readFully(shard.reader, bytes, shard.length * size + offset, count);
      for (let i = 0; i < count; i++) learned[into + i] = bytes[i]!;
    } else {
      learned.fill(1, into, into + count);
    }
  }
}

function readFully(reader: StoreReader, bytes: Uint8Array, position: number, needed: number): void {
  if (reader.read(bytes, position) < needed) {
    throw new StoreError('other', 'A file of spilled tokens has become shorter while it was in use. Build the data set again.');
  }
}

/** A shard as it lies in a file: ids little endian, then the mask. */
export function shardBytes({ ids, learned }: Shard): Uint8Array<ArrayBuffer> {
  const content = new Uint8Array(ids.byteLength + (learned?.length ?? 0));
  content.set(new Uint8Array(ids.buffer, ids.byteOffset, ids.byteLength));
  if (learned) content.set(learned, ids.byteLength);
  return content;
}

/** The file of a shard. */
export const shardName = (prefix: string, shard: number): string => `${prefix}-${String(shard).padStart(5, '0')}.tokens`;

/** What {@link TokenSet.hash} is: SHA-256 over the digests of the shards and that of the document starts. */
export async function hashOf(digests: readonly string[], starts: Float64Array<ArrayBuffer>): Promise<string> {
  const bytes = new Uint8Array(starts.buffer, starts.byteOffset, starts.byteLength);
  return sha256(new TextEncoder().encode(`${digests.join('\n')}\n${await sha256(bytes)}`));
}
