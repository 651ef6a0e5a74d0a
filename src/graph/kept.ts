// How a history of keys and values is kept: as it is, in 16 bits, or in 8 bits with a scale for each head's numbers of a
// row. The layout of a row is told in assembly/kept.ts.
import { ShapeError } from '../errors.ts';

/** How keys and values are kept: 32-bit floats, 16-bit floats, or whole numbers of 8 bits times a scale. */
export type CacheType = 'f32' | 'f16' | 'int8';
export const cacheTypes = ['f32', 'f16', 'int8'] as const satisfies readonly CacheType[];

/** What a row of a history holds. */
export interface Kept {
  readonly type: CacheType;
  /** Numbers of a row. */
  readonly width: number;
  /** Numbers that share a scale: those of one head. */
  readonly group: number;
}

const up4 = (n: number): number => Math.ceil(n / 4) * 4;

/** The number by which kernels know the type. */
export const keptCode = ({ type }: Kept): number => cacheTypes.indexOf(type);

/**
 * Words of four bytes that a row takes: what the last dimension of its history is.
 *
 * @throws {ShapeError} when 8 bits are asked for and a row is not whole groups.
 */
export function keptWords({ type, width, group }: Kept): number {
  if (type === 'f32') return width;
  if (type === 'f16') return Math.ceil(width / 2);
  if (width % group !== 0) throw new ShapeError(`A row of ${width} numbers cannot be kept in 8 bits: it is not whole groups of ${group}.`);
  return up4(width) / 4 + width / group;
}

/** Where column `column` lies in a row, in bytes. */
export const keptAt = ({ type }: Kept, column: number): number => column * { f32: 4, f16: 2, int8: 1 }[type];

/** Where its scale lies. */
export const keptScaleAt = ({ width, group }: Kept, column: number): number => up4(width) + (column / group) * 4;
