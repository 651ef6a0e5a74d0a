// Checks any op in one line: the kernel against a plain float64 function, its gradient against central differences.
import { expect } from 'vitest';
import { createEngine, type Engine } from '../../src/engine/index.ts';
import { backward } from '../../src/graph/backward.ts';
import { compile } from '../../src/graph/plan.ts';
import { input, param, size, type Tensor } from '../../src/graph/tensor.ts';
import { audit } from './audit.ts';

/** Small repeatable noise in [-0.5, 0.5), exactly representable as f32. */
export const noise = (n: number, seed: number): Float64Array => Float64Array.from({ length: n }, (_, i) => {
  const s = Math.sin((i + 1) * 12.9898 + seed * 78.233) * 43758.5453;
  return Math.fround(s - Math.floor(s) - 0.5);
});

export interface OpCheck {
  /** Values of each input; noise in [-0.5, 0.5) by default. */
  values?: (Float64Array | undefined)[];
  /** Inputs whose gradient is not checked (indices, targets): they are plain inputs; `integers` are stored as i32. */
  integers?: readonly number[];
  constants?: readonly number[];
  /** Absolute tolerance of values and gradients, scaled by the largest magnitude. */
  tolerance?: number;
  step?: number;
}

let shared: Promise<Engine[]> | undefined;
/** One engine with one thread and one with two, made once. */
const engines = (): Promise<Engine[]> => (shared ??= Promise.all([createEngine({ threads: 1 }), createEngine({ threads: 2 })]));

export async function expectOp(
  apply: (...inputs: Tensor[]) => Tensor,
  reference: (...inputs: Float64Array[]) => ArrayLike<number>,
  shapes: readonly (readonly number[])[],
  { values: given = [], integers = [], constants = [], tolerance = 2e-6, step = 1e-5 }: OpCheck = {},
): Promise<void> {
  const fixed = new Set([...integers, ...constants]);
  const bits: string[] = [];
  for (const engine of await engines()) {
    const inputs = shapes.map((shape, i) => (fixed.has(i) ? input : param)(`input${i}`, shape));
    const out = apply(...inputs), dout = input('dout', out.shape);
    const trainable = inputs.filter((x) => x.trainable);
    const grads = trainable.length ? backward(out, dout) : new Map<Tensor, Tensor>();
    const results = [out, ...trainable.map((x) => grads.get(x)!)];
    results.forEach((t, i) => expect(t, `gradient of input ${i - 1}`).toBeDefined());
    const plan = compile(engine, results, { keep: inputs, threads: engine.threads });
    const values = shapes.map((_, i) => given[i] ?? noise(size(inputs[i]!), i + 1));
    const weights = noise(size(out), 77);
    inputs.forEach((x, i) => {
      if (integers.includes(i)) engine.i32(plan.at(x), size(x)).set(Int32Array.from(values[i]!));
      else engine.f32(plan.at(x), size(x)).set(values[i]!);
    });
    if (trainable.length) engine.f32(plan.at(dout), size(out)).set(weights);
    plan.run();
    bits.push(results.map((t) => Buffer.from(new Uint8Array(engine.u8(plan.at(t), size(t) * 4))).toString('hex')).join());

    const expected = reference(...values);
    expect(expected.length).toBe(size(out));
    close(plan.read(out), expected, tolerance, out.name);
    // d/dx of sum(dout · f(x)), in float64, so that the step can be small and the tolerance tight
    const score = (): number => Array.from(reference(...values)).reduce((sum, y, i) => sum + y * weights[i]!, 0);
    inputs.forEach((x, i) => {
      if (!x.trainable) return;
      const at = values[i]!;
      const differences = at.map((kept, j) => {
        at[j] = kept + step;
        const up = score();
        at[j] = kept - step;
        const down = score();
        at[j] = kept;
        return (up - down) / (2 * step);
      });
      close(plan.read(grads.get(x)!), differences, tolerance * 5, `d${x.name}`);
    });
    if (engine.threads === 1) audit(plan);
    plan.free();
  }
  expect(bits[1], 'two threads give the bits of one').toBe(bits[0]);
}

/** Every number within `tolerance` of the largest magnitude. */
export function close(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, name: string): void {
  const scale = Math.max(1, ...Array.from(expected, Math.abs));
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i]! - expected[i]!);
    if (!(error <= tolerance * scale)) {
      expect.fail(`${name}[${i}] is ${actual[i]}, expected ${expected[i]} (off by ${error}, allowed ${tolerance * scale})`);
    }
  }
}
