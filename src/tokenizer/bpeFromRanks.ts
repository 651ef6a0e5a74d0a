// tiktoken publishes no merges, only a list of tokens by rank. Two neighbours can be merged if their bytes together are a
// token, and the smallest rank goes first; so every way to cut a token into two tokens is a merge.
// https://github.com/openai/tiktoken/blob/main/src/lib.rs
import { FormatError } from '../errors.ts';
import { Bpe, type Merge } from './bpe.ts';
import { Pattern, type PatternName } from './pattern.ts';
import { byteString, bytesOfByteString } from './utf8.ts';

export interface BpeFromRanksOptions {
  readonly pattern: PatternName | string | RegExp;
  /** Ids of special tokens by name, for example `{ '<|endoftext|>': 100257 }`. None if not given. */
  readonly specials?: Readonly<Record<string, number>>;
}

/**
 * A tokenizer with the vocabulary of a tiktoken encoding, and exactly its ids.
 *
 * @param ranks pairs of bytes and rank, or the text of a .tiktoken file (lines of base64 and rank), or the packed
 *   `bpe_ranks` of the npm packages tiktoken and js-tiktoken (lines of `! offset base64 base64 …`).
 * @throws {FormatError} when the text is neither of the two.
 * @throws {OptionError} when a single byte is missing or a special token collides.
 * @example
 * const { bpe_ranks, special_tokens } = JSON.parse(await readFile('cl100k_base.json', 'utf8'));
 * const tokenizer = bpeFromRanks(bpe_ranks, { pattern: 'cl100k', specials: special_tokens });
 * tokenizer.encode('hello world'); // [15339, 1917]
 */
export function bpeFromRanks(ranks: string | Iterable<readonly [Uint8Array, number]>, options: BpeFromRanksOptions): Bpe {
  const tokens: Uint8Array[] = [];
  const idOf = new Map<string, number>();
  for (const [bytes, rank] of typeof ranks === 'string' ? parseRanks(ranks) : ranks) {
    if (!Number.isInteger(rank) || rank < 0 || rank >= 1 << 21) {
      throw new FormatError(`ranks: a rank must be a whole number from 0 to ${(1 << 21) - 1}, but there is ${rank}.`);
    }
    const spelling = byteString(bytes);
    if (tokens[rank] !== undefined || idOf.has(spelling) || bytes.length === 0) {
      throw new FormatError(`ranks: every rank needs one token of its own, but rank ${rank} comes twice, is empty or repeats a token.`);
    }
    tokens[rank] = bytes;
    idOf.set(spelling, rank);
  }
  return new Bpe({
    tokens: Array.from(tokens, (bytes: Uint8Array | undefined) => bytes ?? new Uint8Array(0)),
    merges: mergesOf(idOf),
    specials: new Map(Object.entries(options.specials ?? {})),
    pattern: new Pattern(options.pattern),
    byRank: true,
    wholePieces: true,
  });
}

function mergesOf(idOf: ReadonlyMap<string, number>): Merge[] {
  const merges: Merge[] = [];
  for (const [spelling, result] of idOf) {
    for (let cut = 1; cut < spelling.length; cut++) {
      const left = idOf.get(spelling.slice(0, cut));
      if (left === undefined) continue;
      const right = idOf.get(spelling.slice(cut));
      if (right !== undefined) merges.push({ left, right, result });
    }
  }
  return merges.sort((a, b) => a.result - b.result || a.left - b.left || a.right - b.right);
}

function* parseRanks(text: string): Generator<[Uint8Array, number]> {
  let line = 0;
  for (const row of text.split('\n')) {
    line++;
    const fields = row.trim().split(' ');
    if (fields[0] === '') continue;
    const packed = fields[0] === '!';
    const first = Number(fields[1]);
    const words = packed ? fields.slice(2) : fields.slice(0, 1);
    if (!Number.isInteger(first) || fields.length < 2 || (!packed && fields.length > 2)) {
      throw new FormatError(`ranks: line ${line} must be a token in base64 and its rank, or "! rank token token …", `
        + `but it is ${JSON.stringify(row.slice(0, 60))}.`);
    }
    for (const [i, word] of words.entries()) yield [fromBase64(word, line), first + i];
  }
}

function fromBase64(word: string, line: number): Uint8Array {
  try {
    return bytesOfByteString(atob(word));
  } catch {
    throw new FormatError(`ranks: line ${line} holds ${JSON.stringify(word)}, which is not base64.`);
  }
}
