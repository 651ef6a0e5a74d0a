import { FormatError } from '../errors.ts';
import { createBpe, type Bpe } from './bpe.ts';
import { fromLettersOrNull } from './byteAlphabet.ts';
import { Pattern, type PatternName } from './pattern.ts';
import { DEFAULT_SPECIALS } from './tokenizer.ts';
import { byteString } from './utf8.ts';

export interface BpeFromMergesOptions {
  /** gpt2 if not given. */
  readonly pattern?: PatternName | string | RegExp;
  /** Names of special tokens, which get the last ids. The tokens of our chat form if not given. */
  readonly specials?: readonly string[];
}

/**
 * A tokenizer from a list of merges: bytes are tokens 0 to 255, merge i is token 256 + i.
 *
 * @param merges pairs of bytes, or the text of a merges.txt (one pair per line in GPT-2's visible letters, `Ġ t`;
 *   a first line `#version` is skipped).
 * @throws {FormatError} when a line is not a pair, or a part of a pair is not yet a token.
 * @example
 * bpeFromMerges('h e\nhe l\n').encode('hello'); // [257, 108, 111]
 */
export function bpeFromMerges(merges: string | Iterable<readonly [Uint8Array, Uint8Array]>, options: BpeFromMergesOptions = {}): Bpe {
  const idOf = new Map<string, number>();
  for (let byte = 0; byte < 256; byte++) idOf.set(String.fromCharCode(byte), byte);
  const pairs: [number, number][] = [];
  for (const [left, right] of typeof merges === 'string' ? parseMerges(merges) : merges) {
    const place = `merges: pair ${pairs.length + 1}`;
    const ids = [left, right].map((part) => idOf.get(byteString(part)));
    const spelling = byteString(left) + byteString(right);
    if (ids[0] === undefined || ids[1] === undefined) throw new FormatError(`${place} joins a token that no earlier pair has made.`);
    if (idOf.has(spelling)) throw new FormatError(`${place} makes a token that already exists.`);
    idOf.set(spelling, 256 + pairs.length);
    pairs.push([ids[0], ids[1]]);
  }
  return createBpe(pairs, new Pattern(options.pattern ?? 'gpt2'), options.specials ?? DEFAULT_SPECIALS);
}

function* parseMerges(text: string): Generator<[Uint8Array, Uint8Array]> {
  for (const [i, row] of text.split(/\r?\n/).entries()) {
    if (row === '' || (i === 0 && row.startsWith('#version'))) continue;
    const parts = row.split(' ').map(fromLettersOrNull);
    const [left, right] = parts;
    if (parts.length !== 2 || !left?.length || !right?.length) {
      throw new FormatError(`merges: line ${i + 1} must be two tokens with a space between them, such as "Ġ t", `
        + `but it is ${JSON.stringify(row.slice(0, 60))}.`);
    }
    yield [left, right];
  }
}
