// How well a tokenizer fits a text. Bytes per token says how much text fits into a context, tokens per word how much the
// words are cut up; tokens that never occur are parameters that are never trained.
import { Bpe } from './bpe.ts';
import { Pattern } from './pattern.ts';
import { tokenName } from './tokenName.ts';
import type { Tokenizer } from './tokenizer.ts';
import { documents } from './trainBpe.ts';
import { decodeUtf8, encodeUtf8, sections } from './utf8.ts';

/** One token and how often it occurs. */
export interface TokenCount {
  readonly id: number;
  readonly name: string;
  readonly bytes: number;
  readonly count: number;
}

/** One merge of a BPE tokenizer, in the order in which it was learned. */
export interface MergeUse {
  readonly left: string;
  readonly right: string;
  readonly result: string;
  /** How often it was applied in the text. */
  readonly count: number;
  /** The most frequent pieces of text in which it was applied. */
  readonly examples: readonly string[];
}

export interface TokenizerReport {
  readonly kind: Tokenizer['kind'];
  readonly size: number;
  readonly documents: number;
  readonly bytes: number;
  readonly tokens: number;
  /** Words as the words tokenizer sees them, without spaces and punctuation. */
  readonly words: number;
  readonly bytesPerToken: number;
  readonly tokensPerWord: number;
  /** Share of tokens that are a part of a character only. */
  readonly brokenShare: number;
  /** Ordinary tokens that do not occur in the text. */
  readonly unused: readonly TokenCount[];
  readonly mostFrequent: readonly TokenCount[];
  readonly longest: readonly TokenCount[];
  /** Empty for chars and words. */
  readonly merges: readonly MergeUse[];
}

/**
 * Measures a tokenizer on some texts.
 *
 * @param list.tokens how many tokens the lists of frequent and long ones have: 20 if not given.
 * @param list.merges how many merges are told: 100 if not given.
 * @param list.examples how many pieces of text are shown for each merge: 3 if not given.
 * @example
 * tokenizerReport(tokenizer, [text]).bytesPerToken; // 3.9
 */
export function tokenizerReport(
  tokenizer: Tokenizer,
  texts: string | Uint8Array | Iterable<string | Uint8Array>,
  list: { tokens?: number; merges?: number; examples?: number } = {},
): TokenizerReport {
  const counts = new Float64Array(tokenizer.size);
  const pieces = new Map<string, number>();
  const words = new Pattern('words');
  let documentCount = 0, byteCount = 0, tokenCount = 0, wordCount = 0;
  for (const text of documents(texts)) {
    const ids = tokenizer.encode(text);
    documentCount++;
    tokenCount += ids.length;
    for (const id of ids) {
      counts[id]!++;
      byteCount += tokenizer.bytesOf(id).length;
    }
    for (const part of sections(text)) {
      if (typeof part !== 'string') continue;
      words.split(part, (start) => { if (BEGINS_WORD.test(part.slice(start, start + 2))) wordCount++; });
      if (tokenizer instanceof Bpe) tokenizer.pattern.split(part, (start, end) => see(pieces, part.slice(start, end)));
    }
  }
  const all = Array.from({ length: tokenizer.size }, (_, id): TokenCount => (
    { id, name: tokenizer.nameOf(id), bytes: tokenizer.bytesOf(id).length, count: counts[id]! }
  )).filter(({ bytes }) => bytes > 0);
  const shown = list.tokens ?? 20;
  const broken = all.reduce((sum, { id, count }) => sum + (decodeUtf8(tokenizer.bytesOf(id)).includes('\ufffd') ? count : 0), 0);
  return {
    kind: tokenizer.kind,
    size: tokenizer.size,
    documents: documentCount,
    bytes: byteCount,
    tokens: tokenCount,
    words: wordCount,
    bytesPerToken: ratio(byteCount, tokenCount),
    tokensPerWord: ratio(tokenCount, wordCount),
    brokenShare: ratio(broken, tokenCount),
    unused: all.filter(({ count }) => count === 0),
    mostFrequent: all.filter(({ count }) => count > 0).sort((a, b) => b.count - a.count || a.id - b.id).slice(0, shown),
    longest: [...all].sort((a, b) => b.bytes - a.bytes || a.id - b.id).slice(0, shown),
    merges: tokenizer instanceof Bpe ? mergeUses(tokenizer, pieces, list.merges ?? 100, list.examples ?? 3) : [],
  };
}

const BEGINS_WORD = /^[\p{L}\p{M}\p{N}]/u;

const ratio = (a: number, b: number): number => (b === 0 ? 0 : a / b);

const see = (pieces: Map<string, number>, piece: string): unknown => pieces.set(piece, (pieces.get(piece) ?? 0) + 1);

function mergeUses(tokenizer: Bpe, pieces: ReadonlyMap<string, number>, most: number, examples: number): MergeUse[] {
  const uses = tokenizer.merges.slice(0, most).map(({ left, right, result }) => ({
    left: tokenizer.nameOf(left), right: tokenizer.nameOf(right), result: tokenizer.nameOf(result), count: 0, examples: [] as string[],
  }));
  const byFrequency = [...pieces].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  for (const [piece, seen] of byFrequency) {
    const { piece: bytes, merges } = tokenizer.explainPiece(encodeUtf8(piece));
    for (const index of merges) {
      const use = uses[index];
      if (use === undefined) continue;
      use.count += seen;
      const name = tokenName(bytes);
      if (use.examples.length < examples && !use.examples.includes(name)) use.examples.push(name);
    }
  }
  return uses;
}
