import { afterAll, beforeAll, expect, test } from 'vitest';
import { createWorld } from '../../src/data/index.ts';
import { createEngine, type Engine } from '../../src/engine/index.ts';
import { bankTest, contextVectors, CrossProbe, formatBankReport, pca, record, senseContexts, sentenceVectors, tokenVectors, topActivations } from '../../src/inspect/index.ts';
import { Random } from '../../src/random.ts';
import { randomModel } from '../decode/models.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine({ threads: 1 });
});
afterAll(() => engine.stop());

test('vectors of texts are means of those of their tokens', () => {
  const model = randomModel(engine, 'inkling'), texts = ['abc ponm', 'a', 'kla. de, f', ...Array.from({ length: 9 }, (_, i) => `ab${'cdefghijk'[i]}`)], C = 24;
  const vectors = contextVectors(model, texts);
  vectors.forEach(({ ids, numbers }, i) => expect(numbers).toEqual(record(model, ids, ['blocks.1.mlp.sum']).tensors.get('blocks.1.mlp.sum')!.numbers.slice()) ?? i);
  const [mean, last, weighted] = (['mean', 'last', 'weighted'] as const).map((pooling) => sentenceVectors(model, texts, { pooling }));
  vectors.forEach(({ ids: { length: T }, numbers }, i) => {
    const at = (t: number, c: number): number => numbers[t * C + c]!, all = Array.from({ length: T }, (_, t) => t);
    for (const c of [0, 7, 23]) {
      expect(mean![i]![c]).toBeCloseTo(all.reduce((sum, t) => sum + at(t, c), 0) / T, 10);
      expect(last![i]![c]).toBe(at(T - 1, c));
      expect(weighted![i]![c]).toBeCloseTo(all.reduce((sum, t) => sum + (t + 1) * at(t, c), 0) / ((T * (T + 1)) / 2), 10);
    }
  });
  expect(() => contextVectors(model, texts, { layer: 'blocks.*.mlp.sum' })).toThrow('means blocks.0.mlp.sum, blocks.1.mlp.sum');
  expect(() => contextVectors(model, texts, { layer: 'head.weight' })).toThrow('has no row for each token');
  expect(() => sentenceVectors(model, texts, { pooling: 'max' as 'mean' })).toThrow('pooling must be');
  const table = model.weights.read(model.transformer.parameters.get('embedding.weight')), [space, a] = model.tokenizer.encode(' a');
  expect(tokenVectors(model, ['a', 'b']).vector('a')[3]).toBeCloseTo((table[space! * C + 3]! + table[a! * C + 3]!) / 2, 6);
  expect(() => tokenVectors(model, [])).toThrow('at least one');
  model.weights.free();
});

test('principal components are those of a covariance that is known', () => {
  // points along two known directions, with deviations of 3 and 1, and a little of everything
  const random = new Random(4), normal = (): number => random.float() + random.float() + random.float() - 1.5, C = 12;
  const u = Array.from({ length: C }, (_, c) => (c < 4 ? 0.5 : 0)), v = Array.from({ length: C }, (_, c) => (c >= 8 ? 0.5 : 0));
  const points = Array.from({ length: 500 }, () => {
    const [a, b] = [6 * normal(), 2 * normal()];
    return Array.from({ length: C }, (_, c) => 5 + a * u[c]! + b * v[c]! + 0.01 * normal());
  });
  const { directions, variances, shares, points: placed, mean } = pca(points, 3);
  const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => Array.from(a).reduce((sum, x, i) => sum + x * b[i]!, 0);
  expect(dot(directions[0]!, u)).toBeGreaterThan(0.999);
  expect(dot(directions[1]!, v)).toBeGreaterThan(0.999);
  for (let i = 0; i < 3; i++) for (let j = 0; j < 3; j++) expect(dot(directions[i]!, directions[j]!)).toBeCloseTo(Number(i === j), 12);
  expect(shares[0]! + shares[1]!).toBeGreaterThan(0.999);
  for (const k of [0, 1]) {
    const along = placed.map((point) => point[k]!), variance = along.reduce((sum, x) => sum + x * x, 0) / 499;
    expect(along.reduce((a, b) => a + b, 0) / 500).toBeCloseTo(0, 9);
    expect(variance).toBeCloseTo(variances[k]!, 9);
    expect(along[7]).toBeCloseTo(dot(points[7]!.map((x, c) => x - mean[c]!), directions[k]!), 12);
  }
  expect(pca(points, 3)).toEqual({ directions, variances, shares, points: placed, mean });
  expect(pca([[0, 0], [2, 2], [4, 4]], 1).points.map(([x]) => x!.toFixed(3))).toEqual(['-2.828', '0.000', '2.828']);
  expect(pca([[1, 1], [1, 1]], 2).shares).toEqual([0, 0]);
  expect(() => pca([[1, 2]], 1)).toThrow('at least two vectors');
  expect(() => pca([[1, 2], [3, 4]], 3)).toThrow('count must be a whole number from 1 to 2');
  expect(() => pca([[1, NaN], [3, 4]], 1)).toThrow('must be finite');
});

test('a probe tells what a plane can tell, and nothing where there is nothing', () => {
  const random = new Random(2), kinds = Array.from({ length: 200 }, (_, i) => i % 2 === 0), at = (): number => random.float() - 0.5;
  const apart = kinds.map((kind) => [at(), at() + (kind ? 0.6 : -0.6), at()]), mixed = kinds.map(() => [at(), at(), at()]), alike = kinds.map(() => [1, 2, 3]);
  expect(new CrossProbe(apart, kinds).accuracy(apart)).toBe(1);
  expect(new CrossProbe(alike, kinds).accuracy(alike)).toBe(0.5);
  const chance = new CrossProbe(mixed, kinds).accuracy(mixed);
  expect(Math.abs(chance - 0.5)).toBeLessThan(0.15);
  // more numbers than vectors: fitted to by heart, and still nothing
  const many = kinds.slice(0, 40).map(() => Array.from({ length: 100 }, at));
  expect(Math.abs(new CrossProbe(many, kinds.slice(0, 40)).accuracy(many) - 0.5)).toBeLessThan(0.3);
  // turned round, everything is wrong
  expect(new CrossProbe(apart, kinds).accuracy(apart.map((vector) => vector.map((x) => -x)))).toBe(0);
  expect(() => new CrossProbe(apart.slice(0, 6), kinds.slice(0, 6))).toThrow('at least 10 vectors of each kind, but of one there are 3');
  expect(() => new CrossProbe(apart, kinds, { folds: 1 })).toThrow('folds must be a whole number of at least 2');
});

test('the bank test finds the sense that a model marks, and nothing in the table', () => {
  const world = createWorld({ seed: 2 }), contexts = senseContexts(world, { each: 6 });
  expect(new Set(contexts.map(({ word, sense }) => `${word} ${sense}`)).size).toBe(14);
  for (const { text, word, offset } of contexts) expect(text.slice(offset, offset + word.length).toLowerCase()).toBe(word);
  const model = randomModel(engine, 'inkling', { context: 24 }), report = bankTest(model, contexts, { folds: 3 });
  expect(report.layers.map(({ name }) => name)).toEqual(['input', 'blocks.0.attention.sum', 'blocks.0.mlp.sum', 'blocks.1.attention.sum', 'blocks.1.mlp.sum', 'norm']);
  expect(report.heads.length).toBe(8);
  expect(report.words.length).toBe(7);
  expect(report.baseline).toBeLessThanOrEqual(0.6);
  expect(report.layers.find(({ name }) => name === report.best)!.accuracy).toBe(Math.max(...report.layers.map(({ accuracy }) => accuracy)));
  expect(formatBankReport(report).join('\n')).toContain('layer 1, head 3');
  expect(() => bankTest(model, contexts.filter(({ sense }) => sense !== 'river'))).toThrow('The word "bank" should have two senses, but it has 1: money');
  expect(() => bankTest(model, [])).toThrow('no contexts');
  model.weights.free();
}, 300_000);

test('the places where a neuron fires most are found in a corpus', () => {
  const model = randomModel(engine, 'gpt2'), random = new Random(9), text = (n: number): string => Array.from({ length: n }, () => 'abcdefghij .,'[random.below(13)]).join('');
  const texts = Array.from({ length: 23 }, (_, i) => text(1 + i * 5)), found = topActivations(model, texts, 5, { count: 7, around: 3, tensor: 'blocks.1.mlp.hidden' });
  const all = texts.flatMap((each, number) => {
    const ids = model.tokenizer.encode(each), values: { text: number; position: number; value: number }[] = [];
    for (let from = 0; from < ids.length; from += 48) {
      const { numbers, shape } = record(model, ids.subarray(from, from + 48), ['blocks.1.mlp.hidden']).tensors.get('blocks.1.mlp.hidden')!;
      for (let t = 0; t < shape[0]!; t++) values.push({ text: number, position: from + t, value: numbers[t * shape[1]! + 5]! });
    }
    return values;
  }).sort((a, b) => b.value - a.value || a.text - b.text || a.position - b.position).slice(0, 7);
  expect(found.map(({ text: number, position, value }) => ({ text: number, position, value }))).toEqual(all);
  for (const { text: number, position, token, around, at } of found) {
    const ids = model.tokenizer.encode(texts[number]!);
    expect(token).toBe(ids[position]);
    expect(around).toEqual(ids.slice(Math.max(0, position - 3), position + 4));
    expect(around[at]).toBe(token);
  }
  expect(() => topActivations(model, texts, 36)).toThrow('columns 0 to 35, but 36');
  expect(() => topActivations(model, texts, 0, { tensor: 'blocks.*.mlp.hidden' })).toThrow('means blocks.0.mlp.hidden, blocks.1.mlp.hidden');
  model.weights.free();
});
