// What lies in a file of weights, whatever its format: tensors with a type, a shape and a range of bytes.
import { parseGguf } from '../formats/gguf.ts';
import type { GgufValue } from '../formats/ggufValue.ts';
import { FormatError, type GgufDtype, ggufDtypes, parseSafetensorsHeader } from '../index.ts';
import { type ByteSource, readSome } from './byteSource.ts';

/** A tensor in a file. `dtype` is a name of ggml's, or another one where the numbers cannot be used as weights. */
export interface TensorEntry {
  readonly name: string;
  readonly dtype: GgufDtype | (string & {});
  readonly shape: readonly number[];
  readonly source: ByteSource;
  readonly begin: number;
  readonly end: number;
}

export type TensorEntries = ReadonlyMap<string, TensorEntry>;

export const isWeightType = (dtype: string): dtype is GgufDtype => Object.hasOwn(ggufDtypes, dtype) && !/^I\d/.test(dtype);

/** The tensors of a .safetensors file; only its header is read. */
export async function safetensorsEntries(source: ByteSource): Promise<{ metadata: Readonly<Record<string, string>>; entries: TensorEntries }> {
  const first = await readSome(source, 0, 8), promised = first.length < 8 ? 0n : new DataView(first.buffer).getBigUint64(0, true);
  // what is no header at all is refused by its first bytes
  const head = promised > 100_000_000n ? first : await readSome(source, 0, 8 + Number(promised)), { metadata, tensors } = parseSafetensorsHeader(head, source.name, source.size);
  return { metadata, entries: new Map([...tensors].map(([name, entry]) => [name, { name, ...entry, source }])) };
}

/** Headers of GGUF hold a vocabulary; larger ones than this no model has. */
const LONGEST_HEADER = 2 ** 27;

/** The tensors and metadata of a .gguf file; only its header is read. */
export async function ggufEntries(source: ByteSource): Promise<{ version: number; metadata: ReadonlyMap<string, GgufValue>; entries: TensorEntries }> {
  for (let length = 2 ** 22; ; length *= 4) {
    const head = await readSome(source, 0, length);
    try {
      const { version, metadata, tensors } = parseGguf(head, source.name, source.size);
      return { version, metadata, entries: new Map([...tensors].map(([name, entry]) => [name, { ...entry, source }])) };
    } catch (error) {
      // more of it may be the whole header
      if (!(error instanceof FormatError) || head.length >= source.size || length >= LONGEST_HEADER) throw error;
    }
  }
}
