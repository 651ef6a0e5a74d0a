import type { Tensor } from '../graph/index.ts';

/**
 * Is called at each named point of a model and returns what the model goes on with. Identity by default; recording,
 * ablating, patching and steering are other taps, decided when the graph is built.
 */
export type Tap = (name: string, x: Tensor) => Tensor;

/** Gives the tensor its path name and changes nothing. */
export const nameOnly: Tap = (name, x) => {
  if (x.from) x.name = name;
  return x;
};
