// One way in for every model: a run of ours, a directory of Hugging Face, a .gguf, a .safetensors beside its config, a
// .bin of llama2.c; from a path, a web address, files chosen in a page, or bytes.
import {
  type Engine, FormatError, type Opening, OptionError, parseConfig, type QuantizeDtype, type SpeakingModel, type Tokenizer, transformer, type TransformerConfig, type Weights,
} from '../index.ts';
import { ForeignTokenizer } from '../tokenizer/foreign/foreignTokenizer.ts';
import { parseAnyTokenizer } from '../tokenizer/foreign/parseAnyTokenizer.ts';
import { type ByteSource, readSome, readText } from './byteSource.ts';
import { fillFloats, fillStored, type FillOptions, findPieces } from './fillWeights.ts';
import { readGgufConfig } from './ggufConfig.ts';
import { readHuggingFaceConfig } from './huggingFaceConfig.ts';
import { ggufLayout, huggingFaceLayout, type Layout, ownLayout } from './layout.ts';
import { looksLikeLlama2c, readLlama2c } from './llama2c.ts';
import { type ModelSource, openPlace, type Place } from './place.ts';
import type { StoredWeights } from './storedWeights.ts';
import { ggufEntries, isWeightType, safetensorsEntries, type TensorEntries, type TensorEntry } from './tensorFile.ts';
import { ggufTokenizer } from './vocabularies/ggufVocabulary.ts';
import { parseLlama2cTokenizer } from './vocabularies/llama2cVocabulary.ts';
import { parseSentencePiece } from './vocabularies/sentencePiece.ts';

export type { ModelSource };

/** A model that was read, ready to speak; to train it, load it with `floats`. */
export interface LoadedModel extends SpeakingModel {
  readonly weights: Weights | StoredWeights;
  readonly format: 'inkling' | 'huggingface' | 'gguf' | 'llama2c';
  /** The template of conversations in the language of Jinja, as the file has it; null if it has none. */
  readonly chatTemplate: string | null;
  /** The token that ends a text, if the file names one. */
  readonly eos: number | null;
}

export interface LoadModelOptions extends FillOptions {
  /** Where the tokenizer lies, if not beside the model or inside it: a tokenizer.json, .model or tokenizer.bin. */
  readonly tokenizer?: ModelSource | undefined;
  /** Longest context to make room for; 4096, or the model's own if that is less. */
  readonly context?: number | undefined;
  /** Round matrices to 8 or 4 bits while they are read. */
  readonly quantize?: 'q8_0' | 'q4_0' | undefined;
  /** Pack weights of floats for speaking alone, as `packModel` does: the same bits, about a third more tokens per second. */
  readonly packed?: boolean | undefined;
  /** Turn all weights into 32-bit floats, so that they can be trained or converted. */
  readonly floats?: boolean | undefined;
  /** What messages call the model; its path or address unless given. */
  readonly name?: string | undefined;
}

/** A model before its numbers are read. */
interface Opened {
  readonly format: LoadedModel['format'];
  readonly config: TransformerConfig;
  readonly entries: TensorEntries;
  readonly layout: Layout | null;
  readonly tokenizer: Tokenizer;
  readonly chatTemplate: string | null;
  readonly eos: number | null;
}

/**
 * Loads a model of any kind that is known here.
 *
 * @param source a path (in Node), a web address, a Blob or File, several Files, files by name, bytes, or a Store: of a run directory, a
 *   directory of Hugging Face (config.json, *.safetensors, tokenizer), a .gguf, a .safetensors beside its config.json,
 *   or a .bin of llama2.c beside its tokenizer (or with the option `tokenizer`).
 * @returns quantized weights stay quantized; floats become 32-bit floats, which can also be trained unless they are `packed`.
 * @throws {FormatError} naming what is missing, damaged or not supported.
 * @throws {MemoryError} before the weights are read, when they do not fit into 4 GiB.
 * @throws {DataError} when there is no such file.
 * @throws the signal's reason, when it is aborted.
 * @example
 * const model = await loadModel(engine, 'stories260K.bin', { tokenizer: 'tok512.bin' });
 * for await (const { text } of generate(model, '', { temperature: 0 })) process.stdout.write(text);
 */
export async function loadModel(engine: Engine, source: ModelSource, options: LoadModelOptions = {}): Promise<LoadedModel> {
  if (options.quantize !== undefined && !['q8_0', 'q4_0'].includes(options.quantize)) throw new OptionError('quantize', `quantize must be q8_0 or q4_0, but it is ${JSON.stringify(options.quantize)}.`);
  const place = await openPlace(source, options.name), sources: ByteSource[] = [];
  const open = async (file: string): Promise<ByteSource | null> => {
    const found = await place.open(file);
    if (found) sources.push(found);
    return found;
  };
  try {
    options.signal?.throwIfAborted();
    const given = options.tokenizer === undefined ? null : await readTokenizer(options.tokenizer);
    const { config, entries, layout, ...opened } = await openModel({ ...place, open }, given, options), model = transformer(config), { name } = place;
    if (opened.tokenizer.size > config.vocab) throw new FormatError(`${name}: its tokenizer has ${opened.tokenizer.size} tokens, but the model has ${config.vocab}. They do not belong together.`);
    const found = findPieces(layout ?? ownLayout(model.parameters.list), entries, name), floats = found.every(({ entry }) => /^(F|BF)\d+$/.test(entry.dtype));
    const round = options.quantize === undefined ? null : options.quantize.toUpperCase() as QuantizeDtype;
    const weights = options.floats || (floats && !round && !options.packed) ? await fillFloats(engine, model, found, options) : await fillStored(engine, model, found, { ...options, round, from: name });
    return { engine, transformer: model, weights, ...opened };
  } finally {
    for (const one of sources) await one.close?.();
  }
}

/** Finds out what kind of model lies in a place. */
export async function openModel(place: Place, given: Tokenizer | null, { context }: Pick<LoadModelOptions, 'context'> = {}): Promise<Opened> {
  const { name } = place;
  if (place.main === null) {
    const files = (await place.list()) ?? [], ggufs = files.filter((file) => /\.gguf$/i.test(file)), bins = files.filter((file) => /\.bin$/i.test(file) && !/^tok/i.test(file)), config = await place.open('config.json');
    if (!config && ggufs.length === 1) return openGguf((await place.open(ggufs[0]!))!, given, context);
    if (!config && ggufs.length > 1) throw new FormatError(`${name} holds ${ggufs.length} models: ${ggufs.slice(0, 4).join(', ')}. Name one of them.`);
    if (!config && bins.length === 1 && files.some((file) => /^tok\w*\.bin$/i.test(file))) return openLlama2c({ ...place, name: `${name}/${bins[0]}` }, (await place.open(bins[0]!))!, given);
    if (!config) throw new FormatError(`${name} has no config.json. A model needs config.json, tokenizer.json and model.safetensors side by side; a run that was stopped early may have only checkpoints: go on with it (--resume) to finish it.`);
    return openFolder(place, config, given, context);
  }
  const source = await place.open(place.main);
  if (!source) throw new FormatError(`There is no file ${name}.`);
  const head = await readSome(source, 0, 28), letters = String.fromCharCode(...head.subarray(0, 4));
  if (letters === 'GGUF') return openGguf(source, given, context);
  if (head.length > 8 && head[8] === 0x7b && new DataView(head.buffer).getBigUint64(0, true) < BigInt(source.size)) {
    const config = await place.open('config.json');
    if (!config) throw new FormatError(`${name} has no config.json beside it. A .safetensors file holds numbers alone; its configuration and tokenizer must lie in the same folder.`);
    return openFolder(place, config, given, context, source);
  }
  if (letters.startsWith('PK') || head[0] === 0x80) throw new FormatError(`${name} is a file of PyTorch, which is a program and not only numbers. Save the model as .safetensors.`);
  if (!looksLikeLlama2c(head)) throw new FormatError(`${name} is a file. --model is the folder that pretrain or finetune wrote by --out, a folder in the form of Hugging Face, a .gguf, a .safetensors beside its config.json, or a .bin of llama2.c; this file is none of them.`);
  return openLlama2c(place, source, given);
}

async function openLlama2c(place: Place, source: ByteSource, given: Tokenizer | null): Promise<Opened> {
  const { config, entries, layout } = await readLlama2c(source), tokenizer = given ?? await llama2cTokenizer(place, config.vocab);
  return { format: 'llama2c', config, entries, layout, tokenizer, chatTemplate: null, eos: tokenizer.specials.get('</s>') ?? null };
}

async function openGguf(source: ByteSource, given: Tokenizer | null, context: number | undefined): Promise<Opened> {
  const { metadata, entries } = await ggufEntries(source), { config, architecture } = await readGgufConfig(metadata, entries, source.name, context);
  const { tokenizer, eos, chatTemplate } = given ? { tokenizer: given, eos: null, chatTemplate: null } : ggufTokenizer(metadata, source.name);
  return { format: 'gguf', config, entries, layout: ggufLayout(config, architecture), tokenizer, eos, chatTemplate };
}

/** The tokenizer of llama2.c beside a model. */
async function llama2cTokenizer(place: Place, vocab: number): Promise<Tokenizer> {
  for (const file of ['tokenizer.bin', `tok${vocab}.bin`]) {
    const source = await place.open(file);
    if (source) return parseLlama2cTokenizer(await readSome(source, 0, source.size), source.name);
  }
  throw new FormatError(`${place.name} has no tokenizer beside it: there is neither tokenizer.bin nor tok${vocab}.bin. Give it by --tokenizer FILE (in the library: the option tokenizer).`);
}

/**
 * Reads a tokenizer of any kind: tokenizer.json, a .model of SentencePiece, a tokenizer.bin of llama2.c, a .gguf, or a
 * folder with one.
 */
export async function readTokenizer(source: ModelSource): Promise<Tokenizer> {
  const place = await openPlace(source);
  if (place.main === null) {
    const found = await folderTokenizer(place);
    if (!found) throw new FormatError(`${place.name} has no tokenizer: neither tokenizer.json, tokenizer.model nor vocab.json with merges.txt.`);
    return found.tokenizer;
  }
  const file = await place.open(place.main);
  if (!file) throw new FormatError(`There is no tokenizer ${place.name}.`);
  try {
    const head = await readSome(file, 0, 16), letters = String.fromCharCode(...head.subarray(0, 4));
    if (letters === 'GGUF') return ggufTokenizer((await ggufEntries(file)).metadata, file.name).tokenizer;
    if (/^\s*\{/.test(letters)) return parseNamed(await readText(file), file.name);
    const bytes = await readSome(file, 0, file.size);
    // the first field of a .model is a piece: tag 1 of a message with a length
    return head[0] === 0x0a && head[1] !== 0 ? parseSentencePiece(bytes, file.name) : parseLlama2cTokenizer(bytes, file.name);
  } finally {
    await file.close?.();
  }
}

function parseNamed(json: string, name: string): Tokenizer {
  try {
    return parseAnyTokenizer(json);
  } catch (error) {
    if (error instanceof FormatError) throw new FormatError(`${name}: ${error.message}`, { cause: error });
    throw error;
  }
}

type Json = Readonly<Record<string, unknown>>;

/** A file of settings, or null where there is none. */
async function jsonOrNull(place: Place, file: string): Promise<Json | null> {
  const source = await place.open(file);
  return source ? parseJson(await readText(source), source.name) : null;
}

function parseJson(text: string, name: string): Json {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new FormatError(`${name} is not JSON. It may be damaged.`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new FormatError(`${name} must hold an object. It may be damaged.`);
  return value as Json;
}

/** The text of a token in tokenizer_config.json: a string, or an object with its content. */
const contentOf = (value: unknown): string | null => (typeof value === 'string' ? value : typeof (value as Json | null)?.['content'] === 'string' ? (value as { content: string }).content : null);

interface FoundTokenizer {
  readonly tokenizer: Tokenizer;
  readonly eos: number | null;
  readonly chatTemplate: string | null;
}

/** The tokenizer of a folder with what its tokenizer_config.json says; null if there is none. */
async function folderTokenizer(place: Place): Promise<FoundTokenizer | null> {
  const [file, settings] = [await place.open('tokenizer.json'), (await jsonOrNull(place, 'tokenizer_config.json')) ?? {}] as const;
  let tokenizer: Tokenizer | null = null;
  if (file) tokenizer = parseNamed(await readText(file), place.name);
  else {
    const model = await place.open('tokenizer.model'), vocab = await jsonOrNull(place, 'vocab.json'), merges = await place.open('merges.txt');
    if (model) tokenizer = parseSentencePiece(await readSome(model, 0, model.size), model.name);
    else if (vocab && merges) tokenizer = gpt2Tokenizer(vocab, await readText(merges));
  }
  if (!tokenizer) return null;
  const bos = contentOf(settings['bos_token']), eos = contentOf(settings['eos_token']), token = bos === null ? undefined : tokenizer.specials.get(bos);
  if (tokenizer instanceof ForeignTokenizer && token !== undefined && !tokenizer.opening?.always) {
    const opening: Opening = { token, always: settings['add_bos_token'] === true };
    tokenizer = new ForeignTokenizer(tokenizer.toJSON(), { opening });
  }
  const jinja = await place.open('chat_template.jinja'), template = settings['chat_template'];
  const listed = Array.isArray(template) ? (template as Json[]).find((one) => one['name'] === 'default')?.['template'] : template;
  return { tokenizer, eos: eos === null ? null : tokenizer.specials.get(eos) ?? null, chatTemplate: jinja ? await readText(jinja) : typeof listed === 'string' ? listed : null };
}

/** vocab.json and merges.txt, as GPT-2 came. */
function gpt2Tokenizer(vocab: Json, merges: string): Tokenizer {
  const end = vocab['<|endoftext|>'];
  return new ForeignTokenizer({
    added_tokens: typeof end === 'number' ? [{ id: end, content: '<|endoftext|>', single_word: false, lstrip: false, rstrip: false, normalized: false, special: true }] : [],
    normalizer: null, pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true }, post_processor: null, decoder: { type: 'ByteLevel' },
    model: { type: 'BPE', vocab, merges: merges.split(/\r?\n/).filter((line, i) => line !== '' && !(i === 0 && line.startsWith('#version'))) },
  });
}

async function openFolder(place: Place, configFile: ByteSource, given: Tokenizer | null, context: number | undefined, only: ByteSource | null = null): Promise<Opened> {
  const { name } = place, text = await readText(configFile), json = parseJson(text, `${name}: config.json`);
  const own = json['model_type'] === 'inkling', weights = only ?? await place.open('model.safetensors');
  const entries = weights ? (await safetensorsEntries(weights)).entries : own ? null : await shardedEntries(place);
  const found = given ? { tokenizer: given, eos: null, chatTemplate: null } : await folderTokenizer(place);
  const missing = !entries ? 'model.safetensors' : !found ? 'tokenizer.json' : null;
  if (!entries || !found) throw new FormatError(`${name} has no ${missing}. A model needs config.json, tokenizer.json and model.safetensors side by side; a run that was stopped early may have only checkpoints: go on with it (--resume) to finish it.`);
  if (own) return { format: 'inkling', config: parseConfig(text, `${name}: config.json`), entries, layout: null, ...found };
  const read = readHuggingFaceConfig(json, `${name}: config.json`, context), config = read.tiedUnknown ? await withTie(read.config, entries) : read.config;
  // nanoGPT's names with a transposed matrix are GPT-2's own
  const qkv = [...entries.values()].find((entry) => entry.name.endsWith('h.0.attn.c_attn.weight')), linear = read.linear || (qkv !== undefined && qkv.shape[0] === 3 * config.channels);
  return { format: 'huggingface', config, entries, layout: huggingFaceLayout(config, { linear }), ...found };
}

/** Where a configuration does not say whether the output layer is the table of tokens, the tensors do. */
async function withTie(config: TransformerConfig, entries: TensorEntries): Promise<TransformerConfig> {
  const of = (pattern: RegExp): TensorEntry | undefined => [...entries.values()].find(({ name }) => pattern.test(name)), head = of(/^(_orig_mod\.|module\.)*lm_head\.weight$/), wte = of(/wte\.weight$/);
  if (!head) return { ...config, tied: true };
  if (!wte || head.dtype !== wte.dtype || head.end - head.begin !== wte.end - wte.begin || !isWeightType(head.dtype)) return { ...config, tied: false };
  for (let at = 0, size = head.end - head.begin; at < size; at += 2 ** 22) {
    const length = Math.min(2 ** 22, size - at), [a, b] = [await readSome(head.source, head.begin + at, length), await readSome(wte.source, wte.begin + at, length)];
    if (a.some((byte, i) => byte !== b[i])) return { ...config, tied: false };
  }
  return { ...config, tied: true };
}

/** The tensors of several .safetensors files, which an index names. */
async function shardedEntries(place: Place): Promise<TensorEntries | null> {
  const index = await jsonOrNull(place, 'model.safetensors.index.json');
  if (!index) return null;
  const map = index['weight_map'];
  if (typeof map !== 'object' || map === null) throw new FormatError(`${place.name}: model.safetensors.index.json has no weight_map. It may be damaged.`);
  const all = new Map<string, TensorEntry>();
  for (const file of new Set(Object.values(map as Record<string, unknown>))) {
    if (typeof file !== 'string' || file.includes('/') || file.includes('\\') || !file.endsWith('.safetensors')) throw new FormatError(`${place.name}: model.safetensors.index.json names ${JSON.stringify(file)?.slice(0, 80)}, which is no .safetensors file beside it.`);
    const source = await place.open(file);
    if (!source) throw new FormatError(`${place.name}: ${file} is missing, which model.safetensors.index.json names. Fetch it too.`);
    for (const [tensor, entry] of (await safetensorsEntries(source)).entries) {
      if (all.has(tensor)) throw new FormatError(`${place.name}: two files hold a tensor ${tensor}. Which one is meant cannot be known.`);
      all.set(tensor, entry);
    }
  }
  return all;
}
