import { ShapeError, show } from '../../errors.ts';
import { defineOp } from '../op.ts';
import { columns, rows, type Tensor } from '../tensor.ts';
import { buffer } from './fill.ts';

type Inputs = readonly [x: Tensor, scales: Tensor, ...weight: Tensor[]];

const op = defineOp<Inputs, { eps: number }>({
  name: 'rmsNorm',
  shape([x, , weight]) {
    if (weight && columns(weight) !== columns(x)) {
      throw new ShapeError(`rmsNorm: the weight must have one number per channel. ${show(x)} has ${columns(x)} channels, ${show(weight)} has ${columns(weight)}.`);
    }
    return x.shape;
  },
  kernel: (out, [x, scales, weight], { eps }) => ['rmsNorm', { x, weight: weight ?? 0, out, scales, R: rows(x), C: columns(x), eps }],
  gradient: (dy, [x, scales, weight], y) => [
    gradX([x, scales, y, dy, ...(weight ? [weight] : [])], { weighted: weight !== undefined }),
    null,
    ...(weight ? [gradWeight([x, scales, y, dy], { shape: weight.shape })] : []),
  ],
  mayOverwrite: () => 0,
});

// y is an input of both gradients because whoever computes it fills the scales
type GradInputs = readonly [x: Tensor, scales: Tensor, y: Tensor, dy: Tensor, ...weightAndSum: Tensor[]];

const gradX = defineOp<GradInputs, { weighted: boolean }>({
  name: 'rmsNormGrad',
  shape: ([x]) => x.shape,
  kernel(out, [x, scales, , dy, ...rest], { weighted }) {
    const weight = weighted ? rest[0]! : 0, sum = rest[weighted ? 1 : 0] ?? 0;
    return ['rmsNormGrad', { x, weight, dy, sum, out, scales, R: rows(x), C: columns(x) }];
  },
  writes: [],
  plus: (_out, sum, inputs, attrs): Tensor | null => (inputs.length > (attrs.weighted ? 5 : 4) ? null : gradX([...inputs, sum], attrs)),
  mayOverwrite: () => 3,
});

const gradWeight = defineOp<readonly [x: Tensor, scales: Tensor, y: Tensor, dy: Tensor], { shape: readonly number[] }>({
  name: 'rmsNormGradWeight',
  shape: (_inputs, { shape }) => shape,
  kernel: (out, [x, scales, , dy]) => ['rmsNormGradWeight', { x, dy, out, scales, R: rows(x), C: columns(x) }],
  writes: [],
});

/**
 * Divides every row by its root mean square: y = x · weight / sqrt(mean(x²) + eps).
 *
 * @param x (..., C)
 * @param weight (C), one factor per channel, or null for none.
 * @throws {ShapeError} when the weight does not have C numbers.
 * @see Zhang & Sennrich 2019, https://arxiv.org/abs/1910.07467
 * @example
 * rmsNorm(x, null, { eps: 1e-6 }); // [3, 4] becomes [0.849, 1.131]
 */
export const rmsNorm = (x: Tensor, weight: Tensor | null = null, { eps = 1e-5 }: { readonly eps?: number } = {}): Tensor =>
  op([x, buffer([rows(x)]), ...(weight ? [weight] : [])], { eps });
