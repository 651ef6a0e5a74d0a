import { OptionError, ShapeError, show } from '../../errors.ts';
import { defineOp } from '../op.ts';
import { columns, size, type Tensor } from '../tensor.ts';
import { checkTable, type SparseGradient } from './sparseRows.ts';

/**
 * Registers of an optimizer: an input (f32) of REGISTERS numbers. `writeRegisters` fills it before every step.
 * The places: learning rate, 1 / (1 - beta1^t), 1 / (1 - beta2^t), scale of the gradients, norm of the gradients.
 * The last two are written by `clip`, if there is one. The order is that of assembly/optimizer.ts.
 */
export const REGISTERS = 5;
const [LEARNING_RATE, CORRECTION1, CORRECTION2, SCALE, NORM] = [0, 1, 2, 3, 4];

export interface StepRates {
  readonly learningRate: number;
  /** Which step this is, from 1. */
  readonly step: number;
  /** As given to `adamW`; not needed for `sgd`. */
  readonly beta1?: number;
  readonly beta2?: number;
}

/** x^n by squaring, n a whole number: multiplications only, so the bits are the same on every machine. */
function power(x: number, n: number): number {
  let result = 1;
  for (let square = x, rest = n; rest > 0; rest = Math.floor(rest / 2), square *= square) if (rest % 2 === 1) result *= square;
  return result;
}

/**
 * Writes what the coming step needs into its registers; the scale becomes 1.
 *
 * @throws {OptionError} when the learning rate is not finite, or the step is not a whole number from 1.
 * @example
 * writeRegisters(plan.read(registers), { learningRate: 1e-3, step: 1, beta1: 0.9, beta2: 0.99 });
 */
export function writeRegisters(registers: Float32Array, { learningRate, step, beta1 = 0, beta2 = 0 }: StepRates): void {
  if (!Number.isFinite(learningRate)) throw new OptionError('learningRate', `The learning rate must be a finite number, but at step ${step} it is ${learningRate}.`);
  if (!Number.isInteger(step) || step < 1) throw new OptionError('step', `Steps of an optimizer count from 1, but this is step ${step}.`);
  registers[LEARNING_RATE!] = learningRate;
  registers[CORRECTION1!] = 1 / (1 - power(beta1, step));
  registers[CORRECTION2!] = 1 / (1 - power(beta2, step));
  registers[SCALE!] = 1;
}

/** The norm that `clip` found in the last step; not finite when a gradient was not. */
export const gradientNorm = (registers: Float32Array): number => registers[NORM!]!;

export interface AdamWOptions {
  readonly beta1: number;
  readonly beta2: number;
  /** Added to the square root of the second moment; 1e-8 unless told. */
  readonly eps?: number;
  /** Weight decay per step and unit of learning rate; 0 unless told. */
  readonly decay?: number;
  /** Multiplies the learning rate; 1 unless told. */
  readonly rate?: number;
}

const constants = ({ beta1, beta2, eps = 1e-8, decay = 0, rate = 1 }: AdamWOptions): Record<'beta1' | 'rest1' | 'beta2' | 'rest2' | 'eps' | 'decay' | 'rate', number> =>
  ({ beta1, rest1: 1 - beta1, beta2, rest2: 1 - beta2, eps, decay, rate });

/** Refuses options outside their range, by name. */
export function checkOptions(op: string, options: Readonly<Record<string, number | undefined>>): void {
  for (const [name, value] of Object.entries(options)) {
    const beta = name === 'beta1' || name === 'beta2' || name === 'momentum';
    if (value !== undefined && !(value >= 0 && value < (beta ? 1 : Infinity))) {
      throw new OptionError(name, `${op}: ${name} must be a number from 0 ${beta ? 'to below 1' : 'on'}, but it is ${value}.`);
    }
  }
}

/** Refuses tensors of another size than the weights, and registers that are too few. */
export function checkStretches(op: string, w: Tensor, others: readonly Tensor[], registers: Tensor): void {
  for (const t of others) {
    if (size(t) !== size(w)) throw new ShapeError(`${op}: weights, gradients and moments must have the same size. ${show(w)} and ${show(t)} differ.`);
  }
  if (size(registers) < REGISTERS) throw new ShapeError(`${op}: the registers must be ${REGISTERS} numbers, but they are ${show(registers)}.`);
}

const op = defineOp<[w: Tensor, g: Tensor, m: Tensor, v: Tensor, registers: Tensor], AdamWOptions>({
  name: 'adamW',
  shape([w, g, m, v, registers]) {
    checkStretches('adamW', w, [g, m, v], registers);
    return w.shape;
  },
  kernel: (_out, [w, g, m, v, registers], options) => ['adamW', { w, g, m, v, registers, ...constants(options), n: size(w) }],
  inPlace: 0,
  writes: ['m', 'v'],
});

const sparseOp = defineOp<[w: Tensor, g: Tensor, m: Tensor, v: Tensor, registers: Tensor, index: Tensor], AdamWOptions>({
  name: 'adamWSparse',
  shape([w, , m, v, registers]) {
    checkStretches('adamWSparse', w, [m, v], registers);
    return w.shape;
  },
  kernel: (_out, [w, g, m, v, registers, index], options) => ['adamWSparse', { w, g, m, v, registers, ...constants(options), index, C: columns(w) }],
  inPlace: 0,
  writes: ['m', 'v'],
  scratch: () => 96,
});

/**
 * One step of AdamW on a stretch of weights, in place; m and v change too. Gradients are multiplied by the scale in
 * the registers first. NaN and infinity pass through.
 *
 * @param w n weights; `g`, `m` and `v` as many. Moments begin at zero.
 * @param registers see {@link REGISTERS}.
 * @throws {ShapeError} when sizes differ.
 * @throws {OptionError} when an option is out of range.
 * @see Loshchilov & Hutter 2019, https://arxiv.org/abs/1711.05101
 * @example
 * const step = adamW(weights, gradients, m, v, registers, { beta1: 0.9, beta2: 0.99, decay: 0.1 });
 */
export function adamW(w: Tensor, g: Tensor, m: Tensor, v: Tensor, registers: Tensor, options: AdamWOptions): Tensor {
  checkOptions('adamW', { ...options });
  return op([w, g, m, v, registers], options);
}

/**
 * One step of AdamW on the rows of a table that its gradient lists, in place. As in PyTorch's SparseAdam, moments of
 * other rows rest; other rows do not decay either.
 *
 * @param table (V,C); `m` and `v` likewise, zeros at first.
 * @param gradient of `sparseGradient` or `sparseStore`.
 * @throws {ShapeError} when the gradient belongs to another table.
 * @example
 * adamWSparse(table, sparseGradient(grads.get(table)!), m, v, registers, { beta1: 0.9, beta2: 0.99, rate: 5 });
 */
export function adamWSparse(table: Tensor, gradient: SparseGradient, m: Tensor, v: Tensor, registers: Tensor, options: AdamWOptions): Tensor {
  checkOptions('adamWSparse', { ...options });
  checkTable('adamWSparse', table, gradient);
  return sparseOp([table, gradient.rows, m, v, registers, gradient.index], options);
}
