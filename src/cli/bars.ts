import type { Terminal } from './terminal.ts';

/** Characters of the longest bar. */
const LONGEST = 24;

/** More rows than this are too many to be looked at. */
const MOST = 24;

/** Those with the largest numbers, in the order in which they were; how many are left out, and their sum. */
export function largest<T extends { readonly value: number }>(rows: readonly T[]): { readonly shown: readonly T[]; readonly rest: number; readonly sum: number } {
  if (rows.length <= MOST) return { shown: rows, rest: 0, sum: 0 };
  const kept = new Set([...rows].sort((a, b) => Math.abs(b.value) - Math.abs(a.value)).slice(0, MOST));
  return { shown: rows.filter((row) => kept.has(row)), rest: rows.length - MOST, sum: rows.reduce((sum, row) => sum + (kept.has(row) ? 0 : row.value), 0) };
}

/**
 * Names with numbers above and below 0, as bars to the right and to the left, the longest for the largest.
 *
 * @example
 * // blocks.1.mlp            +3.21                          ████████████████████████
 * // blocks.0.attention…     -0.80                    ██████
 */
export function drawBars(rows: readonly { readonly name: string; readonly value: number }[], { colors }: Pick<Terminal, 'colors'>): string[] {
  const most = Math.max(1e-12, ...rows.map(({ value }) => Math.abs(value))), width = Math.max(0, ...rows.map(({ name }) => name.length));
  const below = Math.max(0, ...rows.map(({ value }) => Math.round((-value / most) * LONGEST)));
  return rows.map(({ name, value }) => {
    const length = Math.round((Math.abs(value) / most) * LONGEST), bar = '█'.repeat(length);
    const drawn = value < 0 ? `${' '.repeat(below - length)}${colors.red(bar)}` : `${' '.repeat(below)}${colors.blue(bar)}`;
    return `  ${name.padEnd(width)}  ${`${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(3)}`.padStart(9)}  ${drawn}`;
  });
}
