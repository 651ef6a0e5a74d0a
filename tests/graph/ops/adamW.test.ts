import { expect, test } from 'vitest';
import { adamW, adamWSparse, type AdamWOptions, REGISTERS, writeRegisters } from '../../../src/graph/ops/adamW.ts';
import { scale } from '../../../src/graph/ops/add.ts';
import { accumulateSparse, sparseGradient, sparseRows, sparseStore } from '../../../src/graph/ops/sparseRows.ts';
import { input } from '../../../src/graph/tensor.ts';
import { close, noise } from '../expectOp.ts';
import { floats, integers, onTeams, write } from '../onTeams.ts';

const options = { beta1: 0.9, beta2: 0.999, eps: 1e-8, decay: 0.1, rate: 2 } satisfies AdamWOptions;
const learningRate = (step: number): number => 1e-2 / step;

/** One step as the paper has it, in float64, on the elements `only` (all unless told). */
function reference(w: Float64Array, g: ArrayLike<number>, m: Float64Array, v: Float64Array, step: number, only: Iterable<number> = w.keys()): void {
  const { beta1, beta2, eps, decay, rate } = options, lr = learningRate(step) * rate;
  for (const i of only) {
    m[i] = beta1 * m[i]! + (1 - beta1) * g[i]!;
    v[i] = beta2 * v[i]! + (1 - beta2) * g[i]! ** 2;
    w[i] = w[i]! * (1 - lr * decay) - (lr * (m[i]! / (1 - beta1 ** step))) / (Math.sqrt(v[i]! / (1 - beta2 ** step)) + eps);
  }
}

for (const n of [1, 3, 4, 7, 33, 1000]) {
  test(`twelve steps of AdamW on ${n} weights match float64`, async () => {
    const w = floats('w', noise(n, 1)), g = floats('g', new Float32Array(n)), m = floats('m', new Float32Array(n)), v = floats('v', new Float32Array(n)), registers = floats('registers', new Float32Array(REGISTERS));
    const step = adamW(w.tensor, g.tensor, m.tensor, v.tensor, registers.tensor, options);
    await onTeams([step], [w, g, m, v, registers], (plan) => {
      const expected = Float64Array.from(w.values), m64 = new Float64Array(n), v64 = new Float64Array(n);
      for (let t = 1; t <= 12; t++) {
        const gradient = noise(n, 10 + t).map((x, i) => x * 10 ** (i % 7 - 4));
        write(plan, g.tensor, gradient);
        writeRegisters(plan.read(registers.tensor), { learningRate: learningRate(t), step: t, ...options });
        plan.run();
        reference(expected, gradient, m64, v64, t);
      }
      close(plan.read(m.tensor), m64, 1e-6, 'm');
      close(plan.read(v.tensor), v64, 1e-6, 'v');
      close(plan.read(w.tensor), expected, 1e-6, 'w');
      return plan.read(w.tensor);
    });
  });
}

for (const C of [1, 3, 4, 7, 8, 33]) {
  test(`eight steps of sparse AdamW on rows of ${C} match float64; other rows keep every bit`, async () => {
    const V = 23, R = 9, table = floats('table', noise(V * C, 1), [V, C]), zeros = new Float32Array(V * C);
    const m = floats('m', zeros, [V, C]), v = floats('v', zeros, [V, C]), registers = floats('registers', new Float32Array(REGISTERS)), ids = integers('ids', new Int32Array(R)), dy = floats('dy', new Float32Array(R * C), [R, C]);
    const step = adamWSparse(table.tensor, sparseGradient(sparseRows(ids.tensor, dy.tensor, V)), m.tensor, v.tensor, registers.tensor, options);
    await onTeams([step], [table, m, v, registers, ids, dy], (plan) => {
      const expected = Float64Array.from(table.values), m64 = new Float64Array(V * C), v64 = new Float64Array(V * C);
      for (let t = 1; t <= 8; t++) {
        const batch = Array.from({ length: R }, (_, r) => (r * r + 3 * t) % 11), rows = noise(R * C, 20 + t), dense = new Float64Array(V * C);
        batch.forEach((id, r) => { for (let c = 0; c < C; c++) dense[id * C + c] = dense[id * C + c]! + rows[r * C + c]!; });
        write(plan, ids.tensor, batch, true);
        write(plan, dy.tensor, rows);
        writeRegisters(plan.read(registers.tensor), { learningRate: learningRate(t), step: t, ...options });
        plan.run();
        reference(expected, dense, m64, v64, t, [...dense.keys()].filter((i) => batch.includes(Math.floor(i / C))));
      }
      close(plan.read(table.tensor), expected, 1e-6, 'table');
      close(plan.read(v.tensor), v64, 1e-6, 'v');
      expect(plan.read(table.tensor).slice(11 * C)).toEqual(Float32Array.from(table.values).slice(11 * C));
      return plan.read(table.tensor);
    });
  });
}

test('a step on a table that every row of the batch touches has the bits of the dense step', async () => {
  const V = 6, C = 5, numbers = noise(V * C, 4), table = floats('table', noise(V * C, 1), [V, C]), twin = floats('twin', table.values, [V, C]);
  const zeros = (name: string) => floats(name, new Float32Array(V * C), [V, C]), m = zeros('m'), v = zeros('v'), m2 = zeros('m2'), v2 = zeros('v2');
  const ids = integers('ids', [3, 1, 0, 5, 2, 4]), dy = floats('dy', [3, 1, 0, 5, 2, 4].flatMap((id) => Array.from(numbers.slice(id * C, (id + 1) * C))), [V, C]), dense = floats('dense', numbers, [V, C]), registers = floats('registers', new Float32Array(REGISTERS));
  const steps = [adamWSparse(table.tensor, sparseGradient(sparseRows(ids.tensor, dy.tensor, V)), m.tensor, v.tensor, registers.tensor, options), adamW(twin.tensor, dense.tensor, m2.tensor, v2.tensor, registers.tensor, options)];
  await onTeams(steps, [table, twin, m, v, m2, v2, ids, dy, dense, registers], (plan) => {
    writeRegisters(plan.read(registers.tensor), { learningRate: 0.1, step: 1, ...options });
    plan.run();
    expect(plan.read(steps[0]!)).toEqual(plan.read(steps[1]!));
    return plan.read(steps[0]!);
  });
});

test('NaN and infinity in a gradient are not hidden', async () => {
  const w = floats('w', [1, 1, 1, 1, 1]), g = floats('g', [NaN, Infinity, -Infinity, 0, 1]), m = floats('m', [0, 0, 0, 0, 0]), v = floats('v', [0, 0, 0, 0, 0]), registers = floats('registers', [0.1, 10, 10, 1, 0]);
  const step = adamW(w.tensor, scale(g.tensor, 1), m.tensor, v.tensor, registers.tensor, options);
  const after = await onTeams([step], [w, g, m, v, registers], (plan) => (plan.run(), plan.read(step)));
  expect(Array.from(after, Number.isFinite)).toEqual([false, false, false, true, true]);
});

test('more micro-batches than a store was made for give NaN, not a part of the gradient', async () => {
  const V = 100, table = floats('table', new Float32Array(V).fill(1), [V, 1]), m = floats('m', new Float32Array(V), [V, 1]), v = floats('v', new Float32Array(V), [V, 1]), registers = floats('registers', [0.1, 10, 10, 1, 0]), ids = integers('ids', [1, 2, 3]), dy = floats('dy', [1, 1, 1], [3, 1]);
  const gradient = sparseRows(ids.tensor, dy.tensor, V), store = sparseStore(gradient, 1);
  const micro = accumulateSparse(gradient, store), step = adamWSparse(table.tensor, { ...store, rows: micro }, m.tensor, v.tensor, registers.tensor, { ...options, rate: 0 });
  const inputs = [table, m, v, registers, ids, dy, { tensor: store.index, values: [], integers: true }];
  await onTeams([step], inputs, (plan) => {
    plan.run();
    expect(plan.read(step).every((x) => x === 1)).toBe(true);
    write(plan, ids.tensor, [1, 2, 9], true);
    plan.run();
    expect(Array.from(plan.read(step).slice(0, 5), Number.isNaN)).toEqual([false, true, true, true, false]);
    return plan.read(step);
  });
});

test('registers hold the exact corrections, and a learning rate that is no number is refused', () => {
  const registers = new Float32Array(REGISTERS);
  writeRegisters(registers, { learningRate: 0.5, step: 3, beta1: 0.5, beta2: 0.75 });
  expect(Array.from(registers)).toEqual([0.5, Math.fround(1 / (1 - 0.125)), Math.fround(1 / (1 - 0.421875)), 1, 0]);
  expect(() => writeRegisters(registers, { learningRate: NaN, step: 7 })).toThrow('The learning rate must be a finite number, but at step 7 it is NaN.');
  expect(() => writeRegisters(registers, { learningRate: 1, step: 0 })).toThrow('count from 1');
});

test('sizes and options that do not fit are refused by name', () => {
  const w = input('weights', [8]), registers = input('registers', [REGISTERS]), short = input('v', [7]);
  expect(() => adamW(w, w, w, short, registers, options)).toThrow('weights (8) and v (7) differ');
  expect(() => adamW(w, w, w, w, input('registers', [2]), options)).toThrow('the registers must be 5 numbers, but they are registers (2)');
  expect(() => adamW(w, w, w, w, registers, { ...options, beta2: 1 })).toThrow('beta2 must be a number from 0 to below 1, but it is 1');
  const table = input('table', [4, 2]), gradient = sparseGradient(sparseRows(input('ids', [3]), input('dy', [3, 2]), 5));
  expect(() => adamWSparse(table, gradient, table, table, registers, options)).toThrow('table (4, 2) is not (5, 2)');
});
