// What is in a file of weights, without reading the weights.
import type { GgufValue } from '../formats/ggufValue.ts';
import { FormatError } from '../index.ts';
import { readSome } from './byteSource.ts';
import { readLlama2c } from './llama2c.ts';
import { type ModelSource, openPlace } from './place.ts';
import { ggufEntries, safetensorsEntries, type TensorEntries } from './tensorFile.ts';

export interface FileDescription {
  readonly format: 'gguf' | 'safetensors' | 'llama2c';
  readonly bytes: number;
  /** Keys and values as a line shows them: long lists by their first items. */
  readonly metadata: readonly (readonly [key: string, shown: string])[];
  readonly tensors: readonly { readonly name: string; readonly dtype: string; readonly shape: readonly number[]; readonly bytes: number }[];
}

const SHOWN = 4, LONGEST = 120;

function show(value: GgufValue): string {
  if (value.type !== 'array') return shorten(typeof value.value === 'string' ? JSON.stringify(value.value) : String(value.value));
  const items = Array.from({ length: Math.min(SHOWN, value.value.length) }, (_, i) => {
    const item = value.value[i]!;
    return typeof item === 'object' ? '[…]' : typeof item === 'string' ? JSON.stringify(item) : String(item);
  });
  return shorten(`${value.value.length} of ${value.items}: ${items.join(', ')}${value.value.length > SHOWN ? ', …' : ''}`);
}

const shorten = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);

const listed = (entries: TensorEntries): FileDescription['tensors'] => [...entries.values()].map(({ name, dtype, shape, begin, end }) => ({ name, dtype, shape, bytes: end - begin }));

/**
 * The header of a .gguf, a .safetensors or a .bin of llama2.c: metadata, tensors, sizes.
 *
 * @throws {FormatError} when it is none of them, or damaged.
 * @throws {DataError} when there is no such file.
 * @example
 * (await describeFile('model.gguf')).tensors[0]; // { name: 'token_embd.weight', dtype: 'Q8_0', shape: [512, 64], bytes: 34816 }
 */
export async function describeFile(source: ModelSource): Promise<FileDescription> {
  const place = await openPlace(source), file = place.main === null ? null : await place.open(place.main);
  if (!file) throw new FormatError(`${place.name} is a folder. Name one file: a .gguf, a .safetensors or a .bin of llama2.c.`);
  try {
    const head = await readSome(file, 0, 9), letters = String.fromCharCode(...head.subarray(0, 4)), bytes = file.size;
    if (letters === 'GGUF') {
      const { version, metadata, entries } = await ggufEntries(file);
      return { format: 'gguf', bytes, metadata: [['version', String(version)], ...[...metadata].map(([key, value]) => [key, show(value)] as const)], tensors: listed(entries) };
    }
    if (head[8] === 0x7b) {
      const { metadata, entries } = await safetensorsEntries(file);
      return { format: 'safetensors', bytes, metadata: Object.entries(metadata).map(([key, value]) => [key, shorten(JSON.stringify(value))] as const), tensors: listed(entries) };
    }
    const { config, entries } = await readLlama2c(file), { channels, hidden, layers, heads, kvHeads, vocab, context, tied } = config;
    return { format: 'llama2c', bytes, metadata: Object.entries({ channels, hidden, layers, heads, kvHeads, vocab, context, tied }).map(([key, value]) => [key, String(value)] as const), tensors: listed(entries) };
  } finally {
    await file.close?.();
  }
}
