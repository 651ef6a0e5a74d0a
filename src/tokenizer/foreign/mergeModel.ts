// Byte-pair encoding over characters, or over bytes spelled as letters (Sennrich et al. 2016, https://arxiv.org/abs/1508.07909).
// A character outside the vocabulary takes part in no merge: it is spelled in bytes, or unknown.
import type { Ids } from '../ids.ts';
import { Merger } from '../merger.ts';
import { PairTable } from '../pairTable.ts';
import { encodeUtf8 } from '../utf8.ts';
import type { PieceModel, PieceVocabulary } from './pieceModel.ts';

/** Two ids that become one. */
export interface MergeRule {
  readonly left: number;
  readonly right: number;
  readonly result: number;
}

/** Characters below this are looked up in a table: ASCII, and the letters that stand for bytes. */
const LETTERS = 0x180;

export class MergeModel implements PieceModel {
  readonly #vocabulary: PieceVocabulary;
  readonly #merger: Merger;
  /** A piece that is a token is taken as it is. */
  readonly #whole: boolean;
  /** Ids of the first characters; -1 where there is none. */
  readonly #letters = new Int32Array(LETTERS).fill(-1);
  #ids = new Int32Array(1024);

  constructor(vocabulary: PieceVocabulary, merges: readonly MergeRule[], { wholePieces = false } = {}) {
    this.#vocabulary = vocabulary;
    this.#whole = wholePieces;
    const table = new PairTable(merges.length), resultOf = new Int32Array(merges.length);
    for (const [rank, { left, right, result }] of merges.entries()) {
      // a pair that is listed twice keeps its better place
      if (table.get(left, right) < 0) table.set(left, right, rank);
      resultOf[rank] = result;
    }
    this.#merger = new Merger(table, resultOf);
    for (let c = 0; c < LETTERS; c++) this.#letters[c] = vocabulary.idOf.get(String.fromCharCode(c)) ?? -1;
  }

  encode(piece: string, out: Ids): void {
    out.pushAll(this.#merge(piece));
  }

  #merge(piece: string): Uint32Array {
    const { idOf, bytes, unknown, fuseUnknown } = this.#vocabulary;
    if (this.#whole) {
      const whole = idOf.get(piece);
      if (whole !== undefined) return Uint32Array.of(whole);
    }
    // a character of n units has at most 3 n bytes
    if (this.#ids.length < piece.length * 3) this.#ids = new Int32Array(piece.length * 4);
    const ids = this.#ids;
    let n = 0;
    for (let i = 0; i < piece.length; i++) {
      const unit = piece.charCodeAt(i);
      let id = -1, character = '';
      if (unit < LETTERS) id = this.#letters[unit]!;
      if (id < 0) {
        character = piece.slice(i, i + ((unit & 0xfc00) === 0xd800 ? 2 : 1));
        id = idOf.get(character) ?? -1;
        i += character.length - 1;
      }
      if (id >= 0) ids[n++] = id;
      else if (bytes) for (const byte of encodeUtf8(character)) ids[n++] = bytes[byte]!;
      else if (unknown >= 0 && !(fuseUnknown && n > 0 && ids[n - 1] === unknown)) ids[n++] = unknown;
    }
    return new Uint32Array(ids.subarray(0, this.#merger.merge(ids, n)));
  }
}
