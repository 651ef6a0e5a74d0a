// The values of GGUF metadata: every one carries its type, so that what is read can be written again bit for bit.
//   string = u64 length | UTF-8         array = u32 type of the items | u64 count | items (which may be arrays)

import { FormatError, count } from '../errors.ts';
import type { GgufReader } from './ggufReader.ts';

/** The types of metadata values, in the order of their numbers in the file. */
export const ggufTypes = [
  'uint8', 'int8', 'uint16', 'int16', 'uint32', 'int32', 'float32', 'bool', 'string', 'array', 'uint64', 'int64', 'float64',
] as const;

/** The type of a metadata value. */
export type GgufType = (typeof ggufTypes)[number];

/** Numbers of an array lie in a typed array; other items in a plain one. */
export type GgufItems =
  | Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | Float32Array | Float64Array
  | BigUint64Array | BigInt64Array | readonly boolean[] | readonly string[] | readonly GgufArray[];

/** An array in the metadata: the type of its items, and the items. */
export interface GgufArray {
  readonly type: 'array';
  readonly items: GgufType;
  readonly value: GgufItems;
}

/** A metadata value with its type. 64-bit integers are bigints. */
export type GgufValue =
  | { readonly type: 'uint8' | 'int8' | 'uint16' | 'int16' | 'uint32' | 'int32' | 'float32' | 'float64'; readonly value: number }
  | { readonly type: 'uint64' | 'int64'; readonly value: bigint }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'string'; readonly value: string }
  | GgufArray;

/** Arrays in arrays deeper than this are an attack, not a model. */
const deepest = 4;

/** Typed arrays for items that are numbers, with the bytes of one. */
export const ggufNumberArrays = {
  uint8: Uint8Array, int8: Int8Array, uint16: Uint16Array, int16: Int16Array, uint32: Uint32Array, int32: Int32Array,
  float32: Float32Array, uint64: BigUint64Array, int64: BigInt64Array, float64: Float64Array,
} as const;

/** Whether items of this type lie in a typed array. */
export const isGgufNumberType = (type: GgufType): type is keyof typeof ggufNumberArrays => Object.hasOwn(ggufNumberArrays, type);

/** The fewest bytes that an item can take. */
const leastBytes = (type: GgufType): number =>
  isGgufNumberType(type) ? ggufNumberArrays[type].BYTES_PER_ELEMENT : type === 'bool' ? 1 : type === 'string' ? 8 : 12;

/** Reads the number of a type and gives its name. */
function readType(reader: GgufReader, what: string): GgufType {
  const id = reader.u32(what);
  const type = ggufTypes[id];
  if (!type) throw new FormatError(`${reader.name}: ${what} has a value of type ${count(id)}; GGUF knows types 0 to ${ggufTypes.length - 1}. The file is damaged, or newer than this library.`);
  return type;
}

/**
 * Reads the type and the value of one metadata entry.
 *
 * @param what the entry, for error messages.
 * @throws {FormatError} when it runs off the end, nests too deep or is of no known type.
 */
export function readGgufValue(reader: GgufReader, what: string): GgufValue {
  const type = readType(reader, what);
  switch (type) {
    case 'array': return readArray(reader, what, 1);
    case 'string': return { type, value: reader.string(what) };
    case 'bool': return { type, value: readBool(reader, what) };
    case 'uint64': return { type, value: reader.view(8, what).getBigUint64(0, true) };
    case 'int64': return { type, value: reader.view(8, what).getBigInt64(0, true) };
    default: return { type, value: Number(readNumbers(reader, type, 1, what)[0]) };
  }
}

function readArray(reader: GgufReader, what: string, depth: number): GgufArray {
  if (depth > deepest) throw new FormatError(`${reader.name}: ${what} nests arrays more than ${deepest} deep. No model needs that; the file is damaged or hostile.`);
  const items = readType(reader, what);
  const length = reader.length(`${what}'s items`, leastBytes(items));
  if (isGgufNumberType(items)) return { type: 'array', items, value: readNumbers(reader, items, length, what) };
  reader.spend(length, what);
  if (items === 'string') return { type: 'array', items, value: Array.from({ length }, () => reader.string(what)) };
  if (items === 'bool') return { type: 'array', items, value: Array.from({ length }, () => readBool(reader, what)) };
  return { type: 'array', items, value: Array.from({ length }, () => readArray(reader, what, depth + 1)) };
}

function readBool(reader: GgufReader, what: string): boolean {
  const byte = reader.view(1, what).getUint8(0);
  if (byte > 1) throw new FormatError(`${reader.name}: ${what} should be true (1) or false (0) but is ${byte}. The file is damaged.`);
  return byte === 1;
}

/** Numbers lie in the file as in a typed array (both little endian), only perhaps unaligned: they are copied. */
function readNumbers(reader: GgufReader, type: keyof typeof ggufNumberArrays, length: number, what: string) {
  const Numbers = ggufNumberArrays[type];
  const view = reader.view(length * Numbers.BYTES_PER_ELEMENT, what);
  const copy = new Uint8Array(view.byteLength);
  copy.set(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
  return new Numbers(copy.buffer);
}

