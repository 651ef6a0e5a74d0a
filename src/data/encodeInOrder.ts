// Documents in, tokens out, in the same order. Many documents at a time, so that handing them over costs little: to a
// function here, or to a team of workers of which each encodes a part while the next documents are still being read.

import type { Encoded } from './documentEncoder.ts';
import type { EncoderTeam } from './encoderTeam.ts';
import type { Document } from './source.ts';

/** Some documents in a row, and their tokens. */
export interface EncodedBatch {
  readonly documents: readonly Document[];
  readonly encoded: readonly Encoded[];
}

/** Documents are handed over when they have so many characters together. */
const BATCH_LENGTH = 2 ** 18;
/** Batches that wait for each worker: one that it encodes, one that it takes up next. */
const WAITING = 2;
/** How long this thread works before it lets signals, timers and messages in. */
const BREATH_MILLISECONDS = 50;

/** @param encode a function, or a team of workers; the tokens are the same, and so is their order. */
export async function* encodeInOrder(documents: AsyncIterable<Document> | Iterable<Document>, encode: ((document: Document) => Encoded) | EncoderTeam, signal?: AbortSignal): AsyncGenerator<EncodedBatch> {
  let breathed = performance.now();
  if (typeof encode === 'function') {
    for await (const batch of batchesOf(documents)) {
      signal?.throwIfAborted();
      yield { documents: batch, encoded: batch.map(encode) };
      if (performance.now() - breathed > BREATH_MILLISECONDS) {
        await new Promise((resolve) => setTimeout(resolve, 0));
        breathed = performance.now();
      }
    }
    return;
  }
  const waiting: Promise<EncodedBatch>[] = [];
  for await (const batch of batchesOf(documents)) {
    signal?.throwIfAborted();
    const promise = encode.encode(batch).then((encoded) => ({ documents: batch, encoded }));
    promise.catch(() => {}); // whoever waits for it will hear of it; if nobody does any more, the first failure has been told
    waiting.push(promise);
    if (waiting.length >= WAITING * encode.workers) yield await waiting.shift()!;
  }
  for (let next = waiting.shift(); next; next = waiting.shift()) yield await next;
}

async function* batchesOf(documents: AsyncIterable<Document> | Iterable<Document>): AsyncGenerator<Document[]> {
  let batch: Document[] = [], length = 0;
  for await (const document of documents) {
    batch.push(document);
    length += 1 + ('text' in document ? document.text.length : document.messages.reduce((sum, { content }) => sum + content.length, 0));
    if (length < BATCH_LENGTH) continue;
    yield batch;
    [batch, length] = [[], 0];
  }
  if (batch.length > 0) yield batch;
}
