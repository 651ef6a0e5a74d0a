import type { Chunks, TextDocument } from './source.ts';
import { textOnly } from './textOnly.ts';

const separator = new TextEncoder().encode('<|endoftext|>');
const byteOrderMark = [0xef, 0xbb, 0xbf];
const newline = 10, carriageReturn = 13;

export interface PlainTextOptions {
  /** Documents of more bytes than this are handed over in pieces. Default 16 MiB. */
  readonly wholeBytes?: number;
  /** The most bytes of a piece, cut at a line end where there is one. Default 1 MiB. */
  readonly pieceBytes?: number;
}

/**
 * Plain text. The whole file is one document, unless lines that hold nothing but `<|endoftext|>` separate several.
 * White space is kept; a byte order mark at the start is not. Documents that are not valid UTF-8 come as bytes.
 *
 * @param name what error messages call the file.
 * @throws {DataError} for a file that is empty or not text.
 * @example
 * for await (const { text } of plainText(file, 'stories.txt')) console.log(text.length);
 */
export async function* plainText(chunks: Chunks, name: string, options: PlainTextOptions = {}): AsyncGenerator<TextDocument> {
  const { wholeBytes = 2 ** 24, pieceBytes = 2 ** 20 } = options;
  const queue = new ByteQueue();
  let start = true, inPieces = false;
  for await (const chunk of textOnly(chunks, name)) {
    // Only the last bytes that came before can be the beginning of a separator.
    let searched = Math.max(0, queue.bytes.length - separator.length - 2);
    queue.push(chunk);
    if (start && queue.bytes.length >= 3) {
      start = false;
      if (byteOrderMark.every((byte, i) => queue.bytes[i] === byte)) queue.drop(3);
    }
    for (let found = findSeparator(queue.bytes, searched, false); found; found = findSeparator(queue.bytes, 0, false)) {
      // A text in pieces always ends with one that does not continue, were it an empty one.
      if (found.begin > 0 || inPieces) yield { text: decode(queue.bytes.subarray(0, found.begin)) };
      queue.drop(found.end);
      inPieces = false;
      searched = 0;
    }
    while (queue.bytes.length > (inPieces ? pieceBytes : wholeBytes)) {
      const cut = placeToCut(queue.bytes, pieceBytes);
      yield { text: decode(queue.bytes.subarray(0, cut)), continues: true };
      queue.drop(cut);
      inPieces = true;
    }
  }
  const last = findSeparator(queue.bytes, 0, true);
  const rest = last ? queue.bytes.subarray(0, last.begin) : queue.bytes;
  if (rest.length > 0 || inPieces) yield { text: decode(rest) };
}

/** Bytes that come in at the end and go out at the beginning. */
class ByteQueue {
  #buffer = new Uint8Array(2 ** 17);
  #begin = 0;
  #end = 0;

  /** What is waiting; good until the next push. */
  get bytes(): Uint8Array {
    return this.#buffer.subarray(this.#begin, this.#end);
  }

  push(chunk: Uint8Array): void {
    if (this.#end + chunk.length > this.#buffer.length) {
      const waiting = this.bytes;
      const larger = new Uint8Array(Math.max(this.#buffer.length, 2 * (waiting.length + chunk.length)));
      larger.set(waiting);
      this.#buffer = larger;
      this.#begin = 0;
      this.#end = waiting.length;
    }
    this.#buffer.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  drop(bytes: number): void {
    this.#begin += bytes;
  }
}

/** The next line that is a separator: where it begins and where the line after it begins. */
function findSeparator(bytes: Uint8Array, from: number, atEnd: boolean): { begin: number; end: number } | null {
  for (let at = bytes.indexOf(separator[0]!, from); at >= 0; at = bytes.indexOf(separator[0]!, at + 1)) {
    if (at > 0 && bytes[at - 1] !== newline) continue;
    if (!separator.every((byte, i) => bytes[at + i] === byte)) continue;
    let end = at + separator.length;
    if (bytes[end] === carriageReturn) end++;
    if (bytes[end] === newline) return { begin: at, end: end + 1 };
    if (atEnd && end === bytes.length) return { begin: at, end };
  }
  return null;
}

/** After the last line end within the limit; in a line without end, between two characters. */
function placeToCut(bytes: Uint8Array, limit: number): number {
  // The last characters might be the beginning of a separator: they stay for the next piece.
  const line = bytes.subarray(0, limit - separator.length).lastIndexOf(newline) + 1;
  if (line > 0) return line;
  let cut = limit;
  while (cut > limit - 4 && (bytes[cut]! & 0xc0) === 0x80) cut--;
  return cut;
}

/** A string if the bytes are UTF-8, else a copy of the bytes. */
function decode(bytes: Uint8Array): string | Uint8Array {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return bytes.slice();
  }
}
