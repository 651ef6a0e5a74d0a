import fc from 'fast-check';
import type { Chunks } from '../../src/data/source.ts';

/** A text as a file would come: UTF-8 in chunks of the given sizes, repeated to the end. */
export function chunksOf(content: string | Uint8Array, sizes: readonly number[] = [7]): Uint8Array[] {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content, chunks: Uint8Array[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length]!;
    chunks.push(bytes.slice(at, at + size));
    at += size;
  }
  return chunks;
}

export const chunkSizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });

/** Text without NUL and lone surrogates, with many line ends and wide characters. */
export const plainCharacters = fc.string({
  unit: fc.oneof(fc.constantFrom('\n', '\r\n', ' ', '<', '|', '"', ',', 'é', '你', '😉', '\ufeff'), fc.string({ minLength: 1, maxLength: 1, unit: 'grapheme' })),
  maxLength: 40,
}).filter((text) => !text.includes('\0'));

export async function all<T>(items: AsyncIterable<T> | Iterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

/** The message with which reading everything fails. */
export async function failure(items: AsyncIterable<unknown> | Iterable<unknown>): Promise<string> {
  try {
    await all(items);
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
  throw new Error('nothing failed');
}

export type { Chunks };
