// JSON as JSON.stringify writes it (RFC 8259): one spelling for every string, numbers that JSON.parse reads without loss.
import { ANY, type CodePoints, intersection, these, union } from '../automata/codePoints.ts';
import { character, either, EMPTY, type Expression, mapCharacters, members, NEVER, optional, repeated, sequence, text } from '../automata/expression.ts';

/** What JSON.stringify does not write as it is. */
const ESCAPED: CodePoints = union([[0, 0x1f]], these('"\\')), PLAIN: CodePoints = [[0x20, 0x21], [0x23, 0x5b], [0x5d, 0xd7ff], [0xe000, 0x10ffff]];
const QUOTE = text('"');
const spelled = new WeakMap<CodePoints, Expression>();

/** A character of a set as it stands in a JSON string. */
function spell(set: CodePoints): Expression {
  let found = spelled.get(set);
  if (!found) {
    // by all but the last character of an escape: few branches make small automata
    const lasts = new Map<string, string>();
    for (const [from, to] of intersection(set, ESCAPED)) {
      for (let point = from; point <= to; point++) {
        const escape = JSON.stringify(String.fromCodePoint(point)).slice(1, -1), most = escape.slice(0, -1);
        lasts.set(most, (lasts.get(most) ?? '') + escape.slice(-1));
      }
    }
    spelled.set(set, (found = either(character(intersection(set, PLAIN)), ...Array.from(lasts, ([most, last]) => sequence(text(most), character(these(last)))))));
  }
  return found;
}

/** A JSON string whose value is a text of the expression. */
export const quoted = (value: Expression): Expression => sequence(QUOTE, mapCharacters(value, spell), QUOTE);
/** Any string. */
export const anyString = (least = 0, most = Infinity): Expression => quoted(repeated(character(ANY), least, most));

/** Where white space may stand, and what. */
export type Space = Expression;
export const NO_SPACE: Space = EMPTY;
/** Nothing, a space, or a new line with spaces or tabs. */
export const SOME_SPACE: Space = either(EMPTY, text(' '), sequence(text('\n'), either(repeated(text(' '), 0, 32), repeated(text('\t'), 1, 8))));

/** Values between brackets: those of `first` at their places, then any number of `rest`; so many in all. */
export function arrayOf(first: readonly Expression[], rest: Expression, least: number, most: number, space: Space): Expression {
  const comma = sequence(text(','), space), n = Math.min(first.length, most);
  // from the last to the first: what may follow the values so far
  let tail = most > n ? repeated(sequence(comma, rest), Math.max(0, least - n), most - n) : least > n ? NEVER : EMPTY;
  if (n === 0) tail = most === 0 ? tail : either(...(least === 0 ? [EMPTY] : []), sequence(rest, repeated(sequence(comma, rest), Math.max(0, least - 1), most - 1)));
  for (let i = n - 1; i >= 0; i--) {
    const on = sequence(i > 0 ? comma : EMPTY, first[i]!, tail);
    tail = least > i ? on : optional(on);
  }
  return brackets('[', tail, ']', space);
}

/** An object with these members in their order. */
export function objectOf(list: readonly { readonly name: string; readonly value: Expression; readonly required: boolean }[], space: Space): Expression {
  return brackets('{', members(list.map(({ name, value, required }) => ({ part: member(text(JSON.stringify(name)), value, space), optional: !required })), sequence(text(','), space)), '}', space);
}

/** An object with any names and such values. */
export function mapOf(value: Expression, space: Space): Expression {
  const one = member(anyString(), value, space);
  return brackets('{', optional(sequence(one, repeated(sequence(text(','), space, one)))), '}', space);
}

const member = (name: Expression, value: Expression, space: Space): Expression => sequence(name, text(':'), space, value);

/** White space stands at both ends, and once where there is nothing between them. */
const brackets = (open: string, inside: Expression, close: string, space: Space): Expression => sequence(text(open), space, inside, space === EMPTY ? EMPTY : space, text(close));

/** Any value, arrays and objects inside each other at most so deep. */
export function anyValue(depth: number, space: Space): Expression {
  const plain = either(anyString(), anyNumber(), text('true'), text('false'), text('null'));
  if (depth <= 0) return plain;
  const inner = anyValue(depth - 1, space);
  return either(plain, arrayOf([], inner, 0, Infinity, space), mapOf(inner, space));
}

const DIGIT = character([[0x30, 0x39]]), NOT_ZERO = character([[0x31, 0x39]]);

/** A whole number of up to so many digits, without a sign. */
export const wholeUpTo = (digits: number): Expression => (digits < 1 ? NEVER : either(text('0'), sequence(NOT_ZERO, repeated(DIGIT, 0, digits - 1))));

/** Any number, up to 15 digits on each side of the point and an exponent of up to 2. */
export const anyNumber = (): Expression => sequence(
  optional(text('-')), wholeUpTo(15), optional(sequence(text('.'), repeated(DIGIT, 1, 15))),
  optional(sequence(character(these('eE')), optional(character(these('+-'))), repeated(DIGIT, 1, 2))),
);
