// The model of the bench as llama.cpp reads it: GPT-2 124M with the random weights that ours begins with, and a made-up
// vocabulary, because a file must have one. Written once, into the folder of the peers.
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeGguf } from '../../dist/foreign.js';
import { quantize } from '../../dist/index.js';
import { openModel, sizes } from '../decodeModel.mjs';
import { cacheFolder } from './install.mjs';

const { vocab, context, layers, heads, channels } = sizes;

// names of a block's tensors, ours and theirs
const parts = { 'attention.norm': 'attn_norm', 'attention.qkv': 'attn_qkv', 'attention.out': 'attn_output', 'mlp.norm': 'ffn_norm', 'mlp.up': 'ffn_up', 'mlp.down': 'ffn_down' };
const outside = { 'embedding.weight': 'token_embd.weight', 'positions.weight': 'position_embd.weight', 'norm.weight': 'output_norm.weight', 'norm.bias': 'output_norm.bias' };

function nameOf(ours) {
  const inBlock = /^blocks\.(\d+)\.(.+)\.(weight|bias)$/.exec(ours);
  const theirs = inBlock ? `blk.${inBlock[1]}.${parts[inBlock[2]]}.${inBlock[3]}` : outside[ours];
  if (!theirs || theirs.includes('undefined')) throw new Error(`GGUF has no name for ${ours}.`);
  return theirs;
}

/** The 256 characters that GPT-2 writes bytes with, then numbered words. */
function tokens() {
  const shown = (byte) => (byte > 32 && byte < 127) || (byte > 160 && byte !== 173);
  let next = 256;
  const bytes = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(shown(byte) ? byte : next++));
  return [...bytes, ...Array.from({ length: vocab - 256 }, (_, i) => `Ġ${i}`)];
}

const u32 = (value) => ({ type: 'uint32', value }), string = (value) => ({ type: 'string', value }), strings = (value) => ({ type: 'array', items: 'string', value });
const metadata = () => new Map(Object.entries({
  'general.architecture': string('gpt2'),
  'general.name': string('random weights'),
  'gpt2.context_length': u32(context),
  'gpt2.embedding_length': u32(channels),
  'gpt2.feed_forward_length': u32(4 * channels),
  'gpt2.block_count': u32(layers),
  'gpt2.attention.head_count': u32(heads),
  'gpt2.attention.layer_norm_epsilon': { type: 'float32', value: 1e-5 },
  'tokenizer.ggml.model': string('gpt2'),
  'tokenizer.ggml.pre': string('gpt-2'),
  'tokenizer.ggml.tokens': strings(tokens()),
  'tokenizer.ggml.token_type': { type: 'array', items: 'int32', value: new Int32Array(vocab).fill(1) },
  'tokenizer.ggml.merges': strings(['Ġ 1']),
  'tokenizer.ggml.bos_token_id': u32(vocab - 1),
  'tokenizer.ggml.eos_token_id': u32(vocab - 1),
}));

/** @returns the files, by the type of their matrices: `{ F32, Q8_0 }`. */
export async function writeGgufModels(dtypes = ['F32', 'Q8_0']) {
  const files = Object.fromEntries(dtypes.map((dtype) => [dtype, join(cacheFolder, `gpt2-124M-random-${dtype}.gguf`)]));
  const missing = dtypes.filter((dtype) => !existsSync(files[dtype]));
  if (missing.length === 0) return files;
  mkdirSync(cacheFolder, { recursive: true });
  const { model: { weights }, free } = await openModel({ build: 'exact', threads: 1 });
  for (const dtype of missing) {
    console.error(`Writing ${files[dtype]}.`);
    const tensors = [...weights.tensors()].map(({ name, shape, data }) => {
      // vectors and positions stay as they are, as in the files that people share
      const kept = shape.length < 2 || name === 'positions.weight', as = kept ? 'F32' : dtype;
      return { name: nameOf(name), dtype: as, shape, data: quantize(as, data) };
    });
    const part = `${files[dtype]}.${process.pid}`;
    writeFileSync(part, writeGguf(metadata(), tensors));
    renameSync(part, files[dtype]);
  }
  free();
  return files;
}
