// Analogies in the format of questions-words.txt (Mikolov et al. 2013): `: name` begins a section, every other line is
// four words, a is to b as c is to d. What the vectors do not know is counted first, then how much of the rest is right.
import { FormatError } from '../errors.ts';
import type { WordVectors } from './wordVectors.ts';

export interface AnalogySection {
  readonly name: string;
  readonly questions: readonly (readonly [a: string, b: string, c: string, d: string])[];
}

export interface AnalogyScore {
  readonly name: string;
  readonly questions: number;
  /** Questions of which all four words have vectors and differ. */
  readonly covered: number;
  /** Of the covered ones: the right word is nearest, or among the nearest five. */
  readonly first: number;
  readonly firstFive: number;
}

/**
 * Reads a file of analogies.
 *
 * @param from what messages call the file.
 * @throws {FormatError} when a line is not four words; gives its number.
 * @example
 * parseAnalogies(': young\ndog puppy cat kitten\n')[0].questions.length; // 1
 */
export function parseAnalogies(text: string, from = 'the file'): AnalogySection[] {
  const sections: { name: string; questions: (readonly [string, string, string, string])[] }[] = [];
  text.split('\n').forEach((line, i) => {
    const words = line.trim().split(/\s+/);
    if (words[0] === '') return;
    if (words[0]!.startsWith(':')) {
      sections.push({ name: line.trim().slice(1).trim(), questions: [] });
      return;
    }
    if (words.length !== 4) throw new FormatError(`${from}, line ${i + 1}: an analogy is four words, but there are ${words.length}: ${line.trim().slice(0, 80)}`);
    if (sections.length === 0) sections.push({ name: 'all', questions: [] });
    sections.at(-1)!.questions.push(words as unknown as readonly [string, string, string, string]);
  });
  return sections;
}

/**
 * Asks every analogy whose words are all known.
 *
 * @param options.lower compare in lower case, where the vectors know only that.
 * @example
 * scoreAnalogies(points, parseAnalogies(text)); // [{ name: 'young', questions: 1, covered: 1, first: 1, firstFive: 1 }]
 */
export function scoreAnalogies(vectors: WordVectors, sections: readonly AnalogySection[], { lower = false } = {}): AnalogyScore[] {
  return sections.map(({ name, questions }) => {
    const asked = questions.map((words) => words.map((word) => (lower ? word.toLowerCase() : word)) as [string, string, string, string]);
    const covered = asked.filter(([a, b, c, d]) => [a, b, c, d].every((word) => vectors.has(word)) && ![a, b, c].includes(d));
    const ranks = covered.map(([a, b, c, d]) => vectors.analogy(a, b, c, { expected: d, count: 0 }).rank!);
    return { name, questions: questions.length, covered: covered.length, first: ranks.filter((rank) => rank === 1).length, firstFive: ranks.filter((rank) => rank <= 5).length };
  });
}
