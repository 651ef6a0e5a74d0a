// From documents to the loader of a run. The same choices give the same rows, whether a run begins, goes on or is verified.
//
// What is small is encoded at once, here. What takes longer is encoded by as many threads as there are and kept beside
// the run, for the day when it goes on. A corpus of files that memory has no room for is cut into portions: training
// begins when the first one is encoded, and another thread stays ahead of it.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  buildDataset, type DataReport, type Dataset, type DatasetProgress, documentEncoder, loadDataset, type Loader, loadTokens, type LoaderOptions, measurePacking, portionsOf,
  saveDataset, type Source, streamedRows, type TokenSet,
} from '../data/index.ts';
import { DataError, bytes as showBytes } from '../errors.ts';
import { sha256, type Store } from '../formats/index.ts';
import { encodeAhead, folderStore, nodeEncoders, portionsIn } from '../node/index.ts';
import type { Tokenizer } from '../tokenizer/index.ts';
import { type PretrainRecipe, rowsOf } from '../train/index.ts';
import { type DataChoice, isCorpus, openData, openTalk } from './openData.ts';

export interface TrainingData {
  readonly validation: TokenSet | null;
  readonly reports: readonly DataReport[];
  /** Of all tokens that are learned from; of a corpus in portions, of all that decides them. */
  readonly hash: string;
  /** How rows are made, after a look at the documents. */
  readonly rowsFrom: PretrainRecipe['rowsFrom'];
  /** A loader that stands at the beginning. */
  loader(options: LoaderOptions): Loader;
  close(): Promise<void>;
}

export interface TrainingDataOptions {
  readonly kind: 'pretrain' | 'finetune';
  readonly data: DataChoice;
  readonly tokenizer: Tokenizer;
  readonly context: number;
  readonly seed: number;
  readonly validation: number;
  readonly rowsFrom: PretrainRecipe['rowsFrom'];
  /** Where tokens are kept; if not given, in a folder that is gone afterwards, and only if there must be one. */
  readonly folder?: string;
  /** Threads that encode. Default: as many as the machine runs side by side. */
  readonly threads?: number | undefined;
  readonly onProgress?: (progress: DatasetProgress) => void;
  readonly limits?: Partial<typeof LIMITS>;
}

/** Sizes of the source from which on something is done. */
export const LIMITS = {
  /** Other threads encode: they are there after a tenth of a second. */
  team: 2 ** 22,
  /** Tokens are kept beside the run. */
  kept: 2 ** 24,
  /** A corpus of files is learned from while it is encoded, in portions. */
  portions: 2 ** 28,
  /** The size of these portions. Part of what decides the rows. */
  portion: 2 ** 26,
};

/** Documents of more rows than this are not packed: rows begin anywhere in them. */
const LONG_DOCUMENT = 4;

/** @throws {DataError} when there is nothing to learn from. */
export async function openTrainingData(options: TrainingDataOptions): Promise<TrainingData> {
  const { kind, data } = options, limits = { ...LIMITS, ...options.limits };
  const { texts, conversations } = kind === 'finetune' ? { texts: openTalk(data), conversations: null } : openData(data);
  const folder = options.folder ?? await mkdtemp(join(tmpdir(), 'inkling-'));
  const release = async (): Promise<void> => {
    if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
  };
  try {
    const inPortions = kind === 'pretrain' && !isCorpus(data.name) && (texts.bytes ?? 0) > limits.portions;
    return await (inPortions ? openPortions : openWhole)({ texts, conversations, folder, limits, release, options });
  } catch (error) {
    await release();
    throw error;
  }
}

interface Opening {
  readonly texts: Source;
  readonly conversations: Source | null;
  readonly folder: string;
  readonly limits: typeof LIMITS;
  release(): Promise<void>;
  readonly options: TrainingDataOptions;
}

async function openWhole({ texts, conversations, folder, limits, release, options }: Opening): Promise<TrainingData> {
  const main = await datasetOf(texts, join(folder, 'texts'), options, limits);
  const talk = conversations && options.tokenizer.specials.size > 0 ? await datasetOf(conversations, join(folder, 'talk'), options, limits) : null;
  const { train } = main, sets = [main, ...(talk ? [talk] : [])], rowsFrom = rowsFor(train, options);
  return {
    validation: main.validation.length > 1 ? main.validation : null,
    reports: sets.map((set) => reportOf(set, rowsFrom, options)),
    hash: sets.length === 1 ? train.hash : await sha256(new TextEncoder().encode(sets.map((set) => set.train.hash).join())),
    rowsFrom,
    loader: (sizes) => rowsOf(train, rowsFrom, sizes, talk?.train),
    async close() {
      for (const { train, validation } of sets) for (const set of [train, validation]) set.close();
      await release();
    },
  };
}

/** Validation comes out of the first portion: it is there before the first step, and stays the same. */
async function openPortions({ texts, folder: where, limits, release, options }: Opening): Promise<TrainingData> {
  const { tokenizer, data } = options, folder = join(where, 'portions'), store = folderStore(folder);
  const key = await sha256(new TextEncoder().encode(`${await keyOf(texts, options)} in portions of ${limits.portion}`));
  let first = await loadDataset(store, key);
  if (!first) {
    await rm(folder, { recursive: true, force: true });
    for await (const portion of portionsOf(texts, limits.portion)) {
      const source = { ...portion, name: `${texts.name}, its first part`, bytes: Math.min(limits.portion, texts.bytes!) };
      first = await encode(source, store, options, limits);
      break;
    }
    if (!first) throw new DataError(`${texts.name} has no documents: there is nothing to learn from.`);
    await saveDataset(store, key, first);
  }
  const found = await portionsIn(folder, key, async (prefix) => {
    const set = await loadTokens(store, prefix, key, { shardsInMemory: 0 });
    set?.close();
    return set !== null;
  });
  const { train, validation, report } = first, rowsFrom = rowsFor(train, options);
  const portions = encodeAhead({
    path: data.name, tokenizer: JSON.stringify(tokenizer.toJSON()), bos: tokenizer.opening?.token ?? null, portionBytes: limits.portion, folder, key, ...found,
  });
  const source = `${report.source} of ${showBytes(texts.bytes!)} (the rest is encoded during the training)`;
  return {
    validation: validation.length > 1 ? validation : null,
    reports: [{ ...reportOf(first, rowsFrom, options), source }],
    hash: key,
    rowsFrom,
    loader: (sizes) => streamedRows(portions, (set, each) => rowsOf(set, rowsFrom, each), sizes),
    async close() {
      await portions.stop();
      for (const set of [train, validation]) set.close();
      await release();
    },
  };
}

/** Long documents are cut anywhere, whatever was wished. */
function rowsFor(train: TokenSet, { rowsFrom: wish, context }: TrainingDataOptions): PretrainRecipe['rowsFrom'] {
  const long = !train.masked && train.length / train.documents > LONG_DOCUMENT * context;
  return wish === 'packed' && long ? 'shuffled' : wish;
}

/** What is told of a data set before the training: with rows, if documents are packed into them. */
const reportOf = ({ report, train }: Dataset, rowsFrom: PretrainRecipe['rowsFrom'], { context, seed }: TrainingDataOptions): DataReport => (
  { ...report, packing: rowsFrom === 'packed' ? measurePacking(train, { context, seed }) : null });

/** The tokens of a source: those that were kept, or new ones. */
async function datasetOf(source: Source, folder: string, options: TrainingDataOptions, limits: typeof LIMITS): Promise<Dataset> {
  const store = folderStore(folder), large = (source.bytes ?? 0) > limits.kept;
  if (!large || !source.key || options.folder === undefined) return encode(source, store, options, limits);
  const key = await keyOf(source, options), kept = await loadDataset(store, key);
  if (kept) return kept;
  await rm(folder, { recursive: true, force: true });
  const dataset = await encode(source, store, options, limits);
  await saveDataset(store, key, dataset);
  return dataset;
}

/** What decides all tokens, and on which side they are. */
async function keyOf(source: Source, { kind, tokenizer, seed, validation }: TrainingDataOptions): Promise<string> {
  const parts = [1, await source.key!(), kind, JSON.stringify(tokenizer.toJSON()), seed, validation];
  return sha256(new TextEncoder().encode(JSON.stringify(parts)));
}

async function encode(source: Source, store: Store, { kind, tokenizer, seed, validation, threads, onProgress }: TrainingDataOptions, limits: typeof LIMITS): Promise<Dataset> {
  const bos = tokenizer.opening?.token, learned = kind === 'finetune' ? 'answers' as const : 'everything' as const;
  const team = (source.bytes ?? 0) > limits.team ? nodeEncoders(tokenizer, { learned, ...(threads !== undefined && { workers: threads }) }) : null;
  try {
    return await buildDataset(source, team ?? documentEncoder(tokenizer, learned), {
      seed, validation, spill: store, ...(onProgress && { onProgress }), ...(bos !== undefined && { bos }),
    });
  } finally {
    team?.stop();
  }
}
