// The named sets of characters of regular expressions, as JavaScript defines them (ECMA-262, 22.2.2.9).
import { type CodePoints, complement, these, union } from '../automata/codePoints.ts';

export const DIGITS: CodePoints = [[0x30, 0x39]];
export const WORD: CodePoints = [[0x30, 0x39], [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a]];
export const SPACE: CodePoints = union(these('\t\n\v\f\r \u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff'), [[0x2000, 0x200a]]);
/** What `.` reads: anything but the ends of lines. */
export const INLINE: CodePoints = complement(these('\n\r\u2028\u2029'));

const properties = new Map<string, CodePoints>();

/**
 * The characters with a Unicode property, `L` or `Script=Greek`; null if there is none of this name. Asks the regular
 * expressions of the host about every character, so it knows as many characters as they do.
 */
export function propertyOrNull(name: string): CodePoints | null {
  const known = properties.get(name);
  if (known) return known;
  let has: RegExp;
  try {
    has = new RegExp(`^\\p{${name}}`, 'u');
  } catch {
    return null;
  }
  const ranges: [number, number][] = [];
  for (let point = 0; point <= 0x10ffff; point++) {
    if (point === 0xd800) point = 0xe000;
    if (!has.test(String.fromCodePoint(point))) continue;
    const last = ranges.at(-1);
    if (last && last[1] === point - 1) last[1] = point;
    else ranges.push([point, point]);
  }
  properties.set(name, ranges);
  return ranges;
}

let cased: readonly string[] | undefined;

/** With all characters that differ from one of the set only in case. */
export function anyCase(set: CodePoints): CodePoints {
  // characters without case, and letters that no other one equals, stay alone
  cased ??= Array.from({ length: 0x20000 }, (_, point) => (point >> 11 === 27 ? '' : String.fromCodePoint(point))).filter((c) => c.toLowerCase() !== c || c.toUpperCase() !== c);
  const some = cased.filter((c) => set.some(([from, to]) => from <= c.codePointAt(0)! && c.codePointAt(0)! <= to));
  if (some.length === 0) return set;
  const alike = new RegExp(`^[${some.map((c) => `\\u{${c.codePointAt(0)!.toString(16)}}`).join('')}]$`, 'iu');
  return union(set, these(cased.filter((c) => alike.test(c)).join('')));
}
