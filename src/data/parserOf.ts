import { csv } from './csv.ts';
import { jsonLines } from './jsonLines.ts';
import { markdown } from './markdown.ts';
import { plainText } from './plainText.ts';
import type { Chunks, Document } from './source.ts';

/** Turns the bytes of a file into documents. */
export type Parser = (chunks: Chunks, name: string) => AsyncIterable<Document>;

const parsers: Readonly<Record<string, Parser>> = {
  txt: plainText, text: plainText,
  md: markdown, markdown,
  jsonl: jsonLines, ndjson: jsonLines, json: jsonLines,
  csv,
};

/** File name extensions that say how a file is read. */
export const knownExtensions: readonly string[] = Object.keys(parsers);

/** The parser that fits the extension of a file name; null for unknown ones. */
export function parserOf(fileName: string): Parser | null {
  const extension = /\.([^./\\]+)$/.exec(fileName)?.[1]?.toLowerCase() ?? '';
  return Object.hasOwn(parsers, extension) ? parsers[extension]! : null;
}
