// Weights packed as f32: products and look-ups have the bits of the plain ops.
import { expect, test } from 'vitest';
import { embedding, embeddingQuantized, input, matmul, matmulQuantized, packedBytes, quantizedMatrix } from '../../../src/graph/index.ts';
import { noise } from '../expectOp.ts';
import { slowPackBlocks } from '../slowPackBlocks.ts';
import { evaluate, floats, integers } from '../onTeams.ts';

const bytesOf = (x: Float64Array): Uint8Array => new Uint8Array(Float32Array.from(x).buffer);

/** Rows of K numbers as they are packed. */
function packed(N: number, K: number, values: Float64Array): Float32Array {
  const to = new Uint8Array(packedBytes('F32', N, K));
  slowPackBlocks('F32', [N, K], bytesOf(values), to);
  return new Float32Array(to.buffer);
}

type Add = 'nothing' | 'row' | 'residual';

/** The product by both ops, each on one thread and on two. */
async function both(M: number, N: number, K: number, add: Add): Promise<[packed: Float32Array, plain: Float32Array]> {
  const values = noise(N * K, 5), a = floats('a', noise(M * K, 3), [M, K]), plus = floats('add', noise(add === 'row' ? N : M * N, 9), add === 'row' ? [N] : [M, N]);
  const plain = floats('w', values, [N, K]), weight = quantizedMatrix('w', 'F32', [N, K]), options = add === 'nothing' ? {} : { add: plus.tensor };
  const given = add === 'nothing' ? [a] : [a, plus];
  return [
    await evaluate(matmulQuantized(a.tensor, weight, options), [...given, { tensor: weight.tensor, values: packed(N, K, values), integers: false }]),
    await evaluate(matmul(a.tensor, plain.tensor, { tb: true, ...options }), [...given, plain]),
  ];
}

// panels that are not full, fewer panels than threads, several blocks of k, ends of k that are no multiple of 4
for (const [N, K] of [[1, 1], [7, 3], [8, 4], [21, 385], [48, 768], [61, 1155]] as const) {
  test(`rows times packed ${N} x ${K} have the bits of matmul`, async () => {
    for (const M of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 64]) {
      for (const add of ['nothing', 'row', 'residual'] as const) {
        const [got, expected] = await both(M, N, K, add);
        expect(got, `${M} rows, ${add} added`).toEqual(expected);
      }
    }
  });
}

test('more rows than are packed at once have the bits of matmul', async () => {
  const [got, expected] = await both(541, 19, 401, 'residual');
  expect(got).toEqual(expected);
});

test('packed products match float64', async () => {
  for (const M of [1, 3, 8, 13]) {
    const [N, K] = [21, 401], a = noise(M * K, 3), w = noise(N * K, 5), extra = noise(N, 9);
    const [got] = await both(M, N, K, 'row');
    got.forEach((v, at) => {
      let sum = extra[at % N]!;
      for (let k = 0; k < K; k++) sum += a[Math.floor(at / N) * K + k]! * w[(at % N) * K + k]!;
      expect(Math.abs(v - sum)).toBeLessThan(1e-5);
    });
  }
});

test('rows are looked up in a packed table with the bits of the plain one', async () => {
  const [V, C] = [37, 13], values = noise(V * C, 3), tokens = integers('tokens', [0, 36, 8, -1, 7, 37, 8, 15]);
  const table = floats('table', values, [V, C]), weight = quantizedMatrix('table', 'F32', [V, C]);
  expect(await evaluate(embeddingQuantized(tokens.tensor, weight), [tokens, { tensor: weight.tensor, values: packed(V, C, values), integers: false }]))
    .toEqual(await evaluate(embedding(tokens.tensor, table.tensor), [tokens, table]));
});

test('sizes that do not fit are refused by name', () => {
  expect(() => quantizedMatrix('h.0.w', 'F32', [8, 0])).toThrow('h.0.w (8, 0) has rows of 0 numbers');
  expect(() => matmulQuantized(input('x', [2, 32]), quantizedMatrix('h.0.w', 'F32', [8, 64]))).toThrow('inner sizes differ. x (2, 32) has 32, h.0.w (8, 64) has 64.');
});
