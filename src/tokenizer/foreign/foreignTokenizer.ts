// A tokenizer of other people's making: tokenizer.json, or a vocabulary of SentencePiece, llama2.c or GGUF brought into
// that form. Text is cut at added tokens, normalized, cut into pieces, and the pieces become ids:
//
//   text -> [added tokens | text] -> normalizer -> pre-tokenizer -> model -> ids
import { closest, FormatError, OptionError } from '../../errors.ts';
import { fromLettersOrNull, toLetters } from '../byteAlphabet.ts';
import { Ids } from '../ids.ts';
import { ownCopy } from '../ownCopy.ts';
import type { EncodeOptions, Opening } from '../tokenizer.ts';
import { encodeUtf8, sections } from '../utf8.ts';
import { Vocabulary } from '../vocabulary.ts';
import { type AddedTokenJson, flagOf, type HuggingFaceJson, isId, MOST_IDS, object, readAdded, stepsOf, wrong } from './huggingFaceJson.ts';
import { type MergeRule, MergeModel } from './mergeModel.ts';
import { type Normalizer, readNormalizer } from './normalizers.ts';
import type { PieceModel, PieceVocabulary } from './pieceModel.ts';
import { type PreTokenizer, readPreTokenizer } from './preTokenizers.ts';
import { UnigramModel } from './unigramModel.ts';

/** Names that begin a text, where a file does not say which one does. */
const OPENINGS = ['<s>', '<bos>', '<|begin_of_text|>', '<|startoftext|>', '[BOS]', '<|endoftext|>'];

const CACHED_PIECES = 1 << 16;
/** Longer pieces are rarely seen twice. */
const CACHED_LENGTH = 64;

/** A tokenizer read from other people's files. Made by parseTokenizer and its like. */
export class ForeignTokenizer extends Vocabulary {
  readonly kind = 'foreign';
  readonly #json: HuggingFaceJson;
  readonly #added: ReadonlyMap<string, AddedTokenJson>;
  readonly #normalizer: Normalizer | null;
  readonly #pre: PreTokenizer;
  readonly #model: PieceModel;
  readonly #vocabulary: PieceVocabulary;
  /** A text that is decoded begins with a space that nobody wrote. */
  readonly #stripsFirst: boolean;
  readonly #opening: Opening | null;
  /** Pieces seen lately. A piece of one token is kept as a number. */
  readonly #cache = new Map<string, number | Uint32Array>();
  /** By names of special tokens that are allowed: what cuts text, before and after it is normalized. */
  readonly #cutters = new Map<string, readonly [raw: RegExp | null, normalized: RegExp | null]>();
  /** Added tokens by what is left of their names when they are normalized. */
  readonly #normalizedNames = new Map<string, AddedTokenJson>();
  /** No token begins with a space (▁) that is not its first sign, so text may be cut before each. */
  readonly #cutsAtSpaces: boolean;

  /**
   * @param json the content of a tokenizer.json.
   * @param options.opening what a text begins with, if the file does not say so.
   * @throws {FormatError} naming the first field that is missing, damaged or asks for something that is not known here.
   */
  constructor(json: unknown, { opening }: { opening?: Opening | null } = {}) {
    const root = object(json, 'the file'), added = readAdded(root['added_tokens'] ?? []), model = object(root['model'], 'model');
    for (const field of ['dropout', 'continuing_subword_prefix', 'end_of_word_suffix']) {
      const value = model[field];
      if (value !== undefined && value !== null && value !== '' && value !== 0) throw wrong(`model.${field}`, 'absent or null', value);
    }
    const type = model['type'] ?? (Array.isArray(model['merges']) ? 'BPE' : undefined);
    if (type !== 'BPE' && type !== 'Unigram') throw wrong('model.type', '"BPE" or "Unigram"', type);
    const pre = readPreTokenizer(root['pre_tokenizer']), decoders = stepsOf(root['decoder'], 'decoder', 'decoders').map(([step]) => step);
    const { idOf, scores } = type === 'BPE' ? readVocab(model['vocab']) : readScores(model['vocab']);
    const marksSpaces = decoders.some((step) => step.type === 'Metaspace' || (step.type === 'Replace' && step['content'] === ' ')) || pre.space !== null;
    const fallback = flagOf(model, 'byte_fallback', 'model', false);
    const names = new Map(added.map((token) => [token.content, token]));
    super(spellings(idOf, names, { byteLevel: pre.byteLevel, marksSpaces, fallback }), new Map(added.filter(({ special }) => special).map(({ content, id }) => [content, id])), { forged: true });
    this.#json = root as unknown as HuggingFaceJson;
    this.#added = names;
    this.#pre = pre;
    this.#normalizer = readNormalizer(root['normalizer']);
    this.#vocabulary = {
      idOf, bytes: fallback ? byteIds(idOf) : null, unknown: unknownOf(model, idOf), fuseUnknown: type === 'Unigram' || flagOf(model, 'fuse_unk', 'model', false),
    };
    const merges = type === 'BPE' ? readMerges(model['merges'], idOf) : [];
    this.#cutsAtSpaces = type === 'BPE' && !pre.byteLevel && !crossesSpaces(merges, idOf);
    this.#model = type === 'BPE'
      ? new MergeModel(this.#vocabulary, merges, { wholePieces: flagOf(model, 'ignore_merges', 'model', false) })
      : new UnigramModel(this.#vocabulary, scores!);
    this.#stripsFirst = decoders.some((step) => (step.type === 'Strip' && step['content'] === ' ' && Number(step['start']) > 0)
      || (step.type === 'Metaspace' && (step['prepend_scheme'] ?? 'always') !== 'never' && step['add_prefix_space'] !== false));
    if (this.#normalizer) for (const token of added) if (token.normalized) this.#normalizedNames.set(this.#normalizer(token.content), token);
    this.#opening = opening ?? templateOpening(root['post_processor'], this.specials) ?? openingByName(this.specials);
  }

  override get opening(): Opening | null {
    return this.#opening;
  }

  override toJSON(): HuggingFaceJson {
    return this.#json;
  }

  override encode(text: string | Uint8Array, { specials = [] }: EncodeOptions = {}): Uint32Array {
    const [raw, normalized] = this.#cutter(specials), out = new Ids(text.length >> 1);
    let first = true;
    for (const part of sections(text)) {
      if (typeof part !== 'string') this.encodeBytes(part, out);
      else {
        this.#cut(part, raw, (token) => this.#added.get(token)!, out, (ordinary, begins) => {
          const clean = this.#normalizer ? this.#normalizer(ordinary) : ordinary;
          this.#cut(clean, normalized, (token) => this.#normalizedNames.get(token)!, out, (rest) => this.#encodePieces(rest, first && begins, out));
        });
      }
      first = false;
    }
    return out.toArray();
  }

  override decodeBytes(ids: Iterable<number>): Uint8Array {
    const bytes = super.decodeBytes(ids);
    return this.#stripsFirst && bytes[0] === 0x20 ? bytes.subarray(1) : bytes;
  }

  /** Behind the token that opens a text the space that nobody wrote is left out. */
  override stream(previous?: number): ReturnType<Vocabulary['stream']> {
    const stream = super.stream();
    if (this.#stripsFirst && previous !== undefined && previous === this.#opening?.token) stream.skipSpace();
    return stream;
  }

  protected override encodeText(text: string, out: Ids): void {
    this.#encodePieces(this.#normalizer ? this.#normalizer(text) : text, true, out);
  }

  protected override encodeBytes(bytes: Uint8Array, out: Ids): void {
    if (this.#pre.byteLevel) {
      if (bytes.length > 0) this.#model.encode(toLetters(bytes), out);
    } else {
      const { bytes: ids, unknown } = this.#vocabulary;
      for (const byte of bytes) if (ids) out.push(ids[byte]!); else if (unknown >= 0) out.push(unknown);
    }
  }

  /** Text without added tokens, normalized. */
  #encodePieces(text: string, first: boolean, out: Ids): void {
    if (text === '') return;
    const { pattern, cuts, byteLevel } = this.#pre;
    if (pattern) {
      pattern.split(text, (start, end) => this.#encodePiece(text.slice(start, end), byteLevel, out));
    } else {
      let pieces: readonly string[] = [text];
      for (const cut of cuts) pieces = pieces.flatMap((piece) => cut(piece, first));
      for (const piece of pieces) this.#encodePiece(piece, byteLevel, out);
    }
  }

  #encodePiece(piece: string, byteLevel: boolean, out: Ids): void {
    if (piece === '') return;
    if (!byteLevel && this.#cutsAtSpaces && piece.length > CACHED_LENGTH) for (const [part] of piece.matchAll(/▁*[^▁]+|▁+/g)) this.#encodePart(part, false, out);
    else this.#encodePart(piece, byteLevel, out);
  }

  #encodePart(piece: string, byteLevel: boolean, out: Ids): void {
    let ids = this.#cache.get(piece);
    if (ids === undefined) {
      const found = new Ids(piece.length);
      this.#model.encode(byteLevel ? toLetters(encodeUtf8(piece)) : piece, found);
      const all = found.toArray();
      ids = all.length === 1 ? all[0]! : all;
      if (piece.length <= CACHED_LENGTH) {
        if (this.#cache.size >= CACHED_PIECES) this.#cache.clear();
        this.#cache.set(ownCopy(piece), ids);
      }
    }
    if (typeof ids === 'number') out.push(ids);
    else out.pushAll(ids);
  }

  /** Calls `ordinary` with the text between added tokens, and adds the ids of those. */
  #cut(text: string, at: RegExp | null, tokenOf: (name: string) => AddedTokenJson, out: Ids, ordinary: (text: string, first: boolean) => void): void {
    if (!at) {
      if (text !== '') ordinary(text, true);
      return;
    }
    let from = 0, stripped = false;
    for (const match of text.matchAll(at)) {
      const token = tokenOf(match[0]), end = match.index + match[0].length;
      if (token.single_word && (isWord(text, match.index - 1) || isWord(text, end))) continue;
      let before = text.slice(from, match.index);
      if (stripped) before = before.trimStart();
      if (token.lstrip) before = before.trimEnd();
      if (before !== '') ordinary(before, from === 0);
      out.push(token.id);
      from = end;
      stripped = token.rstrip;
    }
    const rest = stripped ? text.slice(from).trimStart() : text.slice(from);
    if (rest !== '') ordinary(rest, from === 0);
  }

  #cutter(allowed: EncodeOptions['specials'] = []): readonly [RegExp | null, RegExp | null] {
    const key = allowed === 'all' ? '' : `-${allowed.join('\0')}`, found = this.#cutters.get(key);
    if (found) return found;
    for (const name of allowed === 'all' ? [] : allowed) {
      if (this.specials.has(name)) continue;
      const near = closest(name, this.specials.keys());
      throw new OptionError('specials', `This tokenizer has no special token ${JSON.stringify(name)}. ${near === null ? `It has: ${[...this.specials.keys()].join(' ') || 'none'}.` : `Did you mean ${near}?`}`);
    }
    const may = ({ special, content }: AddedTokenJson): boolean => !special || allowed === 'all' || allowed.includes(content);
    const raw: string[] = [], normalized: string[] = [];
    for (const token of this.#added.values()) if (may(token) && !(token.normalized && this.#normalizer)) raw.push(token.content);
    for (const [name, token] of this.#normalizedNames) if (may(token) && name !== '') normalized.push(name);
    const cutter = [anyOf(raw), anyOf(normalized)] as const;
    if (this.#cutters.size > 64) this.#cutters.clear();
    this.#cutters.set(key, cutter);
    return cutter;
  }
}

const isWord = (text: string, at: number): boolean => /[\p{L}\p{N}_]/u.test(text[at] ?? '');

/** Of two names that begin at the same place the longer one wins. */
const anyOf = (names: readonly string[]): RegExp | null => (names.length === 0 ? null
  : new RegExp([...names].sort((a, b) => b.length - a.length || (a < b ? -1 : 1)).map((name) => name.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('|'), 'gu'));

function readVocab(value: unknown): { idOf: Map<string, number>; scores: null } {
  const idOf = new Map<string, number>(), used = new Set<number>();
  for (const [piece, id] of Object.entries(object(value, 'model.vocab'))) {
    if (!isId(id) || used.has(id)) throw wrong(`model.vocab[${JSON.stringify(piece)}]`, `a whole number below ${MOST_IDS} of its own`, id);
    used.add(id);
    idOf.set(piece, id);
  }
  return { idOf, scores: null };
}

function readScores(value: unknown): { idOf: Map<string, number>; scores: Float64Array } {
  if (!Array.isArray(value) || value.length > MOST_IDS) throw wrong('model.vocab', 'a list of pieces and scores', value);
  const idOf = new Map<string, number>(), scores = new Float64Array(value.length);
  value.forEach((entry: unknown, id) => {
    const [piece, score] = Array.isArray(entry) ? entry as unknown[] : [];
    if (typeof piece !== 'string' || typeof score !== 'number') throw wrong(`model.vocab[${id}]`, 'a piece and its score', entry);
    if (!idOf.has(piece)) idOf.set(piece, id);
    scores[id] = score;
  });
  return { idOf, scores };
}

function readMerges(value: unknown, idOf: ReadonlyMap<string, number>): MergeRule[] {
  if (!Array.isArray(value) || value.length > MOST_IDS) throw wrong('model.merges', 'a list', value);
  return value.map((item: unknown, i) => {
    const pair: unknown = typeof item === 'string' ? item.split(' ') : item, field = `model.merges[${i}]`;
    if (!Array.isArray(pair) || pair.length !== 2 || typeof pair[0] !== 'string' || typeof pair[1] !== 'string') throw wrong(field, 'a pair of tokens', item);
    const left = idOf.get(pair[0]), right = idOf.get(pair[1]), result = idOf.get(pair[0] + pair[1]);
    if (left === undefined || right === undefined) throw new FormatError(`tokenizer.json: ${field} joins a token that is not in model.vocab.`);
    if (result === undefined) throw new FormatError(`tokenizer.json: ${field} makes a token that is not in model.vocab.`);
    return { left, right, result };
  });
}

/** Whether a merge joins something that ends in no space with something that begins with one. */
function crossesSpaces(merges: readonly MergeRule[], idOf: ReadonlyMap<string, number>): boolean {
  const pieces = new Map([...idOf].map(([piece, id]) => [id, piece]));
  return merges.some(({ left, right }) => !pieces.get(left)!.endsWith('▁') && pieces.get(right)!.startsWith('▁'));
}

/** The bytes that each id stands for. */
function spellings(idOf: ReadonlyMap<string, number>, added: ReadonlyMap<string, AddedTokenJson>, { byteLevel, marksSpaces, fallback }: { byteLevel: boolean; marksSpaces: boolean; fallback: boolean }): Uint8Array[] {
  const tokens: Uint8Array[] = [], spell = (piece: string): Uint8Array => {
    if (byteLevel) return fromLettersOrNull(piece) ?? encodeUtf8(piece);
    const byte = fallback ? /^<0x([0-9A-F]{2})>$/.exec(piece) : null;
    return byte ? Uint8Array.of(parseInt(byte[1]!, 16)) : encodeUtf8(marksSpaces ? piece.replaceAll('▁', ' ') : piece);
  };
  for (const [piece, id] of idOf) if (!added.has(piece)) tokens[id] = spell(piece);
  for (const { content, id, special } of added.values()) tokens[id] = special ? new Uint8Array(0) : encodeUtf8(content);
  return Array.from(tokens, (bytes: Uint8Array | undefined) => bytes ?? new Uint8Array(0));
}

function byteIds(idOf: ReadonlyMap<string, number>): Int32Array | null {
  const ids = Int32Array.from({ length: 256 }, (_, byte) => idOf.get(`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`) ?? -1);
  return ids.includes(-1) ? null : ids;
}

function unknownOf(model: Record<string, unknown>, idOf: ReadonlyMap<string, number>): number {
  if (typeof model['unk_id'] === 'number') return model['unk_id'];
  const name = model['unk_token'];
  return typeof name === 'string' ? idOf.get(name) ?? -1 : -1;
}

/** A template that puts a special token before every text. */
function templateOpening(value: unknown, specials: ReadonlyMap<string, number>): Opening | null {
  for (const [step] of stepsOf(value, 'post_processor', 'processors')) {
    const [first] = step.type === 'TemplateProcessing' && Array.isArray(step['single']) ? step['single'] as unknown[] : [];
    const name = (first as { SpecialToken?: { id?: unknown } } | undefined)?.SpecialToken?.id;
    const token = typeof name === 'string' ? specials.get(name) : undefined;
    if (token !== undefined) return { token, always: true };
  }
  return null;
}

function openingByName(specials: ReadonlyMap<string, number>): Opening | null {
  const name = OPENINGS.find((one) => specials.has(one));
  return name === undefined ? null : { token: specials.get(name)!, always: false };
}

/** Whether a tokenizer.json has something that this library never writes itself. */
export function isForeign(json: Record<string, unknown>): boolean {
  const pre = json['pre_tokenizer'], model = json['model'] as Record<string, unknown> | undefined, steps = (pre as Record<string, unknown> | null | undefined)?.['pretokenizers'];
  if (typeof model !== 'object' || model === null) return false;
  const types = Array.isArray(steps) ? steps.map((step: unknown) => (step as JsonType | null)?.type) : [];
  const added = Array.isArray(json['added_tokens']) ? json['added_tokens'] as Record<string, unknown>[] : [];
  return Boolean(json['normalizer'] || json['post_processor'] || model['byte_fallback'] === true || typeof model['unk_token'] === 'string' || model['type'] === 'Unigram')
    || (pre === null && json['decoder'] !== undefined && (json['decoder'] as JsonType | null)?.type !== 'ByteLevel')
    || (typeof (pre as JsonType | null)?.type === 'string' && (pre as JsonType).type !== 'Sequence')
    || (types.length > 0 && types.every((type) => typeof type === 'string') && (types.length !== 2 || types[0] !== 'Split' || types[1] !== 'ByteLevel'))
    || added.some((token) => token?.['special'] === false || token?.['lstrip'] === true || token?.['rstrip'] === true || token?.['normalized'] === true)
    || (Array.isArray(model['merges']) && usesAnyCase(steps));
}

interface JsonType { readonly type?: unknown }

/** Patterns that only others write. */
const usesAnyCase = (steps: unknown): boolean => JSON.stringify(steps ?? '').includes('(?i:');

