// Sets of characters as sorted ranges of code points. Surrogates are no characters: UTF-8 cannot write them.

/** Ranges in rising order, both ends included, none of them touching the next. */
export type CodePoints = readonly (readonly [from: number, to: number])[];

/** Every character. */
export const ANY: CodePoints = [[0, 0xd7ff], [0xe000, 0x10ffff]];

/** The set of all characters in any of some ranges. */
export function union(...sets: readonly CodePoints[]): CodePoints {
  const sorted = sets.flat().sort((a, b) => a[0] - b[0]), all: [number, number][] = [];
  for (const [from, to] of sorted) {
    const last = all.at(-1);
    if (last && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else all.push([from, to]);
  }
  return all;
}

/** The characters in both sets. */
export function intersection(a: CodePoints, b: CodePoints): CodePoints {
  const all: [number, number][] = [];
  for (let i = 0, k = 0; i < a.length && k < b.length;) {
    const from = Math.max(a[i]![0], b[k]![0]), to = Math.min(a[i]![1], b[k]![1]);
    if (from <= to) all.push([from, to]);
    if (a[i]![1] < b[k]![1]) i++;
    else k++;
  }
  return all;
}

/**
 * The characters that are not in the set.
 *
 * @example
 * complement([[0, 0x61], [0x63, 0x10ffff]]); // [[0x62, 0x62]]: b
 */
export function complement(set: CodePoints): CodePoints {
  const gaps: [number, number][] = [];
  let from = 0;
  for (const [first, last] of set) {
    if (first > from) gaps.push([from, first - 1]);
    from = last + 1;
  }
  if (from <= 0x10ffff) gaps.push([from, 0x10ffff]);
  return intersection(gaps, ANY);
}

/** The characters of the given ones: `'az'` is a and z. */
export const these = (characters: string): CodePoints => union(Array.from(characters, (c): [number, number] => [c.codePointAt(0)!, c.codePointAt(0)!]));
