// What must not be said, as options of a command line: one table and one function for every command that generates.
import { readFileSync } from 'node:fs';
import { type ContentFilter, createFilter, type FilterOptions, loadWordList, type TextClassifier, WORD_LISTS, type WordList, type WordListName } from '../decode/index.ts';
import { closest, OptionError } from '../errors.ts';
import { choice, list, text, type Values } from './options.ts';
import { UsageError } from './usageError.ts';

export const filterOptions = {
  filter: list('FILE|LIST', `a file with one phrase in each line, or a list: ${WORD_LISTS.join(', ')}, questions; several times`),
  'filter-mode': choice(['block', 'hold'], 'block: it cannot be said (default); hold: nothing of it is shown, and the text ends'),
  allow: text('FILE', 'a file with words in which a phrase is no harm, one in each line'),
  refusal: text('TEXT', 'what stands in place of what is blocked (default: I would rather not talk about that.)'),
};

export const filterDetails = [
  '--filter FILE: a line is a phrase to be found anywhere, |phrase| as whole words, |phrase or phrase| at their beginning or end, or',
  'a pattern /…/i; # begins a remark. Lists: obscenity; cuss, cuss:1 (rated 1 or higher), cuss:fr; naughty-words, naughty-words:zh.',
  'Other spellings count too: case, width, accents, letters that look alike, numbers for letters, doubled letters, s.p.l.i.t words.',
  'The list naughty-words is the List of Dirty, Naughty, Obscene, and Otherwise Bad Words (github.com/LDNOOBW), CC BY 4.0.',
];

/** What stands for a question that nobody can answer, if nothing else is filtered. */
const UNKNOWN = 'I do not know that.';

/** For a command that reads messages. */
export const questionDetails = [
  '--filter questions, questions:zh: trains a small net on the world when the chat begins (about a second), and answers questions',
  'that nobody can know with the refusal. It reads each message by itself: what was said before does not count.',
];

/**
 * The filter that the options ask for.
 *
 * @param learnt a net that knows questions of the world, where messages are read.
 * @throws {UsageError} for a file that cannot be read or is empty, a list that does not exist, or options without --filter.
 */
export async function filterFrom(values: Values<typeof filterOptions>, learnt?: (language: 'en' | 'zh') => Promise<TextClassifier>): Promise<ContentFilter | undefined> {
  const { filter, allow, refusal } = values, mode = values['filter-mode'];
  if (filter.length === 0) {
    const alone = mode !== undefined ? 'filter-mode' : allow !== undefined ? 'allow' : refusal !== undefined ? 'refusal' : null;
    if (alone) throw new UsageError(`--${alone} does nothing without --filter. Give --filter FILE or a list, or leave it out.`);
    return undefined;
  }
  const words: string[] = [], patterns: RegExp[] = [], lists: WordList[] = [];
  let classifier: TextClassifier | undefined;
  for (const given of filter) {
    const [name = '', ...parts] = given.split(':');
    if (name === 'questions') {
      const [language = 'en', ...more] = parts;
      if (!learnt) throw new UsageError('--filter questions reads the messages of a chat, and here there are none. Use it with inkling chat.');
      if (more.length > 0 || (language !== 'en' && language !== 'zh')) throw new UsageError(`--filter ${given}: there are questions (or questions:en) and questions:zh.`);
      if (classifier) throw new UsageError('--filter questions is given twice. Give it once.');
      classifier = await learnt(language);
      continue;
    }
    if ((WORD_LISTS as readonly string[]).includes(name)) {
      const threshold = parts.find((part) => /^\d+$/.test(part)), language = parts.find((part) => !/^\d+$/.test(part));
      lists.push(await loadWordList(name as WordListName, { ...(threshold !== undefined && { threshold: Number(threshold) }), ...(language !== undefined && { language }) }));
      continue;
    }
    for (const line of linesOf('filter', given)) {
      const pattern = /^\/(.+)\/([a-z]*)$/.exec(line);
      if (pattern) patterns.push(patternOf(given, pattern[1]!, pattern[2]!));
      else words.push(line);
    }
  }
  const alone = words.length + patterns.length + lists.length === 0, refuses: FilterOptions = classifier ? { classifier, refuse: ['refuse'], classify: 'messages', ...(alone && { refusal: UNKNOWN }) } : {};
  try {
    return createFilter({ words, lists, patterns, ...(allow !== undefined && { allow: linesOf('allow', allow) }), ...(mode && { mode }), ...refuses, ...(refusal !== undefined && { refusal }) });
  } catch (error) {
    throw error instanceof OptionError ? new UsageError(error.message) : error;
  }
}

function patternOf(file: string, source: string, flags: string): RegExp {
  try {
    return new RegExp(source, `${flags.replace('u', '')}u`);
  } catch (error) {
    throw new UsageError(`--filter ${file}: /${source}/${flags} is no regular expression: ${(error as Error).message}.`);
  }
}

function linesOf(option: 'filter' | 'allow', path: string): string[] {
  let content: string;
  try {
    content = readFileSync(path, 'utf8');
  } catch {
    const meant = option === 'filter' ? closest(path, [...WORD_LISTS, 'questions']) : null;
    throw new UsageError(`--${option} ${path}: there is no such file${option === 'filter' ? ' or list' : ''}. ${meant ? `Did you mean ${meant}?` : 'Check the path.'}`);
  }
  const lines = content.split('\n').map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
  if (lines.length === 0) throw new UsageError(`--${option} ${path}: the file has no lines. Write one ${option === 'filter' ? 'phrase' : 'word'} in each.`);
  return lines;
}
