// What --explain and --logprobs tell of a token, for people and for programs.
import type { Candidate, Decision, Logprobs, Piece, Trace } from '../decode/index.ts';
import type { Tokenizer } from '../tokenizer/index.ts';
import type { Terminal } from './terminal.ts';

/** So many candidates are shown of each token. */
const SHOWN = 5;

/** What was asked to be told of a token, as lines for people. */
export function showPiece({ token, trace, logprobs }: Piece, place: number, tokenizer: Tokenizer): string[] {
  if (trace) return showTrace(token, trace, place, tokenizer, logprobs);
  return logprobs ? [`${String(place).padStart(4)} ${named(token, tokenizer).padEnd(14)} ${showLogprobs(logprobs, tokenizer)}`] : [];
}

/**
 * How a token came about, as lines for people: what was drawn, each stage with what it removed or how much probability it
 * moved, and the candidates that were left.
 *
 * @example
 * //    3 "·cat" 41.2%
 * //      temperature moved           8.7%
 * //      topK        removed    244  3.1%: "·dog" 0.42%, "·hat" 0.31%
 * //      left                    12      : "·cat" 41.2%, "·mat" 20.0%
 */
function showTrace(token: number, { stages, left, candidates }: Trace, place: number, tokenizer: Tokenizer, logprobs?: Logprobs): string[] {
  const width = Math.max(4, ...stages.map(({ name }) => name.length)), own = candidates.find((one) => one.token === token);
  const list = (these: readonly Candidate[]): string => these.slice(0, SHOWN).map((one) => `${named(one.token, tokenizer)} ${percent(one.probability)}`).join(', ');
  return [
    `${String(place).padStart(4)} ${named(token, tokenizer)}${own ? ` ${percent(own.probability)}` : ''}${logprobs ? `   ${showLogprobs(logprobs, tokenizer)}` : ''}`,
    ...stages.map(({ name, removed, mass, moved, likeliest, rules }) => `     ${name.padEnd(width)} ${removed > 0
      ? `removed ${String(removed).padStart(6)} ${percent(mass).padStart(6)}: ${list(likeliest)}${rules?.length ? `; for ${rules.map(({ rule }) => JSON.stringify(rule)).join(', ')}` : ''}` : moved > 0.0005 ? `moved          ${percent(moved).padStart(6)}` : 'changed nothing'}`),
    `     ${'left'.padEnd(width)}         ${String(left).padStart(6)}       : ${list(candidates)}`,
  ];
}

/** `-0.867, drawn with -0.219; "·upon" -0.867, "·see" -6.544` */
function showLogprobs({ before, after, top }: Logprobs, tokenizer: Tokenizer): string {
  const drawn = after === null ? '' : `, drawn with ${after.toFixed(3)}`;
  return `${before.toFixed(3).padStart(7)}${drawn}${top.length > 0 ? `; ${top.map((one) => `${named(one.token, tokenizer)} ${one.logprob.toFixed(3)}`).join(', ')}` : ''}`;
}

const named = (id: number, tokenizer: Tokenizer): string => (id < 0 ? 'nothing' : JSON.stringify(tokenizer.nameOf(id)));

/** With two digits that say something: 41.2%, 0.42%, <0.01%. */
function percent(p: number): string {
  if (p > 0 && p < 0.0001) return '<0.01%';
  return `${(100 * p).toFixed(p < 0.01 && p > 0 ? 2 : 1)}%`;
}

/** So many decisions of a filter are told one by one. */
const TOLD = 8;

/** What a filter did, for people: which rule, where, and how likely it was. */
export function tellDecisions(decisions: readonly Decision[], terminal: Terminal): void {
  const { colors } = terminal, verb = { block: 'kept from being said', hold: 'hidden', input: 'not answered' };
  for (const { stage, rule, source, mode, mass, at } of decisions.slice(0, TOLD)) {
    terminal.say(colors.dim(`(filter: ${stage}, ${JSON.stringify(rule)}${source === stage ? '' : ` of ${source}`}, ${verb[mode]}${mode === 'input' ? '' : ` behind token ${at}`}${mass === null ? '' : `, probability ${percent(mass)}`})`));
  }
  if (decisions.length > TOLD) terminal.say(colors.dim(`(filter: ${decisions.length - TOLD} more)`));
}

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
