// Collects the bytes of a GGUF header. What was said to be a uint32 is a uint32, or an error: nothing wraps silently.

import { FormatError } from '../errors.ts';
import { ggufNumberArrays, ggufTypes, isGgufNumberType, type GgufArray, type GgufValue } from './ggufValue.ts';

const encoder = new TextEncoder();

/** The bytes of a header so far. */
export class GgufWriter {
  bytes = 0;
  readonly #parts: Uint8Array[] = [];

  #add(part: Uint8Array): void {
    this.#parts.push(part);
    this.bytes += part.length;
  }

  /** Adds an unsigned integer of 32 bits. */
  u32(value: number): void {
    const part = new Uint8Array(4);
    new DataView(part.buffer).setUint32(0, value, true);
    this.#add(part);
  }

  /** Adds an unsigned integer of 64 bits. */
  u64(value: number): void {
    const part = new Uint8Array(8);
    new DataView(part.buffer).setBigUint64(0, BigInt(value), true);
    this.#add(part);
  }

  /** Adds a string: its length in bytes, then its UTF-8. Half surrogates have no UTF-8 and are refused. */
  string(text: string, what: string): void {
    if (/\p{Surrogate}/u.test(text)) throw new FormatError(`${what} holds half of a surrogate pair, which UTF-8 cannot write. Give whole characters.`);
    const part = encoder.encode(text);
    this.u64(part.length);
    this.#add(part);
  }

  /** Adds the type of a metadata value, then the value. */
  value(value: GgufValue, what: string): void {
    this.u32(ggufTypes.indexOf(value.type));
    if (value.type === 'array') this.#array(value, what);
    else if (value.type === 'string') this.string(value.value, what);
    else if (value.type === 'bool') this.#add(Uint8Array.of(value.value ? 1 : 0));
    else this.#number(value.type, value.value, what);
  }

  #number(type: keyof typeof ggufNumberArrays, value: number | bigint, what: string): void {
    const isBig = type === 'uint64' || type === 'int64';
    if (isBig !== (typeof value === 'bigint')) throw new FormatError(`${what} is a ${type} and needs a ${isBig ? 'bigint' : 'number'}, but has a ${typeof value}.`);
    const one = new ggufNumberArrays[type](1);
    one[0] = value;
    const isFloat = type === 'float32' || type === 'float64';
    if (!isFloat && one[0] !== value) throw new FormatError(`${what} is ${value}, which does not fit in ${type}. Choose a wider type.`);
    this.#add(new Uint8Array(one.buffer));
  }

  #array({ items, value }: GgufArray, what: string): void {
    this.u32(ggufTypes.indexOf(items));
    this.u64(value.length);
    if (isGgufNumberType(items)) {
      if (!(value instanceof ggufNumberArrays[items])) throw new FormatError(`${what} holds items of ${items}, which must come in a ${ggufNumberArrays[items].name}.`);
      this.#add(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
      return;
    }
    for (const item of value) {
      if (items === 'string' && typeof item === 'string') this.string(item, what);
      else if (items === 'bool' && typeof item === 'boolean') this.#add(Uint8Array.of(item ? 1 : 0));
      else if (items === 'array' && typeof item === 'object') this.#array(item, what);
      else throw new FormatError(`${what} should hold items of ${items} but has a ${typeof item} among them.`);
    }
  }

  /** Copies what was collected to the beginning of `file`. */
  copyTo(file: Uint8Array): void {
    let at = 0;
    for (const part of this.#parts) {
      file.set(part, at);
      at += part.length;
    }
  }
}
