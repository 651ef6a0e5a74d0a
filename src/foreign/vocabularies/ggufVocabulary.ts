// The tokenizer inside a .gguf: tokens, what kind each is, and merges (model `gpt2`, byte-level) or scores (`llama`, BPE of
// SentencePiece; `t5`, unigram). How text is cut has a name, `tokenizer.ggml.pre`, and a table in llama.cpp.
// https://github.com/ggml-org/llama.cpp/blob/master/src/llama-vocab.cpp
import type { GgufValue } from '../../formats/ggufValue.ts';
import { FormatError, type HuggingFaceJson, type JsonStep, OptionError, type Opening, Pattern, type PatternName, type Tokenizer } from '../../index.ts';
import { ForeignTokenizer } from '../../tokenizer/foreign/foreignTokenizer.ts';
import { flagValue, type Metadata, textValue } from '../ggufConfig.ts';
import { isByte, scoredBpe, type ScoredOptions, type ScoredPiece, scoredUnigram, scoresOf, withoutExtraSpaces } from './scoredMerges.ts';

const KINDS = ['normal', 'normal', 'unknown', 'control', 'user', 'unused', 'byte'] as const;
const NORMAL = 1, UNKNOWN = 2, CONTROL = 3, USER = 4, UNUSED = 5, BYTE = 6;

/** Ways to cut text by their names in llama.cpp. `digits`: digits one by one, the rest as gpt2. */
const cuts: Readonly<Record<string, PatternName | 'digits'>> = {
  'gpt-2': 'gpt2', 'phi-2': 'gpt2', 'jina-es': 'gpt2', 'jina-de': 'gpt2', mpt: 'gpt2', olmo: 'gpt2', jais: 'gpt2', 'granite-docling': 'gpt2',
  'llama-bpe': 'cl100k', llama3: 'cl100k', 'llama-v3': 'cl100k', dbrx: 'cl100k', 'smaug-bpe': 'cl100k', falcon3: 'cl100k',
  qwen2: 'qwen2', stablelm2: 'qwen2', 'deepseek-r1-qwen': 'qwen2', megrez: 'qwen2', 'gpt-4o': 'o200k', smollm: 'digits', starcoder: 'digits', refact: 'digits', 'command-r': 'digits', codeshell: 'digits',
};

function preTokenizer(pre: string, name: string): JsonStep {
  const cut = cuts[pre];
  if (!cut) throw new FormatError(`${name}: tokenizer.ggml.pre is ${JSON.stringify(pre)}, a way to cut text that is not known here. Known are ${Object.keys(cuts).join(', ')}.`);
  const bytes = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true };
  if (cut === 'gpt2') return { ...bytes, use_regex: true };
  if (cut === 'digits') return { type: 'Sequence', pretokenizers: [{ type: 'Digits', individual_digits: true }, { ...bytes, use_regex: true }] };
  return { type: 'Sequence', pretokenizers: [{ type: 'Split', pattern: { Regex: new Pattern(cut).source }, behavior: 'Isolated', invert: false }, { ...bytes, use_regex: false }] };
}

/** A list of the metadata, or null. */
function listOrNull<T>(metadata: Metadata, key: string, items: readonly string[], name: string): readonly T[] | null {
  const entry = metadata.get(key);
  if (!entry) return null;
  if (entry.type !== 'array' || !items.includes(entry.items)) throw new FormatError(`${name}: ${key} must be a list of ${items.join(' or ')}. The file is damaged.`);
  return entry.value as unknown as readonly T[];
}

const idOrNull = (metadata: Metadata, key: string, size: number): number | null => {
  const entry = metadata.get(key), id = entry && entry.type !== 'array' ? Number(entry.value) : NaN;
  return Number.isInteger(id) && id >= 0 && id < size ? id : null;
};

/** What a .gguf tells of its text besides the vocabulary. */
export interface GgufVocabulary {
  readonly tokenizer: Tokenizer;
  readonly eos: number | null;
  readonly chatTemplate: string | null;
}

/**
 * The tokenizer in the metadata of a .gguf.
 *
 * @throws {FormatError} when there is none, or it is of a kind that is not known here.
 */
export function ggufTokenizer(metadata: Metadata, name = 'the file'): GgufVocabulary {
  const key = (part: string): string => `tokenizer.ggml.${part}`, model = textValue(metadata, key('model'));
  const tokens = listOrNull<string>(metadata, key('tokens'), ['string'], name), types = listOrNull<number>(metadata, key('token_type'), ['int32', 'uint32', 'int8', 'uint8'], name);
  if (!model || !tokens) throw new FormatError(`${name} has no tokenizer inside (tokenizer.ggml.model and .tokens). Give one by the option tokenizer.`);
  const bos = idOrNull(metadata, key('bos_token_id'), tokens.length), eos = idOrNull(metadata, key('eos_token_id'), tokens.length);
  const always = flagValue(metadata, key('add_bos_token')) ?? (model === 'llama' || ['llama-bpe', 'llama3', 'llama-v3'].includes(textValue(metadata, key('pre')) ?? ''));
  const opening: Opening | null = bos === null ? null : { token: bos, always };
  const kindOf = (id: number): ScoredPiece['kind'] => (id === bos || id === eos ? 'control' : KINDS[types?.[id] ?? NORMAL] ?? 'normal');
  let json: HuggingFaceJson;
  if (model === 'gpt2') {
    const merges = listOrNull<string>(metadata, key('merges'), ['string'], name);
    if (!merges) throw new FormatError(`${name}: tokenizer.ggml.merges is missing. The file is damaged.`);
    const kinds = tokens.map((_, id) => kindOf(id)), pre = textValue(metadata, key('pre'));
    json = {
      version: '1.0', truncation: null, padding: null, normalizer: null, post_processor: null,
      added_tokens: tokens.map((content, id) => ({ content, id })).filter(({ id }) => ['control', 'user', 'unknown'].includes(kinds[id]!))
        .map(({ content, id }) => ({ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: kinds[id] !== 'user' })),
      pre_tokenizer: preTokenizer(pre ?? '', name),
      decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
      model: {
        type: 'BPE', dropout: null, unk_token: null, continuing_subword_prefix: null, end_of_word_suffix: null, fuse_unk: false, byte_fallback: false, ignore_merges: cuts[pre ?? ''] === 'cl100k' && pre !== 'dbrx' && pre !== 'smaug-bpe',
        vocab: Object.fromEntries(tokens.map((token, id) => [token, id] as const).filter(([, id]) => kinds[id] !== 'unused').reverse()), merges,
      },
    };
  } else if (model === 'llama' || model === 't5') {
    const scores = listOrNull<number>(metadata, key('scores'), ['float32'], name);
    const pieces = tokens.map((piece, id): ScoredPiece => ({ piece, score: scores?.[id] ?? 0, kind: isByte(piece) && kindOf(id) !== 'control' ? 'byte' : kindOf(id) }));
    const map = metadata.get(key('precompiled_charsmap')), before: HuggingFaceJson['normalizer'][] = [];
    if (map?.type === 'array' && map.items === 'uint8') before.push({ type: 'Precompiled', precompiled_charsmap: btoa(String.fromCharCode(...map.value as Uint8Array)) });
    if (flagValue(metadata, key('remove_extra_whitespaces')) === true) before.push(...withoutExtraSpaces);
    const options: ScoredOptions = { prefix: flagValue(metadata, key('add_space_prefix')) ?? true, bos: always && bos !== null ? tokens[bos]! : null, before };
    json = model === 'llama' ? scoredBpe(pieces, options) : scoredUnigram(pieces, options);
  } else {
    throw new FormatError(`${name}: tokenizer.ggml.model is ${JSON.stringify(model)}, which is not supported. There are gpt2, llama and t5.`);
  }
  return { tokenizer: new ForeignTokenizer(json, { opening }), eos, chatTemplate: textValue(metadata, 'tokenizer.chat_template') };
}

/** The name in llama.cpp of how a byte-level tokenizer cuts text. */
function preOf({ pre_tokenizer: pre, model }: HuggingFaceJson): string {
  const steps = pre?.type === 'Sequence' ? pre['pretokenizers'] as readonly JsonStep[] : pre ? [pre] : [];
  const [first, second] = steps, refuse = (): never => {
    throw new OptionError('tokenizer', 'llama.cpp has no name for the way in which this tokenizer cuts text. It knows those of gpt2, cl100k, o200k and qwen2.');
  };
  if (steps.length === 1 && first!.type === 'ByteLevel' && first!['use_regex'] !== false) return 'gpt-2';
  if (steps.length !== 2 || second!.type !== 'ByteLevel') return refuse();
  if (first!.type === 'Digits' && first!['individual_digits'] === true && second!['use_regex'] !== false) return 'smollm';
  const source = (first!['pattern'] as { Regex?: string } | undefined)?.Regex?.replace("(?i:'s|'t|'re|'ve|'m|'ll|'d)", () => CONTRACTION);
  const names: readonly (readonly [PatternName, string])[] = [['gpt2', 'gpt-2'], ['cl100k', model['ignore_merges'] === true ? 'llama-bpe' : 'dbrx'], ['o200k', 'gpt-4o'], ['qwen2', 'qwen2']];
  return names.find(([pattern]) => new Pattern(pattern).source === source)?.[1] ?? refuse();
}

const CONTRACTION = new Pattern('qwen2').source.split('|[^')[0]!;

/**
 * The metadata of a tokenizer for a .gguf.
 *
 * @param vocab rows of the model's table; tokens behind those of the tokenizer are unused.
 * @throws {OptionError} when llama.cpp has nothing like it.
 */
export function ggufTokenizerMetadata(tokenizer: Tokenizer, { vocab = tokenizer.size, eos = null as number | null, chatTemplate = null as string | null } = {}): Map<string, GgufValue> {
  const json = tokenizer.toJSON() as unknown as HuggingFaceJson, { model } = json, key = (part: string): string => `tokenizer.ggml.${part}`;
  const tokens = Array.from({ length: vocab }, (_, id) => `[PAD${id}]`), types = new Int32Array(vocab).fill(UNUSED);
  const steps = json.pre_tokenizer?.type === 'Sequence' ? json.pre_tokenizer['pretokenizers'] as readonly JsonStep[] : json.pre_tokenizer ? [json.pre_tokenizer] : [], byteLevel = steps.some(({ type }) => type === 'ByteLevel');
  if (tokenizer.kind === 'chars' || tokenizer.kind === 'words') throw new OptionError('tokenizer', `llama.cpp has no tokenizer of ${tokenizer.kind === 'chars' ? 'characters' : 'words'}. Train the model with --tokenizer bpe, or write a directory of Hugging Face.`);
  const unigram = model.type === 'Unigram';
  const entries = unigram ? (model['vocab'] as readonly [string, number][]).map(([piece], id) => [piece, id] as const) : Object.entries(model['vocab'] as Readonly<Record<string, number>>);
  for (const [piece, id] of entries) {
    tokens[id] = piece;
    types[id] = !byteLevel && isByte(piece) ? BYTE : NORMAL;
  }
  for (const { content, id, special } of json.added_tokens) {
    tokens[id] = content;
    types[id] = !special ? USER : id === model['unk_id'] || content === model['unk_token'] ? UNKNOWN : CONTROL;
  }
  const text = (value: string): GgufValue => ({ type: 'string', value }), flag = (value: boolean): GgufValue => ({ type: 'bool', value }), id = (value: number): GgufValue => ({ type: 'uint32', value });
  const metadata = new Map<string, GgufValue>([[key('model'), text(byteLevel ? 'gpt2' : unigram ? 't5' : 'llama')]]);
  if (byteLevel) {
    if (json.normalizer && !(json.normalizer.type === 'NFC')) throw new OptionError('tokenizer', `llama.cpp cannot normalize text by ${json.normalizer.type} as this tokenizer does.`);
    metadata.set(key('pre'), text(preOf(json)));
  } else if (json.pre_tokenizer === null) {
    metadata.set(key('pre'), text('default'));
  } else if (json.pre_tokenizer.type !== 'Metaspace') throw new OptionError('tokenizer', 'llama.cpp has nothing like the way in which this tokenizer cuts text.');
  metadata.set(key('tokens'), { type: 'array', items: 'string', value: tokens });
  if (!byteLevel) {
    const scores = unigram ? Float32Array.from({ length: vocab }, (_, i) => (model['vocab'] as readonly [string, number][])[i]?.[1] ?? 0) : scoresOf(json, vocab);
    metadata.set(key('scores'), { type: 'array', items: 'float32', value: scores });
  }
  metadata.set(key('token_type'), { type: 'array', items: 'int32', value: types });
  if (byteLevel) metadata.set(key('merges'), { type: 'array', items: 'string', value: (model['merges'] as readonly (string | readonly string[])[]).map((merge) => (typeof merge === 'string' ? merge : merge.join(' '))) });
  else {
    const normalizers = JSON.stringify(json.normalizer ?? ''), pre = json.pre_tokenizer;
    metadata.set(key('add_space_prefix'), flag(normalizers.includes('"Prepend"') || (pre?.type === 'Metaspace' && pre['prepend_scheme'] !== 'never')));
  }
  const { opening } = tokenizer;
  if (opening) metadata.set(key('bos_token_id'), id(opening.token));
  if (eos !== null) metadata.set(key('eos_token_id'), id(eos));
  metadata.set(key('add_bos_token'), flag(opening?.always ?? false)).set(key('add_eos_token'), flag(false));
  if (chatTemplate !== null) metadata.set('tokenizer.chat_template', text(chatTemplate));
  return metadata;
}
