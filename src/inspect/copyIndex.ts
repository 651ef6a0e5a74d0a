// Where did it get that from? Everything that was learned from lies in one row of bytes whose suffixes are in order, so
// that any text can be looked up in it by halving (Manber & Myers 1993, https://doi.org/10.1137/0222058).
//
//   end(i) = where the longest stretch ends that begins at i and stands in the training text, word for word
//
// end never falls, so a match that is in no longer one is found by halving too, and a text of one piece costs one search.
import { OptionError } from '../errors.ts';
import { suffixArray } from './suffixArray.ts';

/** A stretch that stands in the training text, word for word. It is part of no longer one. */
export interface Copied {
  readonly text: string;
  /** Where it begins in the text that was looked up, in UTF-16 units, as strings count. */
  readonly start: number;
  /** Number of the document that has it, from 0, and where it begins there, in UTF-16 units. */
  readonly document: number;
  readonly position: number;
  /** How often it stands in the training text. */
  readonly times: number;
}

export interface CopyReport {
  /** In the order of the text; two may overlap. */
  readonly matches: readonly Copied[];
  /** The longest one, of equals the first; null if nothing is long enough. */
  readonly longest: Copied | null;
  /** Characters that lie in a match, and all. */
  readonly copied: number;
  readonly characters: number;
  /** copied / characters; 0 of an empty text. */
  readonly share: number;
}

/** Shorter matches say nothing: everybody uses the same words. */
const LEAST = 40;
/** Stands behind each document. No byte of UTF-8 is like it, so no match goes on from one document to the next. */
const END = 0xff;

/** The training text, ready to be searched. */
export class CopyIndex {
  readonly documents: number;
  /** Bytes of the text, an end mark for each document included. */
  readonly bytes: number;
  readonly #text: Uint8Array;
  readonly #order: Int32Array;
  /** Where each document begins. */
  readonly #starts: number[] = [];

  /**
   * Puts the suffixes in order: about a second for 1 MB. Takes five bytes of memory for each byte of text, and about twice
   * as many while it works.
   *
   * @example
   * new CopyIndex(['The cat sat on the mat.']).search('Then the cat sat on the mat', { least: 8 }).longest?.text; // 'he cat sat on the mat'
   */
  constructor(documents: Iterable<string>) {
    const encoder = new TextEncoder(), parts = Array.from(documents, (document) => encoder.encode(document));
    this.documents = parts.length;
    this.bytes = parts.reduce((sum, { length }) => sum + length + 1, 0);
    if (this.bytes > 2 ** 30) throw new OptionError('documents', `The training text has ${this.bytes} bytes, but at most ${2 ** 30} can be searched. Give a part of it.`);
    this.#text = new Uint8Array(this.bytes).fill(END);
    let at = 0;
    for (const part of parts) {
      this.#starts.push(at);
      this.#text.set(part, at);
      at += part.length + 1;
    }
    this.#order = suffixArray(this.#text);
  }

  /**
   * The longest stretches of a text that stand in the training text, word for word.
   *
   * @param options.least characters, as people count them: code points; shorter matches are left out. Default 40.
   * @throws {OptionError} when `least` is no positive whole number.
   */
  search(text: string, { least = LEAST }: { readonly least?: number } = {}): CopyReport {
    if (!Number.isSafeInteger(least) || least < 1) throw new OptionError('least', `least must be a positive whole number, but it is ${least}.`);
    const bytes = new TextEncoder().encode(text), characters: number[] = [], units: number[] = [];
    // where each character begins, in bytes and in UTF-16 units, and where the last one ends
    let unit = 0;
    bytes.forEach((byte, i) => {
      if ((byte & 0xc0) === 0x80) return;
      characters.push(i);
      units.push(unit);
      unit += byte >= 0xf0 ? 2 : 1;
    });
    characters.push(bytes.length);
    units.push(unit);
    const n = characters.length - 1, matches: Copied[] = [];
    let copied = 0, covered = 0, end = 0;
    for (let i = 0; i + least <= n;) {
      const length = this.#longest(bytes, characters[i]!);
      end = i;
      while (end < n && characters[end + 1]! <= characters[i]! + length) end++;
      if (end - i >= least) {
        const query = bytes.subarray(characters[i]!, characters[end]!), from = this.#bound(query, false), place = this.#order[from]!;
        matches.push({ text: new TextDecoder().decode(query), start: units[i]!, ...this.#place(place), times: this.#bound(query, true) - from });
        copied += end - Math.max(i, covered);
        covered = end;
      }
      if (end >= n) break;
      // the first character from which a match goes beyond this end
      let low = i + 1, high = end + 1;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (middle > end || this.#has(bytes.subarray(characters[middle]!, characters[end + 1]!))) high = middle;
        else low = middle + 1;
      }
      i = low;
    }
    const longest = matches.reduce<Copied | null>((best, match) => (best === null || [...match.text].length > [...best.text].length ? match : best), null);
    return { matches, longest, copied, characters: n, share: n > 0 ? copied / n : 0 };
  }

  #place(place: number): { document: number; position: number } {
    let low = 0, high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#starts[middle]! <= place) low = middle;
      else high = middle - 1;
    }
    return { document: low, position: new TextDecoder().decode(this.#text.subarray(this.#starts[low], place)).length };
  }

  #has(query: Uint8Array): boolean {
    const place = this.#order[this.#bound(query, false)];
    return place !== undefined && this.#common(query, place) === query.length;
  }

  /** The longest beginning of the rest of a text that the training text has, in bytes. */
  #longest(bytes: Uint8Array, from: number): number {
    const query = bytes.subarray(from), at = this.#bound(query, false);
    return Math.max(...[at - 1, at].map((k) => (k >= 0 && k < this.bytes ? this.#common(query, this.#order[k]!) : 0)));
  }

  #common(query: Uint8Array, place: number): number {
    let length = 0;
    while (length < query.length && query[length] === this.#text[place + length]) length++;
    return length;
  }

  /** The first suffix that is not below the query; or, `behind`, the first that is above everything that begins with it. */
  #bound(query: Uint8Array, behind: boolean): number {
    let low = 0, high = this.bytes, lowCommon = 0, highCommon = 0;
    const text = this.#text, order = this.#order, n = query.length;
    while (low < high) {
      const middle = (low + high) >>> 1, place = order[middle]!;
      let common = Math.min(lowCommon, highCommon); // all between have so much in common
      while (common < n && query[common] === text[place + common]) common++;
      const below = common === n ? behind : place + common >= this.bytes || text[place + common]! < query[common]!;
      if (below) [low, lowCommon] = [middle + 1, common];
      else [high, highCommon] = [middle, common];
    }
    return low;
  }
}
