import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FormatError, ShapeError } from '../../src/errors.ts';
import { parseNpy, writeNpy } from '../../src/formats/npy.ts';

test('an array comes back with its shape and type', () => {
  const arrays = fc.oneof(
    fc.float32Array({ maxLength: 20 }), fc.float64Array({ maxLength: 20 }), fc.int32Array({ maxLength: 20 }), fc.uint32Array({ maxLength: 20 }),
    fc.int16Array({ maxLength: 20 }), fc.uint16Array({ maxLength: 20 }), fc.int8Array({ maxLength: 20 }), fc.uint8Array({ maxLength: 20 }),
  );
  fc.assert(fc.property(arrays, (data) => {
    for (const shape of [[data.length], [1, data.length, 1]]) {
      const file = writeNpy(shape, data);
      expect(parseNpy(file)).toEqual({ shape, data });
      // From an odd address too.
      const moved = new Uint8Array(file.length + 1);
      moved.set(file, 1);
      expect(parseNpy(moved.subarray(1)).data).toEqual(data);
    }
  }));
});

test('the bytes are those of numpy.save', () => {
  // numpy.save of np.array([[1, 2, 3]], dtype='<i4')
  const header = "\x93NUMPY\x01\x00v\x00{'descr': '<i4', 'fortran_order': False, 'shape': (1, 3), }".padEnd(127) + '\n';
  const file = Uint8Array.from([...header].map((ch) => ch.charCodeAt(0)).concat([1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0]));
  expect(writeNpy([1, 3], new Int32Array([1, 2, 3]))).toEqual(file);
  expect(parseNpy(writeNpy([], new Float32Array([7])))).toEqual({ shape: [], data: new Float32Array([7]) });
});

test('bad input gets a clear error', () => {
  const file = writeNpy([2, 2], new Float32Array(4));
  const changed = (from: string, to: string): Uint8Array =>
    Uint8Array.from(Array.from(file, (byte) => String.fromCharCode(byte)).join('').replace(from, to), (ch) => ch.charCodeAt(0));
  expect(() => writeNpy([3], new Float32Array(4))).toThrow(ShapeError);
  expect(() => parseNpy(new Uint8Array(0), 'x.npy')).toThrow(/x\.npy: this is not an \.npy file/);
  expect(() => parseNpy(file.subarray(0, -1))).toThrow(/the header promises 144 bytes but the file has 143\. It is probably cut short/);
  expect(() => parseNpy(changed('<f4', '>f4'))).toThrow(/elements of type >f4 cannot be read/);
  expect(() => parseNpy(changed('False', 'True '))).toThrow(/column by column/);
  expect(() => parseNpy(changed('(2, 2)', '(2, x)'))).toThrow(/should tell descr/);
  expect(() => parseNpy(changed('(2, 2)', '(1, 2)'))).toThrow(/describes 136 bytes but the file has 144/);
  expect(() => parseNpy(changed('\x01\x00', '\x09\x00'))).toThrow(/version 9/);
  for (let length = 0; length < file.length; length++) expect(() => parseNpy(file.subarray(0, length))).toThrow(FormatError);
});
