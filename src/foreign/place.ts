// Where a model's files lie: a folder, a web address, files chosen in a page, a store, or one file alone.
import { DataError, type Store } from '../index.ts';
import { blobSource, type ByteSource, bytesSource, requireRange, urlSource } from './byteSource.ts';

/** What {@link openPlace} understands: a path (in Node) or web address, a Blob or File, several Files, files by name, bytes, a Store. */
export type ModelSource = string | URL | Blob | readonly Blob[] | ReadonlyMap<string, Uint8Array | Blob> | Uint8Array | Store;

export interface Place {
  /** What messages call it. */
  readonly name: string;
  /** The file that was meant; null where a folder was. */
  readonly main: string | null;
  /** Names of all files beside each other; null where they cannot be listed. */
  list(): Promise<readonly string[] | null>;
  /** A file by its name, or null where there is none. */
  open(name: string): Promise<ByteSource | null>;
}

interface NodeFiles {
  stat(path: string): Promise<{ isDirectory(): boolean }>;
  readdir(path: string): Promise<string[]>;
  open(path: string, flags: string): Promise<{
    stat(): Promise<{ size: number; isFile(): boolean }>;
    read(into: Uint8Array, offset: number, length: number, position: number): Promise<{ bytesRead: number }>;
    close(): Promise<void>;
  }>;
}

/** Node's file system, without an import that pages would stumble over. */
function nodeFilesOrNull(): NodeFiles | null {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  return (process?.getBuiltinModule?.('fs/promises') as NodeFiles | undefined) ?? null;
}

const isMissing = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes(String((error as { code?: unknown } | null)?.code));

/** A file of the disk, in Node. */
async function fileSource(files: NodeFiles, path: string): Promise<ByteSource | null> {
  const handle = await files.open(path, 'r').catch((error: unknown) => {
    if (isMissing(error)) return null;
    throw new DataError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}.`);
  });
  if (!handle) return null;
  const stat = await handle.stat();
  if (!stat.isFile()) {
    await handle.close();
    return null;
  }
  return {
    name: path, size: stat.size,
    async read(into, position) {
      requireRange({ name: path, size: stat.size }, position, into.length);
      for (let at = 0; at < into.length;) {
        const { bytesRead } = await handle.read(into, at, into.length - at, position + at);
        if (bytesRead === 0) requireRange({ name: path, size: position + at }, position, into.length);
        at += bytesRead;
      }
    },
    close: () => handle.close(),
  };
}

async function pathPlace(path: string): Promise<Place> {
  const files = nodeFilesOrNull();
  if (!files) throw new DataError(`${path} is no web address, and there are no files here. Give a URL, or a File that somebody chose.`);
  const found = await files.stat(path).catch((error: unknown) => {
    if (isMissing(error)) throw new DataError(`There is no file or folder ${path}. A model is a folder that pretrain or finetune wrote by --out, a folder in the form of Hugging Face, a .gguf, a .safetensors beside its config.json, or a .bin of llama2.c.`);
    throw error;
  });
  const cut = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')), isFolder = found.isDirectory();
  const folder = isFolder ? path : cut < 0 ? '.' : path.slice(0, cut) || '/';
  return {
    name: path, main: isFolder ? null : path.slice(cut + 1),
    list: () => files.readdir(folder),
    open: (name) => fileSource(files, `${folder}/${name}`),
  };
}

function urlPlace(url: URL): Place {
  const last = url.pathname.split('/').at(-1)!, isFile = /\.(gguf|safetensors|bin|model|json)$/.test(last);
  const folder = isFile || url.pathname.endsWith('/') ? url : new URL(`${url.href.replace(/[?#].*$/, '')}/`);
  return {
    name: url.href, main: isFile ? last : null, list: async () => null,
    open: (name) => urlSource(isFile && name === last ? url : new URL(name, folder)),
  };
}

function memoryPlace(name: string, main: string | null, sources: ReadonlyMap<string, ByteSource>): Place {
  return { name, main, list: async () => [...sources.keys()], open: async (file) => sources.get(file) ?? null };
}

function storePlace(store: Store): Place {
  return {
    name: 'the model', main: null, list: () => store.list(),
    async open(name) {
      if (store.open) {
        try {
          const reader = store.open(name);
          return {
            name, size: reader.size,
            async read(into, position) {
              requireRange({ name, size: reader.size }, position, into.length);
              for (let at = 0; at < into.length;) {
                const n = reader.read(into.subarray(at), position + at);
                if (n === 0) requireRange({ name, size: position + at }, position, into.length);
                at += n;
              }
            },
            close: async () => reader.close(),
          };
        } catch {
          return null;
        }
      }
      const bytes = await store.read(name);
      return bytes ? bytesSource(bytes, name) : null;
    },
  };
}

/** @throws {DataError} when there is nothing there. */
export async function openPlace(source: ModelSource, name?: string): Promise<Place> {
  if (typeof source === 'string') {
    if (/^https?:\/\//.test(source)) return urlPlace(new URL(source));
    return pathPlace(source.startsWith('file://') ? decodeURIComponent(new URL(source).pathname) : source);
  }
  if (source instanceof URL) return source.protocol === 'file:' ? pathPlace(decodeURIComponent(source.pathname)) : urlPlace(source);
  if (source instanceof Uint8Array) return memoryPlace(name ?? 'the model', 'model', new Map([['model', bytesSource(source, name ?? 'the model')]]));
  if (typeof Blob !== 'undefined' && source instanceof Blob) {
    const one = blobSource(source, name);
    return memoryPlace(one.name, one.name, new Map([[one.name, one]]));
  }
  if (Array.isArray(source)) {
    const list = (source as readonly Blob[]).map((blob) => blobSource(blob));
    if (list.length === 0) throw new DataError('No file was given. Choose the files of one model.');
    return memoryPlace(name ?? 'the files', list.length === 1 ? list[0]!.name : null, new Map(list.map((one) => [one.name, one])));
  }
  if (source instanceof Map) {
    const files = [...source as ReadonlyMap<string, Uint8Array | Blob>].map(([file, content]) => [file, content instanceof Uint8Array ? bytesSource(content, file) : blobSource(content, file)] as const);
    return memoryPlace(name ?? 'the files', null, new Map(files));
  }
  return { ...storePlace(source as Store), ...(name !== undefined && { name }) };
}
