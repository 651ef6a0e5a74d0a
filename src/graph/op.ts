// An op is everything the project knows about one operation, in one place:
// the shape it makes, the kernel that computes it, and its gradient in terms of other ops.
import { newTensor, type Shape, type Tensor } from './tensor.ts';

/** A kernel's name in assembly/ and its arguments by name. A tensor stands for its address; `offset` adds bytes to it. */
export type Argument = Tensor | number | { readonly tensor: Tensor; readonly offset: number };
export type Call = readonly [kernel: string, args: Readonly<Record<string, Argument>>];

// biome-ignore lint: an op of any inputs and attributes is what the graph stores
export interface Op<In extends readonly Tensor[] = readonly Tensor[], Attrs = never> {
  readonly name: string;
  /** The shape that comes out. Throws a ShapeError, which names the tensors, when the inputs do not fit. */
  shape(inputs: In, attrs: Attrs): Shape;
  /** How to compute it; null for memory that other kernels write (a buffer) or another view of an input. */
  kernel(out: Tensor, inputs: In, attrs: Attrs): Call | null;
  /** Gradient of each input, in order; null where there is none. */
  gradient?(dout: Tensor, inputs: In, out: Tensor, attrs: Attrs): readonly (Tensor | null)[];
  /** `out + sum` in one kernel, if this op can do that: `out` was just made and nobody else has seen it. */
  plus?(out: Tensor, sum: Tensor, inputs: In, attrs: Attrs): Tensor | null;
  /** The input whose memory `out` is: a view, or an update in place. Whoever needs the old numbers must come before. */
  readonly inPlace?: number;
  /** An input whose memory `out` may take over when nobody needs it any more; the kernel must allow it. */
  mayOverwrite?(inputs: In, attrs: Attrs): number | null;
  /**
   * Arguments of the kernel, by name, that it writes besides the memory of `out`. Without this list all buffers and
   * inputs among the arguments count as written: safe, but then instructions that share one wait for each other.
   */
  readonly writes?: readonly string[];
  /** Working memory that the kernel needs, in bytes per thread. */
  scratch?(out: Tensor, inputs: In, attrs: Attrs): number;
  /** Floating-point operations, for reports; counted for matrix products and attention only. */
  flops?(out: Tensor, inputs: In, attrs: Attrs): number;
}

/** Turns the definition of an op into the function that applies it. */
export function defineOp<const In extends readonly Tensor[], Attrs = object>(op: Op<In, Attrs>): (inputs: In, attrs: Attrs) => Tensor {
  return (inputs, attrs) => newTensor(op.name, op.shape(inputs, attrs), { op: op as unknown as Op, inputs, attrs });
}
