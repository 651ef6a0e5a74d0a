import { expect, test } from 'vitest';
import { createEngine } from '../../../src/engine/index.ts';
import { rotate, rotateTable } from '../../../src/graph/ops/rotate.ts';
import { compile } from '../../../src/graph/plan.ts';
import { input, param } from '../../../src/graph/tensor.ts';
import { expectOp } from '../expectOp.ts';

const angles = (positions: number, hs: number, base: number): Float64Array => Float64Array.from({ length: positions * hs }, (_, at) => {
  const t = Math.floor(at / hs), i = at % hs, angle = t * base ** ((-2 * (i % (hs / 2))) / hs);
  return Math.fround(i < hs / 2 ? Math.cos(angle) : Math.sin(angle));
});

function reference(x: Float64Array, { T, heads, hs, W, eps, interleaved }: { T: number; heads: number; hs: number; W: number; eps: number; interleaved: boolean }): Float64Array {
  const out = x.slice(), table = angles(T, hs, 10_000);
  for (let r = 0; r < x.length / W; r++) for (let h = 0; h < heads; h++) {
    const head = x.subarray(r * W + h * hs, r * W + (h + 1) * hs);
    const scale = eps ? 1 / Math.sqrt(head.reduce((sum, v) => sum + v * v, 0) / hs + eps) : 1;
    for (let i = 0; i < hs / 2; i++) {
      const [a, b] = interleaved ? [2 * i, 2 * i + 1] : [i, i + hs / 2];
      const cos = table[(r % T) * hs + i]!, sin = table[(r % T) * hs + hs / 2 + i]!;
      out[r * W + h * hs + a] = scale * (head[a]! * cos - head[b]! * sin);
      out[r * W + h * hs + b] = scale * (head[b]! * cos + head[a]! * sin);
    }
  }
  return out;
}

for (const [hs, heads, W, eps, interleaved] of [[2, 1, 2, 0, false], [8, 2, 24, 0, false], [8, 2, 24, 1e-5, false], [6, 3, 20, 1e-5, false], [6, 2, 13, 0, true], [10, 2, 30, 1e-3, true]] as const) {
  const [S, T] = [2, 5];
  test(`rotate of ${heads} heads of ${hs}${eps ? ' with norm' : ''}${interleaved ? ', interleaved' : ''}, and its gradient, match float64`, () => expectOp(
    (x, table) => rotate(x!, table!, input('start', [S]), { T, heads, hs, eps, interleaved }),
    (x) => reference(x!, { T, heads, hs, W, eps, interleaved }),
    [[S * T, W], [T, hs]], { values: [undefined, angles(T, hs, 10_000)], constants: [1], tolerance: 5e-6 },
  ));
}

test('the table holds cosines and sines of every position to the last bit of f32', async () => {
  const engine = await createEngine({ threads: 1 });
  const table = rotateTable(300, 16, 10_000), plan = compile(engine, [table]);
  plan.run();
  const found = plan.read(table), expected = angles(300, 16, 10_000);
  found.forEach((v, i) => expect(Math.abs(v - expected[i]!)).toBeLessThanOrEqual(2 ** -24));
});

test('what does not fit is refused by name', () => {
  expect(() => rotate(param('qkv', [4, 9]), null, input('start', [1]), { T: 4, heads: 3, hs: 3 })).toThrow('the head size must be even');
  expect(() => rotate(param('qkv', [4, 8]), null, input('start', [1]), { T: 4, heads: 3, hs: 4 })).toThrow('3 heads of 4 do not fit in qkv (4, 8)');
});
