// Experiments on a model: silence a part or put another text's numbers in its place, and see what the model says then
// (Meng et al. 2022, https://arxiv.org/abs/2202.05262; Wang et al. 2022, https://arxiv.org/abs/2211.00593).
//
//   what a part does for the answer  =  answer with it - answer without it
import { OptionError } from '../errors.ts';
import type { SpeakingModel } from '../models/index.ts';
import { divergence, logProbabilities, scoresAt } from './distribution.ts';
import { record, type Recording } from './record.ts';
import type { Edit, Recorded } from './textReader.ts';

/** One thing to change. Without further words all numbers of the tensor are meant. */
export interface Change {
  /** A query: `blocks.0.attention.heads`, `blocks.*.mlp.hidden`, `blocks.1.attention.probs` … */
  readonly tensor: string;
  /** `zero`; `mean`: of the column over the tokens of the text; a recording of another text; or the numbers themselves. */
  readonly to: 'zero' | 'mean' | Recording | ArrayLike<number>;
  /** Only these heads: of `attention.heads` their columns, of `attention.probs` their patterns. */
  readonly heads?: readonly number[];
  /** Only these columns: neurons of `mlp.hidden`, channels of the rest. */
  readonly columns?: readonly number[];
  /** Only the rows of these tokens, from 0. */
  readonly positions?: readonly number[];
}

/** What a model said before and after changes. */
export interface Intervention {
  readonly ids: Uint32Array;
  readonly vocab: number;
  /** Scores (T,V), capped where the model caps them. */
  readonly before: Float32Array;
  readonly after: Float32Array;
}

/** How the answer behind one token has changed. */
export interface Effect {
  readonly position: number;
  /** Divergence of the new distribution from the old one, in nats; 0 if nothing has changed. */
  readonly divergence: number;
  readonly tokens: readonly { readonly token: number; readonly logit: readonly [before: number, after: number]; readonly logprob: readonly [before: number, after: number] }[];
}

/**
 * Reads a text twice, as it is and with changes. Several changes are made in the order of computation, each on what the
 * ones before have left. Numbers that are written back as they were change nothing, bit for bit.
 *
 * @throws {OptionError} when a change does not fit its tensor; names both.
 * @example
 * effectOf(intervene(model, 'the cat sat on the', [{ tensor: 'blocks.0.attention.heads', heads: [1], to: 'zero' }])).divergence;
 */
export function intervene(model: SpeakingModel, text: string | ArrayLike<number>, changes: readonly Change[]): Intervention {
  if (changes.length === 0) throw new OptionError('changes', 'There is nothing to change. Give at least one change, for example { tensor: "blocks.0.mlp.hidden", to: "zero" }.');
  const plain = record(model, text, ['output']), edits = editsOf(model, changes), changed = record(model, plain.ids, ['output'], edits);
  return { ids: plain.ids, vocab: model.transformer.config.vocab, before: plain.tensors.get('output')!.numbers, after: changed.tensors.get('output')!.numbers };
}

/**
 * What changed behind a token.
 *
 * @param options.position the last token unless told.
 * @param options.tokens whose scores are told; those that were likeliest before and after unless told.
 */
export function effectOf({ ids, vocab, before, after }: Intervention, { position = ids.length - 1, tokens }: { readonly position?: number; readonly tokens?: readonly number[] } = {}): Effect {
  if (!Number.isInteger(position) || position < 0 || position >= ids.length) throw new OptionError('position', `position must be a whole number from 0 to ${ids.length - 1}, but it is ${position}.`);
  const old = scoresAt(before, position, vocab), now = scoresAt(after, position, vocab), oldLog = logProbabilities(old), nowLog = logProbabilities(now);
  const best = (scores: Float32Array): number => scores.reduce((most, score, i) => (score > scores[most]! ? i : most), 0);
  return {
    position, divergence: divergence(old, now),
    tokens: (tokens ?? [...new Set([best(old), best(now)])]).map((token) => ({ token, logit: [old[token]!, now[token]!], logprob: [oldLog[token]!, nowLog[token]!] })),
  };
}

/** Changes as edits of a reader, by query. Positions and means are those of all its rows, so several texts at once are for `zero` and whole tensors. */
export function editsOf(model: SpeakingModel, changes: readonly Change[]): Map<string, Edit> {
  const edits = new Map<string, Edit>();
  for (const change of changes) {
    const before = edits.get(change.tensor), edit = editOf(model, change);
    edits.set(change.tensor, before ? (numbers, tensor) => {
      before(numbers, tensor);
      edit(numbers, tensor);
    } : edit);
  }
  return edits;
}

function editOf({ transformer: { config } }: SpeakingModel, { to, heads, columns, positions }: Change): Edit {
  return (numbers, { name, shape }) => {
    const probs = name.endsWith('.attention.probs'), width = shape.at(-1)!, T = probs ? shape[2]! : numbers.length / width, pieces = probs ? config.heads : 1;
    if (heads && !probs && !name.endsWith('.attention.heads')) throw new OptionError('heads', `${name} has no heads. blocks.N.attention.heads and blocks.N.attention.probs have.`);
    if (probs && to === 'mean') throw new OptionError('to', `${name}: the mean of rows that see different tokens is no attention. Use "zero", another recording or numbers of your own.`);
    requireBelow('heads', heads, config.heads, name);
    requireBelow('columns', columns, width, name);
    requireBelow('positions', positions, T, name);
    const source = sourceOf(name, to, numbers, positions);
    const wanted = columns ?? (heads && !probs ? heads.flatMap((h) => range(h * config.headSize, config.headSize)) : range(0, width));
    for (const piece of probs ? heads ?? range(0, pieces) : [0]) {
      const rows = (positions ?? range(0, T)).map((t) => piece * T + t);
      for (const c of wanted) {
        const mean = to === 'mean' ? rows.reduce((sum, r) => sum + numbers[r * width + c]!, 0) / rows.length : 0;
        for (const r of rows) numbers[r * width + c] = source ? source[r * width + c]! : mean;
      }
    }
  };
}

const range = (from: number, n: number): number[] => Array.from({ length: n }, (_, i) => from + i);

/** Numbers that take the place of the old ones; null where each column has one value. */
function sourceOf(name: string, to: Change['to'], numbers: Float32Array, positions: readonly number[] | undefined): ArrayLike<number> | null {
  if (to === 'zero' || to === 'mean') return null;
  const given: Recorded | undefined = 'tensors' in to ? to.tensors.get(name) : undefined;
  if ('tensors' in to && !given) throw new OptionError('to', `The recording has no ${name}. Record it: record(model, text, ["${name}"]).`);
  const source = 'tensors' in to ? given!.numbers : to;
  if (source.length === numbers.length) return source;
  // rows of a text of another length are exchanged by their number
  const rows = given && !name.endsWith('.attention.probs') && positions ? given.shape.at(-1)! * (Math.max(...positions) + 1) : Infinity;
  if (rows <= source.length) return source;
  throw new OptionError('to', `${name} has ${numbers.length} numbers here, but ${source.length} came. Use a text of as many tokens, or name positions that both texts have.`);
}

function requireBelow(option: string, list: readonly number[] | undefined, end: number, name: string): void {
  const wrong = list?.find((i) => !Number.isInteger(i) || i < 0 || i >= end);
  if (wrong !== undefined) throw new OptionError(option, `${option} of ${name} go from 0 to ${end - 1}, but one is ${wrong}.`);
}
