import { expect, test } from 'vitest';
import { backward } from '../../../src/graph/backward.ts';
import { crossEntropyWithGradient } from '../../../src/graph/ops/crossEntropy.ts';
import { embedding } from '../../../src/graph/ops/embedding.ts';
import { learnedRows } from '../../../src/graph/ops/learnedRows.ts';
import { matmul } from '../../../src/graph/ops/matmul.ts';
import { input, param } from '../../../src/graph/tensor.ts';
import { noise } from '../expectOp.ts';
import { evaluate, floats, integers } from '../onTeams.ts';

test('rows with a weight and a target are learned', async () => {
  const t = integers('targets', [4, 0, -1, 2, 1]), w = floats('weights', [0, 1, 1, 0.5, 0]), { rows, count } = learnedRows(t.tensor, w.tensor);
  const words = (found: Float32Array): number[] => [...new Int32Array(Float32Array.from(found).buffer)];
  expect(words(await evaluate(rows, [t, w]))).toEqual([1, 3, -1, -1, -1]);
  expect(words(await evaluate(count, [t, w]))).toEqual([2]);
  expect(() => learnedRows(input('targets', [4]), input('weights', [5]))).toThrow('targets (4) has 4, weights (5) has 5');
});

// the last layer and the loss, of all rows and of those that are learned alone
const R = 23, C = 12, V = 50;
const values = { h: noise(R * C, 1), head: noise(V * C, 2), dloss: noise(R, 3) };
test.each([
  ['some', (r: number) => (r % 3 === 1 ? 0.5 : 0)], ['all', () => 1], ['none', () => 0], ['one', (r: number) => Number(r === 20)],
] as const)('%s: losses and gradients are those of computing every row', async (_name, weight) => {
  const h = param('h', [R, C]), head = param('head', [V, C]);
  const t = integers('t', Array.from({ length: R }, (_, r) => (r === 7 ? -1 : (r * 7) % V))), w = floats('w', Array.from({ length: R }, (_, r) => weight(r))), dloss = floats('dloss', values.dloss);
  const given = [{ ...floats('h', values.h, [R, C]), tensor: h }, { ...floats('head', values.head, [V, C]), tensor: head }, t, w, dloss];
  const learned = learnedRows(t.tensor, w.tensor);
  const whole = matmul(h, head, { tb: true }), some = matmul(embedding(learned.rows, h), head, { tb: true, count: learned.count });
  const a = crossEntropyWithGradient(whole, t.tensor, w.tensor, dloss.tensor), b = crossEntropyWithGradient(some, t.tensor, w.tensor, dloss.tensor, { learned });
  expect(await evaluate(b.loss, given)).toEqual(await evaluate(a.loss, given));
  const before = backward(whole, a.dlogits), after = backward(some, b.dlogits);
  for (const p of [h, head]) {
    const expected = await evaluate(before.get(p)!, given);
    (await evaluate(after.get(p)!, given)).forEach((v, i) => expect(v).toBeCloseTo(expected[i]!, 6));
  }
});

test('what is added to a product of no rows is all there is', async () => {
  const a = param('a', [5, 4]), b = param('b', [5, 6]), sum = floats('sum', noise(24, 4), [4, 6]), count = integers('count', [0]);
  const given = [{ ...floats('a', noise(20, 5), [5, 4]), tensor: a }, { ...floats('b', noise(30, 6), [5, 6]), tensor: b }, sum, count];
  const y = await evaluate(matmul(a, b, { ta: true, add: sum.tensor, count: count.tensor }), given);
  expect([...y]).toEqual([...noise(24, 4)].map(Math.fround));
});
