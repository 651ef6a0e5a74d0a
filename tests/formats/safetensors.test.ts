import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { FormatError, ShapeError } from '../../src/errors.ts';
import { dtypeBytes, type Dtype } from '../../src/formats/dtype.ts';
import { parseSafetensors, readTensorF32, writeSafetensors } from '../../src/formats/safetensors.ts';

/** A file with exactly this header, as a stranger might send it. */
function fileWith(header: string, dataBytes = 0, promised = BigInt(new TextEncoder().encode(header).length)): Uint8Array {
  const json = new TextEncoder().encode(header);
  const file = new Uint8Array(8 + json.length + dataBytes);
  new DataView(file.buffer).setBigUint64(0, promised, true);
  file.set(json, 8);
  return file;
}

/** The message of the FormatError that reading must throw, without looking at more than the header, and at that only once. */
function refusal(file: Uint8Array): string {
  const decode = vi.spyOn(TextDecoder.prototype, 'decode');
  try {
    parseSafetensors(file, 'model.safetensors');
  } catch (error) {
    expect(error).toBeInstanceOf(FormatError);
    const read = decode.mock.calls.map(([bytes]) => bytes?.byteLength ?? 0), promised = file.length < 8 ? 0n : new DataView(file.buffer, file.byteOffset).getBigUint64(0, true);
    expect(read, 'a header that cannot be there is not looked for').toEqual(file.length >= 8 && promised <= file.length - 8 ? [Number(promised)] : []);
    return (error as Error).message;
  } finally {
    decode.mockRestore();
  }
  throw new Error('the file was accepted');
}

const tensor = (dtype: string, shape: unknown, offsets: unknown): string =>
  JSON.stringify({ dtype, shape, data_offsets: offsets });

describe('what is written', () => {
  const dtypes = Object.keys(dtypeBytes) as Dtype[];
  const arbitraryTensors = fc.uniqueArray(
    fc.record({
      name: fc.string({ unit: 'grapheme', maxLength: 12 }).filter((name) => name !== '__metadata__'),
      dtype: fc.constantFrom(...dtypes),
      shape: fc.array(fc.nat(4), { maxLength: 4 }),
      seed: fc.nat(255),
    }),
    { selector: (t) => t.name, maxLength: 6 },
  ).map((list) => list.map(({ name, dtype, shape, seed }) => ({
    name, dtype, shape,
    data: Uint8Array.from({ length: shape.reduce((n, s) => n * s, dtypeBytes[dtype]) }, (_, i) => (seed + i) & 255),
  })));

  test('comes back: names, types, shapes, bytes, order and metadata', () => {
    fc.assert(fc.property(arbitraryTensors, fc.dictionary(fc.string(), fc.string()), (tensors, metadata) => {
      const file = writeSafetensors(tensors, metadata);
      const read = parseSafetensors(file);
      expect([...read.tensors.values()]).toEqual(tensors);
      expect(read.metadata).toEqual({ ...metadata });
      expect(new DataView(file.buffer).getUint32(0, true) % 8).toBe(0);
      expect(writeSafetensors(tensors, metadata)).toEqual(file);
    }), { numRuns: 100 });
  });

  test('has the bytes of the format', () => {
    const file = writeSafetensors([{ name: 'x', dtype: 'F32', shape: [1], data: new Float32Array([1]) }], { a: 'b' });
    const header = '{"__metadata__":{"a":"b"},"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}';
    expect(new TextDecoder().decode(file.subarray(8, -4)).trimEnd()).toBe(header);
    expect([...file.subarray(-4)]).toEqual([0, 0, 0x80, 0x3f]);
    expect([...file.subarray(0, 8)]).toEqual([80, 0, 0, 0, 0, 0, 0, 0]);
  });

  test('is a view when read, not a copy', () => {
    const file = writeSafetensors([{ name: 'x', dtype: 'F32', shape: [2], data: new Float32Array([1, 2]) }]);
    const read = parseSafetensors(file).tensors.get('x')!;
    expect(read.data.buffer).toBe(file.buffer);
    expect(readTensorF32(read).buffer).toBe(file.buffer);
  });

  test('may come from shared memory', () => {
    const shared = new Float32Array(new SharedArrayBuffer(8));
    shared.set([3, 4]);
    const file = writeSafetensors([{ name: 'x', dtype: 'F32', shape: [2], data: shared }]);
    expect([...readTensorF32(parseSafetensors(file).tensors.get('x')!)]).toEqual([3, 4]);
  });

  test('must fit its shape and have a name of its own', () => {
    const x = { name: 'x', dtype: 'F32', shape: [2], data: new Float32Array(2) } as const;
    expect(() => writeSafetensors([{ ...x, shape: [3] }])).toThrow(new ShapeError('x (3) of F32 takes 12 bytes, but its data has 8.'));
    expect(() => writeSafetensors([x, x])).toThrow(FormatError);
    expect(() => writeSafetensors([{ ...x, name: '__metadata__' }])).toThrow(FormatError);
  });
});

describe('readTensorF32', () => {
  const read = (dtype: Dtype, data: Uint8Array): number[] =>
    [...readTensorF32({ name: 'x', dtype, shape: [], data })];

  test('reads every F16 as the definition says', () => {
    const all = Uint16Array.from({ length: 65536 }, (_, bits) => bits);
    const values = read('F16', new Uint8Array(all.buffer));
    for (let bits = 0; bits < 65536; bits++) {
      const sign = bits & 0x8000 ? -1 : 1, exponent = (bits >> 10) & 31, fraction = bits & 1023;
      const truth = exponent === 31 ? (fraction ? NaN : sign * Infinity)
        : exponent === 0 ? sign * (fraction / 1024) * 2 ** -14
        : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
      if (!Object.is(values[bits], truth)) throw new Error(`f16 ${bits}: ${values[bits]} instead of ${truth}`);
    }
  });

  test('reads BF16 as the upper half of an f32', () => {
    fc.assert(fc.property(fc.float(), (x) => {
      const word = new Uint32Array(new Float32Array([x]).buffer)[0]!;
      const upper = new Float32Array(new Uint32Array([word & 0xffff0000]).buffer)[0]!;
      expect(read('BF16', new Uint8Array([(word >> 16) & 255, word >>> 24]))).toEqual([upper]);
    }));
  });

  test('reads F32 from any address, and refuses integers', () => {
    const bytes = new Uint8Array(9);
    bytes.set(new Uint8Array(new Float32Array([5, 6]).buffer), 1);
    expect(read('F32', bytes.subarray(1))).toEqual([5, 6]);
    expect(read('F64', new Uint8Array(new Float64Array([0.5]).buffer))).toEqual([0.5]);
    expect(() => read('I32', new Uint8Array(4))).toThrow(/x holds I32 elements/);
  });
});

// those of a million signs would take minutes if the time grew as the square of the size
describe('a malformed file is refused at once', () => {
  const cases: [what: string, file: Uint8Array, says: RegExp][] = [
    ['empty', new Uint8Array(0), /has only 0 bytes/],
    ['length of 2^63', fileWith('{}', 0, 2n ** 63n), /promise a header of 9223372036854775808 bytes/],
    ['length of 2^64 - 1', fileWith('{}', 0, 2n ** 64n - 1n), /probably not a safetensors file/],
    ['header longer than the file', fileWith('{}', 0, 1000n), /a header of 1,000 bytes but has only 10 bytes in all. It is probably cut short/],
    ['empty header', fileWith(''), /should have "\{"/],
    ['no object', fileWith('[]'), /should have "\{" at byte 8/],
    ['space before the object', fileWith(' {}'), /should have "\{"/],
    ['not UTF-8', fileWith('{}').fill(0xff, 8), /not UTF-8/],
    ['text after the object', fileWith('{} {}'), /should have nothing more/],
    ['unfinished string', fileWith('{"x'), /the end of a string/],
    ['unfinished object', fileWith('{"x":{"dtype":"F32"'), /should have "\}"/],
    ['bad escape', fileWith('{"\\q":1}'), /a well-formed string/],
    ['deep JSON', fileWith('{"x":'.repeat(200_000)), /unknown field "x"/],
    ['deep lists', fileWith(`{"x":{"shape":${'['.repeat(1_000_000)}`), /should have a whole number/],
    ['a million backslashes', fileWith(`{"${'\\'.repeat(1_000_000)}`), /the end of a string/],
    ['a million escaped quotes', fileWith(`{"${'\\"'.repeat(1_000_000)}`), /the end of a string/],
    ['a million spaces', fileWith(`{"x":${' '.repeat(1_000_000)}`), /should have "\{"/],
    ['metadata that is no text', fileWith('{"__metadata__":{"a":1}}'), /should have a string/],
    ['metadata twice', fileWith('{"__metadata__":{},"__metadata__":{}}'), /twice/],
    ['duplicate names', fileWith(`{"x":${tensor('U8', [0], [0, 0])},"x":${tensor('U8', [0], [0, 0])}}`), /two tensors called "x"/],
    ['duplicate names in disguise', fileWith(`{"x":${tensor('U8', [0], [0, 0])},"\\u0078":${tensor('U8', [0], [0, 0])}}`), /two tensors called "x"/],
    ['duplicate fields', fileWith('{"x":{"dtype":"U8","dtype":"U8"}}'), /has "dtype" twice/],
    ['missing field', fileWith('{"x":{"dtype":"U8","shape":[]}}'), /has no data_offsets/],
    ['unknown dtype', fileWith(`{"x":${tensor('F33', [1], [0, 4])}}`, 4), /unknown dtype "F33". Did you mean F32/],
    ['negative size', fileWith(`{"x":${tensor('U8', [-1], [0, 1])}}`, 1), /a whole number/],
    ['fractional size', fileWith(`{"x":${tensor('U8', [1.5], [0, 1])}}`, 1), /should have "\]"/],
    ['number with a leading zero', fileWith('{"x":{"dtype":"U8","shape":[01]}}'), /a whole number/],
    ['offset of 2^63', fileWith('{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,9223372036854775808]}}', 1), /a number below 2\^53/],
    ['shape that overflows', fileWith(`{"x":${tensor('U8', Array(20).fill(4294967296), [0, 1])}}`, 1), /more than any file can hold/],
    ['three offsets', fileWith(`{"x":${tensor('U8', [1], [0, 1, 1])}}`, 1), /must have two/],
    ['too many sizes', fileWith(`{"x":${tensor('U8', Array(100).fill(1), [0, 1])}}`, 1), /at most 64 numbers/],
    ['wrong size for its dtype', fileWith(`{"x":${tensor('F32', [2], [0, 4])}}`, 4), /F32 of shape \(2\) takes 8 bytes/],
    ['end before begin', fileWith(`{"x":${tensor('U8', [1], [1, 0])}}`, 1), /ends before it begins/],
    ['out of range', fileWith(`{"x":${tensor('U8', [9], [0, 9])}}`, 4), /It is probably cut short/],
    ['gap', fileWith(`{"x":${tensor('U8', [1], [1, 2])}}`, 2), /no gap/],
    ['overlap', fileWith(`{"x":${tensor('U8', [2], [0, 2])},"y":${tensor('U8', [2], [1, 3])}}`, 3), /must not overlap/],
    ['bytes that belong to nothing', fileWith(`{"x":${tensor('U8', [1], [0, 1])}}`, 9), /belongs to no tensor/],
  ];
  test.each(cases)('%s', (_what, file, says) => {
    expect(refusal(file)).toMatch(says);
  });

  test('a truncated file is told what it should have been', () => {
    const file = writeSafetensors([{ name: 'x', dtype: 'F32', shape: [1000], data: new Float32Array(1000) }]);
    const whole = file.length.toLocaleString('en-US');
    expect(refusal(file.subarray(0, 1048))).toBe(
      `model.safetensors: the header promises ${whole} bytes but the file has 1,048. It is probably cut short; fetch it again.`);
    for (let length = 0; length < file.length; length += 7) refusal(file.subarray(0, length));
  });

  test('any damage gives a FormatError or a file of the same bytes', () => {
    const file = writeSafetensors([
      { name: 'a', dtype: 'F32', shape: [2, 2], data: new Float32Array(4) },
      { name: 'b', dtype: 'I64', shape: [], data: new BigInt64Array(1) },
    ], { step: '1' });
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat(file.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }), (damage) => {
      const damaged = file.slice();
      for (const [at, byte] of damage) damaged[at] = byte;
      try {
        let bytes = 0;
        for (const { data } of parseSafetensors(damaged).tensors.values()) bytes += data.length;
        expect(bytes).toBe(24);
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
      }
    }), { numRuns: 2000 });
  });
});
