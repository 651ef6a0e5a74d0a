// Random numbers for new parameters. Element i depends only on (seed, stream, i), so a tensor has the same numbers
// whatever else is made before it, beside it, or on how many threads.
import { OptionError } from '../../errors.ts';
import { defineOp } from '../op.ts';
import { type Shape, size, type Tensor } from '../tensor.ts';

interface Source {
  /** A whole number from 0 to 2^53 - 1. */
  readonly seed: number;
  /** Which of the many independent sequences of this seed; see `stream` in random.ts. */
  readonly stream: number;
}

export type NormalOptions = Source & { readonly mean?: number; readonly std?: number };
export type UniformOptions = Source & { readonly low?: number; readonly high?: number };

/** The low and the high 32 bits of a seed, as kernels take them and as seed registers hold them. */
export function seedWords(seed: number): [low: number, high: number] {
  if (!Number.isSafeInteger(seed) || seed < 0) throw new OptionError('seed', `seed must be a whole number from 0 to 2^53 - 1, but it is ${seed}.`);
  return [seed | 0, Math.floor(seed / 2 ** 32)];
}

const words = ({ seed, stream }: Source): { seedLow: number; seedHigh: number; stream: number } => {
  const [seedLow, seedHigh] = seedWords(seed);
  return { seedLow, seedHigh, stream };
};

const normalOp = defineOp<[], { shape: Shape; source: Source; mean: number; std: number }>({
  name: 'normal',
  shape: (_inputs, { shape }) => shape,
  kernel: (out, _inputs, { source, mean, std }) => ['fillNormal', { out, n: size(out), ...words(source), mean, std }],
});

const uniformOp = defineOp<[], { shape: Shape; source: Source; low: number; high: number }>({
  name: 'uniform',
  shape: (_inputs, { shape }) => shape,
  kernel: (out, _inputs, { source, low, high }) => ['fillUniform', { out, n: size(out), ...words(source), low, high }],
});

/**
 * Normal numbers. Compile it with the parameter's address as its place, and one run initialises the parameter.
 *
 * @param options `mean` 0 and `std` 1 unless told; no number is further than 6.7 `std` from the mean.
 * @throws {OptionError} when the seed is no whole number from 0 to 2^53 - 1.
 * @see Box & Muller 1958, https://doi.org/10.1214/aoms/1177706645
 * @example
 * normal([vocab, channels], { seed: 1337, stream: stream('init', 'wte'), std: 0.02 });
 */
export function normal(shape: Shape, { seed, stream, mean = 0, std = 1 }: NormalOptions): Tensor {
  seedWords(seed);
  return normalOp([], { shape, source: { seed, stream }, mean, std });
}

/**
 * Numbers evenly spread from `low` (0 unless told) to below `high` (1), with 24 random bits each.
 * Where the spread is far smaller than `low`, rounding may give `high` itself.
 *
 * @throws {OptionError} when the seed is no whole number from 0 to 2^53 - 1.
 * @example
 * uniform([256], { seed: 1337, stream: stream('init', 'bias'), low: -0.1, high: 0.1 });
 */
export function uniform(shape: Shape, { seed, stream, low = 0, high = 1 }: UniformOptions): Tensor {
  seedWords(seed);
  return uniformOp([], { shape, source: { seed, stream }, low, high });
}
