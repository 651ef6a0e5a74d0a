// Chapter 4: what the prediction is made of, and how blame flows back through it.
//
// A tensor is a promise: a name, a shape, and how to compute it. A model is a plain function that builds promises;
// running it once is the tracing. `backward` walks the promises from the loss to the parameters and answers with more
// promises:
//
//   dx = sum over all y computed from x of  (dy/dx)ᵀ dy
//
// `compile` gives every promise a place in memory and writes the list of kernels that keeps them all.
//
// Reading order: tensor.ts, op.ts, ops/add.ts (a whole op), ops/matmul.ts, backward.ts, recomputed.ts, plan.ts with
// access.ts, barriers.ts and layOut.ts, then any op; kept.ts and packBlocks.ts for what a finished model reads.
export { backward } from './backward.ts';
export { cacheTypes, type CacheType, type Kept, keptWords } from './kept.ts';
export { type Argument, type Call, defineOp, type Op } from './op.ts';
export { isQuantizedType, packBlocks, packedBytes, type PackedMatrix, type QuantizedType, quantizedTypes } from './packBlocks.ts';
export { compile, type CompileOptions, estimate, type Instruction, type Plan, type PlanBytes } from './plan.ts';
export { columns, dependencies, input, newTensor, param, rows, type Shape, size, type Tensor } from './tensor.ts';
export * from './ops/index.ts';
