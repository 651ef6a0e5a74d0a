// Encoding on several threads at once: every worker has the tokenizer and encodes some documents in a row. Which worker
// gets which documents depends on time, what becomes of them does not.

import { DataError, FormatError, OptionError } from '../errors.ts';
import { parseTokenizer, type Tokenizer } from '../tokenizer/index.ts';
import { documentEncoder, type Encoded, type Learned } from './documentEncoder.ts';
import type { Document } from './source.ts';

/** What a worker begins with. */
export interface EncoderStart {
  /** The text of a tokenizer.json. */
  readonly tokenizer: string;
  readonly learned: Learned;
}

/** A thread that encodes: answers every list of documents with an {@link EncoderReply}, in the order in which they came. */
export interface EncoderWorker {
  post(documents: readonly Document[]): void;
  /** Who hears the answers, and who hears that there will be none. */
  listen(answer: (reply: EncoderReply) => void, fail: (error: Error) => void): void;
  stop(): void;
}

/**
 * The tokens of all documents of a list one after the other; how many each has; 1 for each document that has a mask; and,
 * if any has one, the masks.
 */
export type EncoderReply =
  | { readonly ids: Uint32Array<ArrayBuffer>; readonly lengths: Uint32Array<ArrayBuffer>; readonly masked: Uint8Array<ArrayBuffer>; readonly learned: Uint8Array<ArrayBuffer> | null }
  | { readonly error: { readonly name: string; readonly message: string; readonly option?: string } };

/** Workers that encode documents for whoever builds a data set. */
export interface EncoderTeam {
  readonly workers: number;
  encode(documents: readonly Document[]): Promise<Encoded[]>;
  stop(): void;
}

/** What an encoder begins with, from the things that it is about. */
export const encoderStart = (tokenizer: Tokenizer, learned: Learned): EncoderStart => ({ tokenizer: JSON.stringify(tokenizer.toJSON()), learned });

/** The worker's side: from documents to the answer. */
export function createEncoder({ tokenizer, learned: what }: EncoderStart, parse: (json: string) => Tokenizer = parseTokenizer): (documents: readonly Document[]) => EncoderReply {
  const encode = documentEncoder(parse(tokenizer), what);
  return (documents) => {
    try {
      const all = documents.map(encode), lengths = Uint32Array.from(all, ({ ids }) => ids.length);
      const total = lengths.reduce((sum, length) => sum + length, 0), ids = new Uint32Array(total);
      const masked = Uint8Array.from(all, (one) => Number(one.learned !== undefined)), learned = masked.includes(1) ? new Uint8Array(total) : null;
      let at = 0;
      for (const one of all) {
        ids.set(one.ids, at);
        if (one.learned) learned!.set(one.learned, at);
        at += one.ids.length;
      }
      return { ids, lengths, masked, learned };
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      return { error: { name: error.name, message: error.message, ...(error instanceof OptionError && { option: error.option }) } };
    }
  };
}

/** Memory that an answer hands over, instead of copying it. */
export const transferOf = (reply: EncoderReply): ArrayBuffer[] => ('error' in reply ? [] : [reply.ids.buffer, reply.lengths.buffer, reply.masked.buffer, ...(reply.learned ? [reply.learned.buffer] : [])]);

/** Makes a team of workers that are there already. The worker with the least to do gets the next documents. */
export function createEncoderTeam(workers: readonly EncoderWorker[]): EncoderTeam {
  interface Waiting { readonly resolve: (encoded: Encoded[]) => void; readonly reject: (error: Error) => void }
  const queues = workers.map((): Waiting[] => []);
  let failure: Error | null = null;
  const fail = (error: Error): void => {
    failure ??= error;
    for (const queue of queues) for (const { reject } of queue.splice(0)) reject(failure);
  };
  for (const [i, worker] of workers.entries()) {
    worker.listen((reply) => {
      const waiting = queues[i]!.shift();
      if ('error' in reply) waiting?.reject(errorOf(reply.error));
      else waiting?.resolve(documentsOf(reply));
    }, fail);
  }
  return {
    workers: workers.length,
    encode: (documents) => new Promise((resolve, reject) => {
      if (failure) return reject(failure);
      let least = 0;
      for (let i = 1; i < queues.length; i++) if (queues[i]!.length < queues[least]!.length) least = i;
      queues[least]!.push({ resolve, reject });
      workers[least]!.post(documents);
    }),
    stop() {
      fail(new Error('The encoders were stopped.'));
      for (const worker of workers) worker.stop();
    },
  };
}

function documentsOf({ ids, lengths, masked, learned }: Exclude<EncoderReply, { error: unknown }>): Encoded[] {
  let at = 0;
  return Array.from(lengths, (length, i) => {
    const from = at;
    at += length;
    return { ids: ids.subarray(from, at), ...(learned && masked[i] && { learned: learned.subarray(from, at) }) };
  });
}

function errorOf({ name, message, option }: Extract<EncoderReply, { error: unknown }>['error']): Error {
  if (name === 'DataError') return new DataError(message);
  if (name === 'FormatError') return new FormatError(message);
  if (name === 'OptionError') return new OptionError(option ?? '', message);
  return new Error(message);
}
