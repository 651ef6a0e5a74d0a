// Reads a GGUF header from front to back and never past its end. Every length is checked against the bytes that are
// left before anything is made of it, so that a file cannot ask for more memory than a small multiple of its own size.

import { FormatError, count } from '../errors.ts';

/** Strings, booleans and inner arrays in all metadata together; the largest vocabularies with their merges need
 *  under a million, and this many are read in less than a second. */
const mostItems = 2_000_000;

/** A position in the bytes of a header. */
export class GgufReader {
  readonly name: string;
  at = 0;
  readonly #file: Uint8Array;
  #items = 0;
  // The byte order mark is text like any other: dropping it would change a token.
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

  /** @param name what error messages call the file. */
  constructor(file: Uint8Array, name: string) {
    this.#file = file;
    this.name = name;
  }

  /** The next `bytes` bytes, not copied. */
  view(bytes: number, what: string): DataView {
    const left = this.#file.length - this.at;
    if (bytes > left) {
      throw new FormatError(`${this.name}: ${what} takes ${count(bytes)} bytes at byte ${count(this.at)}, but only ${count(left)} are left. The file is cut short or damaged; fetch it again.`);
    }
    const view = new DataView(this.#file.buffer, this.#file.byteOffset + this.at, bytes);
    this.at += bytes;
    return view;
  }

  /** The next unsigned integer of 32 bits. */
  u32(what: string): number {
    return this.view(4, what).getUint32(0, true);
  }

  /** The next unsigned integer of 64 bits, which must be one that a double holds exactly. */
  u64(what: string): number {
    const value = this.view(8, what).getBigUint64(0, true);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new FormatError(`${this.name}: ${what} is ${value}, which is more than any file can mean. The file is damaged.`);
    return Number(value);
  }

  /** The next count of things of which each takes at least `leastBytes` bytes: no more than can still follow. */
  length(what: string, leastBytes: number): number {
    const length = this.u64(`the number of ${what}`), left = this.#file.length - this.at;
    if (length * leastBytes > left) {
      throw new FormatError(`${this.name}: the file promises ${count(length)} of ${what}, at least ${leastBytes} bytes each, but only ${count(left)} bytes are left. It is cut short or damaged; fetch it again.`);
    }
    return length;
  }

  /** The next string. */
  string(what: string): string {
    const view = this.view(this.length(`bytes of ${what}`, 1), what);
    try {
      return this.#decoder.decode(view);
    } catch {
      throw new FormatError(`${this.name}: ${what} is not UTF-8 text (at byte ${count(view.byteOffset - this.#file.byteOffset)}). The file is damaged.`);
    }
  }

  /** Counts items that become JavaScript objects, and refuses a file that holds absurdly many. */
  spend(items: number, what: string): void {
    this.#items += items;
    if (this.#items > mostItems) throw new FormatError(`${this.name}: with ${what} the metadata hold more than ${count(mostItems)} strings and lists. No model needs that; the file is damaged or hostile.`);
  }
}
