import { expect, test } from 'vitest';
import { REGISTERS, writeRegisters } from '../../../src/graph/ops/adamW.ts';
import { sgd } from '../../../src/graph/ops/sgd.ts';
import { input } from '../../../src/graph/tensor.ts';
import { close, noise } from '../expectOp.ts';
import { floats, onTeams, write } from '../onTeams.ts';

for (const n of [1, 3, 4, 7, 33, 1000]) {
  for (const momentum of [null, 0.9]) {
    test(`ten steps of SGD on ${n} weights match float64, ${momentum ? 'with' : 'without'} momentum`, async () => {
      const w = floats('w', noise(n, 1)), g = floats('g', noise(n, 2)), m = floats('m', new Float32Array(n)), registers = floats('registers', new Float32Array(REGISTERS));
      const step = sgd(w.tensor, g.tensor, momentum === null ? null : m.tensor, registers.tensor, { momentum: momentum ?? 0, decay: 0.01, rate: 0.5 });
      await onTeams([step], [w, g, m, registers], (plan) => {
        const expected = Float64Array.from(w.values), moment = new Float64Array(n);
        for (let t = 1; t <= 10; t++) {
          const gradient = noise(n, 10 + t), learningRate = 0.2 / t;
          write(plan, g.tensor, gradient);
          writeRegisters(plan.read(registers.tensor), { learningRate, step: t });
          plan.run();
          for (let i = 0; i < n; i++) {
            moment[i] = (momentum ?? 0) * moment[i]! + gradient[i]! + 0.01 * expected[i]!;
            expected[i] = expected[i]! - 0.5 * learningRate * moment[i]!;
          }
        }
        close(plan.read(w.tensor), expected, 1e-6, 'w');
        if (momentum !== null) close(plan.read(m.tensor), moment, 1e-6, 'm');
        return plan.read(w.tensor);
      });
    });
  }
}

test('sizes and options that do not fit are refused by name', () => {
  const w = input('weights', [8]), registers = input('registers', [REGISTERS]);
  expect(() => sgd(w, input('g', [9]), null, registers)).toThrow('weights (8) and g (9) differ');
  expect(() => sgd(w, w, w, registers, { momentum: 1 })).toThrow('momentum must be a number from 0 to below 1, but it is 1');
  expect(() => sgd(w, w, w, registers, { decay: -1 })).toThrow('decay must be a number from 0 on, but it is -1');
});
