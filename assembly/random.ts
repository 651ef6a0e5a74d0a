// Random numbers. Element i depends only on (seed, stream, i): not on the size, not on the number of threads.
import { philox16 } from "./philox";
import { first, last } from "./slice";

@unmanaged class FillUniform { out: usize; n: i32; seedLow: i32; seedHigh: i32; stream: i32; low: f32; high: f32; }
@unmanaged class FillNormal { out: usize; n: i32; seedLow: i32; seedHigh: i32; stream: i32; mean: f32; std: f32; }

/** out[i] = low + (high - low) u, where u in [0, 1) is the upper 24 bits of word i. */
export function fillUniform(p: FillUniform, thread: i32, threads: i32): void {
  const out = p.out, seedLow = p.seedLow, seedHigh = p.seedHigh, stream = p.stream, groups = (p.n + 15) >> 4;
  const low = f32x4.splat(p.low), width = f32x4.splat((p.high - p.low) * <f32>(1.0 / 16777216.0));
  for (let g = first(groups, thread, threads), end = last(groups, thread, threads); g < end; g++) {
    const at = out + (<usize>g << 6);
    philox16(at, seedLow, seedHigh, stream, g);
    for (let i: usize = 0; i < 64; i += 16) {
      const u = f32x4.convert_i32x4_u(i32x4.shr_u(v128.load(at + i), 8));
      v128.store(at + i, f32x4.add(low, f32x4.mul(width, u)));
    }
  }
}

/**
 * Normal numbers, two from two words: Box & Muller 1958, https://doi.org/10.1214/aoms/1177706645
 *   z = sqrt(-2 ln u) (cos 2πv, sin 2πv),   u in (0, 1], v in [0, 1)
 * in double precision: it runs once, when parameters are made. Logarithm, sine and cosine are AssemblyScript's own,
 * compiled from source, so the bits are the same on every machine.
 */
export function fillNormal(p: FillNormal, thread: i32, threads: i32): void {
  const out = p.out, seedLow = p.seedLow, seedHigh = p.seedHigh, stream = p.stream, groups = (p.n + 15) >> 4;
  const mean = <f64>p.mean, std = <f64>p.std;
  for (let g = first(groups, thread, threads), end = last(groups, thread, threads); g < end; g++) {
    const from = out + (<usize>g << 6);
    philox16(from, seedLow, seedHigh, stream, g);
    for (let at = from; at < from + 64; at += 8) {
      const u = (<f64>load<u32>(at) + 1) * (1.0 / 4294967296.0), angle = <f64>load<u32>(at, 4) * (2 * Math.PI / 4294967296.0);
      const radius = std * Math.sqrt(-2 * Math.log(u));
      store<f32>(at, <f32>(mean + radius * Math.cos(angle)));
      store<f32>(at, <f32>(mean + radius * Math.sin(angle)), 4);
    }
  }
}
