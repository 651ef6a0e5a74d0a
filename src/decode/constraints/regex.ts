import { OptionError } from '../../errors.ts';
import { Constraint } from './constraint.ts';
import { parseRegex, type RegexOptions } from './parseRegex.ts';

/**
 * Texts that a regular expression matches from beginning to end. `^` and `$` are implied.
 *
 * It is written as in JavaScript with the flag u, and means the same: literals, `.`, `|`, groups, `[a-zé]`, `[^…]`, `\d \w \s`,
 * `\p{L}`, `* + ? {2,5}`. Lookaround, `\b` and backreferences are refused. (llama.cpp's GBNF and the engines around Hugging
 * Face leave out other parts each.) Which characters have a property is asked of the host, so of characters that are new to
 * Unicode some hosts know more than others.
 *
 * @param source the expression, or a RegExp of which the flags i and s count.
 * @throws {OptionError} for an expression that is wrong, not supported, too large, or matches nothing.
 * @example
 * generate(model, 'Born on ', { constraint: regex('\\d{4}-\\d{2}-\\d{2}') });
 */
export function regex(source: string | RegExp, options: RegexOptions = {}): Constraint {
  if (source instanceof RegExp) {
    const other = [...source.flags].find((flag) => !'isu'.includes(flag));
    if (other) throw new OptionError('constraint', `The flag ${other} of ${String(source)} has no meaning here: a text is matched whole and once, as with the flag u. Leave it out.`);
    return regex(source.source, { ignoreCase: source.ignoreCase, dotAll: source.dotAll, ...options });
  }
  if (typeof source !== 'string') throw new OptionError('constraint', 'regex needs a string or a RegExp.');
  return new Constraint(`regex ${JSON.stringify(source)}`, parseRegex(source, options));
}
