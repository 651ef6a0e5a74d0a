// Reads the tokenizer.json that toJSON wrote. Other people's files may ask for things that we do not do (normalizers,
// other models); reading them halfway would give wrong ids in silence, so every such field is refused by name.
import { FormatError, OptionError } from '../errors.ts';
import { Bpe, type Merge } from './bpe.ts';
import { fromLettersOrNull, toLetters } from './byteAlphabet.ts';
import { Chars } from './chars.ts';
import { Pattern, PATTERNS } from './pattern.ts';
import type { Tokenizer } from './tokenizer.ts';
import type { TokenizerJson } from './tokenizerJson.ts';
import { join } from './utf8.ts';
import { Words } from './words.ts';

const MOST_IDS = 1 << 21;

/**
 * Reads a tokenizer that toJSON wrote, of any kind.
 *
 * @param json the text of a tokenizer.json, or its content.
 * @throws {FormatError} naming the first field that is missing, damaged or asks for something else.
 * @example
 * parseTokenizer(JSON.stringify(tokenizer)).encode('the cat'); // the same ids as before
 */
export function parseTokenizer(json: string | TokenizerJson): Tokenizer {
  const root = object(typeof json === 'string' ? parseJson(json) : json, 'the file');
  for (const field of ['normalizer', 'post_processor', 'truncation', 'padding']) expectNothing(root[field], field);
  const model = object(root['model'], 'model');
  expectEqual(model['type'], 'BPE', 'model.type');
  for (const field of ['dropout', 'unk_token', 'continuing_subword_prefix', 'end_of_word_suffix', 'fuse_unk', 'byte_fallback']) {
    expectNothing(model[field], `model.${field}`);
  }
  const source = patternSource(object(root['pre_tokenizer'], 'pre_tokenizer'));
  const specials = readSpecials(root['added_tokens']);
  const { tokens, idOf } = readVocab(object(model['vocab'], 'model.vocab'), specials);
  const merges = readMerges(model['merges'], idOf, tokens);
  const wholePieces = model['ignore_merges'] ?? false;
  if (typeof wholePieces !== 'boolean') throw wrong('model.ignore_merges', 'true or false', wholePieces);
  try {
    if (!wholePieces || merges.length > 0) return new Bpe({ tokens, merges, specials, pattern: new Pattern(source), wholePieces });
    if (source === PATTERNS.chars) return new Chars(tokens, specials);
    if (source === PATTERNS.words) return new Words(tokens, specials);
  } catch (error) {
    if (error instanceof OptionError) throw new FormatError(`tokenizer.json: ${error.message}`, { cause: error });
    throw error;
  }
  throw new FormatError(`tokenizer.json: pre_tokenizer cuts text by ${source}, which is neither our characters nor our words, `
    + 'and there are no merges. Read files that this library wrote.');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new FormatError(`tokenizer.json is not JSON, or is cut short: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function patternSource(preTokenizer: Record<string, unknown>): string {
  expectEqual(preTokenizer['type'], 'Sequence', 'pre_tokenizer.type');
  const steps = preTokenizer['pretokenizers'];
  if (!Array.isArray(steps) || steps.length !== 2) throw wrong('pre_tokenizer.pretokenizers', 'a Split and a ByteLevel', steps);
  const split = object(steps[0], 'pre_tokenizer.pretokenizers[0]');
  const byteLevel = object(steps[1], 'pre_tokenizer.pretokenizers[1]');
  expectEqual(split['type'], 'Split', 'pre_tokenizer.pretokenizers[0].type');
  expectEqual(split['behavior'], 'Isolated', 'pre_tokenizer.pretokenizers[0].behavior');
  expectEqual(split['invert'], false, 'pre_tokenizer.pretokenizers[0].invert');
  expectEqual(byteLevel['type'], 'ByteLevel', 'pre_tokenizer.pretokenizers[1].type');
  expectEqual(byteLevel['add_prefix_space'], false, 'pre_tokenizer.pretokenizers[1].add_prefix_space');
  expectEqual(byteLevel['use_regex'], false, 'pre_tokenizer.pretokenizers[1].use_regex');
  const source = object(split['pattern'], 'pre_tokenizer.pretokenizers[0].pattern')['Regex'];
  if (typeof source !== 'string') throw wrong('pre_tokenizer.pretokenizers[0].pattern.Regex', 'a regular expression', source);
  return source;
}

function readSpecials(list: unknown): Map<string, number> {
  if (!Array.isArray(list)) throw wrong('added_tokens', 'a list', list);
  const specials = new Map<string, number>();
  for (const [i, item] of list.entries()) {
    const token = object(item, `added_tokens[${i}]`);
    const { id, content } = token;
    if (typeof content !== 'string' || specials.has(content)) throw wrong(`added_tokens[${i}].content`, 'a name of its own', content);
    if (!isId(id)) throw wrong(`added_tokens[${i}].id`, `a whole number below ${MOST_IDS}`, id);
    expectEqual(token['special'], true, `added_tokens[${i}].special`);
    for (const field of ['single_word', 'lstrip', 'rstrip', 'normalized']) expectNothing(token[field], `added_tokens[${i}].${field}`);
    specials.set(content, id);
  }
  return specials;
}

function readVocab(vocab: Record<string, unknown>, specials: ReadonlyMap<string, number>): { tokens: Uint8Array[]; idOf: Map<string, number> } {
  const tokens: Uint8Array[] = [];
  const idOf = new Map<string, number>();
  for (const [letters, id] of Object.entries(vocab)) {
    const field = `model.vocab[${JSON.stringify(letters)}]`;
    if (!isId(id)) throw wrong(field, `a whole number below ${MOST_IDS}`, id);
    if (specials.has(letters)) {
      expectEqual(id, specials.get(letters), field);
      continue;
    }
    const bytes = fromLettersOrNull(letters);
    if (bytes === null || bytes.length === 0) {
      throw new FormatError(`tokenizer.json: ${field} is not written in the letters for bytes, so its bytes are unknown.`);
    }
    if (tokens[id] !== undefined) throw wrong(field, 'an id of its own', id);
    tokens[id] = bytes;
    idOf.set(letters, id);
  }
  return { tokens: Array.from(tokens, (bytes: Uint8Array | undefined) => bytes ?? new Uint8Array(0)), idOf };
}

function readMerges(list: unknown, idOf: ReadonlyMap<string, number>, tokens: readonly Uint8Array[]): Merge[] {
  if (!Array.isArray(list)) throw wrong('model.merges', 'a list', list);
  const seen = new Set<number>();
  return list.map((item: unknown, i) => {
    const pair = typeof item === 'string' ? item.split(' ') : item;
    const field = `model.merges[${i}]`;
    if (!Array.isArray(pair) || pair.length !== 2) throw wrong(field, 'a pair of tokens', item);
    const left = idOf.get(pair[0]), right = idOf.get(pair[1]);
    if (left === undefined || right === undefined) throw new FormatError(`tokenizer.json: ${field} joins a token that is not in model.vocab.`);
    const both = left * MOST_IDS + right;
    if (seen.has(both)) throw wrong(field, 'a pair that is not listed before', item);
    seen.add(both);
    const result = idOf.get(toLetters(join([tokens[left]!, tokens[right]!])));
    if (result === undefined) throw new FormatError(`tokenizer.json: ${field} makes a token that is not in model.vocab.`);
    return { left, right, result };
  });
}

const isId = (id: unknown): id is number => Number.isInteger(id) && (id as number) >= 0 && (id as number) < MOST_IDS;

function object(value: unknown, field: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(field, 'an object', value);
  return value as Record<string, unknown>;
}

function expectEqual(value: unknown, expected: unknown, field: string): void {
  if (value !== expected) throw wrong(field, JSON.stringify(expected), value);
}

/** Fields that change nothing when they are absent, null, false or empty. */
function expectNothing(value: unknown, field: string): void {
  if (value !== undefined && value !== null && value !== false && value !== '') throw wrong(field, 'absent or null', value);
}

function wrong(field: string, expected: string, value: unknown): FormatError {
  const shown = value === undefined ? 'missing' : (JSON.stringify(value) ?? String(value)).slice(0, 60);
  return new FormatError(`tokenizer.json: ${field} must be ${expected}, but it is ${shown}. `
    + 'Only files that this library wrote can be read here; readTokenizer and loadModel of inkling/foreign read others.');
}
