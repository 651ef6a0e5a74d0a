import { ShapeError, show } from '../../errors.ts';
import { defineOp } from '../op.ts';
import { columns, rows, type Tensor } from '../tensor.ts';
import { sumRows } from './add.ts';
import { buffer } from './fill.ts';

type Inputs = readonly [x: Tensor, scales: Tensor, weight: Tensor, ...bias: Tensor[]];

const op = defineOp<Inputs, { eps: number }>({
  name: 'layerNorm',
  shape([x, , ...parameters]) {
    for (const t of parameters) {
      if (columns(t) !== columns(x)) {
        throw new ShapeError(`layerNorm: weight and bias must have one number per channel. ${show(x)} has ${columns(x)} channels, ${show(t)} has ${columns(t)}.`);
      }
    }
    return x.shape;
  },
  kernel: (out, [x, scales, weight, bias], { eps }) => ['layerNorm', { x, weight, bias: bias ?? 0, out, scales, R: rows(x), C: columns(x), eps }],
  gradient: (dy, [x, scales, weight, bias], y) => [
    gradX([x, scales, weight, y, dy], {}),
    null,
    gradWeight([x, scales, y, dy], { shape: weight.shape }),
    ...(bias ? [sumRows(dy)] : []),
  ],
  mayOverwrite: () => 0,
});

// y is an input of both gradients because whoever computes it fills the scales
const gradX = defineOp<readonly [x: Tensor, scales: Tensor, weight: Tensor, y: Tensor, dy: Tensor, ...sum: Tensor[]]>({
  name: 'layerNormGrad',
  shape: ([x]) => x.shape,
  kernel: (out, [x, scales, weight, , dy, sum]) => ['layerNormGrad', { x, weight, dy, sum: sum ?? 0, out, scales, R: rows(x), C: columns(x) }],
  writes: [],
  plus: (_out, sum, [x, scales, weight, y, dy, already]): Tensor | null => (already ? null : gradX([x, scales, weight, y, dy, sum], {})),
  mayOverwrite: () => 4,
});

const gradWeight = defineOp<readonly [x: Tensor, scales: Tensor, y: Tensor, dy: Tensor], { shape: readonly number[] }>({
  name: 'layerNormGradWeight',
  shape: (_inputs, { shape }) => shape,
  kernel: (out, [x, scales, , dy]) => ['layerNormGradWeight', { x, dy, out, scales, R: rows(x), C: columns(x) }],
  writes: [],
});

/**
 * Gives every row mean 0 and variance 1, then scales and shifts it: y = weight · (x - mean) / sqrt(variance + eps) + bias.
 *
 * @param x (..., C)
 * @param weight (C)
 * @param bias (C), or null for none.
 * @throws {ShapeError} when weight or bias do not have C numbers.
 * @see Ba, Kiros & Hinton 2016, https://arxiv.org/abs/1607.06450
 * @example
 * layerNorm(x, weight, null); // with weight [1, 1], [3, 4] becomes [-1, 1]
 */
export const layerNorm = (x: Tensor, weight: Tensor, bias: Tensor | null = null, { eps = 1e-5 }: { readonly eps?: number } = {}): Tensor =>
  op([x, buffer([rows(x), 2]), weight, ...(bias ? [bias] : [])], { eps });
