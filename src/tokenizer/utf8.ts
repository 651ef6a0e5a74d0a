// Between strings and bytes, losing nothing. A JavaScript string may hold lone surrogates, which UTF-8 forbids; they are
// written as three bytes ED A0..BF 80..BF and read back as what they were (WTF-8, https://simonsapin.github.io/wtf-8/).
// Every other stretch of bytes that is not UTF-8 is read as U+FFFD, in the count that the WHATWG decoder gives.

const encoder = new TextEncoder();
// ignoreBOM keeps a leading U+FEFF, which would otherwise be swallowed
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder('utf-8', { ignoreBOM: true });

/** The bytes of a string: UTF-8, and WTF-8 for lone surrogates. */
export function encodeUtf8(text: string): Uint8Array {
  if (text.isWellFormed()) return encoder.encode(text);
  const parts = [...sections(text)].map((part) => (typeof part === 'string' ? encoder.encode(part) : part));
  return join(parts);
}

/** The string of some bytes; the inverse of encodeUtf8 for everything that it can produce. */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    let text = '';
    let from = 0;
    for (let i = 0; i + 2 < bytes.length; i++) {
      if (!isSurrogate(bytes, i)) continue;
      text += lenient.decode(bytes.subarray(from, i));
      text += String.fromCharCode(0xd000 | ((bytes[i + 1]! & 0x3f) << 6) | (bytes[i + 2]! & 0x3f));
      from = i + 3;
      i += 2;
    }
    return text + lenient.decode(bytes.subarray(from));
  }
}

/**
 * Cuts any input into well-formed strings and the bytes between them that are not text. A string and its
 * encodeUtf8 are cut alike, so both get the same tokens.
 *
 * @example
 * [...sections('a\ud800b')]; // ['a', Uint8Array [0xed, 0xa0, 0x80], 'b']
 */
export function* sections(input: string | Uint8Array): Generator<string | Uint8Array> {
  if (typeof input === 'string') {
    if (input.isWellFormed()) yield input;
    else yield* sectionsOfString(input);
    return;
  }
  let text: string | null = null;
  try {
    text = strict.decode(input);
  } catch {
    // not UTF-8 as a whole; looked at piece by piece below
  }
  if (text !== null) yield text;
  else yield* sectionsOfBytes(input);
}

function* sectionsOfString(text: string): Generator<string | Uint8Array> {
  let from = 0;
  for (const run of text.matchAll(/\p{Surrogate}+/gu)) {
    if (run.index > from) yield text.slice(from, run.index);
    const bytes = new Uint8Array(run[0].length * 3);
    for (let i = 0; i < run[0].length; i++) {
      const unit = run[0].charCodeAt(i);
      bytes.set([0xed, 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f)], i * 3);
    }
    yield bytes;
    from = run.index + run[0].length;
  }
  if (from < text.length) yield text.slice(from);
}

function* sectionsOfBytes(bytes: Uint8Array): Generator<string | Uint8Array> {
  let at = 0;
  while (at < bytes.length) {
    const from = at;
    for (let step = sequenceLength(bytes, at); step > 0; step = sequenceLength(bytes, at)) at += step;
    if (at > from) yield strict.decode(bytes.subarray(from, at));
    const bad = at;
    while (at < bytes.length && sequenceLength(bytes, at) === 0) at++;
    if (at > bad) yield bytes.subarray(bad, at);
  }
}

/** Length of the UTF-8 sequence that starts at `at`; 0 where none does. */
export function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at];
  if (lead === undefined) return 0;
  if (lead < 0x80) return 1;
  const length = lengthOfLead(lead);
  if (length === 0 || !secondFits(lead, bytes[at + 1])) return 0;
  for (let i = 2; i < length; i++) if (!continues(bytes[at + i])) return 0;
  return length;
}

/**
 * How many of the bytes form whole characters. What is left over, at most three bytes, could still become a
 * character (or a lone surrogate) if the right bytes follow.
 */
export function wholeLength(bytes: Uint8Array): number {
  const end = bytes.length;
  for (let back = 1; back <= 3 && back <= end; back++) {
    const lead = bytes[end - back]!;
    if (continues(lead)) continue;
    if (lengthOfLead(lead) <= back) return end;
    const second = bytes[end - back + 1];
    const open = back === 1 || secondFits(lead, second) || (lead === 0xed && continues(second));
    return open ? end - back : end;
  }
  return end;
}

const continues = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80;

/** How many bytes a sequence with this first byte has; 0 for bytes that cannot be first. */
function lengthOfLead(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead < 0xc2) return 0;
  if (lead < 0xe0) return 2;
  if (lead < 0xf0) return 3;
  return lead < 0xf5 ? 4 : 0;
}

/** Table 3-7 of the Unicode standard: no overlong forms, no surrogates, nothing above U+10FFFF. */
function secondFits(lead: number, second: number | undefined): boolean {
  if (second === undefined || !continues(second)) return false;
  if (lead === 0xe0) return second >= 0xa0;
  if (lead === 0xed) return second < 0xa0;
  if (lead === 0xf0) return second >= 0x90;
  if (lead === 0xf4) return second < 0x90;
  return true;
}

const isSurrogate = (bytes: Uint8Array, at: number): boolean =>
  bytes[at] === 0xed && bytes[at + 1]! >= 0xa0 && continues(bytes[at + 1]) && continues(bytes[at + 2]);

/** One array with the bytes of all parts. */
export function join(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/**
 * Bytes as a string with one character per byte (U+0000 to U+00FF). Such strings are good keys of a Map, and `<`
 * compares them as bytes.
 */
export function byteString(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** The inverse of byteString. */
export function bytesOfByteString(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
