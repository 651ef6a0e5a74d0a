// What --explain and --logprobs tell of a token, for people and for programs.
import type { Candidate, Logprobs, Piece, Trace } from '../decode/index.ts';
import type { Tokenizer } from '../tokenizer/index.ts';

/** So many candidates are shown of each token. */
const SHOWN = 5;

/**
 * How a token came about, as lines for people: what was drawn, each stage with what it removed, and the candidates that
 * were left.
 *
 * @example
 * //    3 "·cat" 41.2%
 * //      topK removed    244   3.1%: "·dog" 0.4%, "·hat" 0.3%
 * //      left             12       : "·cat" 41.2%, "·mat" 20.0%
 */
export function showTrace(token: number, { stages, left, candidates }: Trace, place: number, tokenizer: Tokenizer): string[] {
  const width = Math.max(4, ...stages.map(({ name }) => name.length)), nameOf = (id: number): string => JSON.stringify(named(id, tokenizer));
  const list = (these: readonly Candidate[]): string => these.slice(0, SHOWN).map((one) => `${nameOf(one.token)} ${percent(one.probability)}`).join(', ');
  const own = candidates.find((one) => one.token === token);
  return [
    `${String(place).padStart(4)} ${nameOf(token)}${own ? ` ${percent(own.probability)}` : ''}`,
    ...stages.map(({ name, removed, mass, likeliest }) => `     ${name.padEnd(width)} ${removed === 0 ? 'removed nothing' : `removed ${String(removed).padStart(6)} ${percent(mass).padStart(6)}: ${list(likeliest)}`}`),
    `     ${'left'.padEnd(width)}         ${String(left).padStart(6)}       : ${list(candidates)}`,
  ];
}

/** The name of a token; where filters left none, what stands in its place. */
const named = (id: number, tokenizer: Tokenizer): string => (id < 0 ? '<nothing>' : tokenizer.nameOf(id));

const percent = (p: number): string => `${(100 * p).toFixed(1)}%`;

/** The log-probabilities of a token as --json gives them. */
export function logprobRecord({ token, before, after, top }: Logprobs, tokenizer: Tokenizer): object {
  return { token: tokenizer.nameOf(token), id: token, logprob: before, drawn_logprob: after, top: top.map((one) => ({ token: tokenizer.nameOf(one.token), id: one.token, logprob: one.logprob })) };
}

/** The trace of a token as --json gives it. */
export function traceRecord({ token, trace }: Piece, tokenizer: Tokenizer): object {
  const all = (list: readonly Candidate[]): object[] => list.map((one) => ({ token: tokenizer.nameOf(one.token), id: one.token, probability: one.probability }));
  return {
    token: named(token, tokenizer), id: token, left: trace!.left, candidates: all(trace!.candidates),
    stages: trace!.stages.map(({ likeliest, ...stage }) => ({ ...stage, likeliest: all(likeliest) })),
  };
}
