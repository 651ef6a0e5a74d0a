// Byte-level BPE: text is cut into pieces, each piece starts as its bytes, and learned pairs are merged. Any bytes can be
// encoded, because the 256 bytes are tokens themselves.
import { OptionError, count } from '../errors.ts';
import { toLetters } from './byteAlphabet.ts';
import type { Ids } from './ids.ts';
import { Merger } from './merger.ts';
import { ownCopy } from './ownCopy.ts';
import { PairTable } from './pairTable.ts';
import { Pattern } from './pattern.ts';
import { tokenizerJson, type TokenizerJson } from './tokenizerJson.ts';
import { byteString, encodeUtf8, join, sections } from './utf8.ts';
import { placeSpecials, Vocabulary } from './vocabulary.ts';

/** Two ids that become one. */
export interface Merge {
  readonly left: number;
  readonly right: number;
  readonly result: number;
}

/** What a Bpe is made of. */
export interface BpeParts {
  /** Bytes by id, with all 256 single bytes among them; empty for special and unused ids. */
  readonly tokens: readonly Uint8Array[];
  /** Best first. */
  readonly merges: readonly Merge[];
  readonly specials: ReadonlyMap<string, number>;
  readonly pattern: Pattern;
  /** Merges to a smaller id go first, wherever they stand in the list. */
  readonly byRank?: boolean;
  /** A piece that is a token is taken as a whole, even if no merges lead to it. */
  readonly wholePieces?: boolean;
}

/** One piece of text on its way to tokens. */
export interface Explanation {
  readonly piece: Uint8Array;
  /** Indices into `merges`, in the order in which they were applied. */
  readonly merges: readonly number[];
  readonly ids: Uint32Array;
}

const CACHED_PIECES = 1 << 16;
/** Longer pieces are rarely seen twice. */
const CACHED_LENGTH = 64;
const encoder = new TextEncoder();

/** A byte-level BPE tokenizer. Made by trainBpe, bpeFromRanks, bpeFromMerges and parseTokenizer. */
export class Bpe extends Vocabulary {
  readonly kind = 'bpe';
  readonly pattern: Pattern;
  /** All merges, best first. */
  readonly merges: readonly Merge[];
  readonly #byRank: boolean;
  /** Place of each pair in `merges`; made when it is first asked for. */
  #indexOf: PairTable | null = null;
  readonly #idOfByte = new Int32Array(256).fill(-1);
  /** Ids of whole pieces, by byte string; only where pieces are taken as a whole. */
  readonly #idOfPiece: ReadonlyMap<string, number> | null;
  readonly #merger: Merger;
  /** The first merge that makes a token. */
  readonly #originOf = new Map<number, number>();
  /** Pieces seen lately. A piece of one token is kept as a number. */
  readonly #cache = new Map<string, number | Uint32Array>();
  #ids = new Int32Array(1024);
  #bytes = new Uint8Array(1024);

  /** @throws {OptionError} when a byte or a part of a merge is missing. */
  constructor({ tokens, merges, specials, pattern, byRank = false, wholePieces = false }: BpeParts) {
    super(tokens, specials);
    this.pattern = pattern;
    this.merges = merges;
    this.#byRank = byRank;
    if (this.size > 1 << 21 || merges.length > 1 << 21) {
      throw new OptionError('vocab', `A vocabulary can have at most ${count(1 << 21)} tokens and merges; `
        + `this one has ${count(this.size)} and ${count(merges.length)}.`);
    }
    for (const [id, bytes] of this.tokens.entries()) if (bytes.length === 1) this.#idOfByte[bytes[0]!] = id;
    const missing = this.#idOfByte.indexOf(-1);
    if (missing >= 0) {
      throw new OptionError('tokens', `A byte-level vocabulary needs all 256 bytes, but ${tokenByte(missing)} is missing.`);
    }
    this.#idOfPiece = wholePieces ? new Map(this.tokens.map((bytes, id) => [byteString(bytes), id])) : null;
    this.#merger = this.#createMerger();
  }

  /**
   * Tells how a text becomes tokens: its pieces and the merges applied in each.
   *
   * @example
   * for (const { piece, merges } of tokenizer.explain('the cat')) show(piece, merges.map((i) => tokenizer.merges[i]));
   */
  explain(text: string | Uint8Array): Explanation[] {
    const explained: Explanation[] = [];
    for (const part of sections(text)) {
      const pieces = typeof part === 'string' ? this.pattern.pieces(part).map(encodeUtf8) : [part];
      for (const piece of pieces) explained.push(this.explainPiece(piece));
    }
    return explained;
  }

  /** The same for one piece, which is not cut any further. */
  explainPiece(piece: Uint8Array): Explanation {
    const merges: number[] = [];
    const indexOf = (this.#indexOf ??= this.#indexMerges());
    const merged = this.#mergeBytes(piece, piece.length, (left, right) => merges.push(indexOf.get(left, right)));
    const whole = this.#idOfPiece?.get(byteString(piece));
    return { piece, merges, ids: whole === undefined ? merged : Uint32Array.of(whole) };
  }

  /** The merges as GPT-2's merges.txt has them, one pair per line in visible letters: `Ġ t`. */
  toMerges(): string {
    const spelled = this.tokens.map(toLetters);
    return this.merges.map(({ left, right }) => `${spelled[left]!} ${spelled[right]!}\n`).join('');
  }

  override toJSON(): TokenizerJson {
    return tokenizerJson({
      source: this.pattern.source,
      tokens: this.tokens,
      specials: this.specials,
      merges: this.merges.map(({ left, right }) => [left, right]),
      // without merges the flag would mean another kind; single bytes need no merge anyway
      wholePieces: this.#idOfPiece !== null && this.merges.length > 0,
    });
  }

  protected override encodeText(text: string, out: Ids): void {
    const cache = this.#cache, idOfByte = this.#idOfByte;
    this.pattern.split(text, (start, end) => {
      if (end === start + 1) {
        const unit = text.charCodeAt(start);
        if (unit < 128) {
          out.push(idOfByte[unit]!);
          return;
        }
      }
      const piece = text.slice(start, end);
      let ids = cache.get(piece);
      if (ids === undefined) {
        ids = this.#encodePiece(piece);
        if (piece.length <= CACHED_LENGTH) {
          if (cache.size >= CACHED_PIECES) cache.clear();
          cache.set(ownCopy(piece), ids);
        }
      }
      if (typeof ids === 'number') out.push(ids);
      else out.pushAll(ids);
    });
  }

  protected override encodeBytes(bytes: Uint8Array, out: Ids): void {
    out.pushAll(this.#mergeBytes(bytes, bytes.length));
  }

  protected override originOf(id: number): string {
    const index = this.#originOf.get(id);
    if (index === undefined) return '';
    const { left, right } = this.merges[index]!;
    return `${this.nameOf(left)} + ${this.nameOf(right)}`;
  }

  #encodePiece(piece: string): number | Uint32Array {
    if (this.#bytes.length < piece.length * 3) this.#bytes = new Uint8Array(piece.length * 4);
    const { written } = encoder.encodeInto(piece, this.#bytes);
    const ids = this.#mergeBytes(this.#bytes, written);
    return ids.length === 1 ? ids[0]! : ids;
  }

  #mergeBytes(bytes: Uint8Array, length: number, applied?: (left: number, right: number) => void): Uint32Array {
    if (this.#idOfPiece !== null && applied === undefined) {
      const whole = this.#idOfPiece.get(byteString(bytes.subarray(0, length)));
      if (whole !== undefined) return Uint32Array.of(whole);
    }
    if (this.#ids.length < length) this.#ids = new Int32Array(length * 2);
    const ids = this.#ids;
    for (let i = 0; i < length; i++) ids[i] = this.#idOfByte[bytes[i]!]!;
    return new Uint32Array(ids.subarray(0, this.#merger.merge(ids, length, applied)));
  }

  #indexMerges(): PairTable {
    const table = new PairTable(this.merges.length);
    for (const [index, { left, right }] of this.merges.entries()) table.set(left, right, index);
    return table;
  }

  #createMerger(): Merger {
    const table = new PairTable(this.merges.length);
    const resultOf = new Int32Array(this.#byRank ? this.size : this.merges.length);
    for (const [index, merge] of this.merges.entries()) {
      const priority = this.#byRank ? merge.result : index;
      // a pair that is listed twice keeps its better place
      if (table.get(merge.left, merge.right) < 0) table.set(merge.left, merge.right, priority);
      resultOf[priority] = merge.result;
      if (!this.#originOf.has(merge.result)) this.#originOf.set(merge.result, index);
    }
    return new Merger(table, resultOf);
  }
}

const tokenByte = (byte: number): string => `0x${byte.toString(16).toUpperCase().padStart(2, '0')}`;

/** A Bpe with the bytes as tokens 0 to 255, merge i as token 256 + i, and the special tokens after them. */
export function createBpe(merges: readonly (readonly [number, number])[], pattern: Pattern, specials: readonly string[]): Bpe {
  const tokens: Uint8Array[] = [];
  for (let byte = 0; byte < 256; byte++) tokens.push(Uint8Array.of(byte));
  for (const [left, right] of merges) tokens.push(join([tokens[left]!, tokens[right]!]));
  return new Bpe({
    tokens,
    merges: merges.map(([left, right], i) => ({ left, right, result: 256 + i })),
    specials: placeSpecials(specials, tokens.length),
    pattern,
  });
}
