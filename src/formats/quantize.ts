// Fewer bits per weight: blocks of numbers share a scale, and each number is a small integer times it.
//   x ≈ q · d,  d = max |x| / (largest q)
// Reading order: quantizeF16 (halves), quantizeBlocks32 (the plain types), quantizeBlocks256 (the K types), quantizeK (how those are written).

import { FormatError, ShapeError, count } from '../errors.ts';
import { toF32 } from './dtype.ts';
import { ggufBytes, ggufDtypes, type GgufDtype } from './ggufDtype.ts';
import { dequantizeBlocks256 } from './quantizeBlocks256.ts';
import { dequantizeBlocks32, quantizeBlocks32, type DequantizeBlock } from './quantizeBlocks32.ts';
import { quantizeBf16, quantizeF16 } from './quantizeF16.ts';
import { quantizeBlocks256 } from './quantizeK.ts';

const readers: Readonly<Partial<Record<GgufDtype, DequantizeBlock>>> = { ...dequantizeBlocks32, ...dequantizeBlocks256 };

/** The types that can be written from f32 numbers. */
export type QuantizeDtype = 'F32' | 'F16' | 'BF16' | keyof typeof quantizeBlocks32 | keyof typeof quantizeBlocks256;

const writers = { ...quantizeBlocks32, ...quantizeBlocks256 } as const;

/**
 * The f32 numbers of a tensor as a GGUF file stores it: the same bits as ggml's own reading (a NaN may differ in its payload).
 *
 * @param dtype any float or quantized type of GGUF.
 * @param data whole blocks; need not be aligned.
 * @returns a view of `data` for aligned F32, else new numbers. F64 is rounded.
 * @throws {FormatError} when the data are not whole blocks, or hold integers.
 * @see https://github.com/ggml-org/ggml/blob/master/src/ggml-quants.c
 * @example
 * dequantize('Q8_0', quantize('Q8_0', new Float32Array(32).fill(127)))[0]; // 127
 */
export function dequantize(dtype: GgufDtype, data: Uint8Array): Float32Array {
  const block = ggufDtypes[dtype];
  if (data.byteLength % block.bytes !== 0) {
    throw new FormatError(`${count(data.byteLength)} bytes are not whole blocks of ${dtype}, which take ${block.bytes} bytes each. Give whole rows of the tensor.`);
  }
  const read = readers[dtype];
  if (!read) {
    if (dtype === 'F32' || dtype === 'F16' || dtype === 'BF16' || dtype === 'F64') return toF32('The tensor', dtype, data);
    throw new FormatError(`${dtype} elements are integers, not weights. Read their bytes instead.`);
  }
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength), blocks = data.byteLength / block.bytes;
  const values = new Float32Array(blocks * block.numbers);
  for (let b = 0; b < blocks; b++) read(view, b * block.bytes, values, b * block.numbers);
  return values;
}

/**
 * Numbers as a GGUF file stores them: the same bytes as ggml's reference quantizer.
 * Quantized blocks beyond the reach of their 16-bit scale (about 8 million for Q8_0) read back as infinite.
 *
 * @param dtype F32, F16, BF16, Q8_0 (8.5 bits per weight), Q6_K (6.6), Q4_K or Q4_0 (4.5).
 * @param values whole blocks: for Q8_0 and Q4_0 a multiple of 32 numbers, for Q6_K and Q4_K of 256, all finite.
 * @throws {ShapeError} when they are not whole blocks.
 * @throws {FormatError} when a number to be quantized is not finite.
 * @see https://github.com/ggml-org/ggml/blob/master/src/ggml-quants.c
 * @example
 * quantize('Q8_0', new Float32Array(64)).length; // 68
 */
export function quantize(dtype: QuantizeDtype, values: Float32Array): Uint8Array<ArrayBuffer> {
  if (dtype === 'F32') return new Uint8Array(new Float32Array(values).buffer);
  if (dtype === 'F16') return quantizeF16(values);
  if (dtype === 'BF16') return quantizeBf16(values);
  const block = ggufDtypes[dtype], write = writers[dtype];
  if (values.length % block.numbers !== 0) {
    throw new ShapeError(`${count(values.length)} numbers are not whole blocks of ${dtype}, which hold ${block.numbers} each. Use F16 for this tensor, or pad its rows.`);
  }
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new FormatError(`Number ${count(bad)} is ${values[bad]}, which ${dtype} cannot hold: it would spoil its whole block. Look for where training diverged.`);
  const bytes = new Uint8Array(ggufBytes(dtype, values.length)), view = new DataView(bytes.buffer);
  for (let b = 0; b * block.numbers < values.length; b++) write(values, b * block.numbers, view, b * block.bytes);
  return bytes;
}
