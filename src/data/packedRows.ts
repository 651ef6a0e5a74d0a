// Best-fit packing: rows of T+1 tokens are put together from whole documents, so that rows begin where documents begin.
//   a row takes the document that has waited longest; then, while it has space,
//   the longest waiting one that fits; and if none fits, the shortest is cropped
// As in nanochat's loader, https://github.com/karpathy/nanochat/blob/master/nanochat/dataloader.py; the idea is that of
// best-fit bin packing, Ding et al. 2024, "Fewer truncations improve language modeling", https://arxiv.org/abs/2404.10830.
// (nanochat also begins with the longest. Then short documents pile up and wait for many rows.)

import { FormatError } from '../errors.ts';
import { Random, stream } from '../random.ts';
import { checkBatch, checkContext, checkSizes, checkState, type Loader, type LoaderOptions } from './loader.ts';
import { piecesOf } from './piecesOf.ts';
import { Row } from './row.ts';
import type { TokenSet } from './tokenSet.ts';

/** How well documents fill rows. Shares go from 0 to 1. */
export interface Packing {
  readonly context: number;
  readonly rows: number;
  readonly documentsPerRow: number;
  /** Share of rows with padding at the end, and of all positions that are padding. */
  readonly rowsPadded: number;
  readonly padded: number;
  /** Share of rows whose last document lost its end, and of tokens lost so. They return in another epoch. */
  readonly rowsCropped: number;
  readonly cropped: number;
}

export interface PackedOptions extends LoaderOptions {
  /**
   * What happens when no document fits into the rest of a row: `crop` fills it with the beginning of the shortest one,
   * `pad` leaves it empty, with weight 0. Default: pad for conversations, whose answers stand at the end; crop for text.
   */
  readonly rest?: 'crop' | 'pad';
}

/** Packed rows, and how well they have been filled so far. */
export interface PackedLoader extends Loader {
  packing(): Packing;
}

/** How many documents wait to be chosen from. */
const choice = 512;

/**
 * Rows of whole documents. The order of documents is shuffled in every epoch. A document longer than a row is cut into
 * pieces of a row each; only the first of them begins with the document's first token. Of conversations, only what is
 * learned has weight 1.
 *
 * @throws {OptionError} when the context is longer than all data (if rows are to be cropped).
 * @throws {DataError} when no token is learned.
 * @example
 * const loader = packedRows(train, { rows: 16, context: 128, seed: 1 });
 */
export function packedRows(tokens: TokenSet, options: PackedOptions): PackedLoader {
  const { rows, context, seed, rest = tokens.masked ? 'pad' : 'crop' } = options;
  checkSizes(rows, context);
  if (rest === 'crop') checkContext(tokens, context);
  const own = { loader: `packedRows ${rest}`, data: tokens.hash, context, seed };
  const pieces = piecesOf(tokens, context), row = new Row(context);
  const order = new Uint32Array(pieces.count);
  const waiting = new Uint32Array(Math.min(choice, pieces.count));
  // Their lengths, side by side: the search below runs over them several times per row.
  const lengths = new Uint32Array(waiting.length);
  let epoch = 0, position = 0, filled = 0;
  const counts = { rows: 0, documents: 0, tokens: 0, padded: 0, rowsPadded: 0, cropped: 0, rowsCropped: 0 };

  const beginEpoch = (): void => {
    for (let i = 0; i < order.length; i++) order[i] = i;
    new Random(seed, stream('packedRows', epoch)).shuffle(order);
    position = 0;
  };
  const refill = (): void => {
    while (filled < waiting.length) {
      if (position === order.length) {
        epoch++;
        beginEpoch();
      }
      const piece = order[position++]!;
      waiting[filled] = piece;
      lengths[filled++] = pieces.length[piece]!;
    }
  };
  /** Moves a waiting piece into the row, as much of it as fits; the others close up, in the order in which they came. */
  const place = (slot: number): void => {
    const piece = waiting[slot]!, length = lengths[slot]!;
    row.add(tokens, pieces.start[piece]!, Math.min(length, row.space), pieces.begins[piece] === 1);
    waiting.copyWithin(slot, slot + 1, filled);
    lengths.copyWithin(slot, slot + 1, filled);
    filled--;
    counts.documents++;
    counts.tokens += length;
    refill();
  };
  /** The slot of the longest piece that fits into `space`, or -1. */
  const longestFitting = (space: number): number => {
    let best = -1, most = 0;
    for (let slot = 0; slot < filled; slot++) {
      const length = lengths[slot]!;
      if (length > space || length <= most) continue;
      best = slot;
      most = length;
      if (most === space) break;
    }
    return best;
  };
  const shortest = (): number => {
    let best = 0;
    for (let slot = 1; slot < filled; slot++) if (lengths[slot]! < lengths[best]!) best = slot;
    return best;
  };

  beginEpoch();
  refill();
  const loader: PackedLoader = {
    rows,
    context,
    get epoch() {
      return epoch;
    },
    next(batch) {
      checkBatch(batch, rows, context);
      for (let r = 0; r < rows; r++) loader.fillRow(batch, r);
    },
    fillRow(batch, r) {
      place(0);
      while (row.space > 0) {
        const fitting = longestFitting(row.space);
        if (fitting >= 0) {
          place(fitting);
        } else if (rest === 'crop') {
          const cropped = shortest();
          counts.cropped += lengths[cropped]! - row.space;
          counts.rowsCropped++;
          place(cropped);
        } else {
          counts.padded += row.space;
          counts.rowsPadded++;
          break;
        }
      }
      counts.rows++;
      row.flush(batch, r);
    },
    state: () => ({ ...own, epoch, position, waiting: [...waiting.subarray(0, filled)] }),
    restore(state) {
      checkState(state, own);
      const list = state.waiting ?? [];
      if (state.position > order.length || list.length !== waiting.length || list.some((piece) => piece >= order.length)) {
        throw new FormatError('The position in the data cannot be taken up: it does not fit the documents that there are. Begin a new run.');
      }
      epoch = state.epoch;
      beginEpoch();
      position = state.position;
      waiting.set(list);
      filled = list.length;
      list.forEach((piece, slot) => { lengths[slot] = pieces.length[piece]!; });
    },
    packing: () => ({
      context,
      rows: counts.rows,
      documentsPerRow: counts.documents / counts.rows,
      rowsPadded: counts.rowsPadded / counts.rows,
      padded: counts.padded / (counts.rows * (context + 1)),
      rowsCropped: counts.rowsCropped / counts.rows,
      cropped: counts.cropped / counts.tokens,
    }),
  };
  return loader;
}

/** Packs up to 1,000 rows to see how well they are filled. Null where not one row can be packed. */
export function measurePacking(tokens: TokenSet, { context, seed }: { context: number; seed: number }): Packing | null {
  if (tokens.length <= context && !tokens.masked) return null;
  const loader = packedRows(tokens, { rows: 1, context, seed });
  const batch = { tokens: new Int32Array(context), targets: new Int32Array(context), weights: new Float32Array(context) };
  const rows = Math.min(1000, Math.ceil(tokens.length / (context + 1)));
  for (let r = 0; r < rows; r++) loader.next(batch);
  return loader.packing();
}
