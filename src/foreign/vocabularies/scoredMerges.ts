// SentencePiece, llama2.c and GGUF give every token a score instead of a list of merges: of all neighbours that make a token
// together, those of the highest score go first. Every way to cut a token into two is a merge of its score.
import type { HuggingFaceJson } from '../../index.ts';

export interface ScoredPiece {
  /** With ▁ for a space. */
  readonly piece: string;
  readonly score: number;
  readonly kind: 'normal' | 'unknown' | 'control' | 'user' | 'byte' | 'unused';
}

/** Pairs of pieces, best first. */
export function mergesOf(pieces: readonly ScoredPiece[]): [string, string][] {
  const idOf = new Map<string, number>();
  for (const [id, { piece, kind }] of pieces.entries()) if ((kind === 'normal' || kind === 'user') && !idOf.has(piece)) idOf.set(piece, id);
  const merges: { left: number; right: number; score: number }[] = [];
  for (const { piece, score, kind } of pieces) {
    if (kind !== 'normal') continue;
    const characters = [...piece], local: { left: number; right: number; score: number }[] = [];
    for (let cut = 1; cut < characters.length; cut++) {
      const left = idOf.get(characters.slice(0, cut).join('')), right = idOf.get(characters.slice(cut).join(''));
      if (left !== undefined && right !== undefined) local.push({ left, right, score });
    }
    merges.push(...local.sort((a, b) => a.left - b.left || a.right - b.right));
  }
  return merges.sort((a, b) => b.score - a.score).map(({ left, right }) => [pieces[left]!.piece, pieces[right]!.piece]);
}

/** Scores by id from a list of merges: 0 for tokens that nobody makes, then less and less. */
export function scoresOf(json: HuggingFaceJson, size: number): Float32Array {
  const vocab = json.model['vocab'] as Readonly<Record<string, number>>, merges = json.model['merges'] as readonly (string | readonly [string, string])[];
  const added = new Set(json.added_tokens.map(({ id }) => id)), rank = new Map<number, number>(), scores = new Float32Array(size);
  for (const [i, merge] of merges.entries()) {
    const id = vocab[typeof merge === 'string' ? merge.replace(' ', '') : merge.join('')];
    if (id !== undefined && !rank.has(id)) rank.set(id, i);
  }
  const normal = Object.entries(vocab).filter(([piece, id]) => !added.has(id) && !isByte(piece)).map(([, id]) => id).sort((a, b) => a - b), first = normal[0] ?? 0;
  const places = normal.map((id) => rank.get(id) ?? Infinity), inOrder = places.every((place, i) => i === 0 || place === Infinity || place > places[i - 1]!) && normal.at(-1) === first + normal.length - 1;
  for (const id of normal) scores[id] = inOrder ? -(id - first) : -(rank.get(id) ?? merges.length);
  return scores;
}

export const isByte = (piece: string): boolean => /^<0x[0-9A-F]{2}>$/.test(piece);

export interface ScoredOptions {
  /** A space is put before every text. */
  readonly prefix: boolean;
  /** The special token before every text. */
  readonly bos: string | null;
  /** Steps before spaces become ▁. */
  readonly before?: HuggingFaceJson['normalizer'][];
}

/** SentencePiece, where it is told so: no spaces at the ends, and one between words. */
export const withoutExtraSpaces: readonly HuggingFaceJson['normalizer'][] = [
  { type: 'Replace', pattern: { Regex: '(?<![\\s\\S]) +| +(?![\\s\\S])' }, content: '' }, { type: 'Replace', pattern: { Regex: ' {2,}' }, content: ' ' },
];

/** What stands before and behind the model in tokenizers of SentencePiece. */
function around({ prefix, bos, before = [] }: ScoredOptions, pieces: readonly ScoredPiece[]): Omit<HuggingFaceJson, 'model'> {
  const token = pieces.findIndex(({ piece }) => piece === bos);
  return {
    version: '1.0', truncation: null, padding: null,
    added_tokens: pieces.map(({ piece, kind }, id) => ({ piece, kind, id })).filter(({ kind }) => kind === 'control' || kind === 'unknown' || kind === 'user')
      .map(({ piece: content, kind, id }) => ({ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: kind !== 'user' })),
    normalizer: { type: 'Sequence', normalizers: [...before, ...(prefix ? [{ type: 'Prepend', prepend: '▁' }] : []), { type: 'Replace', pattern: { String: ' ' }, content: '▁' }] },
    pre_tokenizer: null,
    post_processor: bos === null || token < 0 ? null : {
      type: 'TemplateProcessing', single: [{ SpecialToken: { id: bos, type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
      pair: [{ SpecialToken: { id: bos, type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }, { SpecialToken: { id: bos, type_id: 1 } }, { Sequence: { id: 'B', type_id: 1 } }],
      special_tokens: { [bos]: { id: bos, ids: [token], tokens: [bos] } },
    },
    decoder: {
      type: 'Sequence',
      decoders: [{ type: 'Replace', pattern: { String: '▁' }, content: ' ' }, { type: 'ByteFallback' }, { type: 'Fuse' }, ...(prefix ? [{ type: 'Strip', content: ' ', start: 1, stop: 0 }] : [])],
    },
  };
}

const unknownOf = (pieces: readonly ScoredPiece[]): string | null => pieces.find(({ kind }) => kind === 'unknown')?.piece ?? null;
const hasBytes = (pieces: readonly ScoredPiece[]): boolean => pieces.filter(({ kind }) => kind === 'byte').length === 256;

/** A tokenizer.json of byte-pair encoding with scores. */
export const scoredBpe = (pieces: readonly ScoredPiece[], options: ScoredOptions): HuggingFaceJson => ({
  ...around(options, pieces),
  model: {
    type: 'BPE', dropout: null, unk_token: unknownOf(pieces), continuing_subword_prefix: null, end_of_word_suffix: null, fuse_unk: true, byte_fallback: hasBytes(pieces), ignore_merges: false,
    vocab: Object.fromEntries(pieces.map(({ piece }, id) => [piece, id] as const).reverse()), merges: mergesOf(pieces),
  },
});

/** A tokenizer.json of a unigram model. */
export const scoredUnigram = (pieces: readonly ScoredPiece[], options: ScoredOptions): HuggingFaceJson => ({
  ...around(options, pieces),
  model: { type: 'Unigram', unk_id: Math.max(0, pieces.findIndex(({ kind }) => kind === 'unknown')), byte_fallback: hasBytes(pieces), vocab: pieces.map(({ piece, score }) => [piece, score]) },
});
