import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FormatError, ShapeError } from '../../src/errors.ts';
import { parseGguf, writeGguf, type GgufTensor } from '../../src/formats/gguf.ts';
import type { GgufValue } from '../../src/formats/ggufValue.ts';
import { quantize } from '../../src/formats/quantize.ts';

const everyType = new Map<string, GgufValue>([
  ['general.architecture', { type: 'string', value: 'llama' }],
  ['u8', { type: 'uint8', value: 255 }],
  ['i8', { type: 'int8', value: -128 }],
  ['u16', { type: 'uint16', value: 65_535 }],
  ['i16', { type: 'int16', value: -2 }],
  ['u32', { type: 'uint32', value: 4_294_967_295 }],
  ['i32', { type: 'int32', value: -3 }],
  ['f32', { type: 'float32', value: 0.5 }],
  ['f64', { type: 'float64', value: 0.1 }],
  ['u64', { type: 'uint64', value: 2n ** 64n - 1n }],
  ['i64', { type: 'int64', value: -(2n ** 63n) }],
  ['yes', { type: 'bool', value: true }],
  ['mark', { type: 'string', value: '\ufeff中🙂\0' }],
  ['tokens', { type: 'array', items: 'string', value: ['<s>', '', '▁a'] }],
  ['scores', { type: 'array', items: 'float32', value: Float32Array.of(0, -1, 2) }],
  ['wide', { type: 'array', items: 'uint64', value: BigUint64Array.of(1n, 2n) }],
  ['flags', { type: 'array', items: 'bool', value: [true, false] }],
  ['nested', { type: 'array', items: 'array', value: [
    { type: 'array', items: 'int32', value: Int32Array.of(1, -1) },
    { type: 'array', items: 'string', value: ['x'] },
  ] }],
]);

const tensors: GgufTensor[] = [
  { name: 'a', dtype: 'F32', shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
  { name: 'b', dtype: 'Q8_0', shape: [2, 32], data: quantize('Q8_0', new Float32Array(64).fill(2)) },
  { name: 'none', dtype: 'F16', shape: [0, 4], data: new Uint8Array(0) },
  { name: 'scalar', dtype: 'F32', shape: [], data: Float32Array.of(7) },
];

test('what is written is read back: values with their types, tensors with their bytes', () => {
  const file = writeGguf(everyType, tensors), header = parseGguf(file);
  expect(header.version).toBe(3);
  expect(header.metadata).toEqual(everyType);
  for (const { name, dtype, shape, data } of tensors) {
    const found = header.tensors.get(name)!;
    expect(found).toMatchObject({ dtype, shape });
    expect(found.begin % 32).toBe(0);
    expect(file.slice(found.begin, found.end)).toEqual(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  expect(header.tensors.size).toBe(tensors.length);
});

test('the bytes are those of the specification', () => {
  const file = writeGguf(new Map([['k', { type: 'uint8', value: 7 }]]), [{ name: 'x', dtype: 'F32', shape: [2, 1], data: Float32Array.of(1, 2) }]);
  const header = [
    0x47, 0x47, 0x55, 0x46, 3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0,
    1, 0, 0, 0, 0, 0, 0, 0, 0x6b, 0, 0, 0, 0, 7,
    1, 0, 0, 0, 0, 0, 0, 0, 0x78, 2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  ];
  expect([...file.subarray(0, header.length)]).toEqual(header);
  expect(file.length).toBe(96 + 32);
});

test('the header can be read without the tensors, and the alignment can be chosen', () => {
  const aligned = new Map(everyType).set('general.alignment', { type: 'uint32', value: 256 });
  const file = writeGguf(aligned, tensors), whole = parseGguf(file);
  const first = whole.tensors.get('a')!;
  expect(first.begin % 256).toBe(0);
  expect(parseGguf(file.subarray(0, first.begin), 'head', file.length)).toEqual(whole);
});

/** A file put together by hand: numbers are u64, `{ u32 }` is four bytes, text is a GGUF string. */
type Part = number | bigint | string | { u32: number } | Uint8Array;
function assemble(...parts: Part[]): Uint8Array {
  const list = parts.flatMap((part) => {
    if (part instanceof Uint8Array) return [Buffer.from(part)];
    if (typeof part === 'object') return [Buffer.from(Uint32Array.of(part.u32).buffer)];
    if (typeof part === 'string') return [Buffer.from(BigUint64Array.of(BigInt(Buffer.byteLength(part))).buffer), Buffer.from(part)];
    return [Buffer.from(BigUint64Array.of(BigInt(part)).buffer)];
  });
  return new Uint8Array(Buffer.concat(list));
}
const start = [new TextEncoder().encode('GGUF'), { u32: 3 }];
const u32 = (n: number): Part => ({ u32: n });
const info = (name: string, offset: number | bigint, dtype = 0, ...dims: (number | bigint)[]): Part[] => [name, u32(dims.length), ...dims, u32(dtype), offset];
const room = new Uint8Array(512);

describe('files that lie are refused', () => {
  const attacks: Record<string, [RegExp, Uint8Array]> = {
    'nothing at all': [/magic/, new Uint8Array(0)],
    'another format': [/letters GGUF/, assemble('PK', 1, 2)],
    'an old version': [/versions 2 and 3/, assemble(start[0] as Uint8Array, u32(1), 0, 0)],
    'big-endian': [/big-endian/, assemble(start[0] as Uint8Array, u32(0x03000000), 0, 0)],
    'billions of tensors': [/promises/, assemble(...start, 4_000_000_000, 0, room)],
    'billions of entries': [/promises/, assemble(...start, 0, 4_000_000_000, room)],
    '2^64 - 1 entries': [/more than any file/, assemble(...start, 0, 2n ** 64n - 1n, room)],
    'a string that runs off the end': [/promises/, assemble(...start, 0, 1, 2 ** 40, room)],
    'an array that runs off the end': [/promises/, assemble(...start, 0, 1, 'k', u32(9), u32(6), 2 ** 33, room)],
    'an unknown type': [/type 99/, assemble(...start, 0, 1, 'k', u32(99), room)],
    'a boolean of 2': [/true \(1\)/, assemble(...start, 0, 1, 'k', u32(7), Uint8Array.of(2))],
    'text that is not UTF-8': [/UTF-8/, assemble(...start, 0, 1, 'k', u32(8), 2, Uint8Array.of(0xc0, 0x80))],
    'duplicate keys': [/two metadata/, assemble(...start, 0, 2, 'k', u32(4), u32(1), 'k', u32(4), u32(1), room)],
    'arrays in arrays without end': [/deep/, assemble(...start, 0, 1, 'k', u32(9), ...Array.from({ length: 5_000 }, () => [u32(9), 1]).flat(), room)],
    'alignment 0': [/power of two/, assemble(...start, 0, 1, 'general.alignment', u32(4), u32(0))],
    'alignment 24': [/power of two/, assemble(...start, 0, 1, 'general.alignment', u32(4), u32(24))],
    'an alignment of text': [/power of two/, assemble(...start, 0, 1, 'general.alignment', u32(8), 'x')],
    'five dimensions': [/dimensions/, assemble(...start, 1, 0, ...info('x', 0, 0, 1, 1, 1, 1, 1), room)],
    'an endless shape': [/larger than any file/, assemble(...start, 1, 0, ...info('x', 0, 0, 2 ** 40, 2 ** 40), room)],
    'a dropped type': [/type 4/, assemble(...start, 1, 0, ...info('x', 0, 4, 32), room)],
    'rows of half a block': [/multiple of 32/, assemble(...start, 1, 0, ...info('x', 0, 8, 16, 2), room)],
    'a name without end': [/64 bytes/, assemble(...start, 1, 0, ...info('x'.repeat(65), 0, 0, 1), room)],
    'an offset off the end': [/cut short/, assemble(...start, 1, 0, ...info('x', 2 ** 40, 0, 1), room)],
    'an offset between alignments': [/alignment/, assemble(...start, 1, 0, ...info('x', 4, 0, 1), room)],
    'tensors that overlap': [/overlap/, assemble(...start, 2, 0, ...info('x', 0, 0, 16), ...info('y', 32, 0, 1), room)],
    'duplicate tensors': [/two tensors/, assemble(...start, 2, 0, ...info('x', 0, 0, 1), ...info('x', 32, 0, 1), room)],
    'too many tensors': [/the most/, assemble(...start, 70_000, 0, new Uint8Array(70_000 * 24))],
    'a tail cut off': [/cut short/, writeGguf(everyType, tensors).subarray(0, -64)],
  };
  for (const [name, [message, file]] of Object.entries(attacks)) {
    test(name, () => {
      const began = performance.now();
      expect(() => parseGguf(file, 'x.gguf')).toThrow(FormatError);
      expect(() => parseGguf(file, 'x.gguf')).toThrow(message);
      expect(performance.now() - began).toBeLessThan(1000);
    });
  }
});

test('mutated files are read or refused, and what is read lies inside the file', () => {
  const whole = writeGguf(everyType, tensors);
  const byte = fc.tuple(fc.nat(whole.length - 1), fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 9, 127, 128, 255)));
  let refused = 0;
  fc.assert(fc.property(fc.array(byte, { maxLength: 6 }), fc.nat(whole.length), fc.boolean(), (changes, length, cut) => {
    const file = whole.slice(0, cut ? length : whole.length);
    for (const [at, value] of changes) if (at < file.length) file[at] = value;
    try {
      for (const { begin, end } of parseGguf(file).tensors.values()) {
        expect(begin).toBeLessThanOrEqual(end);
        expect(end).toBeLessThanOrEqual(file.length);
      }
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      refused++;
    }
  }), { numRuns: 5_000 });
  expect(refused).toBeGreaterThan(1_000);
});

test('what cannot be read back is not written', () => {
  const one = (tensor: Partial<GgufTensor>): GgufTensor => ({ name: 'x', dtype: 'F32', shape: [2], data: new Float32Array(2), ...tensor });
  const write = (value: GgufValue) => () => writeGguf(new Map([['k', value]]), []);
  expect(() => writeGguf(new Map(), [one({}), one({})])).toThrow(FormatError);
  expect(() => writeGguf(new Map(), [one({ shape: [3] })])).toThrow(ShapeError);
  expect(() => writeGguf(new Map(), [one({ shape: [2, 17], dtype: 'Q8_0', data: new Uint8Array(34) })])).toThrow(ShapeError);
  expect(() => writeGguf(new Map(), [one({ name: 'x'.repeat(64) })])).toThrow(/63 bytes/);
  expect(write({ type: 'uint8', value: 256 })).toThrow(/does not fit/);
  expect(write({ type: 'string', value: '\ud800' })).toThrow(/surrogate/);
  expect(write({ type: 'array', items: 'uint8', value: ['x'] })).toThrow(/Uint8Array/);
  expect(write({ type: 'array', items: 'string', value: [true] })).toThrow(/items of string/);
});
