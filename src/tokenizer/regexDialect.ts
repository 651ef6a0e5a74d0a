// A pattern must cut text the same way here and in every reader of tokenizer.json. Those read the dialect of Oniguruma,
// where \s \d \w are Unicode classes, `.` is all but a newline, and \p{Han} is a script. JavaScript means other sets by
// the same letters, so patterns are rewritten, in both directions, and what has no exact twin is refused.
import { OptionError } from '../errors.ts';

type Rewriting = Readonly<Record<string, { readonly alone: string; readonly inClass: string }>>;

const both = (text: string) => ({ alone: text, inClass: text });
const set = (ranges: string, complement: string) => [
  { alone: `[${ranges}]`, inClass: ranges },
  { alone: `[^${ranges}]`, inClass: complement },
] as const;

// outside of [ ] Oniguruma also counts ² ³ ¹ ¼ ½ ¾ as parts of words
const PORTABLE_WORD = '\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}', FRACTIONS = '\\xb2\\xb3\\xb9\\xbc-\\xbe';
const TO_JAVASCRIPT: Rewriting = {
  '\\s': both('\\p{White_Space}'),
  '\\S': both('\\P{White_Space}'),
  '\\d': both('\\p{Nd}'),
  '\\D': both('\\P{Nd}'),
  '\\w': { alone: `[${PORTABLE_WORD}${FRACTIONS}]`, inClass: PORTABLE_WORD },
  '\\W': { alone: `[^${PORTABLE_WORD}${FRACTIONS}]`, inClass: '' },
  '.': { alone: '[^\\n]', inClass: '.' },
};

const [digit, notDigit] = set('0-9', '\\x00-\\x2f\\x3a-\\u{10ffff}');
const [word, notWord] = set('0-9A-Za-z_', '\\x00-\\x2f\\x3a-\\x40\\x5b-\\x5e\\x60\\x7b-\\u{10ffff}');
const [space, notSpace] = set(
  '\\t-\\r \\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff',
  '\\x00-\\x08\\x0e-\\x1f\\x21-\\x9f\\xa1-\\u167f\\u1681-\\u1fff\\u200b-\\u2027\\u202a-\\u202e\\u2030-\\u205e'
    + '\\u2060-\\u2fff\\u3001-\\ufefe\\uff00-\\u{10ffff}',
);
const FROM_JAVASCRIPT: Rewriting = {
  '\\s': space,
  '\\S': notSpace,
  '\\d': digit,
  '\\D': notDigit,
  '\\w': word,
  '\\W': notWord,
  '.': { alone: '[^\\n\\r\\u2028\\u2029]', inClass: '.' },
  '[^]': { alone: '[\\s\\S]', inClass: '' },
};

/** The JavaScript source with the meaning that a pattern of tokenizer.json has. */
export const toJavaScript = (source: string): string => rewrite(source, TO_JAVASCRIPT).replace(
  // \p{Han} is \p{Script=Han} in JavaScript; general categories have names of one or two letters
  /\\([pP])\{([A-Z][A-Za-z_]{2,})\}/g, (text, p: string, name: string) => (compiles(text) ? text : `\\${p}{Script=${name}}`),
);

/** The tokenizer.json source with the meaning that a regular expression has in JavaScript. */
export function fromJavaScript(pattern: RegExp): string {
  const flags = pattern.flags.replace(/[dguy]/g, '');
  if (flags !== '') {
    throw refusal(pattern.source, `the flag ${flags} has no exact twin in tokenizer.json; write it out, as in [sS]`);
  }
  return rewrite(pattern.source, FROM_JAVASCRIPT).replace(/\\([pP])\{(?:Script|sc)=(\w+)\}/g, '\\$1{$2}');
}

function rewrite(source: string, table: Rewriting): string {
  let out = '';
  let inClass = false;
  // one step: an escape with its braces, the opening of a class, or a single character
  for (const [piece] of source.matchAll(/\\[pPxuk](?:\{[^}]*\}|<[^>]*>)|\\c?[^]|\[\^?\]?|&&|[^]/gu)) {
    const twin = table[piece];
    if (twin !== undefined) {
      const written = inClass ? twin.inClass : twin.alone;
      if (written === '') throw refusal(source, `${piece} cannot stand inside [ ]`);
      out += written;
    } else if (inClass) {
      if (piece.startsWith('[') || piece === '&&') throw refusal(source, `${piece} inside [ ] means different things; write \\${piece[0]}`);
      if (piece === ']') inClass = false;
      out += piece;
    } else {
      if (piece === '[^]' || piece === '[]') throw refusal(source, `${piece} means different things; write the ] as \\]`);
      if (/^(?:[\^$]|\\[bBAzZG])$/.test(piece)) throw refusal(source, `${piece} has no exact twin; write a lookahead or lookbehind`);
      inClass = piece.startsWith('[');
      out += piece;
    }
  }
  return out;
}

const refusal = (source: string, why: string): OptionError =>
  new OptionError('pattern', `The splitting pattern ${source} cannot be used: ${why}.`);

function compiles(source: string): boolean {
  try {
    return new RegExp(source, 'u').source !== '';
  } catch {
    return false;
  }
}
