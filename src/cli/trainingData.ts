// From documents to the loader of a run. The same choices give the same rows, whether a run begins, goes on or is verified.
import {
  buildDataset, type DataReport, type Dataset, type Document, type Encoded, type Loader, type TokenSet,
} from '../data/index.ts';
import { sha256, type Store } from '../formats/index.ts';
import { renderChat, type Tokenizer } from '../tokenizer/index.ts';
import { type PretrainRecipe, rowsOf } from '../train/index.ts';
import { type DataChoice, openData, openTalk } from './openData.ts';

export interface TrainingData {
  readonly validation: TokenSet | null;
  readonly reports: readonly DataReport[];
  /** Of all tokens that are learned from. */
  readonly hash: string;
  /** How rows are made, after a look at the documents. */
  readonly rowsFrom: PretrainRecipe['rowsFrom'];
  /** A loader that stands at the beginning. */
  loader(options: { rows: number; context: number; seed: number }): Loader;
  close(): void;
}

export interface TrainingDataOptions {
  readonly kind: 'pretrain' | 'finetune';
  readonly data: DataChoice;
  readonly tokenizer: Tokenizer;
  readonly context: number;
  readonly seed: number;
  readonly validation: number;
  readonly rowsFrom: PretrainRecipe['rowsFrom'];
  /** Where tokens go that memory has no room for. */
  readonly spill?: Store;
}

/** Documents of more rows than this are not packed: rows begin anywhere in them. */
const LONG_DOCUMENT = 4;

export async function openTrainingData(options: TrainingDataOptions): Promise<TrainingData> {
  const { kind, data, tokenizer, context, seed, validation, rowsFrom: wish, spill } = options;
  const bos = tokenizer.specials.get('<|bos|>');
  // in pretraining everything is learned, in fine-tuning what the assistant says
  const encode = (document: Document): Encoded => {
    if ('text' in document) return { ids: tokenizer.encode(document.text) };
    const rendered = renderChat(tokenizer, document.messages);
    return kind === 'finetune' ? rendered : { ids: rendered.ids };
  };
  const { texts, conversations } = kind === 'finetune' ? { texts: openTalk(data), conversations: null } : openData(data);
  const build = (source: typeof texts): Promise<Dataset> => buildDataset(source, encode, {
    seed, validation, ...(bos !== undefined && { bos }), ...(spill && { spill }), ...(wish === 'packed' && { context }),
  });
  const main = await build(texts), talk = conversations && tokenizer.specials.size > 0 ? await build(conversations) : null;
  const { train } = main, long = !train.masked && train.length / train.documents > LONG_DOCUMENT * context;
  const rowsFrom = wish === 'packed' && long ? 'shuffled' : wish;
  const sets = [main, ...(talk ? [talk] : [])];
  return {
    validation: main.validation.length > 1 ? main.validation : null,
    reports: sets.map(({ report }) => (rowsFrom === 'packed' ? report : { ...report, packing: null })),
    hash: sets.length === 1 ? train.hash : await sha256(new TextEncoder().encode(sets.map((set) => set.train.hash).join())),
    rowsFrom,
    loader: (sizes) => rowsOf(train, rowsFrom, sizes, talk?.train),
    close() {
      for (const { train, validation } of sets) for (const set of [train, validation]) set.close();
    },
  };
}
