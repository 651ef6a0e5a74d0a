import type { TrainRequest } from '../../src/worker.ts';

/** A model of our own form with everything that it can have, so small that 200 steps take a second. */
export const tinyTraining = {
  data: { world: { megabytes: 0.05 } },
  tokenizer: { kind: 'bpe', vocab: 320 },
  model: { context: 32, layers: 2, heads: 2, channels: 16, ngrams: [{ n: 2, size: 4096 }, { n: 3, size: 1024 }], dropout: 0.1 },
  recipe: { rows: 4, rate: 1e-2, clip: 1 },
  seed: 5,
} as const satisfies Omit<TrainRequest, 'steps'>;
