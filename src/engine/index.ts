// Chapter 5: where the arithmetic happens.
//
// All numbers live in one linear memory. A plan is a list of instructions in that memory:
//
//   kernel | length | arguments      (and a barrier where the next one needs what was just computed)
//
// JavaScript makes one call per step; every thread then walks the plan inside Wasm and computes its share of each
// instruction. Work is cut along outputs, never along sums, so each number is computed by one thread in one order,
// and the bits are the same on 1 thread and on 16.
//
// Reading order: memory.ts (who gets which bytes), engine.ts (kernels by name, running a plan), threads.ts (helpers),
// then assembly/plan.ts (what the threads do) and the kernels beside it.
export { type Build, builds, createEngine, Engine, EngineError, type EngineOptions, fastBuildRuns, isExact, MEET } from './engine.ts';
export { type LogitRow, takeRow } from './logitRow.ts';
export { type Address, aligned, Memory } from './memory.ts';
export { type Helper, machineThreads, type Spawn } from './threads.ts';
export * as math from './math.ts';
