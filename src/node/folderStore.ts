// A store in a folder. A file is written under another name, flushed to the disk, and only then renamed: whoever reads
// sees the old file or the new one, never half of one, even if the power goes in between.

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { mkdir, open, readFile, readdir, rename, rm, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { StoreError, checkName, type Store, type StoreReader } from '../formats/store.ts';

/** `.name.1234-0.tmp`: the file `name` as process 1234 is writing it. */
const temporary = /^\.(.+)\.(\d+)-\d+\.tmp$/;

/**
 * A store whose files lie in a folder. The folder is made when the first file is written.
 *
 * @throws {StoreError} from its methods: disk full, no permission, or a file in place of the folder.
 * @example
 * const store = folderStore('runs/first');
 * await store.write('config.json', '{}'); // runs/first/config.json
 */
export function folderStore(path: string): Store {
  const place = (name: string): string => {
    checkName(name);
    return join(path, name);
  };
  return {
    async read(name) {
      const file = place(name);
      try {
        const { buffer, byteOffset, length } = await readFile(file);
        return new Uint8Array(buffer, byteOffset, length);
      } catch (error) {
        if (isMissing(error)) return null;
        throw explain(error, 'read', file);
      }
    },

    async write(name, content) {
      const file = place(name);
      try {
        await writeWhole(file, content);
      } catch (error) {
        throw explain(error, 'write', file);
      }
    },

    async append(name, text) {
      const file = place(name);
      try {
        await mkdir(dirname(file), { recursive: true });
        await appendWhole(file, text);
      } catch (error) {
        throw explain(error, 'write', file);
      }
    },

    async list(prefix = '') {
      const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
        if (isMissing(error)) return [];
        throw explain(error, 'read', path);
      });
      return entries
        .filter((entry) => entry.isFile() && !temporary.test(entry.name))
        .map((entry) => relative(path, join(entry.parentPath, entry.name)).split(sep).join('/'))
        .filter((name) => name.startsWith(prefix))
        .sort();
    },

    async remove(name) {
      const file = place(name);
      await rm(file, { force: true }).catch((error: unknown) => {
        throw explain(error, 'remove', file);
      });
    },

    open: (name) => openReader(place(name)),
  };
}

let written = 0;

async function writeWhole(file: string, content: Uint8Array | string): Promise<void> {
  const folder = dirname(file);
  const unfinished = join(folder, `.${basename(file)}.${process.pid}-${written++}.tmp`);
  await mkdir(folder, { recursive: true });
  await removeAbandoned(folder, basename(file));
  let handle: FileHandle | null = null;
  try {
    handle = await open(unfinished, 'wx');
    await handle.writeFile(content);
    await handle.sync();
    await handle.close();
    handle = null;
    await rename(unfinished, file);
  } catch (error) {
    await handle?.close().catch(() => {});
    await rm(unfinished, { force: true }).catch(() => {});
    throw error;
  }
  await flushFolder(folder);
}

/** Adds text at the end. If the disk is full in the middle of it, the file is cut back to what it was. */
async function appendWhole(file: string, text: string): Promise<void> {
  const handle = await open(file, 'a');
  try {
    const { size } = await handle.stat();
    await handle.writeFile(text).catch(async (error: unknown) => {
      await handle.truncate(size).catch(() => {});
      throw error;
    });
  } finally {
    await handle.close();
  }
}

/** A renamed file is safe only when its folder is flushed too. Some systems cannot flush a folder; they need not. */
async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null);
  await handle?.sync().catch(() => {});
  await handle?.close();
}

/** Removes what killed processes left behind of the same file. */
async function removeAbandoned(folder: string, name: string): Promise<void> {
  for (const entry of await readdir(folder)) {
    const [, of, pid] = temporary.exec(entry) ?? [];
    if (of === name && !isRunning(Number(pid))) await rm(join(folder, entry), { force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

function openReader(file: string): StoreReader {
  try {
    const handle = openSync(file, 'r');
    return {
      size: fstatSync(handle).size,
      read: (into, position) => readSync(handle, into, 0, into.length, position),
      close: () => closeSync(handle),
    };
  } catch (error) {
    throw explain(error, 'read', file);
  }
}

const codeOf = (error: unknown): string => String((error as { code?: unknown } | null)?.code ?? '');

const isMissing = (error: unknown): boolean => codeOf(error) === 'ENOENT';

/** Turns the system's error codes into what happened and what can be done. */
function explain(error: unknown, doing: 'read' | 'write' | 'remove', file: string): Error {
  const code = codeOf(error), failed = `Cannot ${doing} ${file}`;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new StoreError('full', `${failed}: the disk is full. What was there before is unchanged; free some space and go on.`);
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new StoreError('permission', `${failed}: permission denied (${code}). Choose another folder, or change its owner or mode.`);
  }
  if (code === 'ENOENT') return new StoreError('missing', `${failed}: there is no such file.`);
  if (code === 'ENOTDIR' || code === 'EEXIST') return new StoreError('other', `${failed}: a file stands where a folder is needed.`);
  if (code === 'EISDIR') return new StoreError('other', `${failed}: a folder stands where a file is needed.`);
  return error instanceof Error ? error : new StoreError('other', `${failed}: ${String(error)}.`);
}
