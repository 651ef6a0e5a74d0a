// Meaning as geometry: words are points, similar words lie in similar directions (Mikolov et al. 2013,
// https://arxiv.org/abs/1301.3781).
//
//   cosine(a, b) = a · b / (|a| |b|),   dog is to puppy as cat is to ?: the word nearest to puppy - dog + cat
import { closest, OptionError } from '../errors.ts';

/** A word and how near it is, by cosine, from -1 to 1. */
export interface Neighbour {
  readonly word: string;
  readonly cosine: number;
}

/** An answer to an analogy. */
export interface AnalogyAnswer {
  readonly best: readonly Neighbour[];
  /** Place of the expected word among all words but the three of the question, from 1; null when none was expected. */
  readonly rank: number | null;
}

/** Named points. Lengths do not count, only directions, except for {@link WordVectors.axis}. */
export class WordVectors {
  readonly words: readonly string[];
  /** Numbers of a vector. */
  readonly channels: number;
  readonly #numbers: Float64Array;
  readonly #lengths: Float64Array;
  readonly #index: ReadonlyMap<string, number>;

  /**
   * @param numbers (words, channels), row by row, for example the embedding of a model.
   * @throws {OptionError} when sizes do not fit, a word comes twice, or a number is not finite.
   * @example
   * const points = new WordVectors(['cat', 'dog'], [1, 0, 1, 1]);
   * points.nearest('cat'); // [{ word: 'dog', cosine: 0.707 }]
   */
  constructor(words: readonly string[], numbers: ArrayLike<number>) {
    const channels = numbers.length / words.length;
    if (words.length === 0 || !Number.isInteger(channels) || channels < 1) throw new OptionError('numbers', `Every word needs equally many numbers, but there are ${numbers.length} for ${words.length} words.`);
    this.words = [...words];
    this.channels = channels;
    this.#numbers = Float64Array.from(numbers);
    if (!this.#numbers.every(Number.isFinite)) throw new OptionError('numbers', 'All numbers of a vector must be finite.');
    this.#index = new Map(words.map((word, i) => [word, i]));
    if (this.#index.size !== words.length) throw new OptionError('words', `"${words.find((word, i) => this.#index.get(word) !== i)}" comes twice. A word has one vector.`);
    this.#lengths = Float64Array.from(words, (_, i) => Math.sqrt(dot(this.#row(i), this.#row(i))));
  }

  has(word: string): boolean {
    return this.#index.has(word);
  }

  /**
   * A copy of a word's numbers.
   *
   * @throws {OptionError} when the word is unknown; names the one that was probably meant.
   */
  vector(word: string): Float64Array {
    return this.#row(this.#place(word)).slice();
  }

  /** Cosine of two words; 0 where one has no direction. */
  cosine(a: string, b: string): number {
    return this.#cosine(this.#place(a), this.#row(this.#place(b)));
  }

  /** The words nearest to a word, without it, or to any direction; the nearest first, ties in the order of the words. */
  nearest(to: string | ArrayLike<number>, { count = 10, exclude = [] as readonly string[] } = {}): Neighbour[] {
    const direction = typeof to === 'string' ? this.vector(to) : Float64Array.from(to);
    if (direction.length !== this.channels) throw new OptionError('to', `A direction here has ${this.channels} numbers, but this one has ${direction.length}.`);
    return this.#sorted(direction, new Set(typeof to === 'string' ? [to, ...exclude] : exclude)).slice(0, count);
  }

  /**
   * a is to b as c is to what? The words nearest to b - a + c, all three scaled to length 1; a, b and c themselves never count.
   *
   * @param options.expected the word whose rank is asked for.
   * @throws {OptionError} when a word is unknown, or the expected one is part of the question.
   * @example
   * points.analogy('dog', 'puppy', 'cat', { expected: 'kitten' }).rank; // 1 where it works
   */
  analogy(a: string, b: string, c: string, { expected = null as string | null, count = 10 } = {}): AnalogyAnswer {
    if (expected !== null && [a, b, c].includes(expected)) throw new OptionError('expected', `"${expected}" is part of the question, so it cannot be the answer.`);
    if (expected !== null) this.#place(expected);
    const [from, to, other] = [a, b, c].map((word) => this.#direction(word)) as [Float64Array, Float64Array, Float64Array];
    const sorted = this.#sorted(to.map((x, i) => x - from[i]! + other[i]!), new Set([a, b, c]));
    return { best: sorted.slice(0, count), rank: expected === null ? null : sorted.findIndex(({ word }) => word === expected) + 1 };
  }

  /**
   * Where words lie on the line from one word to another: 0 at `from`, 1 at `to`, beyond them less or more.
   *
   * @throws {OptionError} when both words have the same vector.
   */
  axis(from: string, to: string, words: readonly string[] = this.words): { readonly word: string; readonly at: number }[] {
    const start = this.vector(from), line = this.vector(to).map((x, i) => x - start[i]!), square = dot(line, line);
    if (square === 0) throw new OptionError('to', `"${from}" and "${to}" have the same vector; there is no line between them.`);
    return words.map((word) => ({ word, at: dot(this.vector(word).map((x, i) => x - start[i]!), line) / square }));
  }

  /** Cosine of every word with every other: row i is words[i]. */
  similarities(words: readonly string[] = this.words): number[][] {
    return words.map((a) => words.map((b) => this.cosine(a, b)));
  }

  #place(word: string): number {
    const place = this.#index.get(word);
    if (place !== undefined) return place;
    const meant = closest(word, this.words);
    throw new OptionError('word', `There is no vector for "${word}".${meant ? ` Did you mean "${meant}"?` : ''}`);
  }

  #row(i: number): Float64Array {
    return this.#numbers.subarray(i * this.channels, (i + 1) * this.channels);
  }

  #direction(word: string): Float64Array {
    const length = this.#lengths[this.#place(word)]!;
    return length === 0 ? this.vector(word) : this.vector(word).map((x) => x / length);
  }

  #cosine(i: number, direction: Float64Array, length = Math.sqrt(dot(direction, direction))): number {
    const product = this.#lengths[i]! * length;
    return product === 0 ? 0 : dot(this.#row(i), direction) / product;
  }

  #sorted(direction: Float64Array, exclude: ReadonlySet<string>): Neighbour[] {
    const length = Math.sqrt(dot(direction, direction));
    return this.words.flatMap((word, i) => (exclude.has(word) ? [] : [{ word, cosine: this.#cosine(i, direction, length) }])).sort((a, b) => b.cosine - a.cosine);
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
