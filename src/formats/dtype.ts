// Element types as safetensors names them, with their sizes, and the way of every float format to f32.
// F16 is IEEE 754 binary16 (1 sign, 5 exponent, 10 fraction bits); BF16 is the upper half of an f32.

import { FormatError } from '../errors.ts';

/** Bytes per element of every type that fills whole bytes. */
export const dtypeBytes = {
  BOOL: 1, U8: 1, I8: 1, F8_E5M2: 1, F8_E4M3: 1, F8_E8M0: 1,
  U16: 2, I16: 2, F16: 2, BF16: 2,
  U32: 4, I32: 4, F32: 4,
  U64: 8, I64: 8, F64: 8, C64: 8,
} as const;

/** The type of a tensor's elements, as safetensors writes it. */
export type Dtype = keyof typeof dtypeBytes;

/** Whether `name` is a type that this library knows. */
export const isDtype = (name: string): name is Dtype => Object.hasOwn(dtypeBytes, name);

/** The bits of the f32 that equals a 16-bit IEEE float. Exact: every f16 is also an f32. */
export function f16ToF32Bits(bits: number): number {
  const sign = (bits & 0x8000) << 16, exponent = (bits >> 10) & 31, fraction = bits & 1023;
  if (exponent === 31) return sign | 0x7f800000 | (fraction << 13);
  if (exponent > 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  // Below 2^-14 an f16 has no leading one; f32 reaches lower, so the fraction moves up until it has one.
  const shift = Math.clz32(fraction) - 21;
  return sign | ((113 - shift) << 23) | (((fraction << shift) & 1023) << 13);
}

/** The f32 bits of every f16, made when they are first asked for. */
let widened: Uint32Array | null = null;
const f16Table = (): Uint32Array => (widened ??= Uint32Array.from({ length: 65_536 }, (_, bits) => f16ToF32Bits(bits)));

/** Two-byte elements as numbers; copied where they are not aligned. */
const halves = (data: Uint8Array): Uint16Array => (data.byteOffset % 2 === 0 ? new Uint16Array(data.buffer, data.byteOffset, data.byteLength >> 1) : new Uint16Array(new Uint8Array(data).buffer));

/** Writes 16-bit floats as the bits of the f32 that equal them. */
export function widen(dtype: 'F16' | 'BF16', data: Uint8Array, to: Uint32Array): void {
  const from = halves(data), n = from.length;
  if (dtype === 'BF16') {
    for (let i = 0; i < n; i++) to[i] = from[i]! << 16;
  } else {
    const table = f16Table();
    for (let i = 0; i < n; i++) to[i] = table[from[i]!]!;
  }
}

/**
 * The bytes of float elements as f32.
 *
 * @param name for the error message.
 * @param data little-endian elements; need not be aligned.
 * @returns a view of `data` where it is F32 and aligned to 4 bytes, else new numbers. F64 is rounded.
 * @throws {FormatError} when the type is not a float of 16 bits or more.
 * @example
 * toF32('x', 'BF16', new Uint8Array([0x80, 0x3f])); // Float32Array [1]
 */
export function toF32(name: string, dtype: Dtype, data: Uint8Array): Float32Array {
  if (dtype === 'F32') {
    if (data.byteOffset % 4 === 0) return new Float32Array(data.buffer, data.byteOffset, data.byteLength / 4);
    // Not data.slice(): Node's Buffer answers that with a view.
    return new Float32Array(new Uint8Array(data).buffer);
  }
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const values = new Float32Array(data.byteLength / dtypeBytes[dtype]);
  const words = new Uint32Array(values.buffer);
  if (dtype === 'F16' || dtype === 'BF16') {
    widen(dtype, data, words);
  } else if (dtype === 'F64') {
    for (let i = 0; i < values.length; i++) values[i] = view.getFloat64(8 * i, true);
  } else {
    throw new FormatError(`${name} holds ${dtype} elements. Only F32, F16, BF16 and F64 can be read as f32; read its bytes instead.`);
  }
  return values;
}
