// A tensor as a file for other programs.
import { OptionError } from '../errors.ts';
import { writeNpy } from '../formats/index.ts';
import type { Recorded } from './textReader.ts';

/** Formats of {@link exportTensor}. */
export const tensorFormats = ['json', 'csv', 'npy'] as const;
export type TensorFormat = (typeof tensorFormats)[number];

/**
 * The bytes of a file that holds a tensor with all its digits.
 *
 * `json`: name, shape and nested lists; numbers that JSON does not know are the strings "NaN", "Infinity", "-Infinity".
 * `csv`: a line for each row, first where it stands (`i0, i1, …`), then its numbers. `npy`: as numpy.save writes it.
 *
 * @throws {OptionError} for another format.
 * @example
 * await writeFile('probs.npy', exportTensor(tensors.get('blocks.0.attention.probs')!, 'npy'));
 */
export function exportTensor({ name, shape, numbers }: Recorded, format: TensorFormat): Uint8Array {
  if (format === 'npy') return writeNpy(shape, numbers);
  if (format === 'json') return new TextEncoder().encode(`${JSON.stringify({ name, shape, numbers: nested(numbers, shape) })}\n`);
  if (format === 'csv') return new TextEncoder().encode(csvLines(shape, numbers).join(''));
  throw new OptionError('format', `format must be one of ${tensorFormats.join(', ')}, but it is "${String(format)}".`);
}

type Nested = number | string | readonly Nested[];

function nested(numbers: Float32Array, shape: readonly number[]): Nested {
  if (shape.length === 0) return written(numbers[0]!);
  if (shape.length === 1) return Array.from(numbers, written);
  const [first, ...rest] = shape as [number, ...number[]], each = numbers.length / first;
  return Array.from({ length: first }, (_, i) => nested(numbers.subarray(i * each, (i + 1) * each), rest));
}

const written = (x: number): number | string => (Number.isFinite(x) ? x : String(x));

function csvLines(shape: readonly number[], numbers: Float32Array): string[] {
  const C = shape.at(-1) ?? 1, leading = shape.slice(0, -1);
  const lines = [`${[...leading.map((_, i) => `i${i}`), ...Array.from({ length: C }, (_, c) => c)].join(',')}\n`];
  for (let r = 0; r < numbers.length / C; r++) {
    const at: number[] = [];
    for (let d = leading.length - 1, rest = r; d >= 0; d--) {
      at.unshift(rest % leading[d]!);
      rest = Math.floor(rest / leading[d]!);
    }
    lines.push(`${[...at, ...numbers.subarray(r * C, (r + 1) * C)].join(',')}\n`);
  }
  return lines;
}
