// In which pieces a prompt is read. Plans are compiled for a few sizes; a piece that is not full computes rows for
// nothing, and every piece reads all weights once, which takes as long as computing a few rows.

/** What a piece costs besides its rows, in rows. Measured at the shape of GPT-2 124M: 5 to 8 for pieces of 1 to 256 rows. */
const PIECE = 7;

/** Sizes of pieces that suit most prompts. */
const SIZES = [256, 64, 8];

/** The cheapest way to read n tokens in pieces of `sizes`, the largest first, without the first `i` of them. */
function cost(n: number, sizes: readonly number[], i: number): number {
  const T = sizes[i]!;
  if (i === sizes.length - 1) return Math.ceil(n / T) * (T + PIECE);
  const rest = n % T;
  return Math.floor(n / T) * (T + PIECE) + (rest === 0 ? 0 : Math.min(T + PIECE, cost(rest, sizes, i + 1)));
}

/** Whether size number i is worth it for n tokens: it is filled, or costs less than smaller ones though it is not. */
const pays = (n: number, sizes: readonly number[], i: number): boolean =>
  sizes[i]! <= n || i === sizes.length - 1 || sizes[i]! + PIECE <= cost(n, sizes, i + 1);

/**
 * The size with which reading `n` tokens should begin.
 *
 * @param sizes the largest first.
 * @returns its place among them.
 * @example
 * nextPiece(300, [256, 64, 8]); // 0: a piece of 256, then 44 tokens in one of 64
 */
export const nextPiece = (n: number, sizes: readonly number[]): number => sizes.findIndex((_, i) => pays(n, sizes, i));

/** Sizes for prompts of at most `n` tokens. */
export const usualPieces = (n: number): number[] => SIZES.filter((_, i) => pays(n, SIZES, i));
