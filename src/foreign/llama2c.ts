// The .bin of llama2.c (https://github.com/karpathy/llama2.c, run.c): seven numbers, then all weights as 32-bit floats,
// each kind for all layers at once. A negative vocabulary says that the output layer is a matrix of its own.
//   i32 dim | hidden_dim | n_layers | n_heads | n_kv_heads | vocab_size | seq_len | weights
import { FormatError, math, OptionError, transformerConfig, type TransformerConfig } from '../index.ts';
import { type ByteSource, readSome } from './byteSource.ts';
import { architectureOf, configured } from './huggingFaceConfig.ts';
import { type Layout, llama2cLayout, shapeOf } from './layout.ts';
import type { TensorEntry } from './tensorFile.ts';

const HEADER = 28;
/** The first word of the newer forms, "ak42". */
const MAGIC = 0x616b3432;

/** The kinds of weights in the order of the file: names without the layer, and whether each layer has one. */
const order = [
  ['token_embedding_table', false], ['rms_att_weight', true], ['wq', true], ['wk', true], ['wv', true], ['wo', true], ['rms_ffn_weight', true],
  ['w1', true], ['w2', true], ['w3', true], ['rms_final_weight', false],
] as const;

/** Names of all tensors in the order of the file. */
function* namesInOrder(c: TransformerConfig): Generator<string> {
  for (const [name, each] of order) {
    if (each) for (let i = 0; i < c.layers; i++) yield `${i}.${name}.weight`;
    else yield `${name}.weight`;
  }
}

/** Bytes of the tables of angles behind the weights, which nobody reads any more. */
const anglesBytes = (c: TransformerConfig): number => c.context * c.headSize * 4;

/** Those tables: all cosines, then all sines, rounded to 32 bits where the exporter rounds. */
function angles({ context, headSize, ropeBase }: TransformerConfig): Float32Array {
  const half = headSize / 2, table = new Float32Array(2 * context * half), { fround } = Math;
  for (let i = 0; i < half; i++) {
    const frequency = fround(1 / fround(math.pow(ropeBase, fround((2 * i) / headSize))));
    for (let t = 0; t < context; t++) {
      const angle = fround(t * frequency);
      table[t * half + i] = math.cos(angle);
      table[(context + t) * half + i] = math.sin(angle);
    }
  }
  return table;
}

/** Whether something may be a .bin of llama2.c: its header is sane and its size is what the header says. */
export const looksLikeLlama2c = (head: Uint8Array): boolean => {
  if (head.length < HEADER) return false;
  const words = new DataView(head.buffer, head.byteOffset, HEADER);
  if (words.getUint32(0, true) === MAGIC) return true;
  return Array.from({ length: 7 }, (_, i) => words.getInt32(4 * i, true)).every((n, i) => (i === 5 ? n !== 0 && Math.abs(n) < 2 ** 22 : n > 0 && n < 2 ** 22));
};

/** @throws {FormatError} when the header is none, or the size of the file is not what it says. */
export async function readLlama2c(source: ByteSource): Promise<{ config: TransformerConfig; entries: Map<string, TensorEntry>; layout: Layout }> {
  const { name } = source, head = await readSome(source, 0, HEADER);
  if (!looksLikeLlama2c(head)) throw new FormatError(`${name}: a .bin of llama2.c begins with seven sizes, but this file does not. It is of another kind, or damaged.`);
  const words = new DataView(head.buffer), n = (i: number): number => words.getInt32(4 * i, true);
  if (words.getUint32(0, true) === MAGIC) throw new FormatError(`${name}: this is version ${n(1)} of the form of llama2.c; only the first one (version 0) is supported. Export it with --version 0.`);
  const [channels, hidden, layers, heads, kvHeads, vocab, context] = [n(0), n(1), n(2), n(3), n(4), n(5), n(6)] as const;
  if (heads * kvHeads === 0 || channels % heads !== 0) throw new FormatError(`${name}: ${channels} channels cannot be divided among ${heads} heads. The file is damaged, or of another kind.`);
  const config = configured(name, () => transformerConfig({ form: 'llama', vocab: Math.abs(vocab), context, layers, heads, kvHeads, channels, hidden, normEps: 1e-5, tied: vocab > 0 }));
  const layout = llama2cLayout(config), shapes = new Map([...layout.values()].flat().map((piece) => [piece.name, shapeOf(piece)])), entries = new Map<string, TensorEntry>();
  let at = HEADER;
  const put = (tensor: string): void => {
    const shape = shapes.get(tensor)!, bytes = shape.reduce((a, b) => a * b, 4);
    entries.set(tensor, { name: tensor, dtype: 'F32', shape, source, begin: at, end: at + bytes });
    at += bytes;
  };
  for (const tensor of namesInOrder(config)) put(tensor);
  const withAngles = at + anglesBytes(config), last = config.tied ? 0 : config.vocab * channels * 4;
  if (source.size !== withAngles + last) throw new FormatError(`${name}: its header promises ${withAngles + last} bytes, but it has ${source.size}. It is cut short, or of another kind.`);
  at = withAngles;
  if (!config.tied) put('wcls.weight');
  return { config, entries, layout };
}

/** @throws {OptionError} when the model is none that run.c can run. */
export function requireLlama2c(c: TransformerConfig): void {
  if (architectureOf(c, 'The .bin of llama2.c') !== 'llama') throw new OptionError('form', 'The .bin of llama2.c holds models of the form llama only.');
  const fixed = { ropeBase: 10_000, normEps: 1e-5, headSize: c.channels / c.heads } as const;
  for (const [name, value] of Object.entries(fixed)) {
    if (Math.abs(c[name as keyof typeof fixed] - value) > 1e-12) throw new OptionError(name, `llama2.c has ${name}: ${value} built in, but this model has ${c[name as keyof typeof fixed]}.`);
  }
  if (c.ropeFactors.length > 0) throw new OptionError('ropeFactors', 'llama2.c cannot scale the frequencies of rotation.');
}

/** The whole file. `numbersOf` gives a tensor by its name here. */
export function writeLlama2c(c: TransformerConfig, numbersOf: (name: string) => Float32Array): Uint8Array<ArrayBuffer> {
  const parts = [...namesInOrder(c)].map(numbersOf), head = new Int32Array([c.channels, c.hidden, c.layers, c.heads, c.kvHeads, c.tied ? c.vocab : -c.vocab, c.context]);
  const all = [head, ...parts, angles(c), ...(c.tied ? [] : [numbersOf('wcls.weight')])];
  const file = new Uint8Array(all.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of all) {
    file.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), at);
    at += part.byteLength;
  }
  return file;
}
