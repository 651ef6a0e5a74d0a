/**
 * One step between a model's logits and a drawn token. Stages are small and know nothing of each other; which ones
 * there are, and in which order, is a list (see {@link Sampler}). A token that must not be drawn gets -Infinity.
 */
export interface Stage {
  readonly name: string;
  /** @param logits (V) of one sequence, changed in place. */
  apply(logits: Float32Array): void;
}
