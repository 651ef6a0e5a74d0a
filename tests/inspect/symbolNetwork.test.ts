import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEngine, type Engine } from '../../src/engine/index.ts';
import {
  createSymbolNetwork, parseSymbolFile, parseSymbolPattern, symbolFile, type SymbolNetwork, symbolPattern, SYMBOLS, symbolSplit, trainSymbols,
} from '../../src/inspect/index.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine({ threads: 1 });
});
afterAll(() => engine.stop());

const all = Array.from({ length: 512 }, (_, i) => symbolPattern(i));

test('every picture is named after the nearest symbol, and drawings are read back', () => {
  for (const { number, drawing, inputs, answer, noise } of all) {
    const distances = SYMBOLS.map((symbol) => [...symbol.drawing].filter((pixel, i) => pixel !== drawing[i]).length);
    expect(distances[answer]).toBe(Math.min(...distances));
    expect(noise).toBe(distances[answer]);
    expect(inputs).toEqual([...drawing].map((pixel) => (pixel === '#' ? -1 : 1)));
    expect(parseSymbolPattern(drawing).number).toBe(number);
  }
  expect(new Set(all.map(({ drawing }) => drawing)).size).toBe(512);
  expect(() => parseSymbolPattern('.../##')).toThrow('".../##" has 5');
  expect(() => parseSymbolPattern('...x##...')).toThrow('there is "x"');
  expect(() => symbolPattern(512)).toThrow('from 0 to 511, but it is 512');
});

test('a split deals every picture once, and perfect drawings are learned from', () => {
  fc.assert(fc.property(fc.nat(1000), fc.double({ min: 0.01, max: 0.9, noNaN: true }), (seed, testShare) => {
    const { train, test: held } = symbolSplit({ seed, testShare });
    expect([...train, ...held].map(({ number }) => number).sort((a, b) => a - b)).toEqual(all.map(({ number }) => number));
    expect(held.length).toBe(Math.round(512 * testShare));
    expect(held.every(({ noise }) => noise > 0)).toBe(true);
  }), { numRuns: 20 });
  expect(() => symbolSplit({ testShare: 1 })).toThrow('testShare');
});

/** Mean loss by definition, in float64. */
function slowLoss(network: SymbolNetwork, weights: ReadonlyMap<string, Float64Array>, patterns: readonly { inputs: readonly number[]; answer: number }[]): number {
  let total = 0;
  for (const { inputs, answer } of patterns) {
    let h = [...inputs], sums = h;
    for (let layer = 0; layer < 3; layer++) {
      const W = weights.get(`layers.${layer}.weight`)!, b = weights.get(`layers.${layer}.bias`)!, K = h.length;
      sums = Array.from(b, (bias, o) => h.reduce((sum, x, k) => sum + x * W[o * K + k]!, bias));
      h = sums.map(Math.tanh);
    }
    total += network.output === 'softmax'
      ? Math.log(sums.reduce((sum, x) => sum + Math.exp(x), 0)) - sums[answer]!
      : sums.reduce((sum, x, k) => sum + (1 / (1 + Math.exp(-x)) - (k === answer ? 1 : 0)) ** 2, 0) / sums.length;
  }
  return total / patterns.length;
}

describe.each(['sigmoid', 'softmax'] as const)('with %s', (output) => {
  test('the rule is learned whole, and pictures never shown are named', () => {
    const network = createSymbolNetwork(engine, { output, seed: 1 }), split = symbolSplit({ seed: 1 });
    for (let i = 0; i < 3; i++) expect(network.read(`layers.${i}.weight`).every((w) => w >= -1 && w <= 1)).toBe(true);
    const epochs = [...trainSymbols(network, split, { epochs: 500 })], last = epochs.at(-1)!;
    expect(epochs[0]!.train).toBeLessThan(0.95);
    expect(last.train).toBe(1);
    expect(last.test).toBeGreaterThanOrEqual(0.95);
    expect(network.accuracy(all)).toBeGreaterThanOrEqual(0.99);
    const outputs = network.classify(all).flatMap((found) => found.outputs);
    expect(outputs.every((x) => x >= 0 && x <= 1)).toBe(true);
    network.free();
  });

  test('gradients agree with float64 differences to 1e-6', () => {
    const network = createSymbolNetwork(engine, { output, seed: 4, hidden: [7, 5], batch: 6 }), patterns = all.slice(100, 106);
    const names = network.names.filter((name) => /^layers\.\d\.(weight|bias)$/.test(name));
    const weights = new Map(names.map((name) => [name, Float64Array.from(network.read(name))]));
    network.set(patterns);
    const loss = network.step(0);
    expect(Math.abs(loss - slowLoss(network, weights, patterns))).toBeLessThan(1e-6);
    for (const [name, numbers] of weights) {
      const found = network.read(`grad(${name})`);
      numbers.forEach((value, i) => {
        const at = (x: number): number => {
          numbers[i] = x;
          return slowLoss(network, weights, patterns);
        };
        const difference = (at(value + 1e-5) - at(value - 1e-5)) / 2e-5;
        numbers[i] = value;
        expect(Math.abs(found[i]! - difference), `grad(${name}) ${i}`).toBeLessThan(1e-6);
      });
    }
    network.free();
  });
});

test('stage by stage gives the bits of a whole step, and numbers changed in between change what follows', () => {
  const [whole, staged, edited] = [1, 2, 3].map(() => createSymbolNetwork(engine, { seed: 2 })) as [SymbolNetwork, SymbolNetwork, SymbolNetwork];
  for (const network of [whole, staged, edited]) network.set(all.slice(0, 16));
  whole.step(0.5);
  staged.setRate(0.5);
  for (const stage of staged.stages) stage.run();
  for (const name of whole.names) expect(staged.read(name), name).toEqual(whole.read(name));

  edited.setRate(0.5);
  for (const stage of edited.stages) {
    stage.run();
    if (stage.name === 'layers.0') edited.write('layers.0', edited.read('layers.0').fill(0));
    if (stage.name === 'grad(layers.1.sums)') edited.write('grad(layers.1.sums)', edited.read('grad(layers.1.sums)').fill(0));
  }
  // neurons that are silent let only the bias through, which is 0; blame that is wiped out changes no weight
  expect(edited.read('layers.1.sums').every((x) => x === 0)).toBe(true);
  expect(edited.read('layers.0.weight')).toEqual(createdLike(2, 'layers.0.weight'));
  expect(edited.read('layers.2.bias')).not.toEqual(createdLike(2, 'layers.2.bias'));
  for (const network of [whole, staged, edited]) network.free();
});

function createdLike(seed: number, name: string): Float32Array {
  const network = createSymbolNetwork(engine, { seed }), numbers = network.read(name);
  network.free();
  return numbers;
}

test('a file gives back the same bits, and damaged ones are refused', () => {
  const network = createSymbolNetwork(engine, { seed: 3, output: 'softmax' }), file = symbolFile(network, symbolSplit()), json = JSON.stringify(file);
  const back = parseSymbolFile(engine, json);
  expect(back.classify(all)).toEqual(network.classify(all));
  expect(file.data!.train.length + file.data!.test.length).toBe(512);
  for (const broken of ['', 'null', '[]', '{}', json.slice(0, 90), json.replace('"softmax"', '"max"'), json.replace('layers.1.bias', 'layers.1.bios'), json.replace('"hidden":[12,12]', '"hidden":[12,13]'), json.replace('"hidden":[12,12]', '"hidden":[0]')]) {
    expect(() => parseSymbolFile(engine, broken, 'it.json')).toThrow(/^it\.json/);
  }
  for (const one of [network, back]) one.free();
});

test('what cannot be is refused by name', () => {
  expect(() => createSymbolNetwork(engine, { hidden: [0] })).toThrow('hidden must be a whole number from 1 to 4096, but it is 0.');
  const network = createSymbolNetwork(engine);
  expect(() => network.read('layers.0.wieght')).toThrow('Did you mean "layers.0.weight"?');
  expect(() => network.write('layers.0.bias', [1])).toThrow('layers.0.bias (12) has 12 numbers, but 1 came.');
  expect(() => network.write('layers.0.bias', Array.from({ length: 12 }, () => NaN))).toThrow('must be finite');
  expect(() => network.set(all.slice(0, 3))).toThrow('A step takes 16 pictures, but 3 came.');
  expect(() => [...trainSymbols(network, symbolSplit(), { rate: -1 })]).toThrow('rate must be a number above 0');
  network.free();
});
