// The unigram model: of all ways to cut a piece into tokens the likeliest one, found by dynamic programming (Viterbi).
//   best[end] = max over tokens that end here of  best[begin] + score(token)
// Kudo 2018, https://arxiv.org/abs/1804.10959
import type { Ids } from '../ids.ts';
import { encodeUtf8 } from '../utf8.ts';
import type { PieceModel, PieceVocabulary } from './pieceModel.ts';

/** Characters that may follow, and the token that ends here. */
interface Node {
  readonly next: Map<number, Node>;
  id: number;
}

/** An unknown character costs so much more than the unlikeliest token. */
const UNKNOWN_PENALTY = 10;

export class UnigramModel implements PieceModel {
  readonly #vocabulary: PieceVocabulary;
  readonly #scores: Float64Array;
  readonly #unknownScore: number;
  readonly #root: Node = { next: new Map(), id: -1 };

  /** @param scores log-probabilities by id. */
  constructor(vocabulary: PieceVocabulary, scores: Float64Array) {
    this.#vocabulary = vocabulary;
    this.#scores = scores;
    this.#unknownScore = scores.reduce((least, score) => Math.min(least, score), Infinity) - UNKNOWN_PENALTY;
    for (const [piece, id] of vocabulary.idOf) {
      if (id === vocabulary.unknown || piece === '') continue;
      let node = this.#root;
      for (const character of piece) {
        const point = character.codePointAt(0)!;
        let next = node.next.get(point);
        if (!next) node.next.set(point, (next = { next: new Map(), id: -1 }));
        node = next;
      }
      node.id = id;
    }
  }

  encode(piece: string, out: Ids): void {
    const points = Array.from(piece, (character) => character.codePointAt(0)!), n = points.length;
    const best = new Float64Array(n + 1).fill(-Infinity), from = new Int32Array(n + 1), by = new Int32Array(n + 1);
    best[0] = 0;
    for (let begin = 0; begin < n; begin++) {
      let single = false;
      const offer = (end: number, score: number, id: number): void => {
        if (best[begin]! + score <= best[end]!) return;
        best[end] = best[begin]! + score;
        from[end] = begin;
        by[end] = id;
      };
      let node: Node | undefined = this.#root;
      for (let end = begin; end < n; end++) {
        node = node.next.get(points[end]!);
        if (!node) break;
        if (node.id < 0) continue;
        offer(end + 1, this.#scores[node.id]!, node.id);
        if (end === begin) single = true;
      }
      if (!single) offer(begin + 1, this.#unknownScore, -1);
    }
    const path: number[] = [];
    for (let end = n; end > 0; end = from[end]!) path.push(end);
    let before = false;
    for (const end of path.reverse()) {
      const id = by[end]!;
      if (id >= 0) out.push(id);
      else this.#spell(points[end - 1]!, before, out);
      before = id < 0;
    }
  }

  #spell(point: number, before: boolean, out: Ids): void {
    const { bytes, unknown, fuseUnknown } = this.#vocabulary;
    if (bytes) for (const byte of encodeUtf8(String.fromCodePoint(point))) out.push(bytes[byte]!);
    else if (unknown >= 0 && !(before && fuseUnknown)) out.push(unknown);
  }
}
