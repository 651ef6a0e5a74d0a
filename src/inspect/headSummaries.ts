// What heads do, in one line each: shares of attention, averaged over the tokens that look.
import { OptionError } from '../errors.ts';
import { math } from '../engine/index.ts';
import type { SpeakingModel } from '../models/index.ts';
import { Random, stream } from '../random.ts';
import { record } from './record.ts';

export interface HeadSummary {
  readonly layer: number;
  readonly head: number;
  /** Mean entropy of a row, in nats: 0 looks at one token, ln t at all t alike. */
  readonly entropy: number;
  /** Share that goes to the token before. */
  readonly previous: number;
  /** Share that goes to the first token. */
  readonly first: number;
  /** Share that goes to the token itself. */
  readonly self: number;
  /**
   * On random tokens that come twice: share that goes behind the first coming of the token that looks, where the token
   * stands that would be right to say next (Olsson et al. 2022, https://arxiv.org/abs/2209.11895). By chance 1 / t.
   */
  readonly induction: number;
}

/**
 * Summaries of all heads.
 *
 * @param text what entropy, previous, first and self are measured on; the first token, which sees only itself, does not count.
 * @param options.random how many random tokens are said twice for `induction`; half the context, at most 24, unless told.
 * @throws {OptionError} when the text has fewer than two tokens, or the random ones do not fit.
 * @example
 * headSummaries(model, 'Once upon a time there was a cat.').filter(({ previous }) => previous > 0.5);
 */
export function headSummaries(model: SpeakingModel, text: string | ArrayLike<number>, { random: n = Math.min(24, model.transformer.config.context >> 1), seed = 1 } = {}): HeadSummary[] {
  const { context, layers, heads } = model.transformer.config, watch = ['blocks.*.attention.probs'];
  if (!Number.isInteger(n) || n < 2 || 2 * n > context) throw new OptionError('random', `random must be a whole number from 2 to ${context >> 1}, half the context, but it is ${n}.`);
  const { ids, tensors } = record(model, text, watch), T = ids.length;
  if (T < 2) throw new OptionError('text', 'A single token can look only at itself. Give a text of at least two.');
  const repeated = record(model, repeatedTokens(model, n, seed), watch).tensors;
  return Array.from({ length: layers * heads }, (_, i): HeadSummary => {
    const layer = Math.floor(i / heads), head = i % heads, name = `blocks.${layer}.attention.probs`;
    const probs = tensors.get(name)!.numbers.subarray(head * T * T, (head + 1) * T * T), twice = repeated.get(name)!.numbers.subarray(head * 4 * n * n, (head + 1) * 4 * n * n);
    const mean = (of: (row: Float32Array, t: number) => number): number => {
      let sum = 0;
      for (let t = 1; t < T; t++) sum += of(probs.subarray(t * T, (t + 1) * T), t);
      return sum / (T - 1);
    };
    let induction = 0;
    // the last coming has the next one behind it only up to the end of the first half
    for (let t = n; t < 2 * n; t++) induction += twice[t * 2 * n + t - n + 1]!;
    return {
      layer, head, entropy: mean(entropyOf), previous: mean((row, t) => row[t - 1]!), first: mean((row) => row[0]!), self: mean((row, t) => row[t]!), induction: induction / n,
    };
  });
}

/** n random tokens, no special ones, and the same once more. */
export function repeatedTokens({ tokenizer }: Pick<SpeakingModel, 'tokenizer'>, n: number, seed: number): Uint32Array {
  const random = new Random(seed, stream('inspect', 'repeated')), specials = new Set(tokenizer.specials.values());
  const ordinary = Array.from({ length: tokenizer.size }, (_, id) => id).filter((id) => !specials.has(id));
  const once = Array.from({ length: n }, () => random.pick(ordinary));
  return Uint32Array.from([...once, ...once]);
}

/** Entropy of a row of shares, in nats. */
export function entropyOf(shares: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < shares.length; i++) if (shares[i]! > 0) sum -= shares[i]! * math.log(shares[i]!);
  return sum;
}
