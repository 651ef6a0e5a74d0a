// GGUF: the file of llama.cpp, with everything that a model needs in one place.
//   "GGUF" | u32 version | u64 tensors | u64 entries | metadata entries | tensor infos | padding | tensors
//   entry: key | type | value         info: name | u32 dimensions | u64 each, innermost first | u32 type | u64 offset
// Offsets count from the first tensor and are multiples of the alignment, as is the place of the first tensor.
// GGUF writes dimensions from the innermost out; here shapes are in C order, as everywhere else in this library.
// See https://github.com/ggml-org/ggml/blob/master/docs/gguf.md

import { FormatError, ShapeError, count, show } from '../errors.ts';
import { ggufBytes, ggufDtypeOrNull, ggufDtypes, type GgufDtype } from './ggufDtype.ts';
import { GgufReader } from './ggufReader.ts';
import { readGgufValue, type GgufValue } from './ggufValue.ts';
import { GgufWriter } from './ggufWriter.ts';

/** Where a tensor lies: bytes `begin` to `end` of the file. `shape` is in C order, rows of the innermost size last. */
export interface GgufTensorInfo {
  readonly name: string;
  readonly dtype: GgufDtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** What stands before the tensors of a GGUF file. */
export interface GgufHeader {
  readonly version: number;
  readonly alignment: number;
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly tensors: ReadonlyMap<string, GgufTensorInfo>;
}

/** A tensor to be written. `data` holds its blocks; see `quantize`. */
export interface GgufTensor {
  readonly name: string;
  readonly dtype: GgufDtype;
  readonly shape: readonly number[];
  readonly data: ArrayBufferView;
}

const magic = 0x46554747; // "GGUF", little endian
const usualAlignment = 32;
const mostTensors = 65_536, mostEntries = 65_536, mostDimensions = 4, longestName = 64;

const alignUp = (bytes: number, alignment: number): number => Math.ceil(bytes / alignment) * alignment;
const isAlignment = (n: number): boolean => Number.isSafeInteger(n) && n > 0 && n <= 2 ** 30 && (n & (n - 1)) === 0;

/**
 * Reads the header of a GGUF file, version 2 or 3, little endian. Nothing in it is believed before it is checked:
 * lengths, names, types, shapes, offsets and overlaps.
 *
 * @param file the file, or so much from its beginning that the whole header is in it.
 * @param name what error messages call it.
 * @param fileBytes the size of the whole file, where `file` is only its beginning.
 * @throws {FormatError} when it is cut short, damaged, or not GGUF at all.
 * @see https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 * @example
 * const { metadata, tensors } = parseGguf(await readFile('model.gguf'), 'model.gguf');
 * metadata.get('general.architecture'); // { type: 'string', value: 'llama' }
 */
export function parseGguf(file: Uint8Array, name = 'gguf', fileBytes = file.length): GgufHeader {
  const reader = new GgufReader(file, name);
  if (reader.u32('the magic word GGUF') !== magic) throw new FormatError(`${name}: a GGUF file begins with the letters GGUF; this one does not. It is another kind of file, or damaged.`);
  const version = reader.u32('the version');
  if (version !== 2 && version !== 3) {
    const why = (version & 0xffff) === 0 ? 'It is a big-endian file; convert it to little endian.' : 'Convert it with a current llama.cpp.';
    throw new FormatError(`${name}: GGUF versions 2 and 3 can be read, but this file says ${count(version)}. ${why}`);
  }
  const tensorCount = reader.length('tensors', 24), entryCount = reader.length('metadata entries', 13);
  if (tensorCount > mostTensors || entryCount > mostEntries) {
    throw new FormatError(`${name}: the file has ${count(tensorCount)} tensors and ${count(entryCount)} metadata entries; ${count(mostTensors)} of each are the most there can be. It is damaged or hostile.`);
  }
  const metadata = readMetadata(reader, entryCount);
  const alignment = alignmentOf(metadata, name);
  const infos = Array.from({ length: tensorCount }, () => readInfo(reader, alignment));
  const start = alignUp(reader.at, alignment);
  return { version, alignment, metadata, tensors: placeTensors(infos, start, fileBytes, name) };
}

function readMetadata(reader: GgufReader, entries: number): Map<string, GgufValue> {
  const metadata = new Map<string, GgufValue>();
  for (let i = 0; i < entries; i++) {
    const key = reader.string('a metadata key'), shown = shorten(key);
    if (metadata.has(key)) throw new FormatError(`${reader.name}: two metadata entries are called ${shown}. Which one is meant cannot be known.`);
    metadata.set(key, readGgufValue(reader, `the metadata entry ${shown}`));
  }
  return metadata;
}

/** A name as messages show it: quoted, control characters spelled out, not longer than a line. */
const shorten = (name: string): string => JSON.stringify(name.length > longestName ? `${name.slice(0, longestName)}…` : name);

function alignmentOf(metadata: ReadonlyMap<string, GgufValue>, name: string): number {
  const entry = metadata.get('general.alignment');
  if (!entry) return usualAlignment;
  if (entry.type !== 'uint32' || !isAlignment(entry.value)) {
    throw new FormatError(`${name}: general.alignment must be a uint32 and a power of two, but is ${entry.type === 'array' ? 'an array' : `${shorten(String(entry.value))} (${entry.type})`}. The file is damaged.`);
  }
  return entry.value;
}

/** A tensor info as it stands in the file; `begin` and `end` still count from the first tensor. */
function readInfo(reader: GgufReader, alignment: number): GgufTensorInfo {
  const name = reader.string('the name of a tensor'), what = `${reader.name}: the tensor ${shorten(name)}`;
  if (new TextEncoder().encode(name).length > longestName) throw new FormatError(`${what} has a name of more than ${longestName} bytes. GGUF allows no longer ones; the file is damaged.`);
  const dimensions = reader.u32('the number of dimensions');
  if (dimensions > mostDimensions) throw new FormatError(`${what} has ${count(dimensions)} dimensions; ${mostDimensions} are the most there can be. The file is damaged.`);
  const shape = Array.from({ length: dimensions }, () => reader.u64('a dimension')).reverse();
  const id = reader.u32('the type of a tensor'), dtype = ggufDtypeOrNull(id);
  if (!dtype) throw new FormatError(`${what} has elements of ggml type ${count(id)}, which cannot be read. Known are ${Object.keys(ggufDtypes).join(', ')}; requantize it to one of these.`);
  const numbers = shape.reduce((product, size) => product * size, 1), bytes = ggufBytes(dtype, numbers);
  if (!Number.isSafeInteger(bytes) || numbers > Number.MAX_SAFE_INTEGER) throw new FormatError(`${what} of shape (${shape.join(', ')}) does not make whole ${dtype} blocks, or is larger than any file.`);
  if ((shape.at(-1) ?? 1) % ggufDtypes[dtype].numbers !== 0) throw new FormatError(`${what} has rows of ${count(shape.at(-1) ?? 1)} numbers, but ${dtype} needs a multiple of ${ggufDtypes[dtype].numbers}. The file is damaged.`);
  const begin = reader.u64('the offset of a tensor');
  if (begin % alignment !== 0) throw new FormatError(`${what} begins at offset ${count(begin)}, which is not a multiple of the alignment ${count(alignment)}. The file is damaged.`);
  return { name, dtype, shape, begin, end: begin + bytes };
}

function placeTensors(infos: readonly GgufTensorInfo[], start: number, fileBytes: number, name: string): Map<string, GgufTensorInfo> {
  let end = 0;
  for (const info of [...infos].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    const where = `${name}: the tensor ${shorten(info.name)} is said to lie at bytes ${count(start + info.begin)} to ${count(start + info.end)}`;
    if (info.begin < end) throw new FormatError(`${where}, but the tensor before it ends at ${count(start + end)}. Tensors must not overlap.`);
    if (start + info.end > fileBytes) throw new FormatError(`${where}, but the file has only ${count(fileBytes)}. It is probably cut short; fetch it again.`);
    end = info.end;
  }
  const tensors = new Map<string, GgufTensorInfo>();
  for (const info of infos) {
    if (tensors.has(info.name)) throw new FormatError(`${name}: two tensors are called ${shorten(info.name)}. Which one is meant cannot be known.`);
    tensors.set(info.name, { ...info, begin: start + info.begin, end: start + info.end });
  }
  return tensors;
}

/**
 * Writes a GGUF file, version 3, tensors in the order in which they are given: the same input gives the same bytes.
 * Tensors are aligned to `general.alignment` of the metadata, or to 32 bytes.
 *
 * @throws {ShapeError} when data and shape do not fit together, or rows are not whole blocks.
 * @throws {FormatError} when two tensors have one name, a name is too long, or a value does not fit its type.
 * @see https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 * @example
 * const x = { name: 'x', dtype: 'F32', shape: [2], data: new Float32Array([1, 2]) } as const;
 * const file = writeGguf(new Map([['general.architecture', { type: 'string', value: 'llama' }]]), [x]);
 * parseGguf(file).tensors.get('x')!.shape; // [2]
 */
export function writeGguf(metadata: ReadonlyMap<string, GgufValue>, tensors: Iterable<GgufTensor>): Uint8Array<ArrayBuffer> {
  const list = [...tensors], names = new Set<string>(), writer = new GgufWriter();
  const alignment = alignmentOf(metadata, 'writeGguf');
  writer.u32(magic);
  writer.u32(3);
  writer.u64(list.length);
  writer.u64(metadata.size);
  for (const [key, value] of metadata) {
    writer.string(key, 'a metadata key');
    writer.value(value, `the metadata entry ${shorten(key)}`);
  }
  let offset = 0;
  for (const tensor of list) {
    checkTensor(tensor, names);
    writer.string(tensor.name, 'the name of a tensor');
    writer.u32(tensor.shape.length);
    for (const size of [...tensor.shape].reverse()) writer.u64(size);
    writer.u32(ggufDtypes[tensor.dtype].id);
    writer.u64(offset);
    offset += alignUp(tensor.data.byteLength, alignment);
  }
  // llama.cpp wants the padding after the last tensor too.
  let at = alignUp(writer.bytes, alignment);
  const file = new Uint8Array(at + offset);
  writer.copyTo(file);
  for (const { data } of list) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += alignUp(data.byteLength, alignment);
  }
  return file;
}

/** Refuses a tensor that a reader would refuse. */
function checkTensor(tensor: GgufTensor, names: Set<string>): void {
  const { name, dtype, shape, data } = tensor, block = ggufDtypes[dtype];
  if (names.has(name)) throw new FormatError(`Two tensors are called ${JSON.stringify(name)}. Every tensor in a file needs a name of its own.`);
  names.add(name);
  if (new TextEncoder().encode(name).length >= longestName) throw new FormatError(`${JSON.stringify(name)} is too long: llama.cpp reads names of up to ${longestName - 1} bytes.`);
  if (shape.length > mostDimensions) throw new ShapeError(`${show(tensor)} has ${shape.length} dimensions; GGUF allows ${mostDimensions}.`);
  if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0)) throw new ShapeError(`${show(tensor)}: every size must be a whole number, at least 0.`);
  if ((shape.at(-1) ?? 1) % block.numbers !== 0) throw new ShapeError(`${show(tensor)}: ${dtype} needs rows of a multiple of ${block.numbers} numbers. Choose another type for this tensor.`);
  const bytes = ggufBytes(dtype, shape.reduce((product, size) => product * size, 1));
  if (bytes !== data.byteLength) throw new ShapeError(`${show(tensor)} of ${dtype} takes ${count(bytes)} bytes, but its data has ${count(data.byteLength)}.`);
}
