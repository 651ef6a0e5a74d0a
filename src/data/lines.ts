import { DataError, bytes as showBytes } from '../errors.ts';
import type { Chunks } from './source.ts';

/** A longer line is not a line of JSON but a file of another kind. */
const longestLine = 2 ** 27;

/** The lines of a file as bytes, without their ends (`\n` or `\r\n`). A character cut in two by chunks is whole again. */
export async function* lines(chunks: Chunks, name: string): AsyncGenerator<Uint8Array> {
  let parts: Uint8Array[] = [], length = 0;
  for await (const chunk of chunks) {
    let begin = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, begin)) {
      parts.push(chunk.subarray(begin, end));
      yield lineOf(parts);
      parts = [];
      length = 0;
      begin = end + 1;
    }
    parts.push(chunk.slice(begin));
    length += chunk.length - begin;
    if (length > longestLine) throw new DataError(`${name} has a line of more than ${showBytes(longestLine)}. Give every document a line of its own.`);
  }
  if (length > 0) yield lineOf(parts);
}

function lineOf(parts: Uint8Array[]): Uint8Array {
  let line = parts[0]!;
  if (parts.length > 1) {
    line = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      line.set(part, at);
      at += part.length;
    }
  }
  return line.at(-1) === 13 ? line.subarray(0, -1) : line;
}
