import { type LogitRow, math, takeRow } from '../engine/index.ts';

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
  const row = takeRow(logits), most = row.most();
  return most + math.log(row.weigh(most));
}

/** The n tokens with the highest logits, of equals the lower id first. Struck-out tokens are none. */
export function topTokens(logits: Float32Array, n: number): number[] {
  return n === 0 ? [] : highest(takeRow(logits), logits, n);
}

/** @param row holds the logits. */
function highest(row: LogitRow, logits: Float32Array, n: number): number[] {
  const top: number[] = [], most = row.most(), left = Math.min(n, row.left());
  if (left === 0) return top;
  const least = row.nth(left, most);
  for (let id = row.next(least); id >= 0; id = row.next(least, id + 1)) {
    if (top.length === left && !(logits[id]! > logits[top[left - 1]!]!)) continue;
    let at = top.length < left ? top.length : left - 1;
    for (; at > 0 && logits[id]! > logits[top[at - 1]!]!; at--) top[at] = top[at - 1]!;
    top[at] = id;
  }
  return top;
}

/** @param n how many of the likeliest tokens are wanted. */
export function logprobsOf(logits: Float32Array, token: number, n: number, after: number | null): Logprobs {
  const row = takeRow(logits), most = row.most(), all = most + math.log(row.weigh(most));
  return { token, before: logits[token]! - all, after, top: n === 0 ? [] : highest(row, logits, n).map((id) => ({ token: id, logprob: logits[id]! - all })) };
}
