// The word behind --tokenizer: a kind that is trained on the data, or a file that holds one.
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Document, Source } from '../data/index.ts';
import { DataError, FormatError, OptionError } from '../errors.ts';
import { BpeCounter, createChars, createWords, DEFAULT_SPECIALS, type PatternName, type Tokenizer } from '../tokenizer/index.ts';
import { parseAnyTokenizer } from '../tokenizer/foreign/parseAnyTokenizer.ts';

export const tokenizerKinds = ['chars', 'words', 'bpe'] as const;
export type TokenizerKind = (typeof tokenizerKinds)[number];

export interface TokenizerChoice {
  readonly kind: TokenizerKind;
  /** Of words and bpe. */
  readonly vocab: number;
  /** Of bpe; gpt2 if not given. */
  readonly pattern?: PatternName | string;
}

/** Words and pairs are counted on so many bytes of text at most: more changes nothing that could be measured. */
const COUNTED_BYTES = 100e6;

export const isKind = (name: string): name is TokenizerKind => (tokenizerKinds as readonly string[]).includes(name);

/**
 * Trains a tokenizer on the documents of some sources. Characters of a single text get no special tokens (that is what
 * nanoGPT does, and tiny Shakespeare has 65); everything else gets those of documents and turns.
 *
 * @throws {OptionError} for a vocabulary that is too small.
 * @throws {DataError} when there is no text.
 */
export async function trainTokenizer(sources: readonly Source[], { kind, vocab, pattern }: TokenizerChoice): Promise<Tokenizer> {
  // before anything is read, because reading may take long
  const least = 256 + DEFAULT_SPECIALS.length;
  if (kind !== 'chars' && vocab < least) {
    throw new OptionError('vocab', `--vocab must be at least ${least} for ${kind} (256 bytes and ${DEFAULT_SPECIALS.length} special tokens), but it is ${vocab}. A smaller vocabulary is --tokenizer chars.`);
  }
  if (kind === 'chars') return trainChars(sources);
  if (kind === 'bpe') {
    const counter = new BpeCounter(pattern);
    for await (const text of textsOf(sources)) counter.add(text);
    return counter.train({ vocab, specials: DEFAULT_SPECIALS });
  }
  const texts: (string | Uint8Array)[] = [];
  for await (const text of textsOf(sources)) texts.push(text);
  return createWords(texts, { vocab });
}

async function trainChars(sources: readonly Source[]): Promise<Tokenizer> {
  const alphabet = new Set<string>();
  let documents = 0, conversations = 0;
  for (const source of sources) {
    for await (const document of source.documents()) {
      if ('messages' in document) conversations++;
      else if (!document.continues) documents++;
      for (const text of texts(document)) {
        if (typeof text !== 'string') {
          throw new DataError(`${source.name} is not UTF-8 text, which --tokenizer chars needs. Convert it, or use --tokenizer bpe, which takes any bytes.`);
        }
        for (const character of text) alphabet.add(character);
      }
    }
  }
  return createChars([...alphabet], { specials: documents > 1 || conversations > 0 ? DEFAULT_SPECIALS : [] });
}

async function* textsOf(sources: readonly Source[]): AsyncGenerator<string | Uint8Array> {
  for (const source of sources) {
    let bytes = 0;
    for await (const document of source.documents()) {
      for (const text of texts(document)) {
        bytes += text.length;
        yield text;
      }
      if (bytes > COUNTED_BYTES) break;
    }
  }
}

const texts = (document: Document): readonly (string | Uint8Array)[] => ('messages' in document ? document.messages.map(({ content }) => content) : [document.text]);

/**
 * Reads a tokenizer.json, or the one in a folder.
 *
 * @throws {DataError} when there is none.
 * @throws {FormatError} when it is damaged.
 */
export async function loadTokenizer(path: string): Promise<Tokenizer> {
  const found = await stat(path).catch(() => null);
  if (!found) throw new DataError(`There is no tokenizer ${path}. Name a tokenizer.json, a folder that holds one, or one of ${tokenizerKinds.join(', ')}.`);
  const file = found.isDirectory() ? join(path, 'tokenizer.json') : path;
  const json = await readFile(file, 'utf8').catch(() => null);
  if (json === null) throw new DataError(`There is no tokenizer.json in ${path}. Train one with: inkling tokenizer train --data FILE --out ${path}`);
  try {
    return parseAnyTokenizer(json);
  } catch (error) {
    if (error instanceof FormatError) throw new FormatError(`${file}: ${error.message}`);
    throw error;
  }
}
