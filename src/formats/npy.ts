// npy: one array in one file, as numpy.save writes it.
//   "\x93NUMPY" | version | header length | a Python dict { descr, fortran_order, shape }, padded to 64 bytes | the numbers
// Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html

import { FormatError, ShapeError, count } from '../errors.ts';

/** The arrays that npy files hold here, all little endian. */
export type NpyData = Float32Array | Float64Array | Int32Array | Uint32Array | Int16Array | Uint16Array | Int8Array | Uint8Array;

/** An array and its shape, in C order. */
export interface Npy {
  readonly shape: readonly number[];
  readonly data: NpyData;
}

const types = {
  '<f4': Float32Array, '<f8': Float64Array, '<i4': Int32Array, '<u4': Uint32Array,
  '<i2': Int16Array, '<u2': Uint16Array, '|i1': Int8Array, '|u1': Uint8Array,
} as const;

const magic = '\x93NUMPY';

/**
 * The bytes of an .npy file, equal to what `numpy.save` writes for the same array.
 *
 * @throws {ShapeError} when shape and data do not fit together.
 * @example
 * writeNpy([2, 3], new Float32Array(6)); // numpy.load gives a (2, 3) array of float32
 */
export function writeNpy(shape: readonly number[], data: NpyData): Uint8Array<ArrayBuffer> {
  const elements = shape.reduce((product, size) => product * size, 1);
  if (elements !== data.length) {
    throw new ShapeError(`npy: the shape (${shape.join(', ')}) has ${count(elements)} elements, but the data has ${count(data.length)}.`);
  }
  const descr = Object.entries(types).find(([, type]) => data instanceof type)![0];
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const dict = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const start = Math.ceil((10 + dict.length + 1) / 64) * 64;
  const file = new Uint8Array(start + data.byteLength);
  const header = `${magic}\x01\x00\x00\x00${dict.padEnd(start - 11)}\n`;
  for (let i = 0; i < header.length; i++) file[i] = header.charCodeAt(i);
  new DataView(file.buffer).setUint16(8, start - 10, true);
  file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), start);
  return file;
}

/**
 * Reads an .npy file of versions 1 to 3. The numbers are copied, so alignment does not matter.
 *
 * @param name what error messages call the file.
 * @throws {FormatError} when it is cut short, damaged, or of a kind that is not read here.
 * @example
 * parseNpy(writeNpy([2], new Int32Array([7, 8]))); // { shape: [2], data: Int32Array [7, 8] }
 */
export function parseNpy(file: Uint8Array, name = 'npy'): Npy {
  if (!ascii(file, 0, 6).startsWith(magic)) throw new FormatError(`${name}: this is not an .npy file; those begin with "\\x93NUMPY".`);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const version = file[6] ?? 0, lengthBytes = version === 1 ? 2 : 4;
  if (version < 1 || version > 3) throw new FormatError(`${name}: npy version ${version} is unknown; versions 1 to 3 can be read.`);
  const headerAt = 8 + lengthBytes;
  const cutShort = (needed: number): FormatError => new FormatError(
    `${name}: the header promises ${count(needed)} bytes but the file has ${count(file.length)}. It is probably cut short; fetch it again.`);
  if (file.length < headerAt) throw cutShort(headerAt);
  const start = headerAt + (lengthBytes === 2 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (start > file.length) throw cutShort(start);

  const dict = ascii(file, headerAt, Math.min(start, headerAt + 4096));
  const descr = /'descr':\s*'([^']{1,20})'/.exec(dict)?.[1];
  const fortran = /'fortran_order':\s*(True|False)/.exec(dict)?.[1];
  const tuple = /'shape':\s*\(([\d,\s]{0,1000})\)/.exec(dict)?.[1];
  if (descr === undefined || fortran === undefined || tuple === undefined) {
    throw new FormatError(`${name}: the header should tell descr, fortran_order and shape, but it is ${JSON.stringify(dict.trim().slice(0, 100))}.`);
  }
  const type = Object.entries(types).find(([key]) => key === descr)?.[1];
  if (!type) throw new FormatError(`${name}: elements of type ${descr} cannot be read; ${Object.keys(types).join(', ')} can. In numpy, array.astype('<f4') converts.`);
  const shape = tuple.split(',').filter((size) => size.trim()).map(Number);
  if (fortran === 'True' && shape.length > 1) {
    throw new FormatError(`${name}: the array is stored column by column (fortran_order). In numpy, save numpy.ascontiguousarray(array) instead.`);
  }
  const end = start + shape.reduce((product, size) => product * size, type.BYTES_PER_ELEMENT);
  if (!(end <= file.length)) throw cutShort(end);
  if (end < file.length) throw new FormatError(`${name}: the header describes ${count(end)} bytes but the file has ${count(file.length)}.`);
  return { shape, data: new type(new Uint8Array(file.subarray(start, end)).buffer) };
}

const ascii = (file: Uint8Array, from: number, to: number): string => String.fromCharCode(...file.subarray(from, to));
