// Regular expressions as JavaScript writes them with the flag u (ECMA-262, 22.2.1), read from left to right:
//   alternatives | of a sequence of atoms, each with a quantifier
// What looks around or back cannot be decided by an automaton and is refused.
import { ANY, type CodePoints, complement, these, union } from '../automata/codePoints.ts';
import { character, either, EMPTY, type Expression, repeated, sequence } from '../automata/expression.ts';
import { OptionError } from '../../errors.ts';
import { anyCase, DIGITS, INLINE, propertyOrNull, SPACE, WORD } from './characterClasses.ts';

export interface RegexOptions {
  /** Upper and lower case are the same. Default false. */
  readonly ignoreCase?: boolean | undefined;
  /** `.` reads ends of lines too. Default false. */
  readonly dotAll?: boolean | undefined;
}

/** @param search whether the text may go on around what matches, except at `^` and `$`; otherwise these are implied. */
export function parseRegex(source: string, { ignoreCase = false, dotAll = false }: RegexOptions, search = false): Expression {
  return new Parser(source, ignoreCase, dotAll, search).parse();
}

const ESCAPES: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13 };
const CLASSES: Readonly<Record<string, CodePoints>> = { d: DIGITS, w: WORD, s: SPACE };
const MOST_REPEATS = 100_000;

class Parser {
  readonly #source: string;
  readonly #characters: readonly string[];
  readonly #ignoreCase: boolean;
  readonly #dotAll: boolean;
  readonly #search: boolean;
  #at = 0;

  constructor(source: string, ignoreCase: boolean, dotAll: boolean, search: boolean) {
    this.#source = source;
    this.#characters = Array.from(source);
    this.#ignoreCase = ignoreCase;
    this.#dotAll = dotAll;
    this.#search = search;
  }

  parse(): Expression {
    const whole = this.#alternatives(true);
    if (this.#at < this.#characters.length) this.#refuse('a ) closes no group', 'Write \\) for the character');
    return whole;
  }

  get #next(): string | undefined {
    return this.#characters[this.#at];
  }

  #takes(expected: string): boolean {
    const here = this.#characters.slice(this.#at, this.#at + expected.length).join('') === expected;
    if (here) this.#at += expected.length;
    return here;
  }

  #refuse(what: string, remedy: string): never {
    throw new OptionError('constraint', `The regular expression ${JSON.stringify(this.#source)} cannot be used: ${what} (at character ${this.#at + 1}). ${remedy}.`);
  }

  #alternatives(outermost: boolean): Expression {
    const parts = [this.#sequence(outermost)];
    while (this.#takes('|')) parts.push(this.#sequence(outermost));
    return either(...parts);
  }

  #sequence(outermost: boolean): Expression {
    const parts: Expression[] = [], around = this.#search && outermost ? repeated(character(ANY)) : EMPTY;
    if (!(outermost && this.#takes('^'))) parts.push(around);
    for (;;) {
      const next = this.#next;
      if (next === undefined || next === '|' || next === ')') {
        parts.push(around);
        break;
      }
      const after = this.#characters[this.#at + 1];
      if (next === '$' && outermost && (after === undefined || after === '|')) {
        this.#at++;
        break;
      }
      parts.push(this.#quantified(this.#atom()));
    }
    return sequence(...parts);
  }

  #quantified(atom: Expression): Expression {
    const from = this.#at;
    let least = 0, most = Infinity;
    if (this.#takes('*')) least = 0;
    else if (this.#takes('+')) least = 1;
    else if (this.#takes('?')) most = 1;
    else if (this.#next === '{') {
      const [whole, low, comma, high] = /^\{(\d+)(,(\d*))?\}/.exec(this.#characters.slice(this.#at, this.#at + 24).join('')) ?? this.#refuse('a { begins no count such as {2,5}', 'Write \\{ for the character');
      this.#at += whole!.length;
      least = Number(low);
      most = comma === undefined ? least : high === '' || high === undefined ? Infinity : Number(high);
      if (most < least) this.#refuse(`the count ${whole} is upside down`, 'Write the smaller number first');
      if (least > MOST_REPEATS || (most > MOST_REPEATS && most < Infinity)) this.#refuse(`the count ${whole} is too large`, `Counts go up to ${MOST_REPEATS}`);
    }
    if (this.#at === from) return atom;
    this.#takes('?'); // as few as possible: the same texts
    if (this.#next !== undefined && '*+?'.includes(this.#next)) this.#refuse(`a second quantifier ${this.#next}`, 'Put what is repeated in a group (?: )');
    return repeated(atom, least, most);
  }

  #atom(): Expression {
    const next = this.#characters[this.#at]!;
    switch (next) {
      case '.':
        this.#at++;
        return character(this.#dotAll ? ANY : INLINE);
      case '(': return this.#group();
      case '[': return character(this.#class());
      case '\\': return this.#escapedAtom();
      case '^': return this.#refuse('a ^ inside', 'Texts are matched whole; leave it out, or write \\^ for the character');
      case '$': return this.#refuse('a $ inside', 'Texts are matched whole; leave it out, or write \\$ for the character');
      case '*': case '+': case '?': return this.#refuse(`nothing stands before ${next}`, `Write \\${next} for the character`);
      case '{': case '}': case ']': return this.#refuse(`a single ${next}`, `Write \\${next} for the character`);
    }
    this.#at++;
    return this.#cased(this.#point(next));
  }

  #cased(set: CodePoints): Expression {
    return character(this.#ignoreCase ? anyCase(set) : set);
  }

  #point(c: string): CodePoints {
    const point = c.codePointAt(0)!;
    if (point >= 0xd800 && point <= 0xdfff) this.#refuse('half of a surrogate pair', 'Write the whole character');
    return [[point, point]];
  }

  #group(): Expression {
    for (const open of ['(?=', '(?!', '(?<=', '(?<!']) if (this.#takes(open)) this.#refuse(`it looks around with ${open}`, 'Write what may stand there instead, as alternatives');
    if (this.#takes('(?<')) {
      while (this.#next !== undefined && this.#next !== '>') this.#at++;
      if (!this.#takes('>')) this.#refuse('the name of a group has no end', 'Write (?<name>…)');
    } else if (!this.#takes('(?:')) {
      if (this.#takes('(?')) this.#refuse('a group that begins with (?', 'Groups are (…), (?:…) and (?<name>…); ignoring case is an option');
      this.#at++;
    }
    const inside = this.#alternatives(false);
    if (!this.#takes(')')) this.#refuse('a group has no end', 'Close it with ), or write \\( for the character');
    return inside;
  }

  #escapedAtom(): Expression {
    const after = this.#characters[this.#at + 1];
    if (after === 'b' || after === 'B') this.#refuse(`it looks around with \\${after}`, 'Write the characters that may stand there');
    if (after === 'k' || (after !== undefined && after >= '1' && after <= '9')) this.#refuse(`it looks back with \\${after}`, 'Write the alternatives out');
    return character(this.#escape());
  }

  /** `\d`, `\n`, `\u{1f642}`, `\p{L}` and so on, in any case if that is ignored. */
  #escape(): CodePoints {
    this.#at++;
    const c = this.#next, fold = (set: CodePoints): CodePoints => (this.#ignoreCase ? anyCase(set) : set);
    if (c === undefined) return this.#refuse('it ends with \\', 'Write \\\\ for the character');
    this.#at++;
    const named = CLASSES[c.toLowerCase()];
    if (named) return c === c.toLowerCase() ? fold(named) : complement(fold(named));
    if (c === 'p' || c === 'P') {
      const name = this.#matches(/^\{([\w=]+)\}/, 60)?.[1] ?? this.#refuse(`\\${c} without a name`, `Write for example \\${c}{L}`);
      const set = propertyOrNull(name) ?? this.#refuse(`there is no property ${name}`, 'There are for example L, Lu, Ll, N, P, S, Z, Script=Greek');
      return fold(c === 'p' ? set : complement(set));
    }
    return fold(this.#point(String.fromCodePoint(this.#escapedPoint(c))));
  }

  #escapedPoint(c: string): number {
    if (Object.hasOwn(ESCAPES, c)) return ESCAPES[c]!;
    if (c === '0' && !/^\d/.test(this.#next ?? '')) return 0;
    const hex = c === 'x' ? this.#matches(/^([\da-f]{2})/i, 2) : c === 'u' ? this.#matches(/^(?:\{([\da-f]{1,6})\}|(d[89ab][\da-f]{2})\\u(d[c-f][\da-f]{2})|([\da-f]{4}))/i, 10) : null;
    if (hex) {
      const [, a, high, low, four] = hex, point = high ? 0x10000 + ((parseInt(high, 16) & 0x3ff) << 10) + (parseInt(low!, 16) & 0x3ff) : parseInt(a ?? four!, 16);
      return point <= 0x10ffff ? point : this.#refuse(`there is no character ${point.toString(16)}`, 'The last one is 10ffff');
    }
    const control = c === 'c' ? this.#matches(/^([a-z])/i, 1) : null;
    if (control) return control[1]!.charCodeAt(0) & 31;
    if (!'^$\\.*+?()[]{}|/-'.includes(c)) this.#refuse(`there is no escape \\${c}`, `Write ${c} for the character`);
    return c.codePointAt(0)!;
  }

  /** A match right here, in at most so many characters. */
  #matches(what: RegExp, most: number): RegExpExecArray | null {
    const found = what.exec(this.#characters.slice(this.#at, this.#at + most).join(''));
    if (found) this.#at += Array.from(found[0]).length;
    return found;
  }

  #class(): CodePoints {
    this.#at++;
    const negated = this.#takes('^'), sets: CodePoints[] = [];
    while (!this.#takes(']')) {
      const from = this.#classAtom();
      if (this.#next !== '-' || this.#characters[this.#at + 1] === ']' || this.#characters[this.#at + 1] === undefined) {
        sets.push(from.set);
        continue;
      }
      this.#at++;
      const to = this.#classAtom();
      if (from.point === null || to.point === null) this.#refuse('a range of a class with many characters', 'Write \\- for the character -');
      if (from.point > to.point) this.#refuse('a range is upside down', 'Write the smaller character first');
      const range = complement(complement([[from.point, to.point]]));
      sets.push(this.#ignoreCase ? anyCase(range) : range);
    }
    const all = union(...sets);
    return negated ? complement(all) : all;
  }

  #classAtom(): { set: CodePoints; point: number | null } {
    const c = this.#next ?? this.#refuse('a class has no end', 'Close it with ], or write \\[ for the character');
    if (c !== '\\') {
      this.#at++;
      const set = this.#point(c);
      return { set: this.#ignoreCase ? anyCase(set) : set, point: c.codePointAt(0)! };
    }
    if (this.#characters[this.#at + 1] === 'b') {
      this.#at += 2;
      return { set: these('\b'), point: 8 };
    }
    const many = /[dswp]/i.test(this.#characters[this.#at + 1] ?? ''), place = this.#at, set = this.#escape();
    if (many) return { set, point: null };
    const past = this.#at;
    this.#at = place + 2;
    const point = this.#escapedPoint(this.#characters[place + 1]!);
    this.#at = past;
    return { set, point };
  }
}
