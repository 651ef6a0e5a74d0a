// The models whose training step is measured, all in GPT-2's form with a tied head, and the numbers that every side of
// the comparison begins with: the same everywhere, so that their losses must agree.
import { flopsPerToken, transformerConfig } from '../dist/index.js';

/** `positions` is the model's longest context; a step works on B rows of T tokens. */
export const trainingModels = [
  { name: 'nanogpt-cpu', L: 4, C: 128, nh: 4, V: 65, positions: 64, bias: 0, B: 12, T: 64 },
  { name: 'small', L: 6, C: 384, nh: 6, V: 4096, positions: 256, bias: 1, B: 4, T: 256 },
  { name: '124M', L: 12, C: 768, nh: 12, V: 50257, positions: 1024, bias: 1, B: 4, T: 64 },
];

/** FLOPs of a step, by the one formula used everywhere. */
export const flopsOf = ({ L, C, nh, V, positions, B, T }) => B * T * flopsPerToken(transformerConfig({ form: 'gpt2', layers: L, channels: C, heads: nh, vocab: V, context: positions }), T);

/** Without biases and gains, which are few. */
export const parametersOf = ({ L, C, V, positions }) => 12 * L * C * C + (V + positions) * C;

/** How AdamW is set, as in nanoGPT. Decay is on matrices and embeddings. */
export const optimizer = { rate: 1e-3, beta1: 0.9, beta2: 0.95, eps: 1e-8, decay: 0.1, clip: 1 };

/** The sizes as a program's arguments. */
export const sizesOf = ({ L, C, nh, V, positions, bias, B, T }) => [L, C, nh, V, positions, bias, B, T];

/**
 * One of 2^32 numbers for each place of each list. The mixing steps are Chris Wellons's lowbias32
 * (https://nullprogram.com/blog/2018/07/31/).
 */
export function hash(i, list) {
  let x = (Math.imul(i + 1, 0x9e3779b1) + Math.imul(list, 0x85ebca77)) >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}

/** From -1 up to 1. */
export const signed = (i, list) => hash(i, list) / 2 ** 31 - 1;

/** Batches that take turns; token `i` of batch `k` is hash(i, TOKENS + k) mod V, of B rows of T + 1. */
export const BATCHES = 4, TOKENS = 1000;

/** Lists of parameters, in order: deviation around a middle. Absent biases keep their number. */
export const MATRIX = [0, 0.035], GAIN = [1, 0.1], BIAS = [0, 0.02];
