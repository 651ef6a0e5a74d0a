// Is something written in these vectors? A plane that separates two kinds, found by least squares with a penalty on long
// normals (ridge regression, Hoerl & Kennard 1970, https://doi.org/10.1080/00401706.1970.10488634), and judged by vectors
// that it was not fitted to (Alain & Bengio 2016, https://arxiv.org/abs/1610.01644).
//
//   w = (XᵀX + λ I)⁻¹ Xᵀ y,   y = +1 for one kind, -1 for the other,   answer = sign(w · (x - mean) + mean of y)
import { OptionError } from '../errors.ts';

export interface ProbeOptions {
  /** In so many parts the vectors are dealt; each is judged by a plane fitted to the others. 10 unless told. */
  readonly folds?: number;
  /** Weight of the penalty, in mean variances of a number; 0.1 unless told. */
  readonly penalty?: number;
}

/** A probe that has been fitted once for each part, and judges vectors by the plane that has not seen their part. */
export class CrossProbe {
  readonly folds: number;
  readonly #planes: readonly Plane[];
  readonly #fold: readonly number[];
  readonly #kinds: readonly boolean[];

  /**
   * @param vectors n of them, equally long.
   * @param kinds which of two kinds each is of. Both are dealt evenly to all parts, in their order.
   * @throws {OptionError} when there are fewer vectors of a kind than parts, or lengths differ.
   * @example
   * new CrossProbe([[1, 0], [2, 1], [-1, 0], [-2, 1]], [true, true, false, false], { folds: 2 }).accuracy(); // 1
   */
  constructor(vectors: readonly ArrayLike<number>[], kinds: readonly boolean[], { folds = 10, penalty = 0.1 }: ProbeOptions = {}) {
    if (!Number.isSafeInteger(folds) || folds < 2) throw new OptionError('folds', `folds must be a whole number of at least 2, but it is ${folds}.`);
    if (!(penalty > 0 && Number.isFinite(penalty))) throw new OptionError('penalty', `penalty must be a number above 0, but it is ${penalty}.`);
    if (vectors.length !== kinds.length || vectors.some(({ length }) => length !== vectors[0]!.length)) throw new OptionError('vectors', 'A probe needs vectors of one length, and the kind of each.');
    const least = Math.min(kinds.filter((kind) => kind).length, kinds.filter((kind) => !kind).length);
    if (least < folds) throw new OptionError('vectors', `In ${folds} parts there must be at least ${folds} vectors of each kind, but of one there are ${least}. Give more of them, or fewer folds.`);
    this.folds = folds;
    this.#kinds = kinds;
    const dealt = [0, 0];
    this.#fold = kinds.map((kind) => dealt[Number(kind)]!++ % folds);
    this.#planes = Array.from({ length: folds }, (_, fold) => {
      const members = [...kinds.keys()].filter((i) => this.#fold[i] !== fold);
      return fitPlane(members.map((i) => vectors[i]!), members.map((i) => (kinds[i] ? 1 : -1)), penalty);
    });
  }

  /**
   * Share of vectors that are told rightly, from 0 to 1; one that lies in the plane counts half.
   *
   * @param vectors in the order of the constructor.
   */
  accuracy(vectors: readonly ArrayLike<number>[]): number {
    const right = vectors.map((vector, i): number => {
      const score = scoreOf(this.#planes[this.#fold[i]!]!, vector);
      return Math.abs(score) < 1e-9 ? 0.5 : Number(score > 0 === this.#kinds[i]);
    });
    return right.reduce((a, b) => a + b, 0) / right.length;
  }
}

interface Plane {
  readonly mean: Float64Array;
  readonly normal: Float64Array;
  readonly offset: number;
}

function scoreOf({ mean, normal, offset }: Plane, vector: ArrayLike<number>): number {
  let sum = offset;
  for (let c = 0; c < normal.length; c++) sum += normal[c]! * (vector[c]! - mean[c]!);
  return sum;
}

function fitPlane(vectors: readonly ArrayLike<number>[], y: readonly number[], penalty: number): Plane {
  const n = vectors.length, C = vectors[0]!.length, mean = new Float64Array(C), offset = y.reduce((a, b) => a + b, 0) / n;
  for (const vector of vectors) for (let c = 0; c < C; c++) mean[c]! += vector[c]! / n;
  const square = Array.from({ length: C }, () => new Float64Array(C)), right = new Float64Array(C), x = new Float64Array(C);
  vectors.forEach((vector, i) => {
    for (let c = 0; c < C; c++) x[c] = vector[c]! - mean[c]!;
    for (let a = 0; a < C; a++) {
      const row = square[a]!;
      right[a]! += x[a]! * (y[i]! - offset);
      for (let b = 0; b <= a; b++) row[b]! += x[a]! * x[b]!;
    }
  });
  const variance = square.reduce((sum, row, c) => sum + row[c]!, 0) / C;
  // vectors that are all alike tell nothing
  if (!(variance > 1e-12 * n)) return { mean, normal: new Float64Array(C), offset };
  for (let c = 0; c < C; c++) square[c]![c]! += penalty * variance;
  return { mean, normal: solve(square, right), offset };
}

/** x of A x = b, for a symmetric positive A of which the lower half is given, which is overwritten (Cholesky). */
function solve(A: readonly Float64Array[], b: Float64Array): Float64Array {
  const n = b.length, x = b.slice();
  for (let j = 0; j < n; j++) {
    const row = A[j]!;
    for (let k = 0; k < j; k++) {
      const r = row[k]!;
      for (let i = j; i < n; i++) A[i]![j]! -= A[i]![k]! * r;
    }
    const root = Math.sqrt(row[j]!);
    for (let i = j; i < n; i++) A[i]![j]! /= root;
  }
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i]! -= A[i]![k]! * x[k]!;
    x[i]! /= A[i]![i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i]! -= A[k]![i]! * x[k]!;
    x[i]! /= A[i]![i]!;
  }
  return x;
}
