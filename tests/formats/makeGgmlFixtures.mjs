// cd /tmp/oracle && npm i koffi@3.3.4 @node-llama-cpp/linux-x64@3.22.1 && node <here>/makeGgmlFixtures.mjs /tmp/oracle
// Writes ggmlFixtures.json beside this script: what ggml's own library makes of rows of every kind. Rows of f32 and
// blocks are base64; of what they are read back as, only the f32 bits' SHA-256 is kept (NaN made canonical).
import { createHash } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

const folder = resolve(process.argv[2] ?? '.');
const koffi = createRequire(join(folder, 'package.json'))('koffi');
const bins = join(folder, 'node_modules/@node-llama-cpp/linux-x64/bins');
const ggml = koffi.load(join(bins, readdirSync(bins)[0], 'libggml-base.so'));

/** xorshift32: the same rows every time. */
let state = 2463534242;
function random() {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return state >>> 0;
}
const uniform = () => random() / 2 ** 31 - 1;
const row = (make) => Float32Array.from({ length: 256 }, (_, i) => make(i));

const rows = {
  random: row(uniform),
  uneven: row((i) => uniform() * 10 ** ((i >> 5) - 4)),
  halves: row((i) => ((i % 255) - 127) / 2),
  tiny: row(() => uniform() * 2 ** -100),
  smallScale: row(() => uniform() * 2e-5),
  huge: row(() => uniform() * 3.4e38),
  overflow: row(() => uniform() * 1e7),
  zero: row(() => 0),
  minusZero: row((i) => (i % 3 ? 0 : -0)),
  denormal: row(() => uniform() * 2 ** -133),
  smallest: row(() => (random() % 3 - 1) * 2 ** -149),
  one: row((i) => (i % 32 === 5 ? -3.25 : 0)),
};
const blockBytes = {
  Q4_0: 18, Q4_1: 20, Q5_0: 22, Q5_1: 24, Q8_0: 34, Q2_K: 84, Q3_K: 110, Q4_K: 144, Q5_K: 176, Q6_K: 210, IQ4_NL: 18, F16: 2, BF16: 2,
};
const numbers = (type) => (type.endsWith('_K') ? 256 : type.endsWith('16') ? 1 : 32);
const base64 = (view) => Buffer.from(view.buffer, view.byteOffset, view.byteLength).toString('base64');

const spelled = (type) => type.toLowerCase().replace('_k', '_K');
const oracle = (type) => type.endsWith('16')
  ? [type === 'F16' ? 'ggml_fp32_to_fp16_row' : 'ggml_fp32_to_bf16_row', type === 'F16' ? 'ggml_fp16_to_fp32_row' : 'ggml_bf16_to_fp32_row']
  : [`quantize_row_${spelled(type)}_ref`, `dequantize_row_${spelled(type)}`];

function read(type, bytes) {
  const y = new Float32Array((bytes.length / blockBytes[type]) * numbers(type));
  ggml.func(oracle(type)[1], 'void', ['void *', 'void *', 'int64_t'])(bytes, y, y.length);
  const bits = new Uint32Array(y.buffer);
  y.forEach((value, i) => {
    if (Number.isNaN(value)) bits[i] = 0x7fc00000;
  });
  return createHash('sha256').update(new Uint8Array(y.buffer)).digest('hex').slice(0, 32);
}

const types = {};
for (const type of Object.keys(blockBytes)) {
  const write = ggml.func(oracle(type)[0], 'void', ['void *', 'void *', 'int64_t']);
  const made = Object.fromEntries(Object.entries(rows).map(([name, x]) => {
    const bytes = new Uint8Array((256 / numbers(type)) * blockBytes[type]);
    write(x, bytes, 256);
    return [name, { blocks: base64(bytes), read: read(type, bytes) }];
  }));
  // Any bytes are blocks: scales that no quantizer writes, infinities and NaN among them.
  const any = Uint8Array.from({ length: (512 / numbers(type)) * blockBytes[type] }, () => random());
  made.anyBytes = { blocks: base64(any), read: read(type, any) };
  types[type] = made;
}
const fixtures = { rows: Object.fromEntries(Object.entries(rows).map(([name, x]) => [name, base64(x)])), types };
writeFileSync(new URL('ggmlFixtures.json', import.meta.url), `${JSON.stringify(fixtures)}\n`);
