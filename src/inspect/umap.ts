// Neighbours on a sheet of paper (UMAP, McInnes et al. 2018, https://arxiv.org/abs/1802.03426): what lies near stays near,
// distances far away mean little. The work is done by umap-js, which whoever wants it hands in, so nobody else loads it.
import { OptionError } from '../errors.ts';
import { Random, stream } from '../random.ts';

/** The class UMAP of the package umap-js. */
export type UmapClass = new (parameters: { nComponents: number; nNeighbors: number; minDist: number; random: () => number }) => { fit(vectors: number[][]): number[][] };

export interface UmapOptions {
  /** Numbers of a point; 2 unless told. */
  readonly dimensions?: number;
  /** How many neighbours of a point count; 15 unless told, or all others where there are fewer. */
  readonly neighbours?: number;
  /** How near points may come; 0.1 unless told. */
  readonly distance?: number;
  readonly seed?: number;
}

/**
 * Lays vectors out as points. The same seed gives the same points on one machine; between machines they may differ, because
 * the package uses the host's own exponentials.
 *
 * @param UMAP from `await import('umap-js')`.
 * @param vectors at least three, equally long.
 * @throws {OptionError} when there are too few, or lengths differ.
 * @example
 * const { UMAP } = await import('umap-js');
 * const points = umap(UMAP, words.map((word) => vectors.vector(word)));
 */
export function umap(UMAP: UmapClass, vectors: readonly ArrayLike<number>[], { dimensions = 2, neighbours = Math.min(15, vectors.length - 1), distance = 0.1, seed = 1 }: UmapOptions = {}): Float64Array[] {
  if (vectors.length < 3 || vectors.some(({ length }) => length !== vectors[0]!.length)) throw new OptionError('vectors', `A layout needs at least three vectors of one length, but there are ${vectors.length}.`);
  if (!Number.isSafeInteger(neighbours) || neighbours < 1 || neighbours >= vectors.length) throw new OptionError('neighbours', `neighbours must be a whole number from 1 to ${vectors.length - 1}, but it is ${neighbours}.`);
  if (!Number.isSafeInteger(dimensions) || dimensions < 1) throw new OptionError('dimensions', `dimensions must be a whole number of at least 1, but it is ${dimensions}.`);
  const random = new Random(seed, stream('inspect', 'umap'));
  const layout = new UMAP({ nComponents: dimensions, nNeighbors: neighbours, minDist: distance, random: () => random.float() });
  return layout.fit(vectors.map((vector) => Array.from(vector))).map((point) => Float64Array.from(point));
}
