// Tokens on disk, so that nothing is encoded twice: the shards of a set as files, where its documents begin, and, last,
// a list of them with the SHA-256 of each. Whatever is cut short, changed, or of other data or another tokenizer is not
// there: it will be made again.

import { sha256 } from '../formats/sha256.ts';
import { StoreError, type Store, type StoreReader } from '../formats/store.ts';
import { hashOf, shardBytes, shardName, TokenSet, type Shard, type SpilledShard } from './tokenSet.ts';

interface TokenList {
  readonly format: 'inkling-tokens-1';
  readonly key: string;
  readonly length: number;
  readonly documents: number;
  readonly bytes: number;
  readonly learned: number;
  readonly masked: boolean;
  readonly hash: string;
  readonly shards: readonly { readonly length: number; readonly wide: boolean; readonly masked: boolean; readonly sha256: string }[];
}

const listName = (prefix: string): string => `${prefix}.json`;
const startsName = (prefix: string): string => `${prefix}.starts`;

/**
 * Writes a set to a store. Shards that were spilled must have been spilled there, under the same prefix.
 *
 * @param key what decides the tokens: who loads them names the same.
 * @example
 * await saveTokens(folderStore('runs/book/tokens'), 'train', train, key);
 */
export async function saveTokens(store: Store, prefix: string, set: TokenSet, key: string): Promise<void> {
  for (const [i, shard] of set.shards.entries()) if ('ids' in shard) await store.write(shardName(prefix, i), shardBytes(shard));
  await store.write(startsName(prefix), new Uint8Array(set.starts.buffer, set.starts.byteOffset, set.starts.byteLength));
  const { length, documents, bytes, learned, masked, hash } = set;
  const list: TokenList = {
    format: 'inkling-tokens-1', key, length, documents, bytes, learned, masked, hash,
    shards: set.shards.map((shard, i) => ({ ...formOf(shard), sha256: set.digests[i]! })),
  };
  await store.write(listName(prefix), `${JSON.stringify({ ...list, seal: await sealOf(list) })}\n`);
}

const sealOf = (list: TokenList): Promise<string> => sha256(new TextEncoder().encode(JSON.stringify(list)));

const formOf = (shard: Shard | SpilledShard): Omit<TokenList['shards'][number], 'sha256'> => ('ids' in shard
  ? { length: shard.ids.length, wide: shard.ids instanceof Uint32Array, masked: shard.learned !== null }
  : { length: shard.length, wide: shard.wide, masked: shard.masked });

/**
 * Reads what {@link saveTokens} wrote, and proves it whole.
 *
 * @param shardsInMemory how many shards are kept in memory; the others are read when they are asked for.
 * @returns null when there is no such set, when a bit of it has changed, or when it was saved under another key.
 */
export async function loadTokens(store: Store, prefix: string, key: string, { shardsInMemory }: { shardsInMemory: number }): Promise<TokenSet | null> {
  const { seal, ...list } = parse(await store.read(listName(prefix)), key) ?? {}, startBytes = await store.read(startsName(prefix));
  if (!isList(list) || await sealOf(list) !== seal || !startBytes || startBytes.length % 8 !== 0) return null;
  const shards: (Shard | SpilledShard)[] = [], digests: string[] = [], starts = new Float64Array(startBytes.slice().buffer);
  for (const [i, { length, wide, masked, sha256: digest }] of list.shards.entries()) {
    const content = await store.read(shardName(prefix, i));
    if (!content || content.length !== length * ((wide ? 4 : 2) + Number(masked)) || await sha256(content) !== digest) return closeAll(shards);
    digests.push(digest);
    shards.push(i < shardsInMemory ? shardOf(content, length, wide, masked) : { reader: store.open!(shardName(prefix, i)), length, wide, masked });
  }
  if (await hashOf(digests, starts) !== list.hash) return closeAll(shards);
  return new TokenSet({ ...list, shards, digests, starts });
}

/**
 * The same at once, without waiting and without proof, for tokens that were written or proven a moment ago. All are read
 * from the store when they are asked for.
 *
 * @throws {StoreError} when they are not there.
 */
export function openTokens(store: Store, prefix: string, key: string): TokenSet {
  const list = parse(readAll(store.open!(listName(prefix))), key);
  if (!list) throw new StoreError('missing', `The encoded tokens ${prefix} have changed while they were in use. Begin again: they will be encoded anew.`);
  const starts = new Float64Array(readAll(store.open!(startsName(prefix))).buffer);
  const shards = list.shards.map(({ length, wide, masked }, i) => ({ reader: store.open!(shardName(prefix, i)), length, wide, masked }));
  return new TokenSet({ ...list, shards, digests: list.shards.map((shard) => shard.sha256), starts });
}

function readAll(reader: StoreReader): Uint8Array<ArrayBuffer> {
  try {
    const content = new Uint8Array(reader.size);
    reader.read(content, 0);
    return content;
  } finally {
    reader.close();
  }
}

type SealedList = TokenList & { readonly seal: string };

function parse(bytes: Uint8Array | null, key: string): SealedList | null {
  try {
    const list = bytes && JSON.parse(new TextDecoder().decode(bytes)) as Partial<SealedList> | null;
    return list?.format === 'inkling-tokens-1' && list.key === key && Array.isArray(list.shards) ? list as SealedList : null;
  } catch {
    return null;
  }
}

const isList = (list: Partial<TokenList>): list is TokenList => list.shards !== undefined;

function shardOf(content: Uint8Array, length: number, wide: boolean, masked: boolean): Shard {
  const own = content.slice(), size = wide ? 4 : 2;
  return {
    ids: wide ? new Uint32Array(own.buffer, 0, length) : new Uint16Array(own.buffer, 0, length),
    learned: masked ? own.subarray(size * length) : null,
  };
}

function closeAll(shards: readonly (Shard | SpilledShard)[]): null {
  for (const shard of shards) if ('reader' in shard) shard.reader.close();
  return null;
}
