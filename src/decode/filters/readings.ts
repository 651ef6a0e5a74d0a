// What a character may stand for. Whoever wants to get a word past a list writes it otherwise: SHOUTED, ｗｉｄｅ, with
// ąccents, with letters of another script that look alike (а is Cyrillic), with numbers and marks in place of letters
// (1, $, @). So a character has several readings, and a text as many as their product; an automaton follows them all.

/** Which spellings count besides those of case, width and accents, which always do. */
export const SPELLINGS = ['lookalikes', 'leet', 'doubled', 'split'] as const;
export type Spelling = (typeof SPELLINGS)[number];

/** One way to read a character: the letters that it stands for, most often one. */
export interface Spelt {
  /** Code points. */
  readonly letters: readonly number[];
  /** A number that stands for a letter. A word of numbers alone is a number: 455 is not a word. */
  readonly digit: boolean;
}

export interface Reading {
  /** Accents by themselves, zero-width characters and the like: as if they were not there. */
  readonly invisible: boolean;
  /** What separates: 0 nothing, 1 a mark, 2 white space. A mark may be a letter as well: sh!t. */
  readonly gap: 0 | 1 | 2;
  /** Part of a word, so that words do not end before it. */
  readonly word: boolean;
  readonly spelt: readonly Spelt[];
  /** The character itself, folded: what words that are allowed are made of. */
  readonly plain: string;
}

/** Accents and joiners that are dropped. Not the marks that make another sound of Japanese kana. */
const INVISIBLE = /[\p{Cf}\p{Cc}\p{Emoji_Modifier}\u115f\u1160\u3164\uffa0\u{e0000}-\u{e0fff}]|(?![\u3099\u309a])[\p{Script=Inherited}]/gu;
const SPACE = /^[\s\p{Z}]+$/u;
const LETTER = /[\p{L}\p{N}\p{M}]/u;
const PICTURE = /^\p{Extended_Pictographic}/u;
/** Scripts that put no spaces between words. */
const SPACELESS = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/** Letters of other scripts, and phonetic ones, by what they look like. */
const LOOKALIKES = pairs({
  a: 'аαɑᴀ', b: 'вьβʙɓ', c: 'сϲᴄҫ', d: 'ԁđɗᴅð', e: 'еєεᴇ', f: 'ƒꜰ', g: 'ɡɢցǥ', h: 'һнʜħ', i: 'іιıɪ', j: 'јᴊ', k: 'кκᴋқ', l: 'ӏłʟ', m: 'мᴍ', n: 'пηɴո',
  o: 'оοσøᴏօ', p: 'рρᴘ', q: 'ԛ', r: 'гʀ', s: 'ѕꜱ', t: 'тτᴛŧ', u: 'υцμᴜս', v: 'νѵᴠ', w: 'ѡωԝᴡ', x: 'хχ', y: 'уүγʏ', z: 'ᴢƶ',
});
const LEET = new Map(Object.entries({
  0: 'o', 1: 'il', 2: 'z', 3: 'e', 4: 'a', 5: 's', 6: 'gb', 7: 't', 8: 'b', 9: 'gq', '@': 'a', $: 's', '!': 'i', '|': 'il', '+': 't', '€': 'e', '£': 'l', '¥': 'y', '¢': 'c',
}).map(([from, to]) => [from, [...to]] as const));
const PAIRED: ReadonlyMap<string, string> = new Map([['æ', 'ae'], ['œ', 'oe'], ['ß', 'ss'], ['ĳ', 'ij']]);

function pairs(table: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  return new Map(Object.entries(table).flatMap(([to, all]) => [...all].map((from) => [from, to] as const)));
}

/** Letters in circles and squares, and the letters of flags, which Unicode does not call compatible with letters. */
function boxed(code: number): number {
  for (const first of [0x1f150, 0x1f170, 0x1f1e6]) if (code >= first && code < first + 26) return 0x61 + code - first;
  return code;
}

/**
 * A text without case, width, accents and compatibility forms.
 *
 * @example
 * fold('ＣＡＦÉ'); // 'cafe'
 */
export function fold(text: string): string {
  let folded = '';
  for (const character of text) folded += String.fromCodePoint(boxed(character.codePointAt(0)!));
  // twice: a lower case İ has a dot of its own
  folded = folded.normalize('NFKD').replace(INVISIBLE, '').normalize('NFC').toLowerCase().replace(INVISIBLE, '');
  let all = '';
  for (const character of folded) all += PAIRED.get(character) ?? character;
  return all;
}

/** Does the script of this letter do without spaces, so that words have no borders to look for? Pictures have none either. */
export const isSpaceless = (letter: number): boolean => {
  const text = String.fromCodePoint(letter);
  return SPACELESS.test(text) || isPicture(text, letter);
};

const isPicture = (text: string, code: number): boolean => code > 0x2000 && PICTURE.test(text);

/**
 * Everything that a character may stand for.
 *
 * @param code its code point; a lone surrogate is read as U+FFFD.
 * @example
 * readingOf(0x31, new Set(SPELLINGS)).spelt; // 1: itself, i, l
 */
export function readingOf(code: number, spellings: ReadonlySet<Spelling>): Reading {
  if (code >= 0xd800 && code < 0xe000) code = 0xfffd;
  const text = String.fromCodePoint(code), folded = fold(text);
  if (SPACE.test(text)) return { invisible: false, gap: 2, word: false, spelt: [], plain: ' ' };
  if (folded === '') return { invisible: true, gap: 0, word: false, spelt: [], plain: '' };
  if (isPicture(text, code) && !LETTER.test(folded)) return { invisible: false, gap: 0, word: false, spelt: [{ letters: [code], digit: false }], plain: text };

  const letters = [...folded].filter((character) => LETTER.test(character)), spelt: Spelt[] = [];
  const add = (some: readonly string[], digit: boolean): void => {
    const codes = some.map((character) => character.codePointAt(0)!);
    if (codes.length > 0 && !spelt.some((one) => one.letters.join() === codes.join())) spelt.push({ letters: codes, digit });
  };
  add(letters, false);
  if (spellings.has('lookalikes')) add(letters.map((letter) => LOOKALIKES.get(letter) ?? letter), false);
  if (spellings.has('leet')) for (const letter of LEET.get(folded) ?? []) add([letter], /\d/.test(folded));
  const word = letters.length > 0;
  return { invisible: false, gap: word ? 0 : 1, word: word && !SPACELESS.test(folded), spelt, plain: folded };
}
