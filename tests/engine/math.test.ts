import { expect, test } from 'vitest';
import { createEngine } from '../../src/engine/engine.ts';
import { cos, exp, log, pow, sin, tanh } from '../../src/engine/math.ts';

/** Numbers as far apart as an f64 that many times. */
const ulps = (a: number, b: number): number => {
  if (Object.is(a, b) || (Number.isNaN(a) && Number.isNaN(b))) return 0;
  const spacing = 2 ** (Math.max(-1022, Math.floor(Math.log2(Math.abs(b)))) - 52);
  return Math.abs(a - b) / spacing;
};

const spread = (low: number, high: number): number[] => Array.from({ length: 20_000 }, (_, i) => low + ((high - low) * (i + 0.37)) / 20_000);

test.each([
  ['exp', exp, Math.exp, -700, 700, 1],
  ['log', log, Math.log, 1e-9, 1e6, 1],
  ['sin', sin, Math.sin, -1000, 1000, 1],
  ['cos', cos, Math.cos, -1e6, 1e6, 1],
  ['tanh', tanh, Math.tanh, -20, 20, 2],
] as const)('%s matches the host to the last digits', (_name, ours, theirs, low, high, allowed) => {
  const worst = Math.max(...spread(low, high).map((x) => ulps(ours(x), theirs(x))));
  expect(worst).toBeLessThanOrEqual(allowed);
});

test('pow matches the host to the last digit', () => {
  for (const y of [-2.5, -1, 0.1, 0.5, 1 / 3, 2, 7.25]) {
    expect(Math.max(...spread(1e-6, 5000).map((x) => ulps(pow(x, y), x ** y))), `power ${y}`).toBeLessThanOrEqual(1);
  }
});

// each within 1 ulp of a 200-bit evaluation (mpmath)
test('the bits are these, on every machine', () => {
  const bits = (x: number): string => new BigUint64Array(new Float64Array([x]).buffer)[0]!.toString(16);
  expect({
    exp: bits(exp(-1.7)), log: bits(log(0.123)), sin: bits(sin(2.5)), cos: bits(cos(12345.678)), tanh: bits(tanh(0.3)), pow: bits(pow(10_000, -0.1875)),
  }).toEqual({
    exp: '3fc7622c78a98a07', log: 'c000c3bab03ad16e', sin: '3fe326af0dcfcab0', cos: '3fe6b94c3bbe24b8', tanh: '3fd2a4dda7d914f9', pow: '3fc6c310e3769f3f',
  });
});

test('edges', () => {
  expect([exp(-Infinity), exp(Infinity), exp(0), exp(NaN)]).toEqual([0, Infinity, 1, NaN]);
  expect([log(0), log(1), log(-1), log(Infinity)]).toEqual([-Infinity, 0, NaN, Infinity]);
  expect([sin(0), cos(0), sin(Infinity), tanh(-Infinity), tanh(-0)]).toEqual([0, 1, NaN, -1, -0]);
  expect([pow(2, 10), pow(0, 0), pow(-8, 1 / 3), pow(0, -1)]).toEqual([1024, 1, NaN, Infinity]);
});

test('they are no kernels', async () => {
  const engine = await createEngine({ threads: 1 });
  expect(engine.kernels).toContain('add');
  expect(engine.kernels.filter((name) => name.startsWith('math'))).toEqual([]);
  engine.stop();
});
