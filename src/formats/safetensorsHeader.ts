// Reads the JSON header of a safetensors file. JSON.parse would do, but for three things: it keeps the last of two
// equal names without a word, it walks into any depth before we can object, and its errors name a position, not a tensor.
// The header has only three levels, so the reader below has no recursion and stops at the first surprise.

import { FormatError, closest, count } from '../errors.ts';
import { dtypeBytes, isDtype, type Dtype } from './dtype.ts';

/** One tensor as the header describes it; `begin` and `end` count from the end of the header. */
export interface HeaderEntry {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export interface Header {
  readonly metadata: Record<string, string>;
  readonly entries: Map<string, HeaderEntry>;
}

/**
 * @param bytes the header alone, without the 8 bytes that tell its length.
 * @param name what error messages call the file.
 * @throws {FormatError} when anything is not as the format says.
 */
export function parseHeader(bytes: Uint8Array, name: string): Header {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new FormatError(`${name}: the header is not UTF-8 text. This is probably not a safetensors file.`);
  }
  const scan = new Scanner(text, name);
  let metadata: Record<string, string> | null = null;
  const entries = new Map<string, HeaderEntry>();
  // The first character must be the brace itself, without white space before it.
  if (text[0] !== '{') scan.fail('"{"', 0);
  scan.object((key) => {
    if (key === '__metadata__') {
      if (metadata) throw new FormatError(`${name}: the header has "__metadata__" twice.`);
      metadata = readMetadata(scan, name);
    } else {
      if (entries.has(key)) throw new FormatError(`${name}: the header has two tensors called ${JSON.stringify(key)}.`);
      entries.set(key, readEntry(scan, key, name));
    }
  });
  scan.end();
  return { metadata: metadata ?? {}, entries };
}

function readMetadata(scan: Scanner, name: string): Record<string, string> {
  const pairs = new Map<string, string>();
  scan.object((key) => {
    if (pairs.has(key)) throw new FormatError(`${name}: the metadata has ${JSON.stringify(key)} twice.`);
    pairs.set(key, scan.string());
  });
  // fromEntries defines properties, so that even a key "__proto__" is only a key.
  return Object.fromEntries(pairs);
}

function readEntry(scan: Scanner, tensor: string, name: string): HeaderEntry {
  const where = `${name}: ${JSON.stringify(tensor)}`;
  let dtype: string | null = null, shape: number[] | null = null, offsets: number[] | null = null;
  const once = (seen: unknown, field: string): void => {
    if (seen !== null) throw new FormatError(`${where} has "${field}" twice.`);
  };
  scan.object((field) => {
    if (field === 'dtype') {
      once(dtype, field);
      dtype = scan.string();
    } else if (field === 'shape') {
      once(shape, field);
      shape = scan.integers();
    } else if (field === 'data_offsets') {
      once(offsets, field);
      offsets = scan.integers();
    } else {
      throw new FormatError(`${where} has an unknown field ${JSON.stringify(field.slice(0, 40))}; dtype, shape and data_offsets are known.`);
    }
  });
  return check(where, dtype, shape, offsets);
}

function check(where: string, dtype: string | null, shape: number[] | null, offsets: number[] | null): HeaderEntry {
  if (dtype === null || shape === null || offsets === null) {
    const missing = dtype === null ? 'dtype' : shape === null ? 'shape' : 'data_offsets';
    throw new FormatError(`${where} has no ${missing}.`);
  }
  if (!isDtype(dtype)) {
    const near = closest(dtype, Object.keys(dtypeBytes));
    throw new FormatError(`${where} has the unknown dtype ${JSON.stringify(dtype.slice(0, 40))}. ${near ? `Did you mean ${near}?` : `Known are ${Object.keys(dtypeBytes).join(', ')}.`}`);
  }
  const elements = shape.reduce((product, size) => product * size, 1);
  if (!Number.isSafeInteger(elements * dtypeBytes[dtype])) {
    throw new FormatError(`${where} has the shape (${shape.join(', ')}), which is more than any file can hold.`);
  }
  const [begin, end] = offsets;
  if (begin === undefined || end === undefined || offsets.length !== 2) {
    throw new FormatError(`${where} has ${offsets.length} data_offsets; it must have two, begin and end.`);
  }
  return { dtype, shape, begin, end };
}

/** Walks over JSON text: objects of known shape, strings, and lists of whole numbers. */
class Scanner {
  readonly text: string;
  readonly name: string;
  #at = 0;

  constructor(text: string, name: string) {
    this.text = text;
    this.name = name;
  }

  fail(expected: string, at = this.#at): never {
    const found = at < this.text.length ? JSON.stringify(this.text.slice(at, at + 20)) : 'its end';
    throw new FormatError(`${this.name}: the header should have ${expected} at byte ${count(8 + at)}, but there is ${found}. The file is damaged, or not safetensors.`);
  }

  /** `{ key: value, ... }`; `value` reads what stands after the colon. */
  object(value: (key: string) => void): void {
    this.#take('{');
    if (this.#skip('}')) return;
    do {
      const key = this.string();
      this.#take(':');
      value(key);
    } while (this.#skip(','));
    this.#take('}');
  }

  string(): string {
    const start = this.#peek('"') ? this.#at : this.fail('a string');
    let close = start;
    do {
      close = this.text.indexOf('"', close + 1);
      if (close < 0) this.fail('the end of a string', this.text.length);
    } while (this.#escaped(close));
    this.#at = close + 1;
    try {
      return JSON.parse(this.text.slice(start, close + 1)) as string;
    } catch {
      return this.fail('a well-formed string', start);
    }
  }

  /** `[1, 2, 3]`: whole numbers that a double holds exactly, at most 64 of them. */
  integers(): number[] {
    const numbers: number[] = [];
    this.#take('[');
    if (this.#skip(']')) return numbers;
    do {
      this.#space();
      const start = this.#at;
      while (this.text.charCodeAt(this.#at) >= 48 && this.text.charCodeAt(this.#at) <= 57) this.#at++;
      const digits = this.text.slice(start, this.#at), value = Number(digits);
      if (!/^(0|[1-9]\d*)$/.test(digits)) this.fail('a whole number', start);
      if (!Number.isSafeInteger(value)) this.fail('a number below 2^53', start);
      if (numbers.push(value) > 64) this.fail('at most 64 numbers in a list', start);
    } while (this.#skip(','));
    this.#take(']');
    return numbers;
  }

  end(): void {
    this.#space();
    if (this.#at < this.text.length) this.fail('nothing more');
  }

  /** A quote after an odd number of backslashes does not end the string. */
  #escaped(quote: number): boolean {
    let first = quote;
    while (this.text[first - 1] === '\\') first--;
    return (quote - first) % 2 === 1;
  }

  #space(): void {
    while (' \n\r\t'.includes(this.text[this.#at] ?? 'end')) this.#at++;
  }

  #peek(sign: string): boolean {
    this.#space();
    return this.text[this.#at] === sign;
  }

  #skip(sign: string): boolean {
    if (!this.#peek(sign)) return false;
    this.#at++;
    return true;
  }

  #take(sign: string): void {
    if (!this.#skip(sign)) this.fail(`"${sign}"`);
  }
}
