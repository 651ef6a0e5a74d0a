import { createReadStream, statSync } from 'node:fs';
import { basename } from 'node:path';
import type { Source, TextDocument } from '../data/index.ts';
import { textOnly } from '../data/textOnly.ts';
import { DataError } from '../errors.ts';

/** Larger files are handed over in pieces of about this many bytes. */
const PIECE_BYTES = 2 ** 26;
const NEWLINE = 10;

/**
 * A file as one text, with every byte that is in it, whatever its name: marks that separate documents are text too.
 *
 * @throws {DataError} when it is missing, empty, a folder, or (while reading) no text.
 */
export function wholeFile(path: string): Source {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) throw new DataError(`There is no file ${path}. Check the path.`);
  if (!found.isFile()) throw new DataError(`${path} is no file. Give one file of text.`);
  if (found.size === 0) throw new DataError(`${path} is empty: there is nothing to evaluate.`);
  return { name: basename(path), bytes: found.size, documents: () => pieces(path) };
}

async function* pieces(path: string): AsyncGenerator<TextDocument> {
  let waiting: Uint8Array[] = [], size = 0;
  for await (const chunk of textOnly(createReadStream(path, { highWaterMark: 2 ** 20 }) as AsyncIterable<Uint8Array>, path)) {
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (size + end > PIECE_BYTES && end > 0) {
      yield { text: Buffer.concat([...waiting, chunk.subarray(0, end)]), continues: true };
      [waiting, size] = [[], 0];
      waiting.push(chunk.subarray(end));
      size = chunk.length - end;
    } else {
      waiting.push(chunk);
      size += chunk.length;
    }
  }
  yield { text: Buffer.concat(waiting) };
}
