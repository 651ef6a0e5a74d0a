import { createHash } from 'node:crypto';
import { createReadStream, readdirSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, relative, resolve, sep } from 'node:path';
import { parserOf, knownExtensions } from '../data/parserOf.ts';
import { plainText } from '../data/plainText.ts';
import type { Document, Source } from '../data/source.ts';
import { DataError, closest } from '../errors.ts';

/** A file and its size. */
interface FoundFile {
  readonly path: string;
  readonly bytes: number;
}

/**
 * The documents of a file, or of all files of a folder: folders inside it too, in the order of their names.
 * The extension tells how a file is read: .txt (one document per file, unless lines of `<|endoftext|>` separate more),
 * .md, .jsonl (`{"text"}` or `{"messages"}` in each line), .csv (a column `text`, or `prompt` and `response`).
 * A single file with another extension is read as plain text; in a folder, others are passed over, and so are hidden
 * and empty ones. Files are read piece by piece, so they may be larger than memory.
 *
 * @throws {DataError} at once: a missing path, an empty file, a folder without text. While reading: a file that is not text.
 * @throws {FormatError} while reading, with the number of the line.
 * @example
 * const { train } = await buildDataset(fileSource('books/'), encode, { seed: 1 });
 */
export function fileSource(path: string): Source {
  const files = findFiles(path);
  return {
    name: basename(resolve(path)),
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    documents: () => readFiles(files),
    key: () => hashFiles(path, files),
  };
}

/** SHA-256 over the names of the files, as seen from the folder, and the SHA-256 of each. */
async function hashFiles(path: string, files: readonly FoundFile[]): Promise<string> {
  const all = createHash('sha256');
  for (const file of files) {
    const one = createHash('sha256');
    for await (const chunk of readChunks(file.path)) one.update(chunk);
    // how a file is read depends on its name
    all.update(`${file.path === path ? extname(file.path) : relative(path, file.path).split(sep).join('/')}\n${one.digest('hex')}\n`);
  }
  return all.digest('hex');
}

async function* readFiles(files: readonly FoundFile[]): AsyncGenerator<Document> {
  for (const { path } of files) {
    const parse = parserOf(path) ?? plainText;
    yield* parse(readChunks(path), path);
  }
}

async function* readChunks(path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path, { highWaterMark: 2 ** 18 }) as AsyncIterable<Uint8Array>;
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code === 'EACCES' || code === 'EPERM') throw new DataError(`${path} cannot be read: permission denied. Change its owner or mode.`);
    if (code === 'ENOENT') throw new DataError(`${path} cannot be read: it was there a moment ago, but is gone.`);
    throw error;
  }
}

function findFiles(path: string): FoundFile[] {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) throw new DataError(`There is no file or folder ${path}.${nearby(path)}`);
  if (!stats.isDirectory()) {
    if (stats.isFile() && stats.size === 0) throw new DataError(`${path} is empty: there is nothing to learn from.`);
    return [{ path, bytes: stats.size }];
  }
  const all = readdirSync(path, { recursive: true, withFileTypes: true })
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !isHidden(file.slice(path.length)) && parserOf(file) !== null)
    .map((file) => ({ path: file, stats: statSync(file, { throwIfNoEntry: false }) }))
    .filter((file) => file.stats?.isFile() === true && file.stats.size > 0)
    .map((file) => ({ path: file.path, bytes: file.stats!.size }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  if (all.length === 0) {
    throw new DataError(`The folder ${path} has no text to learn from: no file in it ends in ${knownExtensions.map((extension) => `.${extension}`).join(', ')} and has content.`);
  }
  return all;
}

const isHidden = (file: string): boolean => /(^|[\\/])\./.test(file);

/** A name in the same folder that was probably meant. */
function nearby(path: string): string {
  try {
    const near = closest(basename(path), readdirSync(dirname(resolve(path))));
    return near ? ` Did you mean ${join(dirname(path), near)}?` : ' Check the path.';
  } catch {
    return ` The folder ${dirname(path)} does not exist either.`;
  }
}
