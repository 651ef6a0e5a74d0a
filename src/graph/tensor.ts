// A tensor here is a promise: a name, a shape, and how to compute it. No numbers until a plan runs.
import type { Op } from './op.ts';

export type Shape = readonly number[];

export interface Tensor {
  /** Path name, for example `blocks.3.attention.probs`. `tap` gives it; until then it is the name of the op. */
  name: string;
  readonly shape: Shape;
  /** Order of creation: inputs are always older than what is computed from them. */
  readonly id: number;
  /** How it is computed. Absent on parameters and inputs, whose numbers are put there from outside. */
  readonly from?: { readonly op: Op; readonly inputs: readonly Tensor[]; readonly attrs: unknown };
  readonly trainable: boolean;
}

let created = 0;

/** A tensor as ops make it; models use `param`, `input` and the ops. */
export const newTensor = (name: string, shape: Shape, from?: Tensor['from'], trainable = false): Tensor =>
  ({ name, shape, id: created++, ...(from && { from }), trainable });

/** Numbers that training changes. */
export const param = (name: string, shape: Shape): Tensor => newTensor(name, shape, undefined, true);

/** Numbers that come from outside: tokens, targets, positions, frozen weights, a learning rate. Each takes four bytes, f32 or i32. */
export const input = (name: string, shape: Shape): Tensor => newTensor(name, shape);

/** Number of elements. */
export const size = (t: { readonly shape: Shape }): number => t.shape.reduce((a, b) => a * b, 1);

/** Last dimension. */
export const columns = (t: Tensor): number => t.shape.at(-1) ?? 1;
/** Number of rows that remain when the last dimension is split off. */
export const rows = (t: Tensor): number => size(t) / columns(t);

/** All tensors that `roots` depend on, inputs before outputs, in the order in which they were created. */
export function dependencies(roots: Iterable<Tensor>): Tensor[] {
  const seen = new Set<Tensor>(), open = [...roots];
  for (let t = open.pop(); t; t = open.pop()) {
    if (seen.has(t)) continue;
    seen.add(t);
    if (t.from) open.push(...t.from.inputs);
  }
  return [...seen].sort((a, b) => a.id - b.id);
}
