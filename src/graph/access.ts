// Which memory an instruction touches. Kernels get addresses, so what a kernel reads and writes is known from its call:
// every tensor among the arguments is read, and is written too unless that is known to be impossible.
import type { Call } from './op.ts';
import { size, type Tensor } from './tensor.ts';

/** Tensors whose memory an instruction touches, each one the owner of its memory. What is written may be read as well. */
export interface Access {
  readonly reads: readonly Tensor[];
  readonly writes: readonly Tensor[];
}

/** The tensor whose memory `t` is: itself, or the input that it views or updates. */
export function owner(t: Tensor): Tensor {
  let root = t;
  for (let i = root.from?.op.inPlace; root.from && i !== undefined; i = root.from?.op.inPlace) root = root.from.inputs[i]!;
  return root;
}

/** A kernel of its own makes its numbers, or training does; anything else (a buffer, an input) may be a kernel's second output. */
const madeElsewhere = (t: Tensor): boolean => t.trainable || (t.from !== undefined && t.from.op.kernel(t, t.from.inputs, t.from.attrs as never) !== null);

/**
 * What the instruction of `t` touches. It writes the memory of `t`; beyond that, the arguments that its op lists in
 * `writes`, or, where the op has no list, every buffer and every input among the arguments.
 */
export function accessOf(t: Tensor, [, args]: Call): Access {
  const own = owner(t), reads = new Set<Tensor>(), writes = new Set([own]), listed = t.from?.op.writes;
  for (const [name, argument] of Object.entries(args)) {
    if (typeof argument === 'number') continue;
    const root = owner('tensor' in argument ? argument.tensor : argument);
    if (listed ? listed.includes(name) : !madeElsewhere(root)) writes.add(root);
    else reads.add(root);
  }
  return { reads: [...reads].filter((root) => !writes.has(root)), writes: [...writes] };
}

/** Bytes that a tensor takes, padding not counted. */
export const bytesOf = (t: Tensor): number => size(t) * 4;
