// Errors say what was expected, what came, and what to do next. Bad input throws one of these;
// anything else that escapes is a broken promise of our own.

/** Tensors that do not fit together. The message names each one with its shape and says what would fit. */
export class ShapeError extends Error {
  override name = 'ShapeError';
}

/** A file or byte string that is not what it claims to be: cut short, damaged, or of another kind. */
export class FormatError extends Error {
  override name = 'FormatError';
}

/** Text or conversations that nothing can be learned from: empty, binary, too short. */
export class DataError extends Error {
  override name = 'DataError';
}

/** An option or configuration that cannot work. `option` is its name as the caller wrote it. */
export class OptionError extends Error {
  override name = 'OptionError';
  readonly option: string;

  constructor(option: string, message: string) {
    super(message);
    this.option = option;
  }
}

/** The plan needs more memory than there is. The message names the largest parts. */
export class MemoryError extends Error {
  override name = 'MemoryError';
}

/** A tensor as error messages show it, for example `blocks.0.mlp.up.weight (3072, 768)`. */
export const show = (t: { readonly name: string; readonly shape: readonly number[] }): string =>
  `${t.name} (${t.shape.join(', ')})`;

/** A count with thousands separated, as messages show it: 4,821,337. */
export const count = (n: number): string => n.toString().replace(/\B(?=(\d{3})+$)/g, ',');

/** A size in bytes as messages show it: 512 bytes, 1.5 MB, 4.00 GiB is written 4,295.0 MB. */
export function bytes(n: number): string {
  if (n < 1000) return `${n} bytes`;
  if (n < 1e6) return `${(n / 1e3).toFixed(1)} kB`;
  if (n < 1e9) return `${(n / 1e6).toFixed(1)} MB`;
  return `${(n / 1e9).toFixed(2)} GB`;
}

/** The word of `known` that `word` was probably meant to be, or null if none is close. Used as "Did you mean …?". */
export function closest(word: string, known: Iterable<string>): string | null {
  let best: string | null = null;
  let least = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    const edits = editDistance(word, candidate);
    if (edits < least) [best, least] = [candidate, edits];
  }
  return best;
}

/** Damerau-Levenshtein distance (insert, delete, replace, swap of neighbours), restricted form. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let edits = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) edits = Math.min(edits, before[j - 2]! + 1);
      next.push(edits);
    }
    before = row;
    row = next;
  }
  return row[b.length]!;
}
