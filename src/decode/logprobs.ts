import { math } from '../engine/index.ts';

/** How likely a token was. All logarithms are natural. */
export interface Logprobs {
  readonly token: number;
  /** Its log-probability by the model alone, before any stage. */
  readonly before: number;
  /** Its log-probability among what the stages left; null for a token of a prompt, which was not drawn. */
  readonly after: number | null;
  /** The likeliest tokens by the model alone, of equals the lower id first. */
  readonly top: readonly { readonly token: number; readonly logprob: number }[];
}

/** ln Σ exp(logit). What a logit exceeds it by is the log-probability of its token. */
export function logSum(logits: Float32Array): number {
  let most = -Infinity, total = 0;
  for (let i = 0; i < logits.length; i++) if (logits[i]! > most) most = logits[i]!;
  for (let i = 0; i < logits.length; i++) if (logits[i]! > -Infinity) total += math.exp(logits[i]! - most);
  return most + math.log(total);
}

/** The n tokens with the highest logits, of equals the lower id first. Struck-out tokens are none. */
export function topTokens(logits: Float32Array, n: number): number[] {
  const top: number[] = [];
  for (let i = 0; i < logits.length; i++) {
    const logit = logits[i]!;
    if (n === 0 || logit === -Infinity || (top.length === n && !(logit > logits[top[n - 1]!]!))) continue;
    let at = top.length < n ? top.length : n - 1;
    for (; at > 0 && logit > logits[top[at - 1]!]!; at--) top[at] = top[at - 1]!;
    top[at] = i;
  }
  return top;
}

/** @param n how many of the likeliest tokens are wanted. */
export function logprobsOf(logits: Float32Array, token: number, n: number, after: number | null): Logprobs {
  const all = logSum(logits);
  return { token, before: logits[token]! - all, after, top: topTokens(logits, n).map((id) => ({ token: id, logprob: logits[id]! - all })) };
}
