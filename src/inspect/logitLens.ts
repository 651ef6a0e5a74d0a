// The logit lens: what would the model say if it stopped thinking here? The last norm and the output layer are applied to
// what every layer leaves behind (nostalgebraist 2020, https://www.lesswrong.com/posts/AcKRB8wDpdaN6v6ru).
import { OptionError } from '../errors.ts';
import { math } from '../engine/index.ts';
import type { SpeakingModel } from '../models/index.ts';
import { divergence, likeliest, type Likely, logProbabilities, scoresAt } from './distribution.ts';
import { entropyOf } from './headSummaries.ts';
import { record } from './record.ts';
import { Unembedder } from './unembed.ts';

/** What a layer would say behind one token. */
export interface LensReading {
  /** `input`, `blocks.0.attention.sum`, `blocks.0.mlp.sum` … */
  readonly name: string;
  readonly likeliest: readonly Likely[];
  /** In nats. */
  readonly entropy: number;
  /** Divergence of what this layer says from what the model says in the end, in nats; 0 at the last one. */
  readonly divergence: number;
  /** Place of the token that the model finds likeliest in the end (or of the one that was asked for), from 1. */
  readonly rank: number;
  readonly probability: number;
}

export interface LensRow {
  readonly position: number;
  readonly token: number;
  readonly readings: readonly LensReading[];
}

/**
 * Reads a model off at every layer.
 *
 * @param options.positions the last token unless told.
 * @param options.count how many likely tokens are told; 5 unless told.
 * @param options.target the token whose rank is followed; what the model says in the end unless told.
 * @example
 * logitLens(model, 'Once upon a')[0].readings.map(({ name, likeliest }) => [name, model.tokenizer.nameOf(likeliest[0].token)]);
 */
export function logitLens(model: SpeakingModel, text: string | ArrayLike<number>, { positions, count = 5, target }: { readonly positions?: readonly number[]; readonly count?: number; readonly target?: number } = {}): LensRow[] {
  const { layers, channels: C, vocab: V } = model.transformer.config;
  const names = ['input', ...Array.from({ length: layers }, (_, i) => [`blocks.${i}.attention.sum`, `blocks.${i}.mlp.sum`]).flat()];
  const { ids, tensors } = record(model, text, names), wanted = positions ?? [ids.length - 1];
  const wrong = wanted.find((t) => !Number.isInteger(t) || t < 0 || t >= ids.length);
  if (wrong !== undefined) throw new OptionError('positions', `positions go from 0 to ${ids.length - 1}, but one is ${wrong}.`);
  const unembedder = new Unembedder(model);
  try {
    const rows = (name: string): Float32Array => {
      const numbers = tensors.get(name)!.numbers, chosen = new Float32Array(wanted.length * C);
      wanted.forEach((t, i) => chosen.set(numbers.subarray(t * C, (t + 1) * C), i * C));
      return chosen;
    };
    const said = names.map((name) => unembedder.scores(rows(name))), last = said.at(-1)!;
    return wanted.map((position, i) => {
      const final = scoresAt(last, i, V), asked = target ?? likeliest(final, 1)[0]!.token;
      return {
        position, token: ids[position]!,
        readings: names.map((name, layer): LensReading => {
          const scores = scoresAt(said[layer]!, i, V), logs = logProbabilities(scores);
          return {
            name, likeliest: likeliest(scores, count), entropy: entropyOf(logs.map(math.exp)), divergence: divergence(final, scores),
            rank: 1 + scores.reduce((above, score) => above + (score > scores[asked]! ? 1 : 0), 0), probability: math.exp(logs[asked]!),
          };
        }),
      };
    });
  } finally {
    unembedder.free();
  }
}
