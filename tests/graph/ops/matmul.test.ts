import { expect, test } from 'vitest';
import { createEngine } from '../../../src/engine/index.ts';
import { matmul } from '../../../src/graph/ops/matmul.ts';
import { compile } from '../../../src/graph/plan.ts';
import { input, param, type Tensor } from '../../../src/graph/tensor.ts';
import { expectOp, noise } from '../expectOp.ts';

const product = (M: number, N: number, K: number, ta: boolean, tb: boolean) => (a: Float64Array, b: Float64Array): Float64Array =>
  Float64Array.from({ length: M * N }, (_, at) => {
    const m = Math.floor(at / N), n = at % N;
    let sum = 0;
    for (let k = 0; k < K; k++) sum += a[ta ? k * M + m : m * K + k]! * b[tb ? n * K + k : k * N + n]!;
    return sum;
  });

for (const [ta, tb] of [[false, false], [false, true], [true, false], [true, true]] as const) {
  for (const [M, N, K] of [[1, 1, 1], [2, 3, 4], [5, 8, 16], [7, 9, 11], [13, 6, 5], [11, 17, 3]] as const) {
    test(`matmul ${ta ? 'T' : 'N'}${tb ? 'T' : 'N'} of ${M} x ${N} x ${K}, and its gradient, match float64`, () => expectOp(
      (a, b) => matmul(a!, b!, { ta, tb }),
      (a, b) => product(M, N, K, ta, tb)(a!, b!),
      [ta ? [K, M] : [M, K], tb ? [N, K] : [K, N]],
    ));
  }
  // 541 rows are three blocks; 401 of k are two
  for (const [M, N, K] of [[251, 21, 401], [541, 9, 7], [300, 9, 390]] as const) test(`matmul ${ta ? 'T' : 'N'}${tb ? 'T' : 'N'} of ${M} x ${N} x ${K} matches float64 beyond one block`, () => {
    return expectOp(
      (a, b) => matmul(a!, b!, { ta, tb }),
      (a, b) => product(M, N, K, ta, tb)(a!, b!),
      [ta ? [K, M] : [M, K], tb ? [N, K] : [K, N]], { constants: [0, 1], tolerance: 1e-5 },
    );
  });
}

test('a bias and a residual are added in the same pass, and get their gradients', async () => {
  const [M, N, K] = [7, 10, 5];
  const plain = product(M, N, K, false, true);
  await expectOp((a, b, c) => matmul(a!, b!, { tb: true, add: c! }), (a, b, c) => plain(a!, b!).map((v, i) => v + c![i % N]!), [[M, K], [N, K], [N]]);
  await expectOp((a, b, c) => matmul(a!, b!, { tb: true, add: c! }), (a, b, c) => plain(a!, b!).map((v, i) => v + c![i]!), [[M, K], [N, K], [M, N]]);
});

test('a residual is added once where the inner size takes several blocks', async () => {
  const [M, N, K] = [6, 9, 800];
  await expectOp(
    (a, b, c) => matmul(a!, b!, { tb: true, add: c! }),
    (a, b, c) => product(M, N, K, false, true)(a!, b!).map((v, i) => v + c![i]!),
    [[M, K], [N, K], [M, N]], { constants: [0, 1, 2], tolerance: 1e-5 },
  );
});

// stretches of lines and what is left of them, lines of whole pages, several blocks of k, more than are packed at once
for (const [N, K] of [[61, 401], [260, 1024], [7, 3], [13, 14_000]] as const) {
  test(`a row times ${N} x ${K} has the same bits alone and among others`, async () => {
    const engine = await createEngine({ threads: 1 }), most = 13;
    const b = input('b', [N, K]), values = { a: Float32Array.from(noise(most * K, 1)), b: Float32Array.from(noise(N * K, 2)), bias: Float32Array.from(noise(N, 3)) };
    const times = (M: number): Float32Array => {
      const a = input('a', [M, K]), bias = input('bias', [N]), plan = compile(engine, [matmul(a, b, { tb: true, add: bias })]);
      const put = (t: Tensor, numbers: Float32Array): void => plan.read(t).set(numbers);
      put(a, values.a.subarray(0, M * K));
      put(b, values.b);
      put(bias, values.bias);
      plan.run();
      const out = engine.f32(plan.at(plan.instructions.at(-1)!.tensor), M * N).slice();
      plan.free();
      return out;
    };
    const all = times(most);
    for (let M = 1; M < most; M++) expect(times(M), `${M} rows`).toEqual(all.subarray(0, M * N));
    engine.stop();
  });
}

test('inner sizes that differ are refused by name', () => {
  expect(() => matmul(param('h.0.mlp.w', [4, 3]), param('x', [5, 7]))).toThrow('matmul: inner sizes differ. h.0.mlp.w (4, 3) has 3, x (5, 7) has 5.');
});
