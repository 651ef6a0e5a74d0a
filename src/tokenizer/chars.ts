// The simplest tokenizer: one token for each different character of the training text, in the order of code points.
import { count, DataError, OptionError } from '../errors.ts';
import type { Ids } from './ids.ts';
import { PATTERNS } from './pattern.ts';
import { tokenName } from './tokenName.ts';
import { tokenizerJson, type TokenizerJson } from './tokenizerJson.ts';
import { documents } from './trainBpe.ts';
import { decodeUtf8, encodeUtf8, sections } from './utf8.ts';
import { placeSpecials, Vocabulary } from './vocabulary.ts';

export interface CharsOptions {
  /** Names of special tokens, which get the last ids. None if not given. */
  readonly specials?: readonly string[];
  /** Also make tokens of the 256 bytes, with which characters outside the alphabet are spelled. */
  readonly bytes?: boolean;
}

/**
 * Makes a tokenizer of the characters that occur in `texts`.
 *
 * @throws {DataError} when there is no text and `bytes` is not set.
 * @example
 * const tokenizer = createChars('hello');
 * tokenizer.encode('hole'); // [1, 3, 2, 0]: the alphabet is e h l o
 */
export function createChars(texts: string | Uint8Array | Iterable<string | Uint8Array>, options: CharsOptions = {}): Chars {
  const seen = new Uint8Array(0x110000);
  for (const text of documents(texts)) {
    for (const part of sections(text)) for (const point of pointsOf(part) ?? fallBack(options.bytes)) seen[point] = 1;
  }
  const tokens: Uint8Array[] = [];
  if (options.bytes) for (let byte = 0; byte < 256; byte++) tokens.push(Uint8Array.of(byte));
  // ASCII characters are single bytes already
  for (let point = options.bytes ? 128 : 0; point < seen.length; point++) {
    if (seen[point]) tokens.push(encodeUtf8(String.fromCodePoint(point)));
  }
  if (tokens.length === 0) throw new DataError('There is no text to make an alphabet from. Give at least one document that is not empty.');
  return new Chars(tokens, placeSpecials(options.specials ?? [], tokens.length));
}

/** A tokenizer of characters. Made by createChars and parseTokenizer. */
export class Chars extends Vocabulary {
  readonly kind = 'chars';
  readonly #idOfPoint = new Map<number, number>();
  readonly #idOfByte = new Int32Array(256).fill(-1);
  readonly #hasBytes: boolean;

  /**
   * @param tokens one character each, and either all 256 single bytes too or only those that are characters.
   * @throws {OptionError} for any other token.
   */
  constructor(tokens: readonly Uint8Array[], specials: ReadonlyMap<string, number>) {
    super(tokens, specials);
    for (const [id, bytes] of tokens.entries()) {
      if (bytes.length === 0) continue;
      if (bytes.length === 1) this.#idOfByte[bytes[0]!] = id;
      const [point, ...more] = [...sections(bytes)].flatMap((part) => [...pointsOf(part) ?? []]);
      if (point !== undefined && more.length === 0) this.#idOfPoint.set(point, id);
      else if (bytes.length > 1) {
        throw new OptionError('tokens', `A vocabulary of characters has the token ${tokenName(bytes)}, which is not one character.`);
      }
    }
    this.#hasBytes = !this.#idOfByte.includes(-1);
  }

  override toJSON(): TokenizerJson {
    return tokenizerJson({ source: PATTERNS.chars, tokens: this.tokens, specials: this.specials, merges: [], wholePieces: true });
  }

  /** @throws {DataError} for a character outside the alphabet, unless the tokenizer has bytes. */
  protected override encodeText(text: string, out: Ids): void {
    for (const point of pointsOf(text)) this.#encodePoint(point, out);
  }

  protected override encodeBytes(bytes: Uint8Array, out: Ids): void {
    const points = pointsOf(bytes);
    if (points !== null) for (const point of points) this.#encodePoint(point, out);
    else {
      fallBack(this.#hasBytes);
      for (const byte of bytes) out.push(this.#idOfByte[byte]!);
    }
  }

  #encodePoint(point: number, out: Ids): void {
    const id = this.#idOfPoint.get(point);
    if (id !== undefined) {
      out.push(id);
      return;
    }
    const character = String.fromCodePoint(point);
    if (!this.#hasBytes) {
      const name = `U+${point.toString(16).toUpperCase().padStart(4, '0')}`;
      throw new DataError(`The character ${JSON.stringify(character)} (${name}) is not in the alphabet of this tokenizer `
        + `(${count(this.#idOfPoint.size)} characters). Create it with { bytes: true }, or use words or bpe.`);
    }
    for (const byte of encodeUtf8(character)) out.push(this.#idOfByte[byte]!);
  }
}

/** The code points of text; of other bytes only if all of them are lone surrogates, otherwise null. */
function pointsOf(part: string): Iterable<number>;
function pointsOf(part: string | Uint8Array): Iterable<number> | null;
function pointsOf(part: string | Uint8Array): Iterable<number> | null {
  if (typeof part === 'string') return pointsOfText(part);
  const units = decodeUtf8(part);
  // unit by unit: two lone surrogates must not become one character
  return units.includes('\ufffd') ? null : Array.from({ length: units.length }, (_, i) => units.charCodeAt(i));
}

function* pointsOfText(text: string): Generator<number> {
  for (let i = 0; i < text.length; i++) {
    const point = text.codePointAt(i)!;
    if (point > 0xffff) i++;
    yield point;
  }
}

/** Bytes that are no characters need byte tokens. */
function fallBack(hasBytes: boolean | undefined): [] {
  if (hasBytes) return [];
  throw new DataError('These bytes are not UTF-8 text, and this tokenizer knows only characters. '
    + 'Create it with { bytes: true }, or use words or bpe.');
}
