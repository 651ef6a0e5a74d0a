import { OptionError } from '../../errors.ts';
import type { ByteAutomaton } from '../automata/byteAutomaton.ts';
import { regex } from '../constraints/regex.ts';
import type { Phrase } from './phrases.ts';

/**
 * A regular expression, compiled to be searched for anywhere.
 *
 * @throws {OptionError} for one that cannot be decided by an automaton, looks for the edges of a text, or is found everywhere.
 */
export function patternOf(pattern: RegExp | string): { phrase: Phrase; automaton: ByteAutomaton } {
  const text = String(pattern), source = typeof pattern === 'string' ? pattern : pattern.source;
  if (/[\^$]/.test(source.replace(/\\.|\[(?:\\.|[^\]])*\]/gs, ''))) throw new OptionError('patterns', `The pattern ${text} looks for the beginning or end of a text, but a text that is being written has no end yet. Leave ^ and $ out; patterns are found anywhere.`);
  let automaton: ByteAutomaton;
  try {
    ({ automaton } = regex(pattern));
  } catch (error) {
    throw error instanceof OptionError ? new OptionError('patterns', `The pattern ${text}: ${error.message}`) : error;
  }
  if (automaton.accepts(automaton.start)) throw new OptionError('patterns', `The pattern ${text} matches an empty text, so it would block everything. Use + in place of *, for example.`);
  return { phrase: { text, source: 'patterns' }, automaton };
}
