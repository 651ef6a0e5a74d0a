// Models for other people's programs: a directory of Hugging Face, a .gguf, a .bin of llama2.c. The layouts that read also write.
import { type GgufTensor, writeGguf } from '../formats/gguf.ts';
import {
  ggufDtypes, type GgufDtype, OptionError, quantize, type QuantizeDtype, type SpeakingModel, type TransformerConfig, Weights, writeSafetensors,
} from '../index.ts';
import { tangled, transposed } from './fillWeights.ts';
import { writeGgufConfig } from './ggufConfig.ts';
import { architectureOf, writeHuggingFaceConfig } from './huggingFaceConfig.ts';
import { ggufLayout, huggingFaceLayout, type Layout, llama2cLayout, type Piece, shapeOf } from './layout.ts';
import { requireLlama2c, writeLlama2c } from './llama2c.ts';
import { ggufTokenizerMetadata } from './vocabularies/ggufVocabulary.ts';
import { writeLlama2cTokenizer } from './vocabularies/llama2cVocabulary.ts';

/** Types that matrices can be written in, and their numbers as llama.cpp tells the type of a whole file. */
const types = {
  f32: ['F32', 0], f16: ['F16', 1], bf16: ['BF16', 32], q8_0: ['Q8_0', 7], q4_0: ['Q4_0', 2], q4_k: ['Q4_K', 15], q6_k: ['Q6_K', 18],
} as const satisfies Record<string, readonly [QuantizeDtype, number]>;

export type ExportType = keyof typeof types;
export const exportTypes = Object.keys(types) as readonly ExportType[];

/** Files by their names. */
export type ExportedFiles = ReadonlyMap<string, Uint8Array<ArrayBuffer> | string>;

export interface ExportOptions {
  /** The type of matrices; vectors stay 32-bit floats. `f32` unless given. */
  readonly quantize?: ExportType | undefined;
  /** What the model is called inside the file. */
  readonly name?: string | undefined;
  /** Weights go into several files of at most so many bytes (Hugging Face). */
  readonly shardBytes?: number | undefined;
}

/** A model to be written, with what it knows besides. */
export type Exportable = Pick<SpeakingModel, 'transformer' | 'weights' | 'tokenizer'> & { readonly chatTemplate?: string | null; readonly eos?: number | null };

/** A tensor of a layout with its numbers, in the order of the file. */
function* piecesOf({ transformer: { parameters, config }, weights }: Exportable, layout: Layout): Generator<{ piece: Piece; numbers: Float32Array; parameter: string }> {
  if (!(weights instanceof Weights)) throw new OptionError('weights', 'Quantized weights cannot be converted. Load the model with { floats: true }.');
  const known = new Map(parameters.list.map(({ tensor }) => [tensor.name, tensor]));
  for (const [parameter, pieces] of layout) {
    const tensor = known.get(parameter);
    let row = 0;
    for (const piece of pieces) {
      const width = Math.max(1, piece.columns), from = row * width;
      row += piece.rows;
      // biases that a model does not have are zeros to those who must have some
      const rows = tensor ? weights.read(tensor).subarray(from, from + piece.rows * width) : new Float32Array(piece.rows * width);
      yield { parameter, piece, numbers: piece.interleaved ? tangled(rows, width, config.headSize) : piece.transposed ? transposed(rows, piece.rows, width) : rows.slice() };
    }
  }
}

/** The token that ends a text: what the file named, or a special token with such a name. */
function endOf({ tokenizer: { specials }, eos }: Exportable): number | null {
  return eos ?? ['</s>', '<|end|>', '<|im_end|>', '<|eot_id|>', '<|endoftext|>', '<eos>'].map((name) => specials.get(name)).find((id) => id !== undefined) ?? null;
}

const nameOf = ({ tokenizer }: Exportable, id: number | null): string | null => (id === null ? null : tokenizer.nameOf(id));

/**
 * A directory of Hugging Face: config.json, generation_config.json, model.safetensors (or several with an index),
 * tokenizer.json, tokenizer_config.json.
 *
 * @throws {OptionError} when the model has parts that nobody else knows, or for a type other than f32, f16 or bf16.
 * @example
 * for (const [name, content] of exportHuggingFace(model)) await store.write(name, content);
 */
export function exportHuggingFace(model: Exportable, { quantize: type = 'f32', shardBytes = Infinity }: ExportOptions = {}): ExportedFiles {
  const { config } = model.transformer, [dtype] = types[type];
  if (dtype !== 'F32' && dtype !== 'F16' && dtype !== 'BF16') throw new OptionError('quantize', `A directory of Hugging Face holds f32, f16 or bf16, not ${type}. Write GGUF for fewer bits.`);
  const architecture = architectureOf(config, 'A directory of Hugging Face'), bos = model.tokenizer.opening?.token ?? null, eos = endOf(model), dtypeName = { F32: 'float32', F16: 'float16', BF16: 'bfloat16' }[dtype];
  const files = new Map<string, Uint8Array<ArrayBuffer> | string>(), json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
  files.set('config.json', json(writeHuggingFaceConfig(config, { dtype: dtypeName, bos, eos })));
  files.set('generation_config.json', json({ _from_model_config: true, ...(bos !== null && { bos_token_id: bos }), ...(eos !== null && { eos_token_id: eos }) }));
  files.set('tokenizer.json', json(model.tokenizer.toJSON()));
  files.set('tokenizer_config.json', json({
    tokenizer_class: 'PreTrainedTokenizerFast', model_max_length: config.context, clean_up_tokenization_spaces: false, bos_token: nameOf(model, bos), eos_token: nameOf(model, eos),
    add_bos_token: model.tokenizer.opening?.always ?? false, ...(model.chatTemplate != null && { chat_template: model.chatTemplate }),
  }));
  const tensors = [...piecesOf(model, huggingFaceLayout(config, { biases: architecture === 'gpt2' }))].map(({ piece, numbers }) => ({ name: piece.name, dtype, shape: shapeOf(piece), data: quantize(dtype, numbers) }));
  const shards: (typeof tensors)[] = [[]];
  let bytes = 0;
  for (const tensor of tensors) {
    if (bytes > 0 && bytes + tensor.data.length > shardBytes) {
      shards.push([]);
      bytes = 0;
    }
    shards.at(-1)!.push(tensor);
    bytes += tensor.data.length;
  }
  if (shards.length === 1) return files.set('model.safetensors', writeSafetensors(tensors, { format: 'pt' }));
  const padded = (n: number): string => String(n).padStart(5, '0'), map: Record<string, string> = {};
  for (const [i, shard] of shards.entries()) {
    const file = `model-${padded(i + 1)}-of-${padded(shards.length)}.safetensors`;
    files.set(file, writeSafetensors(shard, { format: 'pt' }));
    for (const { name } of shard) map[name] = file;
  }
  return files.set('model.safetensors.index.json', json({ metadata: { total_size: tensors.reduce((sum, { data }) => sum + data.length, 0) }, weight_map: map }));
}

/** The type of one tensor: vectors, positions and gains stay floats, and so do rows that are not whole blocks. */
function typeOf(piece: Piece, parameter: string, wanted: QuantizeDtype): QuantizeDtype {
  if (piece.columns === 0 || parameter === 'positions.weight') return 'F32';
  const fits = (dtype: GgufDtype): boolean => piece.columns % ggufDtypes[dtype].numbers === 0;
  return fits(wanted) ? wanted : fits('Q8_0') ? 'Q8_0' : 'F16';
}

/**
 * A .gguf with everything inside. Rows that are no whole blocks of the type are written as Q8_0, or F16.
 *
 * @throws {OptionError} when the model or its tokenizer has parts that llama.cpp does not know.
 * @example
 * await writeFile('model.gguf', exportGguf(model, { quantize: 'q8_0' }));
 */
export function exportGguf(model: Exportable, { quantize: type = 'f32', name = 'model' }: ExportOptions = {}): Uint8Array<ArrayBuffer> {
  const { config } = model.transformer, [dtype, fileType] = types[type], { metadata, architecture } = writeGgufConfig(config, { name, fileType });
  for (const [key, value] of ggufTokenizerMetadata(model.tokenizer, { vocab: config.vocab, eos: endOf(model), chatTemplate: model.chatTemplate ?? null })) metadata.set(key, value);
  if (fileType !== 0) metadata.set('general.quantization_version', { type: 'uint32', value: 2 });
  const tensors: GgufTensor[] = [];
  for (const { piece, parameter, numbers } of piecesOf(model, ggufLayout(config, architecture, { biases: architecture === 'gpt2' }))) {
    const as = typeOf(piece, parameter, dtype);
    tensors.push({ name: piece.name, dtype: as, shape: shapeOf(piece), data: quantize(as, numbers) });
  }
  if (config.ropeFactors.length > 0) tensors.push({ name: 'rope_freqs.weight', dtype: 'F32', shape: [config.headSize / 2], data: Float32Array.from(config.ropeFactors) });
  return writeGguf(metadata, tensors);
}

/**
 * A .bin of llama2.c and its tokenizer.
 *
 * @throws {OptionError} when run.c could not run the model.
 * @example
 * exportLlama2c(model).get('tokenizer.bin');
 */
export function exportLlama2c(model: Exportable, { quantize: type = 'f32' }: ExportOptions = {}): ExportedFiles {
  if (type !== 'f32') throw new OptionError('quantize', `A .bin of llama2.c holds f32, not ${type}.`);
  const config: TransformerConfig = model.transformer.config;
  requireLlama2c(config);
  const tokenizer = writeLlama2cTokenizer(model.tokenizer), numbers = new Map([...piecesOf(model, llama2cLayout(config))].map(({ piece, numbers: all }) => [piece.name, all]));
  return new Map([['model.bin', writeLlama2c(config, (name) => numbers.get(name)!)], ['tokenizer.bin', tokenizer]]);
}
