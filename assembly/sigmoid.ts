import { exp4 } from "./math";

/** 1 / (1 + exp(-x)), one number. */
export function sigmoid(x: f32): f32 {
  return 1 / (1 + f32x4.extract_lane(exp4(f32x4.splat(-x)), 0));
}
