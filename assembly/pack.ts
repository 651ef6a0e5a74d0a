// Packing: a block of a matrix is copied into panels that the tile loop reads in order.
// A panel holds `width` lines side by side: [k][width]. Lines that do not exist are zeros.
//
// A matrix is read in one of two ways: its lines lie along k ("along": element (line, k) at line · stride + k · 4),
// or across it ("across": element (line, k) at k · stride + line · 4). Strides are in bytes.
import { MR, NR } from "./tile";
import { WIDE } from "./wide";

/** 4 lines by 4 k, turned round: lines at p0..p3, k-rows of the panel `step` bytes apart. */
// @ts-ignore: decorator
@inline function turn4(dst: usize, step: usize, p0: usize, p1: usize, p2: usize, p3: usize): void {
  const r0 = v128.load(p0), r1 = v128.load(p1), r2 = v128.load(p2), r3 = v128.load(p3);
  const t0 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), t1 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
  const t2 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5), t3 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
  v128.store(dst, v128.shuffle<i64>(t0, t2, 0, 2));
  v128.store(dst + step, v128.shuffle<i64>(t0, t2, 1, 3));
  v128.store(dst + 2 * step, v128.shuffle<i64>(t1, t3, 0, 2));
  v128.store(dst + 3 * step, v128.shuffle<i64>(t1, t3, 1, 3));
}

/** Two lines by 4 k, turned round. */
// @ts-ignore: decorator
@inline function turn2(dst: usize, step: usize, p0: usize, p1: usize): void {
  const r0 = v128.load(p0), r1 = v128.load(p1);
  const low = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), high = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
  v128.store64_lane(dst, low, 0);
  v128.store64_lane(dst + step, low, 1);
  v128.store64_lane(dst + 2 * step, high, 0);
  v128.store64_lane(dst + 3 * step, high, 1);
}

/** A whole panel of 5 lines along k. */
function along5(dst: usize, src: usize, stride: usize, kc: i32): void {
  let p0 = src, p1 = p0 + stride, p2 = p1 + stride, p3 = p2 + stride, p4 = p3 + stride, k = 0;
  for (; k + 4 <= kc; k += 4) {
    turn4(dst, 20, p0, p1, p2, p3);
    const r4 = v128.load(p4);
    v128.store32_lane(dst, r4, 0, 16);
    v128.store32_lane(dst, r4, 1, 36);
    v128.store32_lane(dst, r4, 2, 56);
    v128.store32_lane(dst, r4, 3, 76);
    p0 += 16; p1 += 16; p2 += 16; p3 += 16; p4 += 16; dst += 80;
  }
  for (; k < kc; k++) {
    store<f32>(dst, load<f32>(p0));
    store<f32>(dst, load<f32>(p1), 4);
    store<f32>(dst, load<f32>(p2), 8);
    store<f32>(dst, load<f32>(p3), 12);
    store<f32>(dst, load<f32>(p4), 16);
    p0 += 4; p1 += 4; p2 += 4; p3 += 4; p4 += 4; dst += 20;
  }
}

/** A whole panel of 6 lines along k. */
function along6(dst: usize, src: usize, stride: usize, kc: i32): void {
  let p0 = src, p1 = p0 + stride, p2 = p1 + stride, p3 = p2 + stride, p4 = p3 + stride, p5 = p4 + stride, k = 0;
  for (; k + 4 <= kc; k += 4) {
    turn4(dst, 24, p0, p1, p2, p3);
    turn2(dst + 16, 24, p4, p5);
    p0 += 16; p1 += 16; p2 += 16; p3 += 16; p4 += 16; p5 += 16; dst += 96;
  }
  for (; k < kc; k++) {
    store<f32>(dst, load<f32>(p0));
    store<f32>(dst, load<f32>(p1), 4);
    store<f32>(dst, load<f32>(p2), 8);
    store<f32>(dst, load<f32>(p3), 12);
    store<f32>(dst, load<f32>(p4), 16);
    store<f32>(dst, load<f32>(p5), 20);
    p0 += 4; p1 += 4; p2 += 4; p3 += 4; p4 += 4; p5 += 4; dst += 24;
  }
}

/** Four lines along k into a panel whose k-rows are `step` bytes apart. */
export function along4(dst: usize, step: usize, p0: usize, stride: usize, kc: i32): void {
  let p1 = p0 + stride, p2 = p1 + stride, p3 = p2 + stride, k = 0;
  for (; k + 4 <= kc; k += 4) {
    turn4(dst, step, p0, p1, p2, p3);
    p0 += 16; p1 += 16; p2 += 16; p3 += 16;
    dst += 4 * step;
  }
  for (; k < kc; k++) {
    store<f32>(dst, load<f32>(p0));
    store<f32>(dst, load<f32>(p1), 4);
    store<f32>(dst, load<f32>(p2), 8);
    store<f32>(dst, load<f32>(p3), 12);
    p0 += 4; p1 += 4; p2 += 4; p3 += 4;
    dst += step;
  }
}

/** One line along k, or zeros when `p` is 0. */
export function one(dst: usize, step: usize, p: usize, kc: i32): void {
  if (p == 0) {
    for (let k = 0; k < kc; k++, dst += step) store<f32>(dst, 0);
    return;
  }
  for (let k = 0; k < kc; k++, dst += step, p += 4) store<f32>(dst, load<f32>(p));
}

/** A panel of `width` lines of which `lines` exist; the lines lie along k. */
// @ts-ignore: decorator
@inline function panelAlong(dst: usize, width: i32, src: usize, stride: usize, lines: i32, kc: i32): void {
  if (width == 5 && lines == 5) return along5(dst, src, stride, kc);
  if (width == 6 && lines == 6) return along6(dst, src, stride, kc);
  const step = <usize>width << 2;
  let i = 0;
  for (; i + 4 <= lines; i += 4) along4(dst + (<usize>i << 2), step, src + <usize>i * stride, stride, kc);
  for (; i < width; i++) one(dst + (<usize>i << 2), step, i < lines ? src + <usize>i * stride : 0, kc);
}

/** The same for lines that lie across k. */
// @ts-ignore: decorator
@inline function panelAcross(dst: usize, width: i32, src: usize, stride: usize, lines: i32, kc: i32): void {
  const step = <usize>width << 2;
  if (lines < width) {
    for (let k = 0; k < kc; k++, dst += step, src += stride) {
      for (let i = 0; i < width; i++) store<f32>(dst + (<usize>i << 2), i < lines ? load<f32>(src + (<usize>i << 2)) : 0);
    }
    return;
  }
  for (let k = 0; k < kc; k++, dst += step, src += stride) {
    v128.store(dst, v128.load(src));
    if (width == 6) store<u64>(dst, load<u64>(src, 16), 16);
    if (width == 5) store<u32>(dst, load<u32>(src, 16), 16);
    if (width >= 8) v128.store(dst, v128.load(src, 16), 16);
    if (width == 16) {
      v128.store(dst, v128.load(src, 32), 32);
      v128.store(dst, v128.load(src, 48), 48);
    }
  }
}

/** Panels of MR lines: the left side of the product. */
export function packA(dst: usize, src: usize, stride: usize, along: bool, lines: i32, kc: i32): void {
  const panel = <usize>kc * (<usize>MR << 2);
  for (let i = 0; i < lines; i += MR, dst += panel) {
    const n = min(MR, lines - i);
    if (along) panelAlong(dst, MR, src + <usize>i * stride, stride, n, kc);
    else panelAcross(dst, MR, src + (<usize>i << 2), stride, n, kc);
  }
}

/** One panel of NR lines: a piece of the right side. */
export function packB(dst: usize, src: usize, stride: usize, along: bool, lines: i32, kc: i32): void {
  if (along) panelAlong(dst, NR, src, stride, lines, kc);
  else panelAcross(dst, NR, src, stride, lines, kc);
}

/** The same for a wide tile. */
export function packWide(dst: usize, src: usize, stride: usize, along: bool, lines: i32, kc: i32): void {
  if (along) panelAlong(dst, WIDE, src, stride, lines, kc);
  else panelAcross(dst, WIDE, src, stride, lines, kc);
}
