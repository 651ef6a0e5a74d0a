// The normalization table of SentencePiece: which bytes become which text. A double-array trie over UTF-8 (Aoe 1989,
// https://doi.org/10.1109/32.31365, in the layout of Darts-clone), then the texts, each ended by a zero byte.
//   u32 bytes of the trie | trie: u32 units | texts
// https://github.com/google/sentencepiece/blob/master/src/normalizer.cc
import { FormatError } from '../../errors.ts';
import { bytesOfByteString, decodeUtf8, encodeUtf8, join, sequenceLength } from '../utf8.ts';

const offsetOf = (unit: number): number => (unit >>> 10) << ((unit & 0x200) >>> 6);

/**
 * The normalizer of a precompiled map.
 *
 * @param base64 as tokenizer.json holds it.
 * @throws {FormatError} when it is cut short or no base64.
 */
export function precompiledMap(base64: string, field: string): (text: string) => string {
  let blob: Uint8Array;
  try {
    blob = bytesOfByteString(atob(base64));
  } catch {
    throw new FormatError(`tokenizer.json: ${field} is not base64.`);
  }
  if (blob.length === 0) return (text) => text;
  const view = new DataView(blob.buffer), trieBytes = blob.length < 4 ? Infinity : view.getUint32(0, true);
  if (trieBytes % 4 !== 0 || 4 + trieBytes > blob.length) throw new FormatError(`tokenizer.json: ${field} promises a table of ${trieBytes} bytes but has ${blob.length}. It is damaged.`);
  const units = Uint32Array.from({ length: trieBytes / 4 }, (_, i) => view.getUint32(4 + 4 * i, true)), texts = blob.subarray(4 + trieBytes);

  /** Length of the longest entry that begins at `from`, and where its text stands; 0 if there is none. */
  const find = (bytes: Uint8Array, from: number): [length: number, text: number] => {
    let node = offsetOf(units[0] ?? 0), found: [number, number] = [0, 0];
    for (let at = from; at < bytes.length; at++) {
      node ^= bytes[at]!;
      const unit = units[node];
      if (unit === undefined || (unit & 0x800000ff) !== bytes[at]) break;
      node ^= offsetOf(unit);
      if ((unit & 0x100) !== 0) found = [at + 1 - from, (units[node] ?? 0) & 0x7fffffff];
    }
    return found;
  };

  return (text) => {
    const bytes = encodeUtf8(text), parts: Uint8Array[] = [];
    for (let at = 0; at < bytes.length;) {
      const [length, place] = find(bytes, at);
      if (length > 0) {
        const end = texts.indexOf(0, place);
        parts.push(texts.subarray(place, end < 0 ? texts.length : end));
        at += length;
      } else {
        const step = sequenceLength(bytes, at) || 1;
        parts.push(bytes.subarray(at, at + step));
        at += step;
      }
    }
    return decodeUtf8(join(parts));
  };
}
