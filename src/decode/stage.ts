import type { Decision } from './filters/decision.ts';

/** What a stage may know besides the logits. */
export interface Situation {
  /** The prompt and what was drawn so far: one growing array, not a copy for each step. */
  readonly tokens: readonly number[];
  /** How many of them are the prompt. */
  readonly prompt: number;
  /** How many tokens may still be drawn, the next one included: the fewer of those asked for and those for which the context has room. */
  readonly left: number;
}

/**
 * One step between a model's logits and a drawn token. Stages are small and know nothing of each other; which ones
 * there are, and in which order, is a list (see {@link Sampler}). A token that must not be drawn gets -Infinity.
 *
 * A stage that remembers something belongs to one sequence: each sequence of a batch gets stages of its own, so it draws
 * the same alone and in company.
 */
export interface Stage {
  readonly name: string;
  /** @param logits (V) of one sequence, changed in place. */
  apply(logits: Float32Array, situation: Situation): void;
  /** Is told which token was drawn. */
  accept?(token: number): void;
  /** Whether nothing can follow what was accepted: the text ends here, with the reason 'end', without a token that says so. */
  done?(situation: Situation): boolean;
  /** Where no token is left to draw, the text ends, with the reason 'blocked'; without such a stage that is an error. */
  readonly blocks?: boolean;
  /** What it removed for which rule, if it keeps a record: see {@link createFilter}. */
  readonly decisions?: readonly Decision[];
  /** The same stage in the same state, going its own way from here. A stage that remembers nothing may leave it out and is shared. */
  fork?(): Stage;
}

/** The beginning: no prompt, nothing drawn, no end in sight. */
export const NOTHING_YET: Situation = { tokens: [], prompt: 0, left: Infinity };

/**
 * The same stages in the same state for a sequence that branches off.
 *
 * @example
 * const twin = forkStages(stages); // what is drawn here changes nothing there
 */
export const forkStages = (stages: readonly Stage[]): Stage[] => stages.map((stage) => stage.fork?.() ?? stage);
