// A token may end in the middle of a character: 你 is three bytes, and a model may say them one by one. Text is given
// out only up to the last whole character; the rest waits for the next token.
import { decodeUtf8, join, wholeLength } from './utf8.ts';

const SPACE = 0x20;

/** Turns ids into text one by one. The pieces joined are exactly `decode` of all ids. */
export class StreamDecoder {
  readonly #bytesOf: (id: number) => Uint8Array;
  #waiting = new Uint8Array(0);
  #skips = false;

  /** @param bytesOf the bytes shown for a token; a special token shows its name. */
  constructor(bytesOf: (id: number) => Uint8Array) {
    this.#bytesOf = bytesOf;
  }

  /** Leaves out one space at the very beginning. */
  skipSpace(): void {
    this.#skips = true;
  }

  /** The text that this token completes; often empty inside a character of several tokens. */
  push(id: number): string {
    const shown = this.#bytesOf(id), bytes = join([this.#waiting, this.#skips && shown[0] === SPACE ? shown.subarray(1) : shown]);
    if (shown.length > 0) this.#skips = false;
    const whole = wholeLength(bytes);
    this.#waiting = bytes.slice(whole);
    return decodeUtf8(bytes.subarray(0, whole));
  }

  /** What was still held back, as U+FFFD. The decoder is then as new. */
  end(): string {
    const text = decodeUtf8(this.#waiting);
    this.#waiting = new Uint8Array(0);
    return text;
  }
}
