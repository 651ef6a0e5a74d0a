import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEngine, type Engine } from '../../src/engine/index.ts';
import { adamW, backward, compile, fill, input, type Plan, REGISTERS, sgd, size, type Tensor, writeRegisters } from '../../src/graph/index.ts';
import { feedForward, type FeedForward, type FeedForwardLearning, Weights } from '../../src/models/index.ts';
import { Random } from '../../src/random.ts';
import { close } from '../graph/expectOp.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine({ threads: 1 });
});
afterAll(() => engine.stop());

interface Learner extends FeedForwardLearning {
  readonly plan: Plan;
  readonly weights: Weights;
  /** One step on what stands in inputs and targets; the mean loss before it. */
  step(rate: number): number;
  free(): void;
}

/** A whole training step as one plan: forward, backward, and every parameter a little better. */
function learner(net: FeedForward, R: number, optimizer: 'sgd' | 'adamW'): Learner {
  const weights = new Weights(engine, net), learning = net.learning(R), registers = input('registers', [REGISTERS]);
  weights.initialize();
  const grads = backward(learning.loss, fill([R], 1 / R)), moments: Tensor[] = [];
  const moment = (t: Tensor): Tensor => (moments.push(input(`moment${moments.length}`, t.shape)), moments.at(-1)!);
  const updates = [...grads].map(([w, dw]) => (optimizer === 'sgd'
    ? sgd(w, dw, moment(w), registers, { momentum: 0.9 })
    : adamW(w, dw, moment(w), moment(w), registers, { beta1: 0.9, beta2: 0.99 })));
  const plan = compile(engine, [learning.loss, learning.output, ...updates], { keep: [learning.inputs, learning.targets, registers], places: new Map(weights.places) });
  let step = 0;
  return {
    ...learning, plan, weights,
    step(rate) {
      writeRegisters(plan.read(registers), { learningRate: rate, step: ++step, beta1: 0.9, beta2: 0.99 });
      plan.run();
      return plan.read(learning.loss).reduce((sum, x) => sum + x, 0) / R;
    },
    free() {
      plan.free();
      weights.free();
    },
  };
}

const XOR = { inputs: [0, 0, 0, 1, 1, 0, 1, 1], answers: [0, 1, 1, 0] };

describe('XOR, which no single layer can learn,', () => {
  const cases = [
    ['tanh', 'crossEntropy', 'sgd', 0.3], ['sigmoid', 'crossEntropy', 'adamW', 0.05], ['gelu', 'crossEntropy', 'adamW', 0.02],
    ['relu2', 'meanSquaredError', 'sgd', 0.03], ['tanh', 'meanSquaredError', 'adamW', 0.02],
  ] as const;
  test.each(cases)('is learned with %s, %s and %s', (activation, loss, optimizer, rate) => {
    const net = feedForward({ sizes: [2, 8, loss === 'crossEntropy' ? 2 : 1], activation, loss }, 3), one = learner(net, 4, optimizer);
    one.plan.read(one.inputs).set(XOR.inputs);
    if (loss === 'crossEntropy') engine.i32(one.plan.at(one.targets), 4).set(XOR.answers);
    else one.plan.read(one.targets).set(XOR.answers);
    const first = one.step(rate);
    let last = first;
    for (let i = 0; i < 600; i++) last = one.step(rate);
    expect(first).toBeGreaterThan(0.2);
    expect(last).toBeLessThan(0.02);
    const output = [...one.plan.read(one.output)];
    if (loss === 'crossEntropy') {
      // probabilities
      for (let r = 0; r < 4; r++) expect(output[2 * r]! + output[2 * r + 1]!).toBeCloseTo(1, 5);
      expect(XOR.answers.map((answer, r) => output[2 * r + answer]! > 0.9)).toEqual([true, true, true, true]);
    } else expect(output.map((y) => (y > 0.5 ? 1 : 0))).toEqual(XOR.answers);
    one.free();
  });

  test('stays beyond a net without a hidden layer', () => {
    const one = learner(feedForward({ sizes: [2, 2] }, 3), 4, 'adamW');
    one.plan.read(one.inputs).set(XOR.inputs);
    engine.i32(one.plan.at(one.targets), 4).set(XOR.answers);
    let last = 0;
    for (let i = 0; i < 600; i++) last = one.step(0.05);
    expect(last).toBeGreaterThan(Math.LN2 - 1e-3);
    one.free();
  });
});

test('a rule on pictures of 3 x 3 pixels is learned, also for pictures never seen: more dark ones above or below?', () => {
  const random = new Random(5), R = 64;
  const draw = (): { pixels: number[]; answer: number } => {
    const pixels = Array.from({ length: 9 }, () => random.below(2)), sum = (from: number) => pixels[from]! + pixels[from + 1]! + pixels[from + 2]!;
    const difference = sum(0) - sum(6);
    return { pixels, answer: difference > 0 ? 0 : difference < 0 ? 1 : 2 };
  };
  const pictures = Array.from({ length: 512 }, (_, i) => Array.from({ length: 9 }, (_, k) => (i >> k) & 1).join(''));
  const kept = new Set(random.shuffle(pictures).slice(0, 100));
  const one = learner(feedForward({ sizes: [9, 16, 3], activation: 'relu2' }, 1), R, 'adamW');
  const fillBatch = (held: boolean): number[] => {
    const inputs = one.plan.read(one.inputs), targets = engine.i32(one.plan.at(one.targets), R);
    for (let r = 0; r < R; r++) {
      let found = draw();
      while (kept.has(found.pixels.join('')) !== held) found = draw();
      inputs.set(found.pixels, r * 9);
      targets[r] = found.answer;
    }
    return [...targets];
  };
  for (let i = 0; i < 400; i++) {
    fillBatch(false);
    one.step(0.01);
  }
  const answers = fillBatch(true);
  one.step(0);
  const output = one.plan.read(one.output), right = answers.filter((answer, r) => {
    const row = [...output.subarray(3 * r, 3 * r + 3)];
    return row.indexOf(Math.max(...row)) === answer;
  });
  expect(right.length / R).toBeGreaterThan(0.95);
  one.free();
});

/** The net by its definition, in float64. */
function slowLoss(numbers: readonly Float64Array[], sizes: readonly number[], bend: (x: number) => number, inputs: ArrayLike<number>, targets: ArrayLike<number>, R: number, chooses: boolean): number {
  let total = 0;
  for (let r = 0; r < R; r++) {
    let h = Array.from({ length: sizes[0]! }, (_, i) => inputs[r * sizes[0]! + i]!);
    for (let layer = 0; layer + 1 < sizes.length; layer++) {
      const W = numbers[2 * layer]!, b = numbers[2 * layer + 1]!, K = h.length;
      const sums = Array.from(b, (bias, o) => h.reduce((sum, x, k) => sum + x * W[o * K + k]!, bias));
      h = layer + 2 < sizes.length ? sums.map(bend) : sums;
    }
    if (chooses) total += Math.log(h.reduce((sum, x) => sum + Math.exp(x), 0)) - h[targets[r]!]!;
    else total += h.reduce((sum, x, o) => sum + (x - targets[r * h.length + o]!) ** 2, 0) / h.length;
  }
  return total / R;
}

const BENDS = {
  tanh: Math.tanh, sigmoid: (x: number) => 1 / (1 + Math.exp(-x)), relu2: (x: number) => Math.max(0, x) ** 2,
  gelu: (x: number) => (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
};

test.each(Object.keys(BENDS) as (keyof typeof BENDS)[])('loss and gradients match float64 with %s', (activation) => {
  for (const [sizes, loss] of [[[3, 5, 2], 'crossEntropy'], [[4, 7, 3, 5], 'meanSquaredError'], [[2, 1], 'meanSquaredError']] as const) {
    const R = 3, net = feedForward({ sizes, activation, loss }, 9), weights = new Weights(engine, net), learning = net.learning(R), random = new Random(2);
    weights.initialize();
    const tensors = sizes.slice(1).flatMap((_, i) => [net.parameters.get(`layers.${i}.weight`), net.parameters.get(`layers.${i}.bias`)]);
    for (const t of tensors) if (t.name.endsWith('bias')) weights.read(t).forEach((_, i, all) => { all[i] = random.float() - 0.5; });
    const grads = backward(learning.loss, fill([R], 1 / R)), found = tensors.map((t) => grads.get(t)!);
    const plan = compile(engine, [learning.loss, ...found], { keep: [learning.inputs, learning.targets], places: new Map(weights.places) });
    const inputs = plan.read(learning.inputs).map(() => random.float() * 2 - 1), chooses = loss === 'crossEntropy';
    plan.read(learning.inputs).set(inputs);
    const targets = Array.from({ length: size(learning.targets) }, () => (chooses ? random.below(sizes.at(-1)!) : Math.fround(random.float())));
    if (chooses) engine.i32(plan.at(learning.targets), R).set(targets);
    else plan.read(learning.targets).set(targets);
    plan.run();

    const numbers = tensors.map((t) => Float64Array.from(weights.read(t)));
    const slow = (): number => slowLoss(numbers, sizes, BENDS[activation], inputs, targets, R, chooses);
    close([plan.read(learning.loss).reduce((sum, x) => sum + x, 0) / R], [slow()], 1e-6, 'loss');
    tensors.forEach((t, k) => {
      const differences = numbers[k]!.map((value, i, all) => {
        const h = 1e-5;
        all[i] = value + h;
        const up = slow();
        all[i] = value - h;
        const down = slow();
        all[i] = value;
        return (up - down) / (2 * h);
      });
      close(plan.read(found[k]!), differences, 2e-6, `d${t.name}`);
    });
    plan.free();
    weights.free();
  }
});

test('what cannot be a net is refused by name', () => {
  expect(() => feedForward({ sizes: [3] })).toThrow('A net needs at least two sizes, of its inputs and of its outputs, but there is 1.');
  expect(() => feedForward({ sizes: [3, 0, 2] })).toThrow('sizes must be whole numbers of at least 1, but one is 0.');
  expect(() => feedForward({ sizes: [3, 2], activation: 'relu' as 'relu2' })).toThrow('There is no activation "relu". Did you mean "relu2"?');
  expect(() => feedForward({ sizes: [3, 2], loss: 'mse' as 'crossEntropy' })).toThrow('There is no loss "mse". There are crossEntropy, meanSquaredError.');
  expect(() => feedForward({ sizes: [3, 2] }).learning(0)).toThrow('at least 1, but it is 0');
});
