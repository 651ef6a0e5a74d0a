// safetensors: a file of named tensors that can be read without trusting it.
//   8 bytes: length N of the header, little endian | N bytes of JSON | the tensors' bytes, without a gap
//   header: { "__metadata__": { "any": "text" }, "wte": { "dtype": "F32", "shape": [65, 128], "data_offsets": [0, 33280] }, ... }
// Format: https://github.com/huggingface/safetensors#format. The rules are those of its reference reader.

import { FormatError, ShapeError, count, show } from '../errors.ts';
import { dtypeBytes, toF32, type Dtype } from './dtype.ts';
import { parseHeader } from './safetensorsHeader.ts';

/** A tensor to be written. `data` holds the elements, little endian, in C order. */
export interface NamedTensor {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly data: ArrayBufferView;
}

/** A tensor inside a parsed file. `data` is a view of the file's bytes: nothing was copied. */
export interface StoredTensor {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** What a safetensors file holds, tensors in the order of the header. */
export interface Safetensors {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
}

/** The reference reader refuses longer headers; so do we. */
const longestHeader = 100_000_000;

/**
 * Writes tensors in the order in which they are given: the same tensors give the same bytes.
 * The header is padded with spaces to 8 bytes, so that tensors of one type stay aligned.
 *
 * @throws {ShapeError} when data and shape do not fit together.
 * @throws {FormatError} when two tensors have one name.
 * @see https://github.com/huggingface/safetensors#format
 * @example
 * const file = writeSafetensors([{ name: 'x', dtype: 'F32', shape: [2], data: new Float32Array([1, 2]) }], { made: 'here' });
 * parseSafetensors(file).tensors.get('x')!.shape; // [2]
 */
export function writeSafetensors(tensors: Iterable<NamedTensor>, metadata?: Readonly<Record<string, string>>): Uint8Array<ArrayBuffer> {
  const list = [...tensors];
  const entries: string[] = metadata ? [`"__metadata__":${JSON.stringify(metadata)}`] : [];
  const names = new Set(['__metadata__']);
  let end = 0;
  for (const tensor of list) {
    const { name, dtype, shape, data } = tensor;
    if (names.has(name)) throw new FormatError(`Two tensors are called ${JSON.stringify(name)}. Every tensor in a file needs a name of its own.`);
    names.add(name);
    const bytes = shape.reduce((product, size) => product * size, dtypeBytes[dtype]);
    if (bytes !== data.byteLength) {
      throw new ShapeError(`${show(tensor)} of ${dtype} takes ${count(bytes)} bytes, but its data has ${count(data.byteLength)}.`);
    }
    entries.push(`${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [end, end + bytes] })}`);
    end += bytes;
  }
  const json = new TextEncoder().encode(`{${entries.join(',')}}`);
  const headerBytes = Math.ceil(json.length / 8) * 8;
  const file = new Uint8Array(8 + headerBytes + end);
  new DataView(file.buffer).setUint32(0, headerBytes, true);
  file.fill(0x20, 8, 8 + headerBytes);
  file.set(json, 8);
  let at = 8 + headerBytes;
  for (const { data } of list) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return file;
}

/** Where a tensor lies: bytes `begin` to `end` of the file. */
export interface SafetensorsEntry {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/**
 * Reads the header of a safetensors file. Nothing in it is believed before it is checked: lengths, names, types and offsets.
 *
 * @param head the file, or so much from its beginning that the whole header is in it.
 * @param name what error messages call it.
 * @param fileBytes the size of the whole file, where `head` is only its beginning.
 * @throws {FormatError} when it is cut short, damaged, or not safetensors at all.
 * @see https://github.com/huggingface/safetensors#format
 * @example
 * parseSafetensorsHeader(head, 'model.safetensors', 4e9).tensors.get('wte'); // { dtype: 'F32', shape: [65, 128], begin: 312, end: 33592 }
 */
export function parseSafetensorsHeader(head: Uint8Array, name = 'safetensors', fileBytes = head.length): { readonly metadata: Readonly<Record<string, string>>; readonly tensors: ReadonlyMap<string, SafetensorsEntry> } {
  if (head.length < 8) {
    throw new FormatError(`${name}: a safetensors file begins with 8 bytes that tell the length of its header, but the file has only ${count(head.length)} bytes.`);
  }
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const promised = view.getBigUint64(0, true);
  if (promised > longestHeader) {
    throw new FormatError(`${name}: the first 8 bytes promise a header of ${promised} bytes; ${count(longestHeader)} is the most there can be. This is probably not a safetensors file.`);
  }
  const headerBytes = Number(promised), start = 8 + headerBytes;
  if (start > head.length) {
    throw new FormatError(`${name}: the file promises a header of ${count(headerBytes)} bytes but has only ${count(fileBytes)} bytes in all. It is probably cut short; fetch it again.`);
  }
  const header = parseHeader(head.subarray(8, start), name);

  // Sorted by where they begin, the tensors must follow each other without gap or overlap, to the end of the file.
  const inOrder = [...header.entries].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  let end = 0;
  for (const [tensorName, entry] of inOrder) {
    const where = `${name}: ${JSON.stringify(tensorName)} is said to lie at bytes ${count(entry.begin)} to ${count(entry.end)}`;
    if (entry.end < entry.begin) throw new FormatError(`${where}, which ends before it begins.`);
    if (entry.begin < end) throw new FormatError(`${where}, but the tensor before it ends at ${count(end)}. Tensors must not overlap.`);
    if (entry.begin > end) throw new FormatError(`${where}, but the tensor before it ends at ${count(end)}. There must be no gap between tensors.`);
    const bytes = entry.shape.reduce((product, size) => product * size, dtypeBytes[entry.dtype]);
    if (bytes !== entry.end - entry.begin) {
      throw new FormatError(`${where}, but ${entry.dtype} of shape (${entry.shape.join(', ')}) takes ${count(bytes)} bytes.`);
    }
    end = entry.end;
  }
  if (start + end > fileBytes) {
    throw new FormatError(`${name}: the header promises ${count(start + end)} bytes but the file has ${count(fileBytes)}. It is probably cut short; fetch it again.`);
  }
  if (start + end < fileBytes) {
    throw new FormatError(`${name}: the header describes ${count(start + end)} bytes but the file has ${count(fileBytes)}. What follows belongs to no tensor.`);
  }
  const tensors = new Map<string, SafetensorsEntry>();
  for (const [tensorName, { dtype, shape, begin, end: last }] of header.entries) tensors.set(tensorName, { dtype, shape, begin: start + begin, end: start + last });
  return { metadata: header.metadata, tensors };
}

/**
 * Reads a safetensors file, as {@link parseSafetensorsHeader} does.
 *
 * @param file the whole file. The tensors returned are views of it.
 * @param name what error messages call it.
 * @throws {FormatError} when it is cut short, damaged, or not safetensors at all.
 * @example
 * const { tensors } = parseSafetensors(await readFile('model.safetensors'), 'model.safetensors');
 * readTensorF32(tensors.get('wte')!); // Float32Array
 */
export function parseSafetensors(file: Uint8Array, name = 'safetensors'): Safetensors {
  const header = parseSafetensorsHeader(file, name), tensors = new Map<string, StoredTensor>();
  // Node's Buffer is a Uint8Array whose slice() does not copy; what goes out is a plain one.
  const data = new Uint8Array(file.buffer, file.byteOffset, file.length);
  for (const [tensorName, { dtype, shape, begin, end }] of header.tensors) tensors.set(tensorName, { name: tensorName, dtype, shape, data: data.subarray(begin, end) });
  return { metadata: header.metadata, tensors };
}

/**
 * The numbers of a float tensor as f32. F16 and BF16 become f32 exactly, F64 is rounded.
 *
 * @returns a view of the file's bytes for aligned F32, else a copy. Do not write to it.
 * @throws {FormatError} when the tensor holds no floats.
 */
export const readTensorF32 = (tensor: StoredTensor): Float32Array => toF32(tensor.name, tensor.dtype, tensor.data);
