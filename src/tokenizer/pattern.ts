// Before merging, text is cut into pieces that no token crosses: words with the space before them, numbers, runs of
// punctuation, white space. gpt2: Radford et al. 2019; cl100k and o200k: https://github.com/openai/tiktoken,
// tiktoken_ext/openai_public.py; qwen2 is cl100k with digits one by one. (Their (?i:'s|'t|…) is written out here, with ſ, which folds to s.)
// What a letter is comes from the host's Unicode tables: characters newer than these may be cut differently elsewhere.
import { OptionError } from '../errors.ts';
import { asciiScan, type Scan } from './asciiScan.ts';
import { fromJavaScript, toJavaScript } from './regexDialect.ts';

export type PatternName = 'gpt2' | 'cl100k' | 'o200k' | 'qwen2';

const CONTRACTION = "'(?:[sSſtTmMdD]|[rRvV][eE]|[lL][lL])";
const LINES = '\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+';
const UPPER = '\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}';
const LOWER = '\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}';
const EACH = '\\p{Han}\\p{Hiragana}\\p{Katakana}';
const LETTERS = `(?:(?![${EACH}])[\\p{L}\\p{M}])+`;

/** The named patterns in the dialect of tokenizer.json. `words` cuts words from spaces, `chars` cuts everywhere. */
export const PATTERNS: Readonly<Record<PatternName | 'words' | 'chars', string>> = {
  gpt2: "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
  cl100k: `${CONTRACTION}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|${LINES}`,
  o200k: `[^\\r\\n\\p{L}\\p{N}]?[${UPPER}]*[${LOWER}]+(?:${CONTRACTION})?`
    + `|[^\\r\\n\\p{L}\\p{N}]?[${UPPER}]+[${LOWER}]*(?:${CONTRACTION})?`
    + `|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|${LINES}`,
  qwen2: `${CONTRACTION}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|${LINES}`,
  words: `[${EACH}]|${LETTERS}(?:['’]${LETTERS})*|\\p{N}+|\\s|[^\\s\\p{L}\\p{M}\\p{N}]`,
  chars: '[\\s\\S]',
};

/** Cuts text into pieces. What the expression does not match becomes pieces too, so that nothing is lost. */
export class Pattern {
  /** The expression as tokenizer.json holds it. */
  readonly source: string;
  readonly #scan: Scan | null;
  readonly #regex: RegExp;

  /**
   * @param pattern a name; a RegExp, which keeps its JavaScript meaning; or a string in the dialect of tokenizer.json,
   *   where \s, \d and \w are Unicode classes.
   * @throws {OptionError} when it is no regular expression, or has parts that other readers would understand differently.
   */
  constructor(pattern: string | RegExp) {
    if (typeof pattern !== 'string') this.source = fromJavaScript(pattern);
    else this.source = Object.hasOwn(PATTERNS, pattern) ? PATTERNS[pattern as PatternName] : pattern;
    const name = (Object.keys(PATTERNS) as (keyof typeof PATTERNS)[]).find((key) => PATTERNS[key] === this.source);
    this.#scan = name === undefined || name === 'chars' ? null : asciiScan[name];
    this.#regex = compile(this.source, this.#scan === null ? 'gu' : 'yu');
  }

  /**
   * Calls `visit` with begin and end of every piece, in order and without gaps.
   *
   * @param text a well-formed string.
   */
  split(text: string, visit: (start: number, end: number) => void): void {
    if (this.#scan === null) this.#splitByRegex(text, visit);
    else this.#splitByScan(text, this.#scan, visit);
  }

  /** The pieces of a text as strings. */
  pieces(text: string): string[] {
    const pieces: string[] = [];
    this.split(text, (start, end) => pieces.push(text.slice(start, end)));
    return pieces;
  }

  // The named patterns match at every position. Where all characters that decide are ASCII the scan knows the end;
  // elsewhere it says -1 and the expression is asked.
  #splitByScan(text: string, scan: Scan, visit: (start: number, end: number) => void): void {
    const regex = this.#regex;
    for (let start = 0, end = 0; start < text.length; start = end) {
      end = scan(text, start);
      if (end < 0) {
        regex.lastIndex = start;
        regex.test(text);
        end = regex.lastIndex;
      }
      visit(start, end);
    }
  }

  #splitByRegex(text: string, visit: (start: number, end: number) => void): void {
    let from = 0;
    for (const match of text.matchAll(this.#regex)) {
      if (match.index > from) visit(from, match.index);
      from = match.index + match[0].length;
      if (from > match.index) visit(match.index, from);
    }
    if (from < text.length) visit(from, text.length);
  }
}

function compile(source: string, flags: string): RegExp {
  try {
    return new RegExp(toJavaScript(source), flags);
  } catch (error) {
    if (error instanceof OptionError) throw error;
    throw new OptionError('pattern', `The splitting pattern must be gpt2, cl100k, o200k, qwen2 or a regular expression, but ${source} is none: `
      + `${error instanceof Error ? error.message : String(error)}`);
  }
}
