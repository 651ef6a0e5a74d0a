// What a search tells of itself: its tree, step by step, as plain data.
import type { Reason } from '../continuation.ts';
import type { Decision } from '../filters/decision.ts';

/** What became of a candidate in its step. */
export type BeamFate =
  /** It goes on. */
  | 'kept'
  /** It ended the text, and is among the best that did so far. */
  | 'finished'
  /** It ended the text, but is worse than all that did, and there are enough of them. */
  | 'worse'
  /** It would have ended the text, but was not among the best candidates, as many as there are beams. */
  | 'late'
  /** Better ones filled the beams. */
  | 'outranked';

/** A token behind a beam: one node of the tree. */
export interface BeamNode {
  /** Numbered in the order of the search. */
  readonly id: number;
  /** The node that it continues; null behind the prompt. */
  readonly parent: number | null;
  readonly group: number;
  readonly token: number;
  /** Log-probability of the token by the model alone. */
  readonly logprob: number;
  /** What the token adds to the sum: the log-probability after all stages and, with groups, after the penalty. */
  readonly added: number;
  /** Of all tokens from the prompt to here. */
  readonly sum: number;
  readonly fate: BeamFate;
}

/** Why a node that was kept, or had finished, is out of the search. */
export type Pruning =
  /** None of its continuations was among the best. */
  | 'outranked'
  /** The stages left no token to go on with. */
  | 'blocked'
  /** It had finished, but a better one took its place. */
  | 'displaced'
  /** The search ended while it was open, and enough finished ones are better, or count as better by `earlyStopping`. */
  | 'beaten';

/** One step of a search: all beams have become one token longer. */
export interface BeamStep {
  /** From 1: the length of what was generated. */
  readonly step: number;
  /** The candidates that were looked at, group by group, the best first; twice as many as beams, rarely more. */
  readonly nodes: readonly BeamNode[];
  /** Nodes of earlier steps, or at the end of this one, that are out now. */
  readonly pruned: readonly { readonly id: number; readonly why: Pruning }[];
  /** Whether this was the last one. */
  readonly last: boolean;
}

/** One sequence that was found. */
export interface BeamSequence {
  readonly text: string;
  /** The new tokens, without a special token at the end. */
  readonly tokens: readonly number[];
  readonly reason: Reason;
  readonly group: number;
  /** By which it was ranked: sum / length^lengthPenalty. */
  readonly score: number;
  /** What its tokens added, together. */
  readonly sum: number;
  /** Its way through the tree, one node for each token, a special token at the end included. */
  readonly nodes: readonly BeamNode[];
  /**
   * With the option `filter`: what it did on this way, for which rule, and with which probability, as `generate` tells it.
   * `mass` of hidden text is the probability of its last token by the model alone.
   */
  readonly decisions?: readonly Decision[];
}

export interface BeamResult {
  /** The best first; of equals the one that finished first. Fewer than asked for if the search found no more. */
  readonly sequences: readonly BeamSequence[];
  readonly steps: number;
  /** Steps per second of computing, reading the prompt not counted. */
  readonly stepsPerSecond: number;
  /** Memory that the search held: caches, logits and plans of its decoder. */
  readonly bytes: number;
  /** Positions whose cache rows were copied because a beam branched off, the prompt's included. */
  readonly copied: number;
}
