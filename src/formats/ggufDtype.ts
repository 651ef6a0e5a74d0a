// Element types as GGUF numbers them. Floats stand alone; quantized numbers stand in blocks that share a scale:
//   bytes of a tensor = numbers / numbersPerBlock · bytesPerBlock, and every row is made of whole blocks.
// The numbering is ggml's (enum ggml_type); types that ggml has dropped leave gaps in it.
// See https://github.com/ggml-org/ggml/blob/master/docs/gguf.md

/** Number of each type in the file, numbers per block, bytes per block. */
export const ggufDtypes = {
  F32: { id: 0, numbers: 1, bytes: 4 },
  F16: { id: 1, numbers: 1, bytes: 2 },
  Q4_0: { id: 2, numbers: 32, bytes: 18 },
  Q4_1: { id: 3, numbers: 32, bytes: 20 },
  Q5_0: { id: 6, numbers: 32, bytes: 22 },
  Q5_1: { id: 7, numbers: 32, bytes: 24 },
  Q8_0: { id: 8, numbers: 32, bytes: 34 },
  Q2_K: { id: 10, numbers: 256, bytes: 84 },
  Q3_K: { id: 11, numbers: 256, bytes: 110 },
  Q4_K: { id: 12, numbers: 256, bytes: 144 },
  Q5_K: { id: 13, numbers: 256, bytes: 176 },
  Q6_K: { id: 14, numbers: 256, bytes: 210 },
  IQ4_NL: { id: 20, numbers: 32, bytes: 18 },
  I8: { id: 24, numbers: 1, bytes: 1 },
  I16: { id: 25, numbers: 1, bytes: 2 },
  I32: { id: 26, numbers: 1, bytes: 4 },
  I64: { id: 27, numbers: 1, bytes: 8 },
  F64: { id: 28, numbers: 1, bytes: 8 },
  BF16: { id: 30, numbers: 1, bytes: 2 },
} as const;

/** The type of a tensor's elements, as ggml names it. */
export type GgufDtype = keyof typeof ggufDtypes;

const byId = new Map(Object.entries(ggufDtypes).map(([name, { id }]) => [id as number, name as GgufDtype]));

/** The name of the type that a file writes as `id`, or null if this library does not know it. */
export const ggufDtypeOrNull = (id: number): GgufDtype | null => byId.get(id) ?? null;

/**
 * How many bytes `numbers` elements take, when they fill whole blocks.
 *
 * @example
 * ggufBytes('Q8_0', 64); // 68: two blocks of 32 bytes and a scale of 2
 */
export function ggufBytes(dtype: GgufDtype, numbers: number): number {
  const block = ggufDtypes[dtype];
  return (numbers / block.numbers) * block.bytes;
}
