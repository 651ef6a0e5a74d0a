// tokenizer.json is text, but a token is any bytes. GPT-2 writes each byte as one visible character: those that are
// visible in Latin-1 as themselves, the other 68 as U+0100, U+0101, … So a space becomes Ġ and a newline Ċ.
// Radford et al. 2019, bytes_to_unicode in https://github.com/openai/gpt-2/blob/master/src/encoder.py
import { bytesOfByteString } from './utf8.ts';

const isVisible = (byte: number): boolean =>
  (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;

const letters: string[] = [];
let hidden = 0;
for (let byte = 0; byte < 256; byte++) letters.push(String.fromCharCode(isVisible(byte) ? byte : 0x100 + hidden++));
const byteOf = new Map(letters.map((letter, byte) => [letter, byte]));

/** Bytes as visible characters, one for each byte. */
export function toLetters(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += letters[byte]!;
  return text;
}

/** The inverse of toLetters, or null where a character is not of the alphabet. */
export function fromLettersOrNull(text: string): Uint8Array | null {
  let bytes = '';
  for (const letter of text) {
    const byte = byteOf.get(letter);
    if (byte === undefined) return null;
    bytes += String.fromCharCode(byte);
  }
  return bytesOfByteString(bytes);
}
