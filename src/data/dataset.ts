// From documents to tokens: encodes every document of a source once, puts it on the side of training or of validation,
// and counts what there is.

import { DataError, OptionError } from '../errors.ts';
import type { Store } from '../formats/store.ts';
import { philox, stream } from '../random.ts';
import { byteLength } from './byteLength.ts';
import { cutText } from './cutText.ts';
import type { DataReport } from './dataReport.ts';
import type { Encoded } from './documentEncoder.ts';
import { type EncodedBatch, encodeInOrder } from './encodeInOrder.ts';
import type { EncoderTeam } from './encoderTeam.ts';
import { Fingerprints, fingerprint } from './fingerprints.ts';
import { measurePacking } from './packedRows.ts';
import type { Document, Source } from './source.ts';
import { shardTokens, type TokenSet } from './tokenSet.ts';
import { TokenSetWriter } from './tokenSetWriter.ts';

/** Of each side. */
export const TOKENS_IN_MEMORY = 2 ** 26;

export interface DatasetProgress {
  readonly documents: number;
  readonly tokens: number;
  readonly bytes: number;
  /** The size of the source, where it is known. Formats have marks of their own, so `bytes` ends a little below. */
  readonly totalBytes: number | null;
}

export interface DatasetOptions {
  /** Decides which documents are kept for validation. */
  readonly seed: number;
  /** Share of the documents kept for validation, from 0 (none) to below 1, or a source of its own. Default 0.1. */
  readonly validation?: number | Source;
  /** Token put before every document that does not begin with it. */
  readonly bos?: number;
  /** Where tokens go that memory has no room for. Without it, all stay in memory. */
  readonly spill?: Store;
  /** How many tokens of each side stay in memory before they spill. Default 64 Mi (128 MiB), rounded up to shards of 4 Mi. */
  readonly tokensInMemory?: number;
  /** Positions per row: with it, the report tells how documents pack into rows. */
  readonly context?: number;
  readonly onProgress?: (progress: DatasetProgress) => void;
  readonly signal?: AbortSignal;
}

export interface Dataset {
  readonly train: TokenSet;
  /** Empty if no validation was asked for. */
  readonly validation: TokenSet;
  readonly report: DataReport;
}

/**
 * Makes a data set of all documents of a source.
 *
 * Training and validation are split by document: a hash of the seed and of the document's tokens decides, so the side
 * does not depend on what else is in the source, and equal documents are on one side. If that leaves one side empty,
 * the document nearest to it moves over. A source of a single text gives its first characters to training and its last
 * ones to validation, as nanoGPT does. A text in pieces (over 16 MiB) is split by pieces.
 *
 * @param encode makes tokens of a document; called once for each, in order (for a single text: once for its head, once
 *   for its tail). Or a team of workers that do so, beside each other: the data set is the same.
 * @throws {DataError} when there is nothing to learn from, or nothing left for validation.
 * @throws {OptionError} for options that cannot work.
 * @see https://github.com/karpathy/nanoGPT/blob/master/data/shakespeare_char/prepare.py
 * @example
 * const encode = (document) => 'text' in document ? { ids: tokenizer.encode(document.text) } : renderChat(tokenizer, document.messages);
 * const { train, validation, report } = await buildDataset(fileSource('stories.txt'), encode, { seed: 1 });
 */
export async function buildDataset(source: Source, encode: ((document: Document) => Encoded) | EncoderTeam, options: DatasetOptions): Promise<Dataset> {
  const { validation = 0.1, signal } = options;
  const share = typeof validation === 'number' ? validation : 0;
  if (!(share >= 0 && share < 1)) throw new OptionError('validation', `validation must be a share from 0 to below 1, but it is ${share}.`);
  if (options.spill && !options.spill.open) {
    throw new OptionError('spill', 'This store cannot read parts of a file, so tokens cannot be fetched from it during training. Use a folder store.');
  }
  const builder = new DatasetBuilder(source, options, share);
  const { single, documents } = await lookAhead(source);
  if (single !== null && share > 0) {
    const parts: [Document, Encoded][] = [];
    for await (const { documents: some, encoded } of encodeInOrder(cutText(single, 1 - share).map((text) => ({ text })), encode, signal)) {
      some.forEach((document, i) => parts.push([document, encoded[i]!]));
    }
    await builder.takeInTwo(parts);
  } else {
    for await (const batch of encodeInOrder(documents, encode, signal)) await eachOf(batch, (document, encoded) => builder.take(document, encoded));
  }
  if (typeof validation !== 'number') {
    for await (const batch of encodeInOrder(validation.documents(), encode, signal)) {
      await eachOf(batch, (document, encoded) => builder.takeForValidation(document, encoded));
    }
  }
  return builder.finish();
}

async function eachOf({ documents, encoded }: EncodedBatch, take: (document: Document, encoded: Encoded) => Promise<void> | void): Promise<void> {
  for (let i = 0; i < documents.length; i++) {
    const promise = take(documents[i]!, encoded[i]!);
    if (promise) await promise;
  }
}

/** The documents of a source, and whether it is a single text: that is split in another way. */
async function lookAhead(source: Source): Promise<{ single: string | Uint8Array | null; documents: AsyncIterable<Document> }> {
  const iterator = (async function* () { yield* source.documents(); })();
  const first = await iterator.next(), second = first.done ? first : await iterator.next();
  return {
    single: !first.done && second.done && 'text' in first.value ? first.value.text : null,
    documents: (async function* () {
      if (!first.done) yield first.value;
      if (!second.done) yield second.value;
      yield* iterator;
    })(),
  };
}

/** An encoded document on its way to one of the sides. */
interface Item extends Encoded {
  readonly bytes: number;
  /** Where chance puts it, from 0 to 1: below the share of validation, or above. */
  readonly lot: number;
  /** Which text of the source it belongs to, and as which piece. */
  readonly text: number;
  readonly piece: number;
}

class Side {
  readonly writer: TokenSetWriter;
  #text = -1;
  #piece = -1;

  constructor(options: DatasetOptions, prefix: string) {
    const { spill, tokensInMemory = TOKENS_IN_MEMORY } = options;
    this.writer = new TokenSetWriter(spill ? { store: spill, prefix, shardsInMemory: Math.ceil(tokensInMemory / shardTokens) } : null);
  }

  /** A promise only when the memory for tokens is full. */
  add(item: Item, bos: number | undefined): Promise<void> | void {
    const goesOn = item.piece > 0 && this.#text === item.text && this.#piece === item.piece - 1;
    this.#text = item.text;
    this.#piece = item.piece;
    const learned = item.learned ?? null;
    if (!goesOn) {
      this.writer.begin();
      if (bos !== undefined && item.ids[0] !== bos) this.writer.add([bos], learned && [0], 0);
    }
    this.writer.add(item.ids, learned, item.bytes);
    if (this.writer.isFull) return this.writer.flush();
  }
}

class DatasetBuilder {
  readonly #source: Source;
  readonly #options: DatasetOptions;
  readonly #share: number;
  readonly #train: Side;
  readonly #validation: Side;
  readonly #seen = new Fingerprints();
  /** Documents wait here until both sides have one. */
  #waiting: Item[] | null;
  #text = 0;
  #piece = 0;
  #counts = { documents: 0, conversations: 0, duplicates: 0, empty: 0, bytes: 0, tokens: 0 };
  #example: DataReport['example'] = null;
  #reportedAt = 0;

  constructor(source: Source, options: DatasetOptions, share: number) {
    this.#source = source;
    this.#options = options;
    this.#share = share;
    this.#train = new Side(options, 'train');
    this.#validation = new Side(options, 'validation');
    this.#waiting = share > 0 ? [] : null;
  }

  take(document: Document, encoded: Encoded): Promise<void> | void {
    const item = this.#item(document, encoded);
    if (!item) return;
    if (!this.#waiting) return this.#sideOf(item).add(item, this.#options.bos);
    this.#waiting.push(item);
    if (this.#waiting.some((other) => this.#sideOf(other) !== this.#sideOf(item))) return this.#addWaiting();
  }

  async #addWaiting(): Promise<void> {
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const item of waiting) await this.#sideOf(item).add(item, this.#options.bos);
  }

  /** A text that is alone: its first characters for training, its last ones for validation. */
  async takeInTwo([head, tail]: readonly [Document, Encoded][]): Promise<void> {
    const parts = [this.#item(...head!), this.#item(...tail!)];
    this.#waiting = null;
    this.#counts.documents = Math.min(1, this.#counts.documents);
    this.#counts.empty = parts.some((part) => part) ? 0 : 1;
    this.#counts.duplicates = 0;
    if (parts[0]) await this.#train.add(parts[0], this.#options.bos);
    if (parts[1]) await this.#validation.add(parts[1], this.#options.bos);
  }

  takeForValidation(document: Document, encoded: Encoded): Promise<void> | void {
    const item = this.#item(document, encoded);
    if (item) return this.#validation.add(item, this.#options.bos);
  }

  async finish(): Promise<Dataset> {
    await this.#placeWaiting();
    const { name } = this.#source;
    const { documents, conversations, duplicates, empty, bytes, tokens } = this.#counts;
    if (documents === 0) throw new DataError(`${name} has no documents: there is nothing to learn from.`);
    if (tokens < 2 || this.#train.writer.length < 2) {
      throw new DataError(`${name} has only ${tokens} token${tokens === 1 ? '' : 's'}. Learning needs at least two: one to see, and the next one to foretell.`);
    }
    const wanted = this.#share > 0 || typeof this.#options.validation === 'object';
    if (wanted && this.#validation.writer.length < 2) {
      throw new DataError(`${name} has only ${documents === 1 ? 'one document' : `${documents} documents`} with ${tokens} tokens: too little to keep some for validation. Add more, or set validation to 0.`);
    }
    const train = await this.#train.writer.finish(), validation = await this.#validation.writer.finish();
    this.#progress(true);
    const { context, seed } = this.#options;
    const report: DataReport = {
      source: name, bytes, documents, conversations, tokens, bytesPerToken: bytes / tokens, duplicates, empty,
      learned: (train.learned + validation.learned) / (train.length + validation.length),
      train: { documents: train.documents, tokens: train.length },
      validation: { documents: validation.documents, tokens: validation.length },
      packing: context === undefined ? null : measurePacking(train, { context, seed }),
      example: this.#example,
    };
    return { train, validation, report };
  }

  #sideOf(item: Item): Side {
    return item.lot < this.#share ? this.#validation : this.#train;
  }

  /** Chance put all documents on one side: the one nearest to the other side moves over, if there are two. */
  async #placeWaiting(): Promise<void> {
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    const first = waiting[0];
    if (!first) return;
    const side = this.#sideOf(first), other = side === this.#train ? this.#validation : this.#train;
    const nearest = waiting.reduce((best, item) => ((item.lot < best.lot) === (side === this.#train) ? item : best), first);
    for (const item of waiting) await (item === nearest && waiting.length > 1 ? other : side).add(item, this.#options.bos);
  }

  /** Counts; null for a document without tokens. */
  #item(document: Document, { ids, learned }: Encoded): Item | null {
    if (learned && learned.length !== ids.length) {
      throw new DataError(`The encoder gave ${ids.length} tokens but ${learned.length} marks of what is learned; there must be one for each token.`);
    }
    const text = this.#text, piece = this.#piece, continues = 'text' in document && document.continues === true;
    if (continues) this.#piece++;
    else [this.#text, this.#piece] = [this.#text + 1, 0];

    const counts = this.#counts;
    const bytes = 'text' in document ? byteLength(document.text) : document.messages.reduce((sum, { content }) => sum + byteLength(content), 0);
    if (ids.length === 0) {
      if (piece === 0 && !continues) counts.empty++;
      return null;
    }
    const hash = fingerprint(ids);
    if (piece === 0) counts.documents++;
    if ('messages' in document) counts.conversations++;
    if (piece === 0 && !continues && !this.#seen.add(hash)) counts.duplicates++;
    counts.bytes += bytes;
    counts.tokens += ids.length;
    if (learned) this.#example ??= { ids: [...ids.subarray(0, 200)], learned: [...learned.subarray(0, 200)] };
    this.#progress(false);
    return { ids, ...(learned ? { learned } : {}), bytes, lot: philox(this.#options.seed, stream('split'), hash)[0]! / 2 ** 32, text, piece };
  }

  #progress(last: boolean): void {
    const { documents, tokens, bytes } = this.#counts;
    if (!last && bytes - this.#reportedAt < 2 ** 20) return;
    this.#reportedAt = bytes;
    this.#options.onProgress?.({ documents, tokens, bytes, totalBytes: this.#source.bytes ?? null });
  }
}
