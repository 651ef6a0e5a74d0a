import { expect, test } from 'vitest';
import { scale } from '../../../src/graph/ops/add.ts';
import { dropIds, dropout } from '../../../src/graph/ops/dropout.ts';
import { seedWords } from '../../../src/graph/ops/random.ts';
import { input, param } from '../../../src/graph/tensor.ts';
import { philox } from '../../../src/random.ts';
import { expectOp, noise } from '../expectOp.ts';
import { evaluate, evaluateIntegers, floats, integers } from '../onTeams.ts';

const seed = 2 ** 33 + 17, words = Float64Array.from(seedWords(seed)), stream = 9;
const dropped = (i: number, drop: number): boolean => philox(seed, stream, Math.floor(i / 4))[i % 4]! < drop * 2 ** 32;

for (const [n, drop] of [[1, 0.5], [7, 0.3], [64, 0.1], [333, 0.9]] as const) {
  test(`dropout of ${n} elements with p = ${drop}, and its gradient, match float64 with the same words`, () =>
    expectOp((x, register) => dropout(x!, register!, { drop, stream }), (x) => x!.map((v, i) => (dropped(i, drop) ? 0 : v / (1 - drop))), [[n], [2]], { values: [undefined, words], integers: [1] }));

  test(`dropIds of ${n} ids with p = ${drop} drops the same places`, async () => {
    const ids = integers('ids', Array.from({ length: n }, (_, i) => i * 3)), register = integers('seed', words);
    expect(Array.from(await evaluateIntegers(dropIds(ids.tensor, register.tensor, { drop, stream }), [ids, register])))
      .toEqual(Array.from({ length: n }, (_, i) => (dropped(i, drop) ? -1 : i * 3)));
  });
}

test('dropout may take over the memory of its input', async () => {
  const x = floats('x', noise(50, 1)), register = integers('seed', words);
  const over = dropout(scale(x.tensor, 1), register.tensor, { drop: 0.4, stream }), apart = dropout(x.tensor, register.tensor, { drop: 0.4, stream });
  expect(await evaluate(over, [x, register])).toEqual(await evaluate(apart, [x, register]));
});

test('a share of p is dropped, and another seed drops others', async () => {
  const n = 100_000, x = floats('x', new Float32Array(n).fill(1));
  const run = (s: number): Promise<Float32Array> => {
    const register = integers('seed', seedWords(s));
    return evaluate(dropout(x.tensor, register.tensor, { drop: 0.2, stream }), [x, register]);
  };
  const a = await run(1), b = await run(2);
  expect(a.reduce((zeros, v) => zeros + (v === 0 ? 1 : 0), 0) / n).toBeCloseTo(0.2, 2);
  expect(a.reduce((both, v, i) => both + (v === 0 && b[i] === 0 ? 1 : 0), 0) / n).toBeCloseTo(0.04, 2);
});

test('nothing is dropped at p = 0, and p outside 0 to 1 is refused', () => {
  const x = param('x', [4]), register = input('seed', [2]);
  expect(dropout(x, register, { drop: 0, stream })).toBe(x);
  for (const drop of [1, -0.1, NaN]) expect(() => dropout(x, register, { drop, stream })).toThrow(`drop must be a number from 0 to below 1, but it is ${drop}`);
});
