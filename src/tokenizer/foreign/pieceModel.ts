import type { Ids } from '../ids.ts';

/** The last step of a tokenizer: a piece of text, in the spelling of the vocabulary, becomes ids. */
export interface PieceModel {
  /** @param piece never empty. */
  encode(piece: string, out: Ids): void;
}

/** What every model knows of its vocabulary. */
export interface PieceVocabulary {
  /** Ids by spelling. */
  readonly idOf: ReadonlyMap<string, number>;
  /** Ids of `<0x00>` to `<0xFF>`, if characters outside the vocabulary are spelled in bytes. */
  readonly bytes: Int32Array | null;
  /** Stands for what is not in the vocabulary; -1 if nothing does and it is left out. */
  readonly unknown: number;
  /** Several unknown ones side by side are one. */
  readonly fuseUnknown: boolean;
}
