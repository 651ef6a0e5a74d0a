// The tokenizer.bin of llama2.c: every token with its score, spaces as they are. What tokens mean is known by their numbers.
//   i32 longest | for each token: f32 score | i32 bytes | text           0 unknown, 1 beginning, 2 end, 3 to 258 bytes
import { FormatError, type HuggingFaceJson, OptionError, type Tokenizer } from '../../index.ts';
import { ForeignTokenizer } from '../../tokenizer/foreign/foreignTokenizer.ts';
import { isByte, scoredBpe, type ScoredPiece, scoresOf } from './scoredMerges.ts';

const NAMES = ['<unk>', '<s>', '</s>'];
const FIRST_BYTE = 3, BYTES = 256;

/**
 * Reads a tokenizer.bin. It gives the ids of llama2.c: a space before every text, bytes for what is not in the vocabulary.
 *
 * @throws {FormatError} when it is cut short or no such file.
 * @example
 * const tokenizer = parseLlama2cTokenizer(await readFile('tok512.bin'));
 * tokenizer.encode('Once upon a time'); // [403, 407, 261, 378]
 */
export function parseLlama2cTokenizer(file: Uint8Array, name = 'tokenizer.bin'): ForeignTokenizer {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength), decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }), pieces: ScoredPiece[] = [];
  for (let at = 4; at < file.length;) {
    if (at + 8 > file.length) throw new FormatError(`${name}: token ${pieces.length} has no length. The file is cut short; fetch it again.`);
    const score = view.getFloat32(at, true), length = view.getInt32(at + 4, true);
    at += 8;
    if (length < 0 || at + length > file.length || !Number.isFinite(score)) throw new FormatError(`${name}: token ${pieces.length} is said to have ${length} bytes and the score ${score}. It is no tokenizer.bin of llama2.c, or damaged.`);
    let text: string;
    try {
      text = decoder.decode(file.subarray(at, at + length));
    } catch {
      throw new FormatError(`${name}: token ${pieces.length} is not UTF-8. The file is damaged.`);
    }
    at += length;
    const id = pieces.length, kind = id === 0 ? 'unknown' : id < FIRST_BYTE ? 'control' : id < FIRST_BYTE + BYTES && isByte(text) ? 'byte' : 'normal';
    pieces.push({ piece: NAMES[id] ?? text.replaceAll(' ', '▁'), score, kind });
  }
  if (pieces.length < FIRST_BYTE + BYTES) throw new FormatError(`${name} has ${pieces.length} tokens; a tokenizer.bin of llama2.c has at least ${FIRST_BYTE + BYTES}. It is of another kind, or cut short.`);
  return new ForeignTokenizer(scoredBpe(pieces, { prefix: true, bos: '<s>' }));
}

/**
 * Writes a tokenizer.bin.
 *
 * @throws {OptionError} when the tokenizer does what llama2.c cannot do.
 */
export function writeLlama2cTokenizer(tokenizer: Tokenizer): Uint8Array<ArrayBuffer> {
  const json = tokenizer.toJSON() as HuggingFaceJson, refuse = (why: string): never => {
    throw new OptionError('tokenizer', `llama2.c cannot use this tokenizer: ${why}. It needs byte-pair encoding with a space before every text, the tokens <unk>, <s>, </s>, and then the 256 bytes.`);
  };
  if (tokenizer.kind !== 'foreign' || json.model.type !== 'BPE' || json.model['byte_fallback'] !== true || json.pre_tokenizer !== null) refuse(`it is of another kind (${tokenizer.kind})`);
  const steps = (json.normalizer?.['normalizers'] ?? []) as readonly { type: string }[];
  // those of SentencePiece that take superfluous spaces away are lost
  if (!/^(Replace,Replace,)?Prepend,Replace$/.test(steps.map(({ type }) => type).join())) refuse('it normalizes text in other ways');
  const vocab = json.model['vocab'] as Readonly<Record<string, number>>, pieces: string[] = [];
  for (const [piece, id] of Object.entries(vocab)) pieces[id] = piece;
  for (const { content, id } of json.added_tokens) pieces[id] ??= content;
  for (let id = 0; id < pieces.length; id++) if (pieces[id] === undefined) refuse(`token ${id} is not used`);
  if (NAMES.some((name, id) => pieces[id] !== name) || pieces.slice(FIRST_BYTE, FIRST_BYTE + BYTES).some((piece, byte) => piece !== `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`)) refuse('its first 259 tokens are others');
  const scores = scoresOf(json, pieces.length), encoder = new TextEncoder();
  const texts = pieces.map((piece, id) => encoder.encode(id > 0 && id < FIRST_BYTE ? `\n${piece}\n` : piece.replaceAll('▁', ' ')));
  const file = new Uint8Array(4 + texts.reduce((sum, { length }) => sum + 8 + length, 0)), view = new DataView(file.buffer);
  view.setInt32(0, Math.max(...texts.map(({ length }) => length)), true);
  let at = 4;
  for (const [id, text] of texts.entries()) {
    view.setFloat32(at, scores[id]!, true);
    view.setInt32(at + 4, text.length, true);
    file.set(text, at + 8);
    at += 8 + text.length;
  }
  return file;
}
