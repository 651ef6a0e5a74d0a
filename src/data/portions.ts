// A corpus that does not fit into memory, in portions: so many whole documents in a row that they have some megabytes
// together. A portion is encoded while an earlier one is learned from. What is in a portion depends on the source alone,
// never on time, so that rows which are dealt from one portion after the other are the same in every run.

import { byteLength } from './byteLength.ts';
import type { Document, Source } from './source.ts';
import type { TokenSet } from './tokenSet.ts';

/** Portions that are there, or will be when they are asked for. */
export interface Portions {
  /** What decides all their tokens: source, tokenizer, size. */
  readonly key: string;
  /**
   * The tokens of a portion, counted from 0; waits, without letting anything else run, until they are encoded.
   *
   * @returns null behind the last portion.
   * @throws {DataError} when the source cannot be read on.
   */
  open(portion: number): TokenSet | null;
}

/**
 * Cuts a source into portions, each a source of its own. They share one way through the documents: every portion must be
 * gone through, to its end, before the next one is asked for.
 *
 * @param bytes a portion ends with the document that makes it so large.
 * @example
 * for await (const portion of portionsOf(source, 2 ** 26)) sets.push((await buildDataset(portion, encode, { seed: 1, validation: 0 })).train);
 */
export async function* portionsOf(source: Source, bytes: number): AsyncGenerator<Source> {
  const documents = (async function* () { yield* source.documents(); })();
  try {
    for (let next = await documents.next(); !next.done; next = await documents.next()) {
      const first = next.value;
      yield { name: source.name, documents: () => portion(first, documents, bytes) };
    }
  } finally {
    await documents.return(undefined);
  }
}

async function* portion(first: Document, rest: AsyncIterator<Document>, bytes: number): AsyncGenerator<Document> {
  let sum = sizeOf(first);
  yield first;
  while (sum < bytes) {
    const next = await rest.next();
    if (next.done) return;
    sum += sizeOf(next.value);
    yield next.value;
  }
}

const sizeOf = (document: Document): number => ('text' in document ? byteLength(document.text) : document.messages.reduce((sum, { content }) => sum + byteLength(content), 0));
