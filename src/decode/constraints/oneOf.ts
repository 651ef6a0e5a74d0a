import { ANY } from '../automata/codePoints.ts';
import { both, character, either, repeated, sequence, text } from '../automata/expression.ts';
import { OptionError } from '../../errors.ts';
import { Constraint } from './constraint.ts';

/**
 * One of some answers, and nothing else.
 *
 * @throws {OptionError} for an empty list, or an answer that is empty or no string.
 * @example
 * generate(model, 'Is the kite red?', { constraint: oneOf(['yes', 'no', 'I do not know']) });
 */
export function oneOf(answers: readonly string[]): Constraint {
  requireTexts('oneOf', answers);
  return new Constraint(`oneOf(${shown(answers)})`, either(...answers.map(text)));
}

/**
 * Any text that contains each of some words (or phrases) somewhere, in any order; they may overlap.
 *
 * @throws {OptionError} for an empty list, a word that is empty or no string, or so many that the automaton is too large:
 *   it remembers which of them were said.
 * @example
 * generate(model, 'A story: ', { constraint: containing(['dog', 'kite']), tokens: 60 });
 */
export function containing(words: readonly string[]): Constraint {
  requireTexts('containing', words);
  const any = repeated(character(ANY));
  return new Constraint(`containing(${shown(words)})`, both(...[...new Set(words)].map((word) => sequence(any, text(word), any))));
}

function requireTexts(name: string, texts: unknown): void {
  if (Array.isArray(texts) && texts.length > 0 && texts.every((one) => typeof one === 'string' && one !== '')) return;
  throw new OptionError('constraint', `${name} needs a list of at least one text, none of them empty, but it is given ${JSON.stringify(texts) ?? String(texts)}.`);
}

const shown = (texts: readonly string[]): string => texts.slice(0, 4).map((one) => JSON.stringify(one)).join(', ') + (texts.length > 4 ? ', …' : '');
