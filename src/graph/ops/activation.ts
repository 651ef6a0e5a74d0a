// Activation functions: what stands between two linear layers so that they are more than one.
import { ShapeError, show } from '../../errors.ts';
import { defineOp } from '../op.ts';
import { size, type Tensor } from '../tensor.ts';

type Elementwise = (x: Tensor) => Tensor;

/** An op y = f(x) of single numbers whose gradient kernel `<name>Grad` reads dy and either x or y. */
function elementwise(name: string, reads: 'x' | 'y'): Elementwise {
  const grad = defineOp<[from: Tensor, dy: Tensor]>({
    name: `${name}Grad`,
    shape: ([from]) => from.shape,
    kernel: (out, [from, dy]) => [`${name}Grad`, { [reads]: from, dy, out, n: size(out) }],
    mayOverwrite: () => 1,
  });
  const op = defineOp<[x: Tensor]>({
    name,
    shape: ([x]) => x.shape,
    kernel: (out, [x]) => [name, { x, out, n: size(out) }],
    gradient: (dy, [x], y) => [grad([reads === 'x' ? x : y, dy], {})],
    mayOverwrite: () => 0,
  });
  return (x) => op([x], {});
}

/**
 * max(x, 0)², the activation of our own form.
 * @see So et al. 2021, https://arxiv.org/abs/2109.08668
 */
export const relu2: Elementwise = elementwise('relu2', 'x');

/**
 * GELU in its tanh form, x/2 (1 + tanh(√(2/π) (x + 0.044715 x³))), as in GPT-2.
 * @see Hendrycks & Gimpel 2016, https://arxiv.org/abs/1606.08415
 */
export const gelu: Elementwise = elementwise('gelu', 'x');

/** GELU as it is defined, x/2 (1 + erf(x/√2)). */
export const geluErf: Elementwise = elementwise('geluErf', 'x');

/**
 * x · sigmoid(x), also called swish.
 * @see Elfwing et al. 2017, https://arxiv.org/abs/1702.03118
 */
export const silu: Elementwise = elementwise('silu', 'x');

/** (e^x - e^-x) / (e^x + e^-x), from -1 to 1. */
export const tanh: Elementwise = elementwise('tanh', 'y');

/** 1 / (1 + e^-x), from 0 to 1. */
export const sigmoid: Elementwise = elementwise('sigmoid', 'y');

const swigluOp = defineOp<[gate: Tensor, up: Tensor]>({
  name: 'swiglu',
  shape([gate, up]) {
    if (size(gate) !== size(up)) throw new ShapeError(`swiglu: gate and up need the same size. ${show(gate)} and ${show(up)} differ.`);
    return gate.shape;
  },
  kernel: (out, [gate, up]) => ['swiglu', { gate, up, out, n: size(out) }],
  // dup = dy silu(gate), which is a swiglu again
  gradient: (dy, [gate, up]) => [swigluGrad([gate, up, dy], {}), swiglu(gate, dy)],
  mayOverwrite: () => 1,
});

const swigluGrad = defineOp<[gate: Tensor, up: Tensor, dy: Tensor]>({
  name: 'swigluGrad',
  shape: ([gate]) => gate.shape,
  kernel: (out, [gate, up, dy]) => ['swigluGrad', { gate, up, dy, out, n: size(out) }],
  mayOverwrite: () => 2,
});

/**
 * silu(gate) · up: the gated activation of Llama, where both sides are projections of the same x.
 *
 * @throws {ShapeError} when the sizes differ.
 * @see Shazeer 2020, https://arxiv.org/abs/2002.05202
 * @example
 * matmul(swiglu(matmul(x, wGate, { tb: true }), matmul(x, wUp, { tb: true })), wDown, { tb: true });
 */
export const swiglu = (gate: Tensor, up: Tensor): Tensor => swigluOp([gate, up], {});
