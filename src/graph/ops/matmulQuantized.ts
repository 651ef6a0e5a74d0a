// Products and look-ups with weights that stay quantized in memory, or are packed as f32: what is read fast by kernels
// that multiply a few rows. For inference: there is no gradient.
import { ShapeError, show } from '../../errors.ts';
import { defineOp } from '../op.ts';
import { checkRows, codeOf, packedBytes, type QuantizedType } from '../packBlocks.ts';
import { columns, input, rows, size, type Shape, type Tensor } from '../tensor.ts';
import { GEMM_SCRATCH } from './matmul.ts';

/** A matrix of N rows of K numbers that stays quantized, or packed f32; `tensor` is the memory of `packBlocks`. */
export interface QuantizedMatrix {
  readonly tensor: Tensor;
  readonly type: QuantizedType;
  readonly N: number;
  readonly K: number;
}

/**
 * A quantized matrix as an input of a graph. Its bytes are put there by `packBlocks`.
 * With type F32 nothing is lost: products have the bits of `matmul`, and few rows are multiplied faster.
 *
 * @param shape (N,K), as the weight of a linear layer or a table of tokens.
 * @throws {ShapeError} when K is no multiple of the type's block: 32, or 256 for Q4_K and Q6_K.
 * @example
 * const weight = quantizedMatrix('mlp.up.weight', 'Q8_0', [3072, 768]);
 * matmulQuantized(x, weight, { add: bias }); // x (B,T,768) -> (B,T,3072)
 */
export function quantizedMatrix(name: string, type: QuantizedType, [N, K]: readonly [N: number, K: number]): QuantizedMatrix {
  checkRows(type, K, `${name} (${N}, ${K})`);
  return { tensor: input(name, [packedBytes(type, N, K) / 4]), type, N, K };
}

/** Rows whose quantized activations lie in scratch at a time, their bytes per 32 numbers, and what stands before them; as in assembly/quantized.ts. */
const ROWS = 32, ROW_BLOCK = 96, BEFORE_ROWS = 192;

interface Attrs { readonly type: QuantizedType; readonly N: number; readonly K: number }

const op = defineOp<readonly [a: Tensor, weight: Tensor, ...add: Tensor[]], Attrs>({
  name: 'matmulQuantized',
  shape([a, weight, add], { N, K }): Shape {
    const M = rows(a);
    if (columns(a) !== K) throw new ShapeError(`matmulQuantized: inner sizes differ. ${show(a)} has ${columns(a)}, ${weight.name} (${N}, ${K}) has ${K}.`);
    if (add && size(add) !== M * N && size(add) !== N) throw new ShapeError(`matmulQuantized: what is added must have ${M} x ${N} numbers or ${N}, one for each column, but it is ${show(add)}.`);
    return [...a.shape.slice(0, -1), N];
  },
  kernel: (out, [a, weight, add], { type, N, K }) => {
    const M = rows(a), row = add !== undefined && size(add) !== M * N;
    const args = { a, weight, add: add ?? 0, out, M, N, K, ldadd: row ? 0 : N };
    return type === 'F32' ? ['matmulPacked', args] : ['matmulQuantized', { ...args, type: codeOf(type) }];
  },
  writes: [],
  mayOverwrite: ([, , add]) => (add && size(add) > 0 ? 2 : null),
  scratch: (_out, [a], { type, K }) => type === 'F32' ? GEMM_SCRATCH : BEFORE_ROWS + Math.min(ROWS, rows(a)) * (K / 32) * ROW_BLOCK,
  flops: (out, _inputs, { K }) => 2 * size(out) * K,
});

/**
 * a (..., K) times the transpose of a quantized matrix (N,K), as in a linear layer. Activations are rounded to 8 bits
 * for each 32 of them, so that whole numbers are multiplied (not with F32). A row has the same bits alone and among others.
 *
 * @param add added to the product in the same pass: (M,N), a residual; or (N), a bias for every row.
 * @returns (..., N)
 * @throws {ShapeError} when the sizes do not fit.
 * @example
 * matmulQuantized(x, quantizedMatrix('head', 'Q4_0', [50257, 768])); // x (1,768) -> (1,50257)
 */
export const matmulQuantized = (a: Tensor, { tensor, type, N, K }: QuantizedMatrix, { add }: { readonly add?: Tensor | undefined } = {}): Tensor =>
  op(add ? [a, tensor, add] : [a, tensor], { type, N, K });

const embeddingOp = defineOp<[tokens: Tensor, table: Tensor], Attrs>({
  name: 'embeddingQuantized',
  shape: ([tokens], { K }) => [size(tokens), K],
  kernel: (out, [tokens, table], { type, N, K }) => {
    const args = { tokens, table, out, R: size(tokens), V: N, C: K };
    return type === 'F32' ? ['embeddingPacked', args] : ['embeddingQuantized', { ...args, type: codeOf(type) }];
  },
  writes: [],
});

/**
 * out[r] = row tokens[r] of a quantized matrix (V,C), with the bits that `dequantize` gives. A token outside 0 to V-1
 * gives a row of zeros.
 *
 * @param tokens (R) whole numbers (i32).
 * @returns (R,C)
 * @example
 * embeddingQuantized(tokens, quantizedMatrix('wte', 'Q8_0', [V, C]));
 */
export const embeddingQuantized = (tokens: Tensor, { tensor, type, N, K }: QuantizedMatrix): Tensor => embeddingOp([tokens, tensor], { type, N, K });
