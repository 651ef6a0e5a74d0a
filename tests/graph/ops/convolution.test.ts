import { expect, test } from 'vitest';
import { convolution } from '../../../src/graph/ops/convolution.ts';
import { view } from '../../../src/graph/ops/fill.ts';
import { input, param } from '../../../src/graph/tensor.ts';
import { expectOp } from '../expectOp.ts';

const reference = (T: number, C: number, taps: number) => (x: Float64Array, w: Float64Array): Float64Array => x.map((v, at) => {
  const c = at % C, t = Math.floor(at / C) % T;
  let sum = v;
  for (let k = 0; k < taps && k <= t; k++) sum += w[k * C + c]! * x[at - k * C]!;
  return sum;
});

for (const [S, T, C, taps] of [[1, 1, 1, 4], [2, 3, 4, 4], [2, 6, 7, 3], [3, 9, 10, 4], [1, 5, 33, 1]] as const) {
  test(`convolution of ${taps} taps over ${S} x ${T} x ${C}, and its gradient, match float64`, () => expectOp(
    (x, w) => convolution(view(x!, [S, T, C]), w!, input('start', [S]), T),
    (x, w) => reference(T, C, taps)(x!, w!), [[S * T, C], [taps, C]],
  ));
}

test('a filter of the wrong width is refused by name', () => {
  expect(() => convolution(param('x', [1, 4, 8]), param('blocks.0.filter', [4, 6]), input('start', [1]), 4)).toThrow('x (1, 4, 8) has 8 channels, blocks.0.filter (4, 6) has 6');
});
