// Lists of words that others keep, from npm. Each package is loaded when it is asked for, and only then: they are no part
// of this library.
//
//   obscenity       English, with beginnings and ends of words and with words that are allowed; MIT
//   cuss            English, French, Spanish, Italian, Portuguese, Arabic in Latin letters, rated from 0 to 2; MIT
//   naughty-words   28 languages, Chinese among them, from the List of Dirty, Naughty, Obscene, and Otherwise Bad Words
//                   (https://github.com/LDNOOBW), CC BY 4.0
import { closest, OptionError } from '../../errors.ts';
import { lettersOf, type Phrase } from './phrases.ts';
import { isSpaceless } from './readings.ts';

export const WORD_LISTS = ['obscenity', 'cuss', 'naughty-words'] as const;
export type WordListName = (typeof WORD_LISTS)[number];

/** Phrases, and words in which they are no harm. */
export interface WordList {
  readonly name: string;
  readonly words: readonly Phrase[];
  readonly allow: readonly string[];
  /** Entries in which there is nothing to look for: single letters and numbers. */
  readonly skipped: readonly string[];
}

export interface WordListOptions {
  /** Of `cuss` (`en`, `fr`, `es`, `it`, `pt`, `pt-pt`, `ar-latn`) and `naughty-words` (`en`, `zh`, `fr` …). Default en. */
  readonly language?: string;
  /** Words of `cuss` are rated by how likely they are meant badly: 0 hardly, 1 perhaps, 2 surely. From which on? Default 2. */
  readonly threshold?: number;
}

const CUSS = ['en', 'ar-latn', 'es', 'fr', 'it', 'pt', 'pt-pt'];

/**
 * A list of words from a package.
 *
 * @throws {OptionError} for an unknown list, language or threshold, or when the package is not installed.
 * @example
 * const filter = createFilter({ lists: [await loadWordList('cuss', { threshold: 1 })] });
 */
export async function loadWordList(name: WordListName, { language = 'en', threshold = 2 }: WordListOptions = {}): Promise<WordList> {
  if (!(WORD_LISTS as readonly string[]).includes(name)) {
    const meant = closest(name, WORD_LISTS);
    throw new OptionError('filter', `There is no list "${name}". ${meant ? `Did you mean "${meant}"?` : `There are ${WORD_LISTS.join(', ')}.`}`);
  }
  if (name !== 'cuss' && threshold !== 2) throw new OptionError('threshold', `The words of ${name} have no ratings, so threshold does nothing. Leave it out, or use cuss.`);
  if (![0, 1, 2].includes(threshold)) throw new OptionError('threshold', `threshold must be 0, 1 or 2, but it is ${threshold}.`);
  if (name === 'obscenity') {
    if (language !== 'en') throw new OptionError('language', `obscenity knows English only, but language is "${language}". Use naughty-words for others.`);
    return obscenity();
  }
  return name === 'cuss' ? cuss(language, threshold) : naughtyWords(language);
}

/** @param load a literal `import()`, so that bundlers see what may be loaded. */
async function load<T>(name: WordListName, load: () => Promise<unknown>): Promise<T> {
  try {
    return await load() as T;
  } catch {
    throw new OptionError('filter', `The package ${name} is not installed here. Run: npm install ${name}`);
  }
}

async function cuss(language: string, threshold: number): Promise<WordList> {
  requireLanguage('cuss', language, CUSS);
  // a name that is put together: no bundler takes the lists in
  const path = language === 'en' ? 'cuss' : `cuss/${language}`, { cuss: ratings } = await load<{ cuss: Record<string, number> }>('cuss', () => import(path));
  const words = Object.entries(ratings).filter(([, rating]) => rating >= threshold).map(([word]) => word);
  return whole('cuss', words);
}

async function naughtyWords(language: string): Promise<WordList> {
  const name: string = 'naughty-words', all = await load<{ default: Record<string, readonly string[]> }>('naughty-words', () => import(name));
  requireLanguage('naughty-words', language, Object.keys(all.default));
  return whole('naughty-words', all.default[language]!);
}

function requireLanguage(list: string, language: string, known: readonly string[]): void {
  if (!known.includes(language)) throw new OptionError('language', `${list} has no language "${language}". There are ${known.join(', ')}.`);
}

/** Lists of words: each the whole word, in scripts that have words. */
function whole(source: string, entries: readonly string[]): WordList {
  const words: Phrase[] = [], skipped: string[] = [];
  for (const text of entries) {
    const letters = lettersOf({ text });
    const meaningful = letters.length > 1 || letters.some(({ letter }) => isSpaceless(letter));
    if (!meaningful || /^[\d\s\p{P}]*$/u.test(text)) skipped.push(text);
    else words.push({ text, start: true, end: true, source });
  }
  return { name: source, words, allow: [], skipped };
}

/** Patterns of obscenity: letters, letters that may be there, and any character, with borders or without. */
interface ObscenityTerm {
  readonly pattern: {
    readonly requireWordBoundaryAtStart: boolean;
    readonly requireWordBoundaryAtEnd: boolean;
    readonly nodes: readonly ObscenityNode[];
  };
}
interface ObscenityNode {
  readonly kind: number;
  readonly chars?: readonly number[];
  readonly childNode?: ObscenityNode;
}
const ANY = '?';

async function obscenity(): Promise<WordList> {
  const name: string = 'obscenity', { englishDataset, SyntaxKind } = await load<{
    englishDataset: { build(): { blacklistedTerms: readonly ObscenityTerm[]; whitelistedTerms: readonly string[] } };
    SyntaxKind: { readonly Optional: number; readonly Wildcard: number };
  }>('obscenity', () => import(name));
  const { blacklistedTerms, whitelistedTerms } = englishDataset.build();
  const textOf = (node: ObscenityNode): string[] => {
    if (node.kind === SyntaxKind.Optional) return ['', ...textOf(node.childNode!)];
    // a letter in its place may be doubled, any character may not
    return node.kind === SyntaxKind.Wildcard ? [ANY, ...'aeiou'] : [String.fromCodePoint(...node.chars!)];
  };
  const words = blacklistedTerms.flatMap(({ pattern }) => {
    let texts = [''];
    for (const node of pattern.nodes) texts = texts.flatMap((before) => textOf(node).map((text) => before + text));
    return texts.map((text): Phrase => ({ text, any: ANY, start: pattern.requireWordBoundaryAtStart, end: pattern.requireWordBoundaryAtEnd, source: 'obscenity' }));
  });
  return { name: 'obscenity', words, allow: whitelistedTerms, skipped: [] };
}
