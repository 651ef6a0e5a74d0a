// Quantized weights as the kernels read them: 16 rows of a matrix (columns of the product) side by side, block by block,
// inside a block two numbers of each row at a time. The layout and its reasons are told in assembly/quantized.ts; it is
// made by assembly/packBlocks.ts. As many bytes per weight as in a GGUF file, a little more for the K types (4.6 for 4.5
// in Q4_K, 8.6 for 6.6 in Q6_K).
// Weights that are not quantized (F32) gain by packing too: 8 rows side by side, number by number, in the order in which
// they are multiplied (assembly/packed.ts).
import type { Address, Engine } from '../engine/index.ts';
import { count, FormatError, ShapeError } from '../errors.ts';
import { ggufBytes, quantize } from '../formats/index.ts';
import { defineOp } from './op.ts';
import { compile } from './plan.ts';
import { input, type Tensor } from './tensor.ts';

/** Rows that lie together, numbers per block of ggml's, bytes of the blocks of those rows packed, and the number by which kernels know the type. */
const types = {
  Q8_0: { code: 0, group: 16, numbers: 32, packed: 544 },
  Q4_0: { code: 1, group: 16, numbers: 32, packed: 288 },
  Q4_K: { code: 2, group: 16, numbers: 256, packed: 2368 },
  Q6_K: { code: 3, group: 16, numbers: 256, packed: 4384 },
  F32: { code: 4, group: 8, numbers: 1, packed: 32 },
} as const;

/** The types of weights that can be packed and multiplied as they are: quantized ones, and F32, which loses nothing. */
export type QuantizedType = keyof typeof types;
export const quantizedTypes = Object.keys(types) as readonly QuantizedType[];

/** Whether weights of this type of GGUF can be multiplied as they are. */
export const isQuantizedType = (dtype: string): dtype is QuantizedType => Object.hasOwn(types, dtype);

/** The number by which kernels know the type. */
export const codeOf = (type: QuantizedType): number => types[type].code;

/** Numbers of a row come in multiples of this. */
export const blockOf = (type: QuantizedType): number => types[type].numbers;

/** Bytes of a packed matrix of N rows of K numbers; N is rounded up to a multiple of 16, or of 8 for F32. */
export const packedBytes = (type: QuantizedType, N: number, K: number): number => Math.ceil(N / types[type].group) * (K / types[type].numbers) * types[type].packed;

/** Bytes of one of ggml's blocks. */
const blockBytes = (type: QuantizedType): number => ggufBytes(type, types[type].numbers);

/** Types to which numbers can be rounded while they are packed. */
const rounded = ['Q8_0', 'Q4_0', 'F32'] as const;
const isRounded = (type: QuantizedType): type is (typeof rounded)[number] => (rounded as readonly string[]).includes(type);

interface Attrs { readonly type: QuantizedType; readonly N: number; readonly K: number; readonly from: number; readonly rows: number; readonly numbers: boolean }

const op = defineOp<[data: Tensor, packed: Tensor, bad: Tensor], Attrs>({
  name: 'packBlocks',
  shape: ([, packed]) => packed.shape,
  kernel: (_out, [data, packed, bad], { type, N, K, from, rows, numbers }) => ['packBlocks', { data, packed, bad, rows, from, N, K, type: codeOf(type), numbers: Number(numbers) }],
  inPlace: 1,
  writes: ['packed', 'bad'],
  scratch: () => 64,
});

/** Bytes of rows that are packed at a time. */
const PIECE = 2 ** 22;
/** Where they begin, behind the word that tells of damage. */
const ALIGNED = 64;

/** What is packed: a matrix of N rows of K numbers, in memory that begins at `address` and is zero where nothing was written yet. */
export interface PackedMatrix {
  readonly type: QuantizedType;
  readonly N: number;
  readonly K: number;
  readonly address: Address;
  /** What messages call it. */
  readonly name: string;
}

/**
 * Packs rows of a matrix, each of them once: blocks as a GGUF file holds them, or numbers, which are rounded to Q8_0 or
 * Q4_0 with the bits of `quantize`.
 *
 * @param data whole rows, one behind the other: all N of the matrix, or some.
 * @param from number of the first of them.
 * @throws {ShapeError} when K is no multiple of the type's block, or the data are not whole rows that fit.
 * @throws {FormatError} when the scale of a block is not finite, or numbers are given for Q4_K or Q6_K.
 * @throws {MemoryError} when there is no room for a piece of the data.
 * @example
 * const address = engine.memory.allocate(packedBytes('Q8_0', 2, 32));
 * packBlocks(engine, { type: 'Q8_0', N: 2, K: 32, address, name: 'up' }, new Float32Array(64));
 */
export function packBlocks(engine: Engine, { type, N, K, address, name }: PackedMatrix, data: Uint8Array | Float32Array, from = 0): void {
  checkRows(type, K, name);
  const numbers = data instanceof Float32Array, blocks = K / types[type].numbers, row = numbers ? K : blocks * blockBytes(type), rows = data.length / row;
  if (!Number.isInteger(rows) || from + rows > N) {
    const unit = numbers ? 'numbers' : 'bytes';
    throw new ShapeError(`${name} (${N}, ${K}) of ${type} has ${count(N * row)} ${unit}; ${count(data.length)} ${unit} from row ${from} on do not fit.`);
  }
  if (numbers && !isRounded(type)) throw new FormatError(`${name}: numbers cannot be rounded to ${type} here. Give its blocks.`);
  if (rows === 0) return;
  // what lies in the engine's memory is read there; anything else is brought there piece by piece
  const inside = data.buffer === engine.memory.wasm.buffer && data.byteOffset % 4 === 0, start = data.byteOffset, bytes = row * data.BYTES_PER_ELEMENT;
  const step = inside ? rows : Math.max(1, Math.floor(PIECE / bytes / 16)) * 16, most = Math.min(rows, step) * bytes;
  const bad = input('bad', [1]), packed = input(name, [packedBytes(type, N, K) / 4]), source = input('rows', [Math.ceil(most / 4)]);
  const taken = engine.memory.allocate(ALIGNED + (inside ? 0 : most), [[`rows of ${name}`, most]]), from0 = inside ? start : taken + ALIGNED;
  const places = new Map<Tensor, Address>([[packed, address], [bad, taken], [source, from0]]);
  try {
    for (let at = 0; at < rows; at += step) {
      const some = Math.min(step, rows - at);
      if (!inside) engine.u8(from0, some * bytes).set(new Uint8Array(data.buffer, start + at * bytes, some * bytes));
      const plan = compile(engine, [op([source, packed, bad], { type, N, K, from: from + at, rows: some, numbers })], { places });
      plan.run();
      plan.free();
      if (engine.i32(taken, 1)[0] !== 0) refuse(type, name, numbers ? engine.f32(from0, some * row) : engine.u8(from0, some * row), blocks, from + at);
    }
  } finally {
    engine.memory.free(taken);
  }
}

/** Where the 16-bit scales of a block lie. */
const scalesAt: Readonly<Record<Exclude<QuantizedType, 'F32'>, readonly number[]>> = { Q8_0: [0], Q4_0: [0], Q4_K: [0, 2], Q6_K: [208] };

/** Tells which number or scale is not finite. */
function refuse(type: QuantizedType, name: string, data: Uint8Array | Float32Array, blocks: number, from: number): never {
  const bytes = data instanceof Uint8Array ? data : rounds(), length = blockBytes(type);
  for (let block = 0; block * length < bytes.length; block++) {
    for (const at of scalesAt[type as 'Q8_0']) {
      // an exponent of ones: infinity or NaN
      if ((bytes[block * length + at + 1]! & 0x7c) === 0x7c) {
        throw new FormatError(`${name}: the scale of block ${block % blocks} in row ${from + Math.floor(block / blocks)} is not a finite number. The weights are damaged, or were too large for ${type}.`);
      }
    }
  }
  throw new Error(`${name}: a scale was found that is not finite, but all are. Please report this.`);

  function rounds(): Uint8Array {
    try {
      return quantize(type as 'Q8_0', data as Float32Array);
    } catch (error) {
      throw error instanceof FormatError ? new FormatError(`${name}: ${error.message}`) : error;
    }
  }
}

/** @throws {ShapeError} when rows of K numbers are not whole blocks. */
export function checkRows(type: QuantizedType, K: number, name: string): void {
  if (!Number.isSafeInteger(K) || K < 1 || K % blockOf(type) !== 0) {
    const other = type !== 'Q8_0' && K > 0 && K % 32 === 0 ? ' Q8_0 and Q4_0 need multiples of 32.' : '';
    throw new ShapeError(`${name} has rows of ${count(K)} numbers, but ${type} needs a multiple of ${blockOf(type)}.${other}`);
  }
}
