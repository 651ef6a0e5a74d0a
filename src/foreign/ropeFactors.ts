// How models reach further than they were trained: the frequencies of rotation are divided by factors. `linear` divides all
// of them (Chen et al. 2023, https://arxiv.org/abs/2306.15595); `llama3` leaves high frequencies, divides low ones, and
// goes smoothly from one to the other in between (Llama 3.1, https://arxiv.org/abs/2407.21783).
import { math } from '../index.ts';

export interface RopeScaling {
  readonly type: 'linear' | 'llama3';
  readonly factor: number;
  readonly low?: number;
  readonly high?: number;
  readonly original?: number;
}

/** A factor for each of the hs/2 pairs of a head, as 32-bit floats hold it. */
export function ropeFactors({ type, factor, low = 1, high = 4, original = 8192 }: RopeScaling, hs: number, base: number): number[] {
  return Array.from({ length: hs / 2 }, (_, i) => {
    if (type === 'linear') return Math.fround(factor);
    const wave = (2 * Math.PI) / math.pow(base, (-2 * i) / hs);
    if (wave < original / high) return 1;
    if (wave > original / low) return Math.fround(factor);
    const smooth = (original / wave - low) / (high - low);
    return Math.fround(1 / ((1 - smooth) / factor + smooth));
  });
}

/** The scaling that gives these factors, if it is one that others have a name for. */
export function scalingOrNull(factors: readonly number[], hs: number, base: number): RopeScaling | null {
  const same = (found: readonly number[]): boolean => found.every((factor, i) => Math.abs(factor / factors[i]! - 1) < 1e-5);
  if (factors.every((factor) => factor === factors[0])) return { type: 'linear', factor: factors[0]! };
  for (const original of [8192, 4096, 2048, 1024, 16_384, 32_768]) {
    const scaling = { type: 'llama3', factor: Math.max(...factors), low: 1, high: 4, original } as const;
    if (same(ropeFactors(scaling, hs, base))) return scaling;
  }
  return null;
}
