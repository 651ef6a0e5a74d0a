// Regular expressions of tokenizer.json, in the dialect of Oniguruma, as JavaScript ones.
import { FormatError, OptionError } from '../../errors.ts';
import { Pattern, PATTERNS } from '../pattern.ts';
import { toJavaScript } from '../regexDialect.ts';
import { object, wrong } from './huggingFaceJson.ts';

/** Contractions in any case, as every file writes them; older JavaScript has no (?i:…). */
const ANY_CASE = /\(\?i:'s\|'t\|'re\|'ve\|'m\|'ll\|'d\)/g;
const CONTRACTION = PATTERNS.cl100k.slice(0, PATTERNS.cl100k.indexOf('|[^'));

/** The expression with contractions written out. */
export const spelledOut = (source: string): string => source.replace(ANY_CASE, () => CONTRACTION);

/** A text or an expression as it stands in a file: `{ "String": … }` or `{ "Regex": … }`. */
function read(value: unknown, field: string): { source: string; literal: boolean } {
  const pattern = object(value, field), { String: literal, Regex: regex } = pattern;
  if (typeof literal === 'string') return { source: literal.replace(/[\\^$.*+?()[\]{}|/-]/g, (sign) => (sign === '-' ? '\\x2d' : `\\${sign}`)), literal: true };
  if (typeof regex === 'string') return { source: spelledOut(regex), literal: false };
  throw wrong(field, 'a String or a Regex', value);
}

/** @throws {FormatError} for an expression that has no exact twin. */
export function expressionOf(value: unknown, field: string, flags: string): RegExp {
  const { source, literal } = read(value, field);
  return named(field, () => new RegExp(literal ? source : toJavaScript(source), flags));
}

/** The same as a pattern that cuts text into pieces. */
export function patternOf(value: unknown, field: string): Pattern {
  const { source } = read(value, field);
  return named(field, () => new Pattern(source));
}

function named<T>(field: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof OptionError || error instanceof SyntaxError) throw new FormatError(`tokenizer.json: ${field}: ${error.message}`, { cause: error });
    throw error;
  }
}
