import { DataError, count } from '../errors.ts';
import type { Chunks } from './source.ts';

/** How much of a file is looked at before it is believed to be UTF-8. */
const sampleBytes = 65_536;

/**
 * Passes chunks on as long as they can be text.
 *
 * @param name what error messages call the file.
 * @throws {DataError} for a file that is empty, has NUL bytes, or is mostly not UTF-8.
 */
export async function* textOnly(chunks: Chunks, name: string): AsyncGenerator<Uint8Array> {
  let seen = 0;
  for await (const chunk of chunks) {
    if (chunk.length === 0) continue;
    if (seen === 0) rejectUtf16(chunk, name);
    const nul = chunk.indexOf(0);
    if (nul >= 0) {
      throw new DataError(`${name} is not text: byte ${count(seen + nul)} is NUL, as in programs, pictures and archives. Text, Markdown, JSON Lines and CSV can be read.`);
    }
    if (seen === 0) rejectOtherEncodings(chunk, name);
    seen += chunk.length;
    yield chunk;
  }
  if (seen === 0) throw new DataError(`${name} is empty: there is nothing to learn from.`);
}

function rejectUtf16([a, b]: Uint8Array, name: string): void {
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)) {
    throw new DataError(`${name} is UTF-16 text. Save it as UTF-8, for example with: iconv -f UTF-16 -t UTF-8.`);
  }
}

/** The first chunk shows what a file is. A few bad bytes are kept as bytes; many mean another encoding. */
function rejectOtherEncodings(chunk: Uint8Array, name: string): void {
  const sample = new TextDecoder().decode(chunk.subarray(0, sampleBytes));
  const bad = sample.split('\ufffd').length - 1;
  if (bad > 0.1 * sample.length && bad > 1) {
    throw new DataError(`${name} is not UTF-8 text: ${count(bad)} of its first ${count(sample.length)} characters are none. `
      + 'If it is text in another encoding, convert it first, for example with: iconv -f GB18030 -t UTF-8.');
  }
}
