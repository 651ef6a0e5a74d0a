// The .model of SentencePiece (Kudo & Richardson 2018, https://arxiv.org/abs/1808.06226): a message of Protocol Buffers with
// pieces, how it was trained, and how text is normalized. Of the hundred fields a handful say how text becomes ids.
// https://github.com/google/sentencepiece/blob/master/src/sentencepiece_model.proto
import { FormatError, type HuggingFaceJson } from '../../index.ts';
import { ForeignTokenizer } from '../../tokenizer/foreign/foreignTokenizer.ts';
import { scoredBpe, type ScoredPiece, scoredUnigram, withoutExtraSpaces } from './scoredMerges.ts';

const KINDS = ['', 'normal', 'unknown', 'control', 'user', 'unused', 'byte'] as const;

/** Fields of a message: bytes of fields with a length, numbers of all others. */
function* fieldsOf(bytes: Uint8Array, name: string): Generator<[field: number, value: Uint8Array | number]> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const fail = (): never => {
    throw new FormatError(`${name}: the message breaks off at byte ${at}. It is no .model of SentencePiece, or cut short.`);
  };
  const number = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at++] ?? fail();
      value += (byte & 127) * factor;
      if (byte < 128) return value;
      if (factor > 2 ** 62) fail();
    }
  };
  while (at < bytes.length) {
    const tag = number(), field = Math.floor(tag / 8);
    switch (tag % 8) {
      case 0: yield [field, number()]; break;
      case 1: at + 8 <= bytes.length ? (at += 8) : fail(); break;
      case 2: {
        const length = number();
        if (at + length > bytes.length) fail();
        yield [field, bytes.subarray(at, (at += length))];
        break;
      }
      case 5: at + 4 <= bytes.length ? yield [field, view.getFloat32(at, true)] : fail(); at += 4; break;
      default: fail();
    }
  }
}

/**
 * Reads a .model of SentencePiece, of kind BPE or unigram.
 *
 * @throws {FormatError} when it is damaged, or cuts text into words or characters.
 * @example
 * parseSentencePiece(await readFile('tokenizer.model')).encode('the cat');
 */
export function parseSentencePiece(file: Uint8Array, name = 'tokenizer.model'): ForeignTokenizer {
  const pieces: ScoredPiece[] = [], decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let kind = 1, prefix = true, extra = true, map: Uint8Array = new Uint8Array(0), bos = '<s>';
  for (const [field, value] of fieldsOf(file, name)) {
    if (typeof value === 'number') continue;
    if (field === 1) {
      let piece = '', score = 0, type = 1;
      for (const [inner, content] of fieldsOf(value, name)) {
        if (inner === 1 && typeof content !== 'number') piece = decoder.decode(content);
        if (inner === 2 && typeof content === 'number') score = content;
        if (inner === 3 && typeof content === 'number') type = content;
      }
      pieces.push({ piece, score, kind: KINDS[type] || 'normal' });
    } else if (field === 2) {
      for (const [inner, content] of fieldsOf(value, name)) {
        if (inner === 3 && typeof content === 'number') kind = content;
        if (inner === 46 && typeof content !== 'number') bos = decoder.decode(content);
      }
    } else if (field === 3) {
      for (const [inner, content] of fieldsOf(value, name)) {
        if (inner === 2 && typeof content !== 'number') map = content;
        if (inner === 3) prefix = content !== 0;
        if (inner === 4) extra = content !== 0;
      }
    }
  }
  if (pieces.length === 0) throw new FormatError(`${name} has no pieces. It is no .model of SentencePiece.`);
  if (kind !== 1 && kind !== 2) throw new FormatError(`${name}: it cuts text into ${kind === 3 ? 'words' : 'characters'} (model_type ${kind}), which is not supported. There are unigram and BPE.`);
  const before: HuggingFaceJson['normalizer'][] = [];
  if (map.length > 0) before.push({ type: 'Precompiled', precompiled_charsmap: toBase64(map) });
  if (extra) before.push(...withoutExtraSpaces);
  const options = { prefix, bos: pieces.some(({ piece, kind: each }) => piece === bos && each === 'control') ? bos : null, before };
  return new ForeignTokenizer(kind === 2 ? scoredBpe(pieces, options) : scoredUnigram(pieces, options));
}

function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
