import { ShapeError, show } from '../../errors.ts';
import { type Kept, keptAt, keptCode, keptScaleAt, keptWords } from '../kept.ts';
import { defineOp } from '../op.ts';
import { columns, rows, size, type Tensor } from '../tensor.ts';
import { buffer } from './fill.ts';

/** Where a head of queries, keys or values begins in its row, in columns. */
export interface AttentionOptions {
  readonly nh: number;
  readonly nkv: number;
  readonly hs: number;
  /** First column of the keys and of the values in a row of the history. */
  readonly k: number;
  readonly v: number;
  /** What scores are multiplied with; 1 / sqrt(hs) by default. */
  readonly scale?: number;
  /** How many keys a query sees, itself the last of them; all up to itself by default. */
  readonly window?: number;
  /** Receives the probabilities (S,nh,T,Tk), for those who want to see them. */
  readonly probs?: Tensor;
  /** How the history is kept; by default as it is. */
  readonly kept?: Kept | undefined;
}

type Attrs = Required<Omit<AttentionOptions, 'probs' | 'kept'>> & { readonly kept: Kept };
type Inputs = readonly [q: Tensor, history: Tensor, start: Tensor, lse: Tensor, ...probs: Tensor[]];

// at least what assembly/scores.ts and assembly/tile.ts say: queries of a block, and what columns and rows of tiles add up to
const ROWS = 66, up = (n: number): number => Math.ceil(n / 16) * 16;
// as in assembly/attentionFew.ts: the most queries that it takes, and rows of scores at once; and keys that attention.ts unpacks at once
const FEW = 8, FEW_ROWS = 64, AT_ONCE = 64;
const EVERYTHING = 2 ** 30;

const op = defineOp<Inputs, Attrs>({
  name: 'attention',
  shape([q, history, start, , probs], { nh, nkv, hs, k, v, window, scale, kept }) {
    if (!(scale > 0)) throw new RangeError(`attention: scale must be above 0, but it is ${scale}.`);
    if (!Number.isInteger(window) || window < 1) throw new RangeError(`attention: a query sees a whole number of keys, at least itself, but window is ${window}.`);
    if (nh % nkv) throw new ShapeError(`attention: ${nh} query heads cannot share ${nkv} heads of keys and values; the first must be a multiple of the second.`);
    if (nh * hs > columns(q)) throw new ShapeError(`attention: ${nh} heads of ${hs} do not fit in ${show(q)}.`);
    if (history.shape.length !== 3 || history.shape[0] !== size(start)) throw new ShapeError(`attention: the keys and values must be (${size(start)},Tk,...), but they are ${show(history)}.`);
    if (columns(history) !== keptWords(kept)) throw new ShapeError(`attention: ${kept.width} numbers kept as ${kept.type} take rows of ${keptWords(kept)}, but the history is ${show(history)}.`);
    if (Math.max(k, v) + nkv * hs > kept.width) throw new ShapeError(`attention: ${nkv} heads of ${hs} do not fit behind column ${Math.max(k, v)} of ${show(history)}.`);
    if (kept.type === 'int8' && (kept.group !== hs || k % hs || v % hs)) throw new ShapeError(`attention: heads of ${hs} from columns ${k} and ${v} on do not agree with groups of ${kept.group}, which share a scale in ${show(history)}.`);
    const T = rows(q) / size(start);
    if (probs && size(probs) !== size(start) * nh * T * history.shape[1]!) throw new ShapeError(`attention: the probabilities are (${size(start)}, ${nh}, ${T}, ${history.shape[1]}), but there is ${show(probs)}.`);
    return [rows(q), nh * hs];
  },
  kernel: (out, [q, history, start, lse, probs], { nh, nkv, hs, k, v, window, scale, kept }) => ['attention', {
    q, k: { tensor: history, offset: keptAt(kept, k) }, v: { tensor: history, offset: keptAt(kept, v) }, out, lse, probs: probs ?? 0, start,
    ks: { tensor: history, offset: keptScaleAt(kept, k) }, vs: { tensor: history, offset: keptScaleAt(kept, v) }, type: keptCode(kept),
    S: size(start), T: rows(q) / size(start), Tk: history.shape[1]!, sq: columns(q), skv: columns(history), nh, nkv, hs, window, scale,
  }],
  gradient: (dout, [q, history, start, lse, probs], out, { kept: _, ...attrs }) => {
    if (size(q) !== size(history) || q.from !== history.from && !isView(history, q)) {
      throw new ShapeError(`attention: only where queries, keys and values are columns of one tensor is there a gradient; ${show(q)} and ${show(history)} are two.`);
    }
    return [grad([q, start, lse, out, dout], attrs), null, null, null, ...(probs ? [null] : [])];
  },
  scratch: (_out, [q, history, start], { hs, nh, kept }) => {
    const keys = up(history.shape[1]!), T = rows(q) / size(start);
    // few queries need their scores, and room for eight keys and some sums; many their scores, queries, keys and values
    if (T <= FEW) return 256 + 4 * (hs * (8 + 8 + FEW_ROWS) + Math.min(FEW_ROWS, nh * T) * keys);
    return 2048 + 4 * (ROWS * (keys + hs) + keys * (hs + up(hs)) + (kept.type === 'f32' ? 0 : AT_ONCE * hs + 16));
  },
  flops: (_out, [q, history, start], { nh, hs }) => {
    const T = rows(q) / size(start), Tk = history.shape[1]!;
    return T === Tk ? 2 * rows(q) * T * nh * hs : 4 * rows(q) * Tk * nh * hs;
  },
});

const isView = (t: Tensor, of: Tensor): boolean => t.from?.op.name === 'view' && t.from.inputs[0] === of;

const grad = defineOp<[qkv: Tensor, start: Tensor, lse: Tensor, out: Tensor, dout: Tensor], Omit<Attrs, 'kept'>>({
  name: 'attentionGrad',
  shape: ([qkv]) => qkv.shape,
  kernel: (dqkv, [qkv, start, lse, out, dout], { nh, nkv, hs, k, v, window, scale }) => ['attentionGrad', {
    q: qkv, k: { tensor: qkv, offset: k * 4 }, v: { tensor: qkv, offset: v * 4 }, out, lse, dout,
    dq: dqkv, dk: { tensor: dqkv, offset: k * 4 }, dv: { tensor: dqkv, offset: v * 4 },
    S: size(start), T: rows(qkv) / size(start), sq: columns(qkv), skv: columns(qkv), nh, nkv, hs, window, scale,
  }],
  scratch: (_out, [qkv, start], { hs }) => {
    const keys = up(rows(qkv) / size(start)), wide = up(hs) + 16;
    return 2048 + 4 * (2 * ROWS * (keys + hs + wide) + keys * (2 * hs + 3 * wide));
  },
  flops: (_out, [qkv, start], { nh, hs }) => 5 * rows(qkv) * (rows(qkv) / size(start)) * nh * hs,
});

/**
 * Causal attention of new rows over everything up to them, heads side by side, several query heads sharing one head of
 * keys and values where nkv < nh.
 *
 * @param q (S·T, ...): the queries are its first nh·hs columns.
 * @param history (S,Tk,...): rows of keys and values; in training the same rows as q, seen as (S,T,...).
 * @param start (S) i32: position of each sequence's first new row.
 * @returns (S·T, nh·hs)
 * @see Vaswani et al. 2017, https://arxiv.org/abs/1706.03762; Ainslie et al. 2023, https://arxiv.org/abs/2305.13245
 */
export function attention(q: Tensor, history: Tensor, start: Tensor, { nh, nkv, hs, k, v, scale = 1 / Math.sqrt(hs), window = EVERYTHING, probs, kept = { type: 'f32', width: columns(history), group: hs } }: AttentionOptions): Tensor {
  const lse = buffer([size(start), nh, rows(q) / size(start)]);
  return op([q, history, start, lse, ...(probs ? [probs] : [])], { nh, nkv, hs, k, v, window, scale, kept });
}
