// A thread of its own reads a corpus, encodes it portion by portion and writes the portions to a folder, always a few
// ahead of the one that is being learned from, and sleeps in between. The two threads share a few words of memory, so that
// whoever learns can wait for a portion in the middle of a step, where no message could reach it.
//
//   words = portions that are there | portions that are wanted | how many there are at all, or -1 | pulse |
//           whether nobody wants more | length of the text behind it that says why no more come

import { constants, setPriority } from 'node:os';
import { Worker } from 'node:worker_threads';
import { buildDataset } from '../data/dataset.ts';
import { documentEncoder } from '../data/documentEncoder.ts';
import { type Portions, portionsOf } from '../data/portions.ts';
import type { TokenSet } from '../data/tokenSet.ts';
import { openTokens, saveTokens } from '../data/tokenStore.ts';
import { DataError } from '../errors.ts';
import { parseAnyTokenizer } from '../tokenizer/foreign/parseAnyTokenizer.ts';
import { encoderFile } from './nodeEncoders.ts';
import { fileSource } from './fileSource.ts';
import { folderStore } from './folderStore.ts';

export interface AheadOptions {
  /** The file or folder of the corpus. */
  readonly path: string;
  /** The text of a tokenizer.json. */
  readonly tokenizer: string;
  /** Token before every document. */
  readonly bos: number | null;
  /** Size of a portion. */
  readonly portionBytes: number;
  /** Where portions are written. The first one is there already, as the set `train`. */
  readonly folder: string;
  /** What decides the tokens. */
  readonly key: string;
  /** How many portions are there already. */
  readonly there: number;
  /** How many portions there are at all, where that is known. */
  readonly total: number | null;
}

/** What the thread begins with. */
export interface AheadStart extends AheadOptions {
  readonly words: Int32Array<SharedArrayBuffer>;
}

const THERE = 0, WANTED = 1, TOTAL = 2, PULSE = 3, STOPPED = 4, FAILED = 5, WORDS = 256;
/** How many portions are encoded before they are needed. */
const LEAD = 2;
/** A thread that shows no sign of life for so long has died. */
const SILENCE_MILLISECONDS = 120_000;

const END = 'end.json';
const portionName = (portion: number): string => (portion === 0 ? 'train' : `portion-${String(portion).padStart(5, '0')}`);

/** The portions of a corpus on disk, encoded by another thread while others are learned from. */
export function encodeAhead(options: AheadOptions): Portions & { stop(): Promise<void> } {
  const { key, folder, there, total } = options, store = folderStore(folder), opened = new Set<TokenSet>();
  const words = new Int32Array(new SharedArrayBuffer(4 * WORDS));
  words[THERE] = there;
  words[TOTAL] = total ?? -1;
  let worker: Worker | null = null, ended = Promise.resolve();
  if (total === null) {
    const file = encoderFile();
    if (!file) throw new Error('The file encoder.js, which belongs to this library, is missing. Install the library again, or build it: npm run build');
    const thread = worker = new Worker(file, { workerData: { ...options, words } satisfies AheadStart });
    thread.unref();
    thread.on('error', (error) => fail(words, error));
    ended = new Promise((resolve) => void thread.once('exit', () => resolve()));
  }
  return {
    key,
    open(portion) {
      if (Atomics.load(words, WANTED) < portion + LEAD) {
        Atomics.store(words, WANTED, portion + LEAD);
        Atomics.notify(words, WANTED);
      }
      if (!waitFor(words, portion)) return null;
      const set = openTokens(store, portionName(portion), key);
      opened.add(set);
      return set;
    },
    async stop() {
      // it ends by itself: a thread that is torn down in the middle of something may take the process with it
      Atomics.store(words, STOPPED, 1);
      Atomics.store(words, WANTED, 2 ** 30);
      Atomics.notify(words, WANTED);
      worker?.ref();
      await ended;
      for (const set of opened) set.close();
    },
  };
}

/** @returns false when there is no such portion. */
function waitFor(words: Int32Array, portion: number): boolean {
  let heard = performance.now(), pulse = Atomics.load(words, PULSE);
  for (let seen = Atomics.load(words, THERE); seen <= portion; seen = Atomics.load(words, THERE)) {
    const total = Atomics.load(words, TOTAL);
    if (total >= 0 && portion >= total) return false;
    if (Atomics.load(words, FAILED) > 0) throw new DataError(failureOf(words));
    Atomics.wait(words, THERE, seen, 100);
    if (Atomics.load(words, PULSE) !== pulse) [heard, pulse] = [performance.now(), Atomics.load(words, PULSE)];
    if (performance.now() - heard > SILENCE_MILLISECONDS) throw new DataError('The thread that encodes the corpus has fallen silent. Go on with the run by --resume.');
  }
  return true;
}

function fail(words: Int32Array, error: unknown): void {
  const text = new TextEncoder().encode(error instanceof Error ? error.message : String(error)).subarray(0, 4 * (WORDS - FAILED - 1));
  new Uint8Array(words.buffer, 4 * (FAILED + 1)).set(text);
  Atomics.store(words, FAILED, Math.max(1, text.length));
  Atomics.notify(words, THERE);
}

const failureOf = (words: Int32Array): string => new TextDecoder().decode(new Uint8Array(words.buffer, 4 * (FAILED + 1), Atomics.load(words, FAILED)).slice());

/** How many portions after the first one are there, whole, and how many there are at all, if that is known. */
export async function portionsIn(folder: string, key: string, isWhole: (prefix: string) => Promise<boolean>): Promise<{ there: number; total: number | null }> {
  let there = 1;
  while (await isWhole(portionName(there))) there++;
  const end = await folderStore(folder).read(END), found = end && parseEnd(new TextDecoder().decode(end));
  return { there, total: found?.key === key && found.portions === there ? there : null };
}

function parseEnd(text: string): { key?: string; portions?: number } | null {
  try {
    return JSON.parse(text) as { key?: string; portions?: number } | null;
  } catch {
    return null;
  }
}

/** A sign of life, at every document. @throws when nobody wants to have more. */
function beat(words: Int32Array): void {
  Atomics.add(words, PULSE, 1);
  if (Atomics.load(words, STOPPED) !== 0) throw new Error('The encoding was stopped.');
}

/** The life of the thread that encodes. */
export async function runAhead({ path, tokenizer, bos, portionBytes, folder, key, there, words }: AheadStart): Promise<void> {
  try {
    // the step goes first: this thread takes what is left over. Elsewhere the call would mean the whole process.
    if (process.platform === 'linux') setPriority(0, constants.priority.PRIORITY_LOW);
    const encode = documentEncoder(parseAnyTokenizer(tokenizer), 'everything'), store = folderStore(folder);
    let portion = 0;
    for await (const source of portionsOf(fileSource(path), portionBytes)) {
      if (portion < there) {
        for await (const _ of source.documents()) beat(words);
      } else {
        for (let wanted = Atomics.load(words, WANTED); wanted < portion; wanted = Atomics.load(words, WANTED)) {
          Atomics.wait(words, WANTED, wanted);
          beat(words);
        }
        const set = await encodePortion(source, encode, bos, words);
        if (!set) break;
        await saveTokens(store, portionName(portion), set, key);
        Atomics.store(words, THERE, portion + 1);
        Atomics.notify(words, THERE);
      }
      portion++;
    }
    await store.write(END, JSON.stringify({ key, portions: portion }));
    Atomics.store(words, TOTAL, portion);
    Atomics.notify(words, THERE);
  } catch (error) {
    fail(words, error);
  }
}

/** Null where nothing is in it that could be learned: that can only be the rest at the end. */
async function encodePortion(source: Parameters<typeof buildDataset>[0], encode: ReturnType<typeof documentEncoder>, bos: number | null, words: Int32Array): Promise<TokenSet | null> {
  let tokens = 0;
  try {
    const { train } = await buildDataset(source, (document) => {
      const encoded = encode(document);
      tokens += encoded.ids.length;
      beat(words);
      return encoded;
    }, { seed: 0, validation: 0, ...(bos !== null && { bos }) });
    return train;
  } catch (error) {
    if (error instanceof DataError && tokens < 2) return null;
    throw error;
  }
}
