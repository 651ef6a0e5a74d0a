// What an update needs from step to step. TypeScript writes the rates before a step, the kernel of `clip` the last two.

@unmanaged export class OptimizerRegisters {
  learningRate: f32;
  correction1: f32; // 1 / (1 - beta1^t)
  correction2: f32; // 1 / (1 - beta2^t)
  scale: f32;       // gradients are multiplied by this
  norm: f32;        // of all gradients, before scaling
}
