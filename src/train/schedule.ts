// How fast is learned when: up from nothing, along the top, down to nothing.
import { OptionError } from '../errors.ts';
import { math } from '../engine/index.ts';

export interface Schedule {
  /** `cosine`: down along half a wave. `trapezoid`: constant, then linear down. */
  readonly shape: 'cosine' | 'trapezoid';
  /** Share of the steps (below 1) or number of steps (1 and more) on the way up. */
  readonly warmup: number;
  /** Share of the steps at the top, of a trapezoid. 0 goes down from the beginning. */
  readonly hold: number;
  /** Share of the top that is left at the end. */
  readonly floor: number;
}

/**
 * Share of the peak learning rate at a step.
 *
 * @param step from 0 to steps - 1.
 * @example
 * rateAt({ shape: 'trapezoid', warmup: 10, hold: 0.5, floor: 0 }, 0, 100); // 1/11
 */
export function rateAt({ shape, warmup, hold, floor }: Schedule, step: number, steps: number): number {
  const up = Math.max(1, Math.floor(warmup < 1 ? warmup * steps : warmup));
  if (step < up) return (step + 1) / (up + 1);
  if (shape === 'cosine') return floor + (1 - floor) * 0.5 * (1 + math.cos(Math.PI * ((step - up) / Math.max(1, steps - up))));
  const down = Math.max(up, Math.floor(hold * steps));
  return step < down ? 1 : floor + ((1 - floor) * (steps - step)) / Math.max(1, steps - down);
}

/** @throws {OptionError} for a schedule that no run can follow. */
export function checkSchedule({ warmup, hold, floor }: Schedule): void {
  for (const [name, value, most] of [['warmup', warmup, Infinity], ['hold', hold, 1], ['floor', floor, 1]] as const) {
    if (!(value >= 0 && value <= most)) throw new OptionError(name, `${name} must be at least 0${most === 1 ? ' and at most 1' : ''}, but it is ${value}.`);
  }
}
