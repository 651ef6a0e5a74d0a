// From the word behind --data to documents: a name of ours, or a file or folder of the user's.
import { resolve } from 'node:path';
import { byteLength, type ChatDocument, createWorld, type Source, type TextDocument, type World } from '../data/index.ts';
import { classics, fileSource, gutenberg } from '../node/index.ts';
import { choice, number, requiredText } from './options.ts';

export const corpora = ['world', 'classics', 'gutenberg'] as const;
export const languages = ['en', 'zh', 'both'] as const;

/** Which data, so that it can be found again. */
export interface DataChoice {
  /** One of {@link corpora}, or the absolute path of a file or folder. */
  readonly name: string;
  /** Of the world: how much of it, which languages, and which world. */
  readonly megabytes: number;
  readonly language: (typeof languages)[number];
  readonly seed: number;
}

export interface OpenedData {
  /** What is learned from beginning to end. */
  readonly texts: Source;
  /** What comes in later; only the world has it. */
  readonly conversations: Source | null;
}

/** Bytes of conversations for each byte of text of the world. */
export const TALK = 0.6;

export const dataOptions = {
  data: requiredText('FILE|FOLDER|world|classics|gutenberg', 'what to learn from'),
  mb: number(0, 100_000, 'of the world: megabytes of text (default 10)', ['least']),
  language: choice(languages, 'of the world (default en)'),
};

export const isCorpus = (name: string): boolean => (corpora as readonly string[]).includes(name);

export function chooseData(name: string, { megabytes = 10, language = 'en', seed }: { megabytes?: number | undefined; language?: DataChoice['language'] | undefined; seed: number }): DataChoice {
  return { name: isCorpus(name) ? name : resolve(name), megabytes, language, seed };
}

/** How messages and receipts call it: without the path. */
export const dataName = ({ name }: DataChoice): string => (isCorpus(name) ? name : name.split(/[\\/]/).at(-1)!);

/** @throws {DataError} when there is no such file, or nothing in it. */
export function openData(data: DataChoice): OpenedData {
  if (data.name === 'world') return { texts: worldTexts(data), conversations: worldConversations(data, data.megabytes * TALK) };
  const texts = data.name === 'classics' ? classics() : data.name === 'gutenberg' ? gutenberg() : fileSource(data.name);
  return { texts, conversations: null };
}

/** What to fine-tune on: of the world, its conversations. */
export const openTalk = (data: DataChoice): Source => (data.name === 'world' ? worldConversations(data, data.megabytes) : openData(data).texts);

export function openWorlds({ language, seed }: DataChoice): World[] {
  return (language === 'both' ? ['en', 'zh'] as const : [language]).map((id) => createWorld({ seed, language: id }));
}

export function worldTexts(data: DataChoice): Source {
  const worlds = openWorlds(data), bytes = Math.round(data.megabytes * 1e6);
  return { name: 'world', bytes, documents: () => upTo(bytes, (i) => ({ text: `${worlds[i % worlds.length]!.document(Math.floor(i / worlds.length)).text}\n` }), ({ text }) => byteLength(text)) };
}

export function worldConversations(data: DataChoice, megabytes: number): Source {
  const worlds = openWorlds(data), bytes = Math.round(megabytes * 1e6);
  const size = ({ messages }: ChatDocument): number => messages.reduce((sum, { content }) => sum + byteLength(content), 0);
  return { name: 'world (conversations)', bytes, documents: () => upTo(bytes, (i): ChatDocument => worlds[i % worlds.length]!.conversation(Math.floor(i / worlds.length)), size) };
}

function* upTo<D extends TextDocument | ChatDocument>(bytes: number, make: (i: number) => D, size: (document: D) => number): Generator<D> {
  for (let i = 0, sum = 0; sum < bytes; i++) {
    const document = make(i);
    sum += size(document);
    yield document;
  }
}
