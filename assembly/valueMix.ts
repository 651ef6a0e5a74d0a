// Value embeddings: what a token says to others may also come straight from a table, weighted by a gate per head
// (Zhou et al. 2024, https://arxiv.org/abs/2410.17897, in the form of the nanoGPT speed runs).
//
//   v[r,h,c] += 2 sigmoid(gate[h]) e[r,h,c]
import { sigmoid } from "./sigmoid";
import { first, last } from "./slice";

@unmanaged class ValueMix { x: usize; e: usize; gate: usize; out: usize; R: i32; stride: i32; offset: i32; heads: i32; hs: i32; }
@unmanaged class ValueMixGradE { dy: usize; gate: usize; de: usize; R: i32; stride: i32; offset: i32; heads: i32; hs: i32; }
@unmanaged class ValueMixGradGate { dy: usize; e: usize; gate: usize; dgate: usize; R: i32; stride: i32; offset: i32; heads: i32; hs: i32; }

export function valueMix(p: ValueMix, thread: i32, threads: i32): void {
  const stride = <usize>p.stride << 2, heads = p.heads, hs = p.hs, offset = <usize>p.offset << 2;
  for (let r = first(p.R, thread, threads), end = last(p.R, thread, threads); r < end; r++) {
    const x = p.x + <usize>r * stride, out = p.out + <usize>r * stride;
    if (x != out) memory.copy(out, x, stride);
    let v = out + offset, e = p.e + <usize>r * <usize>(heads * hs) * 4;
    for (let h = 0; h < heads; h++) {
      const g: f32 = 2 * sigmoid(load<f32>(p.gate + (<usize>h << 2)));
      for (let c = 0; c < hs; c++, v += 4, e += 4) store<f32>(v, load<f32>(v) + g * load<f32>(e));
    }
  }
}

export function valueMixGradE(p: ValueMixGradE, thread: i32, threads: i32): void {
  const stride = <usize>p.stride << 2, heads = p.heads, hs = p.hs, offset = <usize>p.offset << 2;
  for (let r = first(p.R, thread, threads), end = last(p.R, thread, threads); r < end; r++) {
    let dv = p.dy + <usize>r * stride + offset, de = p.de + <usize>r * <usize>(heads * hs) * 4;
    for (let h = 0; h < heads; h++) {
      const g: f32 = 2 * sigmoid(load<f32>(p.gate + (<usize>h << 2)));
      for (let c = 0; c < hs; c++, dv += 4, de += 4) store<f32>(de, g * load<f32>(dv));
    }
  }
}

// dgate[h] = 2 s (1 - s) sum over rows and channels of dv e
export function valueMixGradGate(p: ValueMixGradGate, thread: i32, threads: i32): void {
  const stride = <usize>p.stride << 2, heads = p.heads, hs = p.hs;
  for (let h = first(heads, thread, threads), end = last(heads, thread, threads); h < end; h++) {
    let sum: f32 = 0;
    for (let r = 0; r < p.R; r++) {
      const dv = p.dy + <usize>r * stride + (<usize>(p.offset + h * hs) << 2), e = p.e + (<usize>(r * heads + h) * <usize>hs << 2);
      let row: f32 = 0;
      for (let c = 0; c < hs; c++) row += load<f32>(dv + (<usize>c << 2)) * load<f32>(e + (<usize>c << 2));
      sum += row;
    }
    const s: f32 = sigmoid(load<f32>(p.gate + (<usize>h << 2)));
    store<f32>(p.dgate + (<usize>h << 2), 2 * s * (1 - s) * sum);
  }
}
