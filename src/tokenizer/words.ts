// Words, spaces and punctuation as tokens: the most frequent ones, and bytes to spell all others. Chinese and Japanese
// characters are words by themselves, because nothing marks where their words end.
import { DataError, OptionError, count } from '../errors.ts';
import type { Ids } from './ids.ts';
import { ownCopy } from './ownCopy.ts';
import { Pattern, PATTERNS } from './pattern.ts';
import { DEFAULT_SPECIALS } from './tokenizer.ts';
import { tokenName } from './tokenName.ts';
import { tokenizerJson, type TokenizerJson } from './tokenizerJson.ts';
import { documents } from './trainBpe.ts';
import { byteString, encodeUtf8, sections } from './utf8.ts';
import { placeSpecials, spellingsOf, Vocabulary } from './vocabulary.ts';

export interface WordsOptions {
  /** Vocabulary size: 256 bytes, the words and the special tokens together. It may come out smaller on little text. */
  readonly vocab: number;
  /** Names of special tokens, which get the last ids. The tokens of our chat form if not given. */
  readonly specials?: readonly string[];
}

const pattern = new Pattern('words');

/**
 * Makes a tokenizer of the most frequent words of `texts`; of equally frequent ones the first by bytes.
 *
 * @throws {OptionError} when vocab is smaller than 256 bytes and the special tokens need.
 * @throws {DataError} when there is no text.
 * @example
 * const tokenizer = createWords('the cat and the dog', { vocab: 300, specials: [] });
 * tokenizer.encode('the dog'); // [256, 32, 259]: a space is the byte 32
 */
export function createWords(texts: string | Uint8Array | Iterable<string | Uint8Array>, { vocab, specials = DEFAULT_SPECIALS }: WordsOptions): Words {
  const least = 256 + specials.length;
  if (!Number.isInteger(vocab) || vocab < least || vocab > 1 << 20) {
    throw new OptionError('vocab', `vocab must be a whole number from ${least} (256 bytes and ${specials.length} special tokens) `
      + `to ${count(1 << 20)}, but it is ${vocab}.`);
  }
  const counts = new Map<string, number>();
  let empty = true;
  for (const text of documents(texts)) {
    if (text.length > 0) empty = false;
    for (const part of sections(text)) {
      if (typeof part === 'string') pattern.split(part, (start, end) => see(counts, part.slice(start, end)));
    }
  }
  if (empty) throw new DataError('There is no text to take words from. Give at least one document that is not empty.');
  const forbidden = spellingsOf(specials);
  const words = [...counts].map(([word, seen]) => ({ bytes: encodeUtf8(word), spelling: byteString(encodeUtf8(word)), seen }))
    .filter(({ spelling }) => spelling.length > 1 && !forbidden.has(spelling))
    .sort((a, b) => b.seen - a.seen || (a.spelling < b.spelling ? -1 : 1))
    .slice(0, vocab - least);
  const tokens = [...Array(256).keys()].map((byte): Uint8Array => Uint8Array.of(byte)).concat(words.map(({ bytes }) => bytes));
  return new Words(tokens, placeSpecials(specials, tokens.length));
}

function see(counts: Map<string, number>, word: string): void {
  const seen = counts.get(word);
  counts.set(seen === undefined ? ownCopy(word) : word, (seen ?? 0) + 1);
}

/** A tokenizer of words. Made by createWords and parseTokenizer. */
export class Words extends Vocabulary {
  readonly kind = 'words';
  readonly #idOfWord = new Map<string, number>();
  readonly #idOfByte = new Int32Array(256).fill(-1);

  /**
   * @param tokens all 256 single bytes, and words.
   * @throws {OptionError} when a byte is missing or a word is not UTF-8.
   */
  constructor(tokens: readonly Uint8Array[], specials: ReadonlyMap<string, number>) {
    super(tokens, specials);
    for (const [id, bytes] of tokens.entries()) {
      if (bytes.length === 0) continue;
      if (bytes.length === 1) this.#idOfByte[bytes[0]!] = id;
      const [text, ...rest] = sections(bytes);
      if (typeof text === 'string' && rest.length === 0) this.#idOfWord.set(text, id);
      else if (bytes.length > 1) throw new OptionError('tokens', `A vocabulary of words has the token ${tokenName(bytes)}, which is not UTF-8.`);
    }
    const missing = this.#idOfByte.indexOf(-1);
    if (missing >= 0) throw new OptionError('tokens', `A vocabulary of words needs all 256 bytes, but byte ${missing} is missing.`);
  }

  override toJSON(): TokenizerJson {
    return tokenizerJson({ source: PATTERNS.words, tokens: this.tokens, specials: this.specials, merges: [], wholePieces: true });
  }

  protected override encodeText(text: string, out: Ids): void {
    pattern.split(text, (start, end) => {
      const word = text.slice(start, end);
      const id = this.#idOfWord.get(word);
      if (id === undefined) this.encodeBytes(encodeUtf8(word), out);
      else out.push(id);
    });
  }

  protected override encodeBytes(bytes: Uint8Array, out: Ids): void {
    for (const byte of bytes) out.push(this.#idOfByte[byte]!);
  }
}
