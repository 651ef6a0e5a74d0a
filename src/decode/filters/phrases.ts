// What shall not be said: phrases, as a tree of folded letters, so that all of them are followed at once.
import { OptionError } from '../../errors.ts';
import { fold, isSpaceless } from './readings.ts';

/** A phrase of a list. */
export interface Phrase {
  /** As it is reported. Spaces and marks inside stand for any separators. */
  readonly text: string;
  /** Counts only at the beginning of a word. Default false. */
  readonly start?: boolean;
  /** Counts only at the end of a word. Default false. */
  readonly end?: boolean;
  /** Where it comes from, for example `cuss`. */
  readonly source?: string;
  /** A character of `text` that stands for any one character that is not white space. */
  readonly any?: string;
}

/** The letter of a place where any character fits. */
const ANY = -2;

export interface PhraseNode {
  /** What leads here, 0 at the root. */
  readonly letter: number;
  /** No spaces between words of its script, so every place is a border. */
  readonly spaceless: boolean;
  readonly next: Map<number, PhraseNode>;
  /** Behind a separator between two words of the phrase. */
  readonly nextWord: Map<number, PhraseNode>;
  any: PhraseNode | null;
  /** The phrases that end here. */
  readonly phrases: Phrase[];
  readonly id: number;
}

/**
 * A phrase as lists write it: `|word|` is the whole word, `|word` and `word|` its beginning or end, `word` anywhere.
 *
 * @example
 * parsePhrase('|ass|', 'mine'); // { text: 'ass', start: true, end: true, source: 'mine' }
 */
export function parsePhrase(written: string, source: string): Phrase {
  const text = written.trim(), start = text.startsWith('|'), end = text.length > 1 && text.endsWith('|');
  return { text: text.slice(start ? 1 : 0, end ? -1 : undefined).trim(), start, end, source };
}

/** The letters of a phrase, and before which of them a separator stands. Empty if nothing is left to look for. */
export function lettersOf({ text, any }: Phrase): { letter: number; gap: boolean }[] {
  const found: { letter: number; gap: boolean }[] = [], characters = [...text];
  let gap = false;
  for (const [i, character] of characters.entries()) {
    const inside = i > 0 && i < characters.length - 1 && /[\p{L}\p{N}]/u.test(characters[i - 1]!) && /[\p{L}\p{N}]/u.test(characters[i + 1]!);
    let folded = fold(character);
    // @ and $ are only ever letters in a word, ! is one between two others
    if (folded === '@') folded = 'a';
    else if (folded === '$') folded = 's';
    else if (folded === '!' && inside) folded = 'i';
    const code = character.codePointAt(0)!, picture = code > 0x2000 && /\p{Extended_Pictographic}/u.test(character);
    if (character === any) {
      found.push({ letter: ANY, gap: false });
    } else if (folded !== '') {
      let letters = [...folded].filter((one) => /[\p{L}\p{N}\p{M}]/u.test(one)).map((one) => one.codePointAt(0)!);
      if (letters.length === 0 && picture) letters = [code];
      if (letters.length === 0) gap = found.length > 0;
      for (const letter of letters) {
        found.push({ letter, gap });
        gap = false;
      }
    }
  }
  return found;
}

/** All phrases as one tree. */
export class PhraseTree {
  readonly root: PhraseNode;
  /** By id. */
  readonly nodes: PhraseNode[] = [];
  /** All letters that occur. */
  readonly letters = new Set<number>();

  /** @throws {OptionError} for a phrase without a letter, or one that begins with any character. */
  constructor(phrases: Iterable<Phrase>) {
    this.root = this.#grow(0);
    for (const phrase of phrases) this.#add(phrase);
  }

  #grow(letter: number): PhraseNode {
    const node: PhraseNode = { letter, spaceless: letter > 0 && isSpaceless(letter), next: new Map(), nextWord: new Map(), any: null, phrases: [], id: this.nodes.length };
    this.nodes.push(node);
    return node;
  }

  #add(phrase: Phrase): void {
    const letters = lettersOf(phrase);
    if (letters.length === 0) throw new OptionError('words', `"${phrase.text}" has no letters, so there is nothing to look for. Leave it out, or give it as a pattern.`);
    if (letters[0]!.letter === ANY) throw new OptionError('words', `"${phrase.text}" begins with any character. Leave that out.`);
    let node = this.root;
    for (const { letter, gap } of letters) {
      if (letter === ANY) {
        node = node.any ??= this.#grow(ANY);
        continue;
      }
      this.letters.add(letter);
      const next = gap ? node.nextWord : node.next;
      if (!next.has(letter)) next.set(letter, this.#grow(letter));
      node = next.get(letter)!;
    }
    node.phrases.push(phrase);
  }
}

export interface AllowedNode {
  readonly next: Map<string, AllowedNode>;
  whole: boolean;
  readonly depth: number;
  readonly id: number;
}

/** Words in which a phrase is no harm: "class" has nothing to do with what it ends in. */
export class AllowedTree {
  readonly root: AllowedNode = { next: new Map(), whole: false, depth: 0, id: 0 };
  readonly nodes: AllowedNode[] = [this.root];
  /** All folded characters that occur. */
  readonly symbols = new Set<string>();

  constructor(words: Iterable<string>) {
    for (const word of words) {
      let node = this.root;
      for (const character of word.trim()) {
        const symbol = /\s/.test(character) ? ' ' : fold(character);
        if (symbol === '') continue;
        this.symbols.add(symbol);
        let next = node.next.get(symbol);
        if (!next) {
          node.next.set(symbol, (next = { next: new Map(), whole: false, depth: node.depth + 1, id: this.nodes.length }));
          this.nodes.push(next);
        }
        node = next;
      }
      if (node === this.root) throw new OptionError('allow', `allow has ${JSON.stringify(word)}, in which no character is left to look for. Leave it out.`);
      node.whole = true;
    }
  }
}
