import type { Tokenizer } from '../../tokenizer/index.ts';
import type { Finding } from './textGate.ts';

/** What a filter did, and why. */
export interface Decision {
  /** Which kind of filter decided. */
  readonly stage: 'words' | 'patterns' | 'classifier';
  /** The phrase, the pattern or the label. */
  readonly rule: string;
  /** The list that it comes from, for example `cuss`. */
  readonly source: string;
  /** block: tokens were removed before one was drawn; hold: text was hidden; input: a message was refused. */
  readonly mode: 'block' | 'hold' | 'input';
  /**
   * The probability that was removed: of all tokens that this rule struck out, or of the token with which the hidden text
   * was complete; null where nothing was drawn.
   */
  readonly mass: number | null;
  /** How many tokens had been drawn before. */
  readonly at: number;
}

/** The text of a prompt that goes on in what is generated: what stands behind the last special token. */
export function textBefore(tokenizer: Tokenizer, prompt: Uint32Array): string {
  const special = new Set(tokenizer.specials.values());
  return tokenizer.decode(prompt.subarray(prompt.findLastIndex((token) => special.has(token)) + 1));
}

/** A finding as a decision. */
export const decisionOf = ({ stage, rule, source }: Finding, mode: Decision['mode'], mass: number | null, at: number): Decision => ({ stage, rule, source, mode, mass, at });
