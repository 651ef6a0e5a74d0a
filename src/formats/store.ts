// A store keeps named files: a folder in Node, memory here, the browser's private file system elsewhere.
// Whoever writes checkpoints, logs or token shards needs a store and no file system.

/** Something that went wrong with a store itself: disk full, no permission, gone. */
export class StoreError extends Error {
  override name = 'StoreError';
  readonly reason: 'full' | 'permission' | 'missing' | 'other';

  constructor(reason: StoreError['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

/** Named files. Names are relative, with forward slashes: `checkpoints/00000200.safetensors`. */
export interface Store {
  /** The whole file, or null where there is none. */
  read(name: string): Promise<Uint8Array | null>;
  /** Writes a whole file or nothing: an older file of that name stays until the new one is complete. */
  write(name: string, content: Uint8Array | string): Promise<void>;
  /** Adds text at the end; makes the file where there is none. */
  append(name: string, text: string): Promise<void>;
  /** All names that begin with `prefix`, sorted by code unit. */
  list(prefix?: string): Promise<string[]>;
  /** Removes a file; nothing happens where there is none. */
  remove(name: string): Promise<void>;
  /** Opens a file for reading parts of it at once, without waiting. Only stores that can do so have this. */
  open?(name: string): StoreReader;
}

/** An open file. Reading waits for the disk, so that a training step can fetch its tokens without a promise. */
export interface StoreReader {
  readonly size: number;
  /** Fills `into` with the bytes from `position` on; returns how many there were. */
  read(into: Uint8Array, position: number): number;
  close(): void;
}

/**
 * Refuses names that could leave the store or mean different things on different systems.
 *
 * @throws {RangeError} for absolute names, `..`, backslashes and empty parts.
 */
export function checkName(name: string): void {
  const wrong = name.split('/').some((part) => part === '' || part === '.' || part === '..') || /[\\\0:]/.test(name);
  if (wrong) throw new RangeError(`A name in a store is relative, like "checkpoints/latest.safetensors", but ${JSON.stringify(name)} is not.`);
}
