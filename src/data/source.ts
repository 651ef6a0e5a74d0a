import type { Message } from './message.ts';

/** A piece of text to learn from. Bytes stand where a text is not valid UTF-8: nothing of it is lost. */
export interface TextDocument {
  readonly text: string | Uint8Array;
  /** True when the next document is the rest of this one, which is too long to be handed over at once. */
  readonly continues?: boolean;
}

/** A conversation to learn from. */
export interface ChatDocument {
  readonly messages: readonly Message[];
}

export type Document = TextDocument | ChatDocument;

/** Where documents come from. Each call of `documents` begins again with the first, and gives the same ones. */
export interface Source {
  readonly name: string;
  documents(): AsyncIterable<Document> | Iterable<Document>;
  /** Size in bytes, where it is known: for progress, and for cutting a text too long for memory. */
  readonly bytes?: number;
  /**
   * A hash of everything that decides the documents: sources of equal keys give equal documents. Where there is one, tokens
   * can be kept and used again. It may have to read everything, but does not have to encode it.
   */
  key?(): Promise<string>;
}

/** Bytes as they arrive, in pieces of any size. */
export type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/**
 * One text as one document.
 *
 * @example
 * textSource('rhyme', 'Humpty Dumpty sat on a wall.');
 */
export function textSource(name: string, text: string | Uint8Array): Source {
  return { name, documents: () => (text.length > 0 ? [{ text }] : []) };
}

/**
 * Several sources, one after the other.
 *
 * @example
 * joinSources('books and chats', [gutenberg(), fileSource('chats.jsonl')]);
 */
export function joinSources(name: string, sources: readonly Source[]): Source {
  const bytes = sources.reduce<number | undefined>(
    (sum, source) => (sum === undefined || source.bytes === undefined ? undefined : sum + source.bytes), 0);
  return {
    name,
    async *documents() {
      for (const source of sources) yield* source.documents();
    },
    ...(bytes === undefined ? {} : { bytes }),
  };
}
