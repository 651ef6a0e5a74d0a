// Principal components (Pearson 1901, https://doi.org/10.1080/14786440109462720): the few directions in which points differ
// most. Each is an eigenvector of the covariance, found by turning pairs of axes until nothing is left beside the diagonal
// (Jacobi 1846). Only + - * / and square roots, so the same points give the same bits everywhere.
import { OptionError } from '../errors.ts';

export interface Components {
  readonly mean: Float64Array;
  /** The direction of most variance first; each of length 1, its largest number positive. */
  readonly directions: readonly Float64Array[];
  /** Variance along each direction. */
  readonly variances: readonly number[];
  /** Share of all variance that each direction has, from 0 to 1. */
  readonly shares: readonly number[];
  /** Where each point lies along the directions. */
  readonly points: readonly Float64Array[];
}

/**
 * The directions in which points differ most.
 *
 * @param vectors at least two, equally long.
 * @param count how many directions; 2 unless told.
 * @throws {OptionError} when there are too few vectors, or lengths differ, or a number is not finite.
 * @example
 * pca([[0, 0], [2, 2], [4, 4]], 1).points; // [[-2.828], [0], [2.828]]
 */
export function pca(vectors: readonly ArrayLike<number>[], count = 2): Components {
  const n = vectors.length, C = vectors[0]?.length ?? 0;
  if (n < 2 || vectors.some(({ length }) => length !== C)) throw new OptionError('vectors', 'Principal components need at least two vectors of one length.');
  if (!Number.isSafeInteger(count) || count < 1 || count > C) throw new OptionError('count', `count must be a whole number from 1 to ${C}, the numbers of a vector, but it is ${count}.`);
  if (vectors.some((vector) => Array.from(vector).some((x) => !Number.isFinite(x)))) throw new OptionError('vectors', 'All numbers of a vector must be finite.');
  const mean = new Float64Array(C);
  for (const vector of vectors) for (let c = 0; c < C; c++) mean[c]! += vector[c]!;
  for (let c = 0; c < C; c++) mean[c]! /= n;
  const centred = vectors.map((vector) => Float64Array.from(vector, (x, c) => x - mean[c]!));
  const covariance = Array.from({ length: C }, () => new Float64Array(C));
  for (const x of centred) for (let a = 0; a < C; a++) for (let b = 0; b < C; b++) covariance[a]![b]! += (x[a]! * x[b]!) / (n - 1);
  const total = covariance.reduce((sum, row, c) => sum + row[c]!, 0), { values, vectors: axes } = eigen(covariance);
  const order = [...values.keys()].sort((a, b) => values[b]! - values[a]! || a - b).slice(0, count), directions = order.map((k) => upright(axes.map((row) => row[k]!)));
  const variances = order.map((k) => Math.max(0, values[k]!));
  return {
    mean, directions, variances, shares: variances.map((v) => (total > 0 ? v / total : 0)),
    points: centred.map((x) => Float64Array.from(directions, (direction) => direction.reduce((sum, d, c) => sum + d * x[c]!, 0))),
  };
}

/** A direction and its opposite are the same axis: the one with its largest number positive. */
function upright(direction: readonly number[]): Float64Array {
  const largest = direction.reduce((most, x) => (Math.abs(x) > Math.abs(most) + 1e-12 ? x : most), 0);
  return Float64Array.from(direction, (x) => (largest < 0 ? -x : x));
}

/** Eigenvalues of a symmetric matrix, which is overwritten, and eigenvectors as columns. */
function eigen(A: readonly Float64Array[]): { readonly values: number[]; readonly vectors: readonly Float64Array[] } {
  const n = A.length, V = Array.from({ length: n }, (_, i) => Float64Array.from({ length: n }, (_, j) => Number(i === j)));
  const all = A.reduce((sum, row) => row.reduce((part, x) => part + x * x, sum), 0);
  for (let sweep = 0; sweep < 60; sweep++) {
    let beside = 0;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) beside += A[p]![q]! ** 2;
    if (Math.sqrt(beside / all) <= 1e-15 || all === 0) break;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        const between = A[p]![q]!;
        if (between === 0) continue;
        const theta = (A[q]![q]! - A[p]![p]!) / (2 * between), t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1)), c = 1 / Math.sqrt(t * t + 1), s = t * c;
        for (let k = 0; k < n; k++) {
          const row = A[k]!, x = row[p]!, y = row[q]!;
          row[p] = c * x - s * y;
          row[q] = s * x + c * y;
        }
        const rowP = A[p]!, rowQ = A[q]!;
        for (let k = 0; k < n; k++) {
          const x = rowP[k]!, y = rowQ[k]!;
          rowP[k] = c * x - s * y;
          rowQ[k] = s * x + c * y;
        }
        for (const row of V) {
          const x = row[p]!, y = row[q]!;
          row[p] = c * x - s * y;
          row[q] = s * x + c * y;
        }
      }
    }
  }
  return { values: A.map((row, i) => row[i]!), vectors: V };
}
