import { DataError } from '../errors.ts';
import type { TokenSet } from './tokenSet.ts';

/** Stretches of tokens, each at most a row long: where they begin, and how long they are. */
export interface Pieces {
  readonly count: number;
  readonly start: Float64Array;
  readonly length: Uint32Array;
  /** 1 for those that begin where a document begins. */
  readonly begins: Uint8Array;
}

/**
 * Documents as pieces that fit into a row of context + 1 tokens. A longer document becomes several, each beginning with
 * the last token of the one before, so that every token but a document's first is a target exactly once.
 * Pieces from which nothing is learned are left out.
 *
 * @throws {DataError} when no piece is left.
 */
export function piecesOf(tokens: TokenSet, context: number): Pieces {
  let count = 0;
  eachPiece(tokens, context, () => count++);
  const start = new Float64Array(count), length = new Uint32Array(count), begins = new Uint8Array(count);
  let i = 0;
  eachPiece(tokens, context, (from, size, isFirst) => {
    start[i] = from;
    length[i] = size;
    begins[i++] = Number(isFirst);
  });
  if (count === 0) {
    throw new DataError(tokens.masked ? 'No token of these conversations is learned: they have no assistant messages.' : 'There are no documents with at least two tokens to pack.');
  }
  return { count, start, length, begins };
}

function eachPiece(tokens: TokenSet, context: number, visit: (from: number, length: number, isFirst: boolean) => void): void {
  const ids = new Int32Array(context + 1), learned = new Uint8Array(context + 1);
  const isLearned = (from: number, length: number): boolean => {
    tokens.read(from, length, ids, learned, 0);
    return learned.subarray(1, length).includes(1);
  };
  for (let document = 0; document < tokens.documents; document++) {
    const begin = tokens.start(document), end = tokens.start(document + 1);
    for (let from = begin; from + 1 < end; from += context) {
      const length = Math.min(context + 1, end - from);
      if (!tokens.masked || isLearned(from, length)) visit(from, length, from === begin);
    }
  }
}
