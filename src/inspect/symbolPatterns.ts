// Pictures of 3 x 3 pixels and a written rule that names them, small enough to know all of them: 2^9 = 512.
//
// The rule: four symbols are drawn perfectly once. Every picture is named after the symbol from which the fewest of its
// pixels differ; those that differ are its noise. Where two symbols are equally near, the one that stands first in
// SYMBOLS gives the name. So every picture has exactly one name, and it is known how far it is from a perfect drawing.
import { DataError, OptionError } from '../errors.ts';
import { Random, stream } from '../random.ts';

/** Pixels of a picture, and pictures that there are. */
export const PIXELS = 9, PATTERNS = 512;

/** A symbol as it is drawn perfectly, row by row: `#` is black, `.` is white. */
export interface SymbolDrawing {
  readonly name: string;
  readonly drawing: string;
}

/** The four symbols, in the order of the network's outputs. */
export const SYMBOLS: readonly SymbolDrawing[] = [
  { name: 'horizontal bar', drawing: '...###...' },
  { name: 'vertical bar', drawing: '.#..#..#.' },
  { name: 'cross', drawing: '#.#.#.#.#' },
  { name: 'ring', drawing: '####.####' },
];

/** One picture and what the rule says of it. */
export interface SymbolPattern {
  /** From 0 to 511: pixel i, counted row by row, is black where bit i is set. */
  readonly number: number;
  readonly drawing: string;
  /** What the network reads: 1 for a white pixel, -1 for a black one, row by row. */
  readonly inputs: readonly number[];
  /** Which of {@link SYMBOLS} it is. */
  readonly answer: number;
  /** How many pixels differ from the perfect symbol. */
  readonly noise: number;
}

/** All pictures, in one part to learn from and one to be tested on. */
export interface SymbolSplit {
  readonly train: readonly SymbolPattern[];
  readonly test: readonly SymbolPattern[];
}

const BLACK = '#', WHITE = '.';
const pixelsOf = (number: number): boolean[] => Array.from({ length: PIXELS }, (_, i) => ((number >> i) & 1) === 1);
const numberOf = (drawing: string): number => [...drawing].reduce((sum, pixel, i) => sum + (pixel === BLACK ? 1 << i : 0), 0);
const perfect = SYMBOLS.map(({ drawing }) => pixelsOf(numberOf(drawing)));

/**
 * A picture by its number, named by the rule.
 *
 * @param number from 0 (all white) to 511 (all black).
 * @throws {OptionError} when there is no such picture.
 * @example
 * symbolPattern(56).answer; // 0, the horizontal bar: bits 3, 4 and 5 are the middle row
 */
export function symbolPattern(number: number): SymbolPattern {
  if (!Number.isInteger(number) || number < 0 || number >= PATTERNS) throw new OptionError('number', `A picture has a whole number from 0 to ${PATTERNS - 1}, but it is ${number}.`);
  const pixels = pixelsOf(number), distances = perfect.map((symbol) => symbol.filter((black, i) => black !== pixels[i]).length);
  const noise = Math.min(...distances);
  return {
    number, noise, answer: distances.indexOf(noise), inputs: pixels.map((black) => (black ? -1 : 1)),
    drawing: pixels.map((black) => (black ? BLACK : WHITE)).join(''),
  };
}

/**
 * Reads a picture from nine characters, row by row: `#` or `1` is black, `.` or `0` is white. Spaces, line ends and `/`
 * between rows are left out.
 *
 * @throws {DataError} when there are not nine pixels, or other characters.
 * @example
 * parseSymbolPattern('.../###/...').noise; // 0
 */
export function parseSymbolPattern(drawing: string): SymbolPattern {
  const pixels = drawing.replace(/[\s/]/g, ''), odd = /[^#.01]/.exec(pixels)?.[0];
  if (odd !== undefined) throw new DataError(`A picture is drawn with # (black) and . (white), but there is "${odd}" in "${drawing}". For example: .../###/...`);
  if (pixels.length !== PIXELS) throw new DataError(`A picture has ${PIXELS} pixels, three rows of three, but "${drawing}" has ${pixels.length}. For example: .../###/...`);
  return symbolPattern(numberOf(pixels.replaceAll('1', BLACK)));
}

/**
 * All 512 pictures, dealt by `seed` into those that are learned from and those that test what was learned. The four
 * perfect drawings are always learned from.
 *
 * @param options.testShare share of pictures that are kept for the test, above 0 and below 1; 0.2 unless told.
 * @throws {OptionError} when the share leaves nothing to learn from or nothing to test.
 * @example
 * const { train, test } = symbolSplit({ seed: 1 }); // 410 and 102 pictures
 */
export function symbolSplit({ seed = 1, testShare = 0.2 }: { readonly seed?: number; readonly testShare?: number } = {}): SymbolSplit {
  const all = Array.from({ length: PATTERNS }, (_, i) => symbolPattern(i)), kept = Math.round(PATTERNS * testShare);
  const imperfect = all.filter(({ noise }) => noise > 0);
  if (!(kept >= 1 && kept < imperfect.length)) throw new OptionError('testShare', `testShare must leave pictures to learn from and to test, for example 0.2, but it is ${testShare}.`);
  const test = new Set(new Random(seed, stream('symbols', 'split')).shuffle(imperfect).slice(0, kept));
  return { train: all.filter((pattern) => !test.has(pattern)), test: all.filter((pattern) => test.has(pattern)) };
}
