// What counts as a phrase, said a second time and otherwise: as regular expressions over the whole text. Slow and plain.
export interface SlowPhrase {
  readonly text: string;
  readonly start?: boolean;
  readonly end?: boolean;
}

const OTHERWISE: Readonly<Record<string, string>> = {
  a: '4@аα', b: '68в', c: '¢с', e: '3€еε', g: '69', h: 'һн', i: '1!|іι', k: 'кκ', l: '1|£', n: 'пη', o: '0оο', p: 'рρ', q: '9', s: '5$ѕ', t: '7+тτ', u: 'υμ', v: 'ν', x: 'х', y: '¥уγ', z: '2', m: 'м', r: 'г',
};
const quote = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
const MARK = '[^\\p{L}\\p{N}\\p{M}\\s]', EITHER = '[^\\p{L}\\p{N}\\p{M}]';
const WORD = '[[\\p{L}\\p{N}\\p{M}]--[\\p{Script=Han}]]';

/** Case, width, accents and what cannot be seen are gone. */
export function slowFold(text: string): string {
  return text.normalize('NFKD').replace(/[\p{Cf}\u0300-\u036f\p{Cc}]/gu, (one) => (/\s/.test(one) ? one : '')).toLowerCase().replaceAll('ß', 'ss');
}

/** All ways in which a phrase may stand in a folded text. */
function formsOf({ text, start, end }: SlowPhrase): RegExp[] {
  const words = slowFold(text).split(/[^\p{L}\p{N}\p{M}]+/u).filter((word) => word !== ''), han = /\p{Script=Han}/u.test(text);
  const letter = (one: string): string => `[${quote(one + (OTHERWISE[one] ?? ''))}]`;
  const write = (again: string, between: string): string => words.map((word) => [...word].map((one) => `${letter(one)}(?:${again}${letter(one)})*`).join(between)).join(`${EITHER}{1,3}`);
  const before = han ? '' : `(?<!${WORD})`, after = han ? '' : `(?!${WORD})`;
  return [
    new RegExp((start ? before : '') + write('', '') + (end ? after : ''), 'gv'),
    new RegExp(before + write(`${MARK}{0,3}`, `${MARK}{0,3}`) + after, 'gv'),
    new RegExp(before + write(`${EITHER}{0,3}`, `${EITHER}{1,3}`) + after, 'gv'),
  ];
}

const made = new Map<SlowPhrase, RegExp[]>();

/** Does the phrase stand in the text, outside of allowed words? */
export function slowlyFound(phrase: SlowPhrase, text: string, allow: readonly string[] = []): string | null {
  const folded = slowFold(text), forms = made.get(phrase) ?? formsOf(phrase);
  made.set(phrase, forms);
  if (!inOrder(phrase.text, folded)) return null;
  const allowed = allow.flatMap((word) => places(folded, slowFold(word)));
  for (const form of forms) {
    form.lastIndex = 0;
    for (let met = form.exec(folded); met; met = form.exec(folded)) {
      const from = met.index, past = from + met[0].length;
      form.lastIndex = from + 1;
      const numbers = /^[\d\P{L}]*$/u.test(met[0]) && !/[@$!|+€£¥¢]/.test(met[0]) && !/^[\d\s]*$/.test(phrase.text);
      if (!numbers && !allowed.some(([first, last]) => first <= from && last >= past)) return met[0];
    }
  }
  return null;
}

/** Do the letters stand in the text at all, one behind the other? Spares most of the work. */
function inOrder(text: string, folded: string): boolean {
  const letters = [...slowFold(text)].filter((one) => /[\p{L}\p{N}\p{M}]/u.test(one));
  let i = 0;
  for (const one of folded) if (i < letters.length && (one === letters[i] || OTHERWISE[letters[i]!]?.includes(one))) i++;
  return i === letters.length;
}

function places(text: string, word: string): [number, number][] {
  const found: [number, number][] = [];
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) found.push([at, at + word.length]);
  return found;
}
