import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { FormatError, ShapeError } from '../../src/errors.ts';
import type { GgufDtype } from '../../src/formats/ggufDtype.ts';
import { dequantize, quantize, type QuantizeDtype } from '../../src/formats/quantize.ts';

interface Fixtures {
  rows: Record<string, string>;
  types: Record<string, Record<string, { blocks: string; read: string }>>;
}
const fixtures = JSON.parse(readFileSync(new URL('ggmlFixtures.json', import.meta.url), 'utf8')) as Fixtures;
const bytesOf = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'));

/** The hash of the numbers' bits, with every NaN the same. */
function hash(values: Float32Array): string {
  const bits = new Uint32Array(values.slice().buffer);
  values.forEach((value, i) => {
    if (Number.isNaN(value)) bits[i] = 0x7fc00000;
  });
  return createHash('sha256').update(new Uint8Array(bits.buffer)).digest('hex').slice(0, 32);
}

describe('the bits of ggml', () => {
  for (const [dtype, made] of Object.entries(fixtures.types)) {
    test(`${dtype} is read as ggml reads it`, () => {
      for (const [row, { blocks, read }] of Object.entries(made)) {
        expect(hash(dequantize(dtype as GgufDtype, bytesOf(blocks))), row).toBe(read);
      }
    });
  }

  for (const dtype of ['F16', 'BF16', 'Q8_0', 'Q4_0', 'Q4_K', 'Q6_K'] as const) {
    test(`${dtype} is written as ggml writes it`, () => {
      for (const [row, base64] of Object.entries(fixtures.rows)) {
        const x = new Float32Array(bytesOf(base64).buffer);
        expect(Buffer.from(quantize(dtype, x)).toString('base64'), row).toBe(fixtures.types[dtype]![row]!.blocks);
      }
    });
  }
});

test('every 16-bit float survives reading and writing', () => {
  for (const dtype of ['F16', 'BF16'] as const) {
    const all = Uint16Array.from({ length: 65_536 }, (_, i) => i);
    const back = new Uint16Array(quantize(dtype, dequantize(dtype, new Uint8Array(all.buffer))).buffer);
    const infinity = dtype === 'F16' ? 0x7c00 : 0x7f80;
    const changed = all.filter((bits) => (bits & 0x7fff) <= infinity && back[bits] !== bits);
    expect(changed).toHaveLength(0);
  }
});

test('F16 rounds to the nearest, ties to even', () => {
  const write = (value: number): number => new Uint16Array(quantize('F16', Float32Array.of(value)).buffer)[0]!;
  expect(write(1 + 2 ** -11)).toBe(0x3c00);
  expect(write(1 + 3 * 2 ** -11)).toBe(0x3c02);
  expect(write(65_519.996)).toBe(0x7bff);
  expect(write(65_520)).toBe(0x7c00);
  expect(write(2 ** -25)).toBe(0);
  expect(write(1.5 * 2 ** -25)).toBe(1);
  expect(write(-(2 ** -14 - 2 ** -26))).toBe(0x8400);
});

test('blocks need not be aligned', () => {
  const blocks = quantize('Q8_0', Float32Array.from({ length: 64 }, (_, i) => i - 32));
  const moved = new Uint8Array(blocks.length + 1);
  moved.set(blocks, 1);
  expect(dequantize('Q8_0', moved.subarray(1))).toEqual(dequantize('Q8_0', blocks));
});

test('what does not fill blocks or is not finite is refused', () => {
  expect(() => quantize('Q8_0', new Float32Array(33))).toThrow(ShapeError);
  expect(() => quantize('Q4_0', new Float32Array(32).fill(NaN))).toThrow(FormatError);
  expect(() => dequantize('Q6_K', new Uint8Array(209))).toThrow(FormatError);
  expect(() => dequantize('I32', new Uint8Array(4))).toThrow(/integers/);
  const unchecked: QuantizeDtype = 'F32';
  expect(dequantize('F32', quantize(unchecked, Float32Array.of(1, NaN)))).toEqual(Float32Array.of(1, NaN));
});
