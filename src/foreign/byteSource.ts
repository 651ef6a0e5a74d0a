// Bytes that are read by ranges: a file of any size is never in memory as a whole, only what was asked for.
import { FormatError } from '../index.ts';

/** Something with bytes: a file, a Blob, a web address. */
export interface ByteSource {
  /** What messages call it. */
  readonly name: string;
  readonly size: number;
  /** Fills `into` with the bytes from `position` on. */
  read(into: Uint8Array, position: number, signal?: AbortSignal): Promise<void>;
  close?(): Promise<void>;
}

/** @throws {FormatError} when there are fewer bytes than asked for. */
export function requireRange({ name, size }: Pick<ByteSource, 'name' | 'size'>, position: number, length: number): void {
  if (position + length > size) throw new FormatError(`${name}: bytes ${position} to ${position + length} were asked for, but it has only ${size}. It is cut short; fetch it again.`);
}

/** Bytes from `position` on, no more than there are. */
export async function readSome(source: ByteSource, position: number, length: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(Math.max(0, Math.min(length, source.size - position)));
  await source.read(bytes, position, signal);
  return bytes;
}

/** A whole source as text, for files of settings. */
export async function readText(source: ByteSource, most = 2 ** 28): Promise<string> {
  if (source.size > most) throw new FormatError(`${source.name} has ${source.size} bytes; a file of settings has at most ${most}.`);
  return new TextDecoder('utf-8', { ignoreBOM: false }).decode(await readSome(source, 0, source.size));
}

/** Bytes that are in memory already. */
export function bytesSource(bytes: Uint8Array, name = 'the file'): ByteSource {
  return {
    name, size: bytes.length,
    async read(into, position) {
      requireRange({ name, size: bytes.length }, position, into.length);
      into.set(bytes.subarray(position, position + into.length));
    },
  };
}

/** A Blob, or a File that somebody chose in a page. */
export function blobSource(blob: Blob, name = 'name' in blob ? String(blob.name) : 'the file'): ByteSource {
  return {
    name, size: blob.size,
    async read(into, position) {
      requireRange({ name, size: blob.size }, position, into.length);
      into.set(new Uint8Array(await blob.slice(position, position + into.length).arrayBuffer()));
    },
  };
}

/**
 * A file on the web, read by range requests. A server that answers ranges with the whole file is asked once, and the
 * file is kept.
 *
 * @returns null when there is no such file.
 * @throws {FormatError} when the server refuses, or does not say how long the file is.
 */
export async function urlSource(url: string | URL, { signal }: { signal?: AbortSignal | undefined } = {}): Promise<ByteSource | null> {
  const name = String(url), ask = (headers: Record<string, string>, s?: AbortSignal): Promise<Response> => fetch(url, { headers, ...(s && { signal: s }) });
  const first = await ask({ Range: 'bytes=0-0' }, signal);
  if (first.status === 404 || first.status === 403 || first.status === 410) {
    await first.body?.cancel();
    return null;
  }
  if (!first.ok && first.status !== 416) throw new FormatError(`${name}: the server answered ${first.status} ${first.statusText}. Check the address.`);
  if (first.status === 200) return bytesSource(new Uint8Array(await first.arrayBuffer()), name);
  await first.body?.cancel();
  const size = Number(/\/(\d+)$/.exec(first.headers.get('Content-Range') ?? '')?.[1] ?? NaN);
  if (!Number.isSafeInteger(size)) throw new FormatError(`${name}: the server sends ranges but does not say how long the file is (Content-Range). Fetch the file and load it from there.`);
  return {
    name, size,
    async read(into, position, stop) {
      requireRange({ name, size }, position, into.length);
      if (into.length === 0) return;
      const answer = await ask({ Range: `bytes=${position}-${position + into.length - 1}` }, stop ?? signal);
      if (answer.status !== 206 || !answer.body) throw new FormatError(`${name}: the server answered ${answer.status} where a part of the file was asked for. Fetch the file and load it from there.`);
      let at = 0;
      for (const reader = answer.body.getReader(); ;) {
        const { done, value } = await reader.read();
        if (done) break;
        if (at + value.length > into.length) throw new FormatError(`${name}: the server sent more bytes than were asked for.`);
        into.set(value, at);
        at += value.length;
      }
      if (at < into.length) throw new FormatError(`${name}: the connection ended after ${at} of ${into.length} bytes. Try again.`);
    },
  };
}
