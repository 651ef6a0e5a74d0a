// Runs a plan on one thread and on two, and holds that both give the same bits.
import { expect } from 'vitest';
import { createEngine, type Engine } from '../../src/engine/index.ts';
import { compile, type Plan } from '../../src/graph/plan.ts';
import { input, size, type Tensor } from '../../src/graph/tensor.ts';
import { audit } from './audit.ts';

let shared: Promise<Engine[]> | undefined;
const engines = (): Promise<Engine[]> => (shared ??= Promise.all([createEngine({ threads: 1 }), createEngine({ threads: 2 })]));

export type Values = Float32Array | Float64Array | Int32Array | readonly number[];

/** An input of whole numbers and one of floats, with the numbers it starts with. */
export interface Given {
  readonly tensor: Tensor;
  readonly values: Values;
  readonly integers: boolean;
}
export const integers = (name: string, values: Values, shape: readonly number[] = [values.length]): Given => ({ tensor: input(name, shape), values, integers: true });
export const floats = (name: string, values: Values, shape: readonly number[] = [values.length]): Given => ({ tensor: input(name, shape), values, integers: false });

/** Writes numbers to where a plan has the tensor. */
export function write(plan: Plan, t: Tensor, values: Values, asIntegers = false): void {
  if (asIntegers) plan.engine.i32(plan.at(t), size(t)).set(Int32Array.from(values));
  else plan.engine.f32(plan.at(t), size(t)).set(values);
}

export const readIntegers = (plan: Plan, t: Tensor): Int32Array => plan.engine.i32(plan.at(t), size(t));

/**
 * Compiles `outputs` for a team of one and a team of two, fills the inputs, and lets `use` run the plan and return numbers.
 * Both teams must return the same bits, which are returned.
 */
export async function onTeams(outputs: readonly Tensor[], given: readonly Given[], use: (plan: Plan) => Float32Array | Int32Array): Promise<Float32Array | Int32Array> {
  const results: (Float32Array | Int32Array)[] = [];
  for (const engine of await engines()) {
    const plan = compile(engine, outputs, { keep: given.map((x) => x.tensor), threads: engine.threads });
    for (const { tensor, values, integers: whole } of given) write(plan, tensor, values, whole);
    results.push(use(plan).slice());
    if (engine.threads === 1) audit(plan);
    plan.free();
  }
  const bits = results.map((x) => new Uint32Array(x.buffer));
  expect(bits[1], 'two threads give the bits of one').toEqual(bits[0]);
  return results[0]!;
}

/** One output, run once. */
export const evaluate = (output: Tensor, given: readonly Given[] = []): Promise<Float32Array> =>
  onTeams([output], given, (plan) => (plan.run(), plan.read(output))) as Promise<Float32Array>;
export const evaluateIntegers = (output: Tensor, given: readonly Given[] = []): Promise<Int32Array> =>
  onTeams([output], given, (plan) => (plan.run(), readIntegers(plan, output))) as Promise<Int32Array>;
