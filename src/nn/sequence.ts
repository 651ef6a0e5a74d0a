// Where rows stand. A model is one function; whether it trains on whole sequences or adds one token to a conversation
// is decided by the sequence it is given:
//
//   training   S sequences of T tokens, each from position 0; what was before is the sequence itself
//   decoding   S conversations, T new tokens each, from position start[s] on; what was before lies in caches
import { type CacheType, columns, input, type Kept, keptWords, remember, view, type Tensor } from '../graph/index.ts';

/** Rows of the past: a history (S,Tk,W), and the column at which the remembered part of a row begins in it. */
export interface Past {
  readonly history: Tensor;
  readonly offset: number;
  /** How a row is kept, where that is not as it is. */
  readonly kept?: Kept;
}

/** Which columns of a row are remembered, and whether they may be rounded. */
export interface Remembered {
  readonly offset?: number;
  /** Default: all from `offset` on. */
  readonly width?: number;
  /** Where rounding does little harm: numbers that may share a scale. */
  readonly group?: number;
}

export interface Sequence {
  readonly S: number;
  readonly T: number;
  /** (S·T) i32 */
  readonly tokens: Tensor;
  /** (S) i32: position of each sequence's first row. */
  readonly start: Tensor;
  /** Seed of dropout, a register that changes every step; null where nothing is dropped. */
  readonly seed: Tensor | null;
  /** Keeps columns of x (S·T, ...) for later rows, under a name of its own. */
  remember(name: string, x: Tensor, what?: Remembered): Past;
}

/** Whole sequences from position 0, as in training and evaluation. */
export function wholeSequence(S: number, T: number, { dropout = false } = {}): Sequence {
  return {
    S, T,
    tokens: input('tokens', [S * T]),
    start: input('start', [S]),
    seed: dropout ? input('seed', [2]) : null,
    remember: (_name, x, { offset = 0 } = {}) => ({ history: view(x, [S, T, columns(x)]), offset }),
  };
}

/** The caches of S conversations with room for `positions` tokens each: made once, shared by plans of different T. */
export class Caches {
  readonly S: number;
  readonly positions: number;
  /** How what may be rounded is kept. */
  readonly type: CacheType;
  /** By name, each (S, positions, W). */
  readonly tensors = new Map<string, Tensor>();

  constructor(S: number, positions: number, type: CacheType = 'f32') {
    this.S = S;
    this.positions = positions;
    this.type = type;
  }

  of(name: string, width: number): Tensor {
    let cache = this.tensors.get(name);
    if (!cache) this.tensors.set(name, (cache = input(`cache.${name}`, [this.S, this.positions, width])));
    return cache;
  }
}

/** T new tokens for each of the conversations, from position `start` on. */
export function cachedSequence(caches: Caches, T: number): Sequence {
  const start = input('start', [caches.S]);
  return {
    S: caches.S, T,
    tokens: input('tokens', [caches.S * T]),
    start,
    seed: null,
    remember(name, x, { offset = 0, width = columns(x) - offset, group } = {}) {
      if (group === undefined || caches.type === 'f32') return { history: remember(x, caches.of(name, width), start, { offset }), offset: 0 };
      const kept = { type: caches.type, width, group };
      return { history: remember(x, caches.of(name, keptWords(kept)), start, { offset, kept }), offset: 0, kept };
    },
  };
}
