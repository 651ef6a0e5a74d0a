// How text is cut into pieces that no token crosses: the pre-tokenizers of tokenizer.json.
import { FormatError } from '../../errors.ts';
import { Pattern } from '../pattern.ts';
import { expressionOf, patternOf } from './expressions.ts';
import { flagOf, stepsOf, textOf, wrong } from './huggingFaceJson.ts';

/** Cuts one piece further. `first`: nothing stands before it but what the program wrote. */
export type Cut = (piece: string, first: boolean) => readonly string[];

export interface PreTokenizer {
  /** Pieces are turned into bytes, spelled in visible letters. */
  readonly byteLevel: boolean;
  /** What stands for a space, if something does. */
  readonly space: string | null;
  /** The only thing that happens, if it is a cut by one expression. */
  readonly pattern: Pattern | null;
  readonly cuts: readonly Cut[];
  /** Whether a space is put before text, always or at its beginning. */
  readonly prefix: boolean;
}

const PUNCTUATION = '\\p{P}\\u0021-\\u002F\\u003A-\\u0040\\u005B-\\u0060\\u007B-\\u007E';

const byPattern = (pattern: Pattern): Cut => (piece) => pattern.pieces(piece);
const byMatches = (expression: RegExp): Cut => (piece) => piece.match(expression) ?? [];

/** What an expression matches, and what stands between, glued together as `behavior` says. */
function split(expression: RegExp, behavior: string, invert: boolean, field: string): Cut {
  const known = ['Isolated', 'Removed', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous'];
  if (!known.includes(behavior)) throw wrong(`${field}.behavior`, `one of ${known.join(', ')}`, behavior);
  return (piece) => {
    const parts: { text: string; match: boolean }[] = [];
    let from = 0;
    for (const found of piece.matchAll(expression)) {
      if (found[0] === '') continue;
      if (found.index > from) parts.push({ text: piece.slice(from, found.index), match: invert });
      parts.push({ text: found[0], match: !invert });
      from = found.index + found[0].length;
    }
    if (from < piece.length) parts.push({ text: piece.slice(from), match: invert });
    const out: string[] = [];
    let glue = false;
    for (const [i, { text, match }] of parts.entries()) {
      if (match && behavior === 'Removed') continue;
      const toLast = (behavior === 'MergedWithPrevious' && match && i > 0 && !parts[i - 1]!.match) || (behavior === 'Contiguous' && i > 0 && parts[i - 1]!.match === match) || glue;
      if (toLast) out[out.length - 1] += text;
      else out.push(text);
      glue = behavior === 'MergedWithNext' && match && i + 1 < parts.length && !parts[i + 1]!.match;
    }
    return out;
  };
}

/** Reads the pre-tokenizers of a file. */
export function readPreTokenizer(value: unknown): PreTokenizer {
  const cuts: Cut[] = [];
  let byteLevel = false, space: string | null = null, prefix = false, pattern: Pattern | null = null;
  for (const [step, field] of stepsOf(value, 'pre_tokenizer', 'pretokenizers')) {
    if (byteLevel) throw wrong(field, 'the last step to be ByteLevel', step.type);
    switch (step.type) {
      case 'ByteLevel': {
        byteLevel = true;
        if (flagOf(step, 'add_prefix_space', field, false)) {
          prefix = true;
          cuts.push((piece) => [piece.startsWith(' ') ? piece : ` ${piece}`]);
        }
        if (flagOf(step, 'use_regex', field, true)) cuts.push(byPattern((pattern = new Pattern('gpt2'))));
        break;
      }
      case 'Split': {
        const behavior = textOf(step, 'behavior', field), invert = flagOf(step, 'invert', field, false);
        if (behavior === 'Isolated' && !invert) cuts.push(byPattern((pattern = patternOf(step['pattern'], `${field}.pattern`))));
        else cuts.push(split(expressionOf(step['pattern'], `${field}.pattern`, 'gu'), behavior, invert, field));
        break;
      }
      case 'Metaspace': {
        const sign = (space = textOf(step, 'replacement', field, '▁'));
        const scheme = textOf(step, 'prepend_scheme', field, (step['add_prefix_space'] ?? true) === true ? 'always' : 'never');
        if (!['always', 'first', 'never'].includes(scheme)) throw wrong(`${field}.prepend_scheme`, 'always, first or never', scheme);
        if (scheme !== 'never') prefix = true;
        cuts.push((piece, first) => {
          const marked = piece.replaceAll(' ', sign);
          return [!marked.startsWith(sign) && (scheme === 'always' || (scheme === 'first' && first)) ? sign + marked : marked];
        });
        if (flagOf(step, 'split', field, true)) cuts.push(split(new RegExp(sign.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), 'gu'), 'MergedWithNext', false, field));
        break;
      }
      case 'Digits': cuts.push(byMatches(flagOf(step, 'individual_digits', field, false) ? /\P{N}+|\p{N}/gu : /\P{N}+|\p{N}+/gu)); break;
      case 'Punctuation': cuts.push(split(new RegExp(`[${PUNCTUATION}]`, 'gu'), textOf(step, 'behavior', field, 'Isolated'), false, field)); break;
      case 'WhitespaceSplit': cuts.push((piece) => piece.split(/\p{White_Space}+/u).filter((part) => part !== '')); break;
      case 'Whitespace': cuts.push(byMatches(/[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}]+|[^\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{White_Space}]+/gu)); break;
      default: throw new FormatError(`tokenizer.json: ${field}.type is ${JSON.stringify(step.type)}, a pre-tokenizer that is not known here. Known are ByteLevel, Split, Metaspace, Digits, Punctuation, Whitespace and WhitespaceSplit.`);
    }
  }
  return { byteLevel, space, prefix, pattern: cuts.length === 1 ? pattern : null, cuts };
}
