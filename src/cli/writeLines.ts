import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { StoreError } from '../formats/index.ts';

/**
 * Writes pieces of text to a file that may be larger than memory, under another name until it is whole.
 *
 * @returns how many bytes were written.
 * @throws {StoreError} when the disk is full or the place cannot be written to; an older file stays as it was.
 */
export async function writeLines(path: string, pieces: Iterable<string> | AsyncIterable<string>): Promise<number> {
  const unfinished = `${path}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = createWriteStream(unfinished, { flush: true });
    await pipeline(pieces, file);
    await rename(unfinished, path);
    return file.bytesWritten;
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => {});
    const { code } = error as { code?: unknown };
    if (code === 'ENOSPC' || code === 'EDQUOT') throw new StoreError('full', `Cannot write ${path}: the disk is full. Nothing that was there has changed; free some space and try again.`);
    if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') throw new StoreError('permission', `Cannot write ${path}: permission denied. Choose another place.`);
    if (code === 'EISDIR' || code === 'ENOTDIR' || code === 'EEXIST') throw new StoreError('other', `Cannot write ${path}: a folder stands where a file is needed, or a file where a folder is.`);
    throw error;
  }
}
