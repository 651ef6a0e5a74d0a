// Every architecture there and back in every form, and files that lie.
import fc from 'fast-check';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEngine, type Engine } from '../../src/engine/index.ts';
import { FormatError, OptionError } from '../../src/errors.ts';
import { dequantize, memoryStore, parseSafetensors, quantize, type QuantizeDtype, type Store, writeSafetensors } from '../../src/formats/index.ts';
import { describeFile, exportGguf, exportHuggingFace, exportLlama2c, type GgufTensor, type LoadedModel, loadModel, parseGguf, writeGguf } from '../../src/foreign/index.ts';
import { type LanguageModel, saveLanguageModel, Weights } from '../../src/models/index.ts';
import { createChars } from '../../src/tokenizer/index.ts';
import { randomModel as ownModel, wholeLogits } from '../decode/models.ts';
import { ARCHITECTURES, type ArchitectureName, bpe, randomModel } from './models.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine({ threads: 1 });
});
afterAll(() => engine.stop());

const names = Object.keys(ARCHITECTURES) as ArchitectureName[];
const ids = Array.from({ length: 24 }, (_, i) => (i * i * 7 + i * 31 + 97) % 290);
const hashOf = async (model: LanguageModel | LoadedModel): Promise<string> => {
  expect(model.weights).toBeInstanceOf(Weights);
  return (model.weights as Weights).hash();
};
const free = (...models: readonly { readonly weights: { free(): void } }[]): void => models.forEach(({ weights }) => weights.free());

async function storeOf(files: ReadonlyMap<string, Uint8Array | string>): Promise<Store> {
  const store = memoryStore();
  for (const [name, content] of files) await store.write(name, content);
  return store;
}

/** The files of a directory with some of config.json changed; undefined removes a field. */
async function changed(files: ReadonlyMap<string, Uint8Array | string>, change: Record<string, unknown>): Promise<Store> {
  const store = await storeOf(files), config = { ...JSON.parse(String(files.get('config.json'))) as object, ...change };
  await store.write('config.json', JSON.stringify(config));
  return store;
}

describe.each(names)('%s', (name) => {
  test('as a directory of Hugging Face and as GGUF it comes back with the same bits and logits', async () => {
    const model = randomModel(engine, name), before = wholeLogits(model, ids);
    const huggingFace = await loadModel(engine, await storeOf(exportHuggingFace(model))), gguf = await loadModel(engine, exportGguf(model));
    for (const one of [huggingFace, gguf]) {
      expect(wholeLogits(one, ids)).toEqual(before);
      // GPT-2 without biases gets biases of zero, because nobody else knows it without
      if (name !== 'gpt2 without biases') {
        expect(await hashOf(one)).toBe(await hashOf(model));
        expect({ ...one.transformer.config, init: '' }).toEqual({ ...model.transformer.config, init: '', normEps: expect.closeTo(model.transformer.config.normEps, 12) as number });
      }
      expect([...one.tokenizer.encode('The cat sat')]).toEqual([...model.tokenizer.encode('The cat sat')]);
    }
    free(model, huggingFace, gguf);
  });

  test('in pieces of several files, and in 16 bits', async () => {
    const model = randomModel(engine, name), files = exportHuggingFace(model, { quantize: 'bf16', shardBytes: 100_000 });
    expect([...files.keys()].filter((file) => file.endsWith('.safetensors')).length).toBeGreaterThan(2);
    const loaded = await loadModel(engine, await storeOf(files)), half = await loadModel(engine, exportGguf(model, { quantize: 'f16' }));
    for (const { tensor } of loaded.transformer.parameters.list) {
      const stored = (loaded.weights as Weights).read(tensor), own = model.transformer.parameters.list.find((one) => one.tensor.name === tensor.name);
      expect(stored).toEqual(dequantize('BF16', quantize('BF16', own ? model.weights.read(own.tensor) : new Float32Array(stored.length))));
    }
    expect(Math.max(...wholeLogits(half, ids).at(-1)!.map((logit, i) => Math.abs(logit - wholeLogits(model, ids).at(-1)![i]!)))).toBeLessThan(0.1);
    free(model, loaded, half);
  });
});

test('a run of ours is a model too, also rounded, and from files in a page', async () => {
  const model = ownModel(engine, 'inkling', { channels: 32 }), store = memoryStore();
  await saveLanguageModel(store, model);
  const loaded = await loadModel(engine, store), files = await Promise.all((await store.list()).map(async (name) => new File([new Uint8Array((await store.read(name))!)], name)));
  expect(await hashOf(loaded)).toBe(await hashOf(model));
  const chosen = await loadModel(engine, files), rounded = await loadModel(engine, files, { quantize: 'q8_0' });
  expect(await hashOf(chosen)).toBe(await hashOf(model));
  expect(rounded.weights).not.toBeInstanceOf(Weights);
  free(model, loaded, chosen, rounded);
});

test('queries, keys and values of different types are multiplied as they are', async () => {
  const model = randomModel(engine, 'qwen2', bpe(), { channels: 256, hidden: 256 }), file = exportGguf(model, { quantize: 'q4_k' }), { metadata, tensors } = parseGguf(file), floats = parseGguf(exportGguf(model));
  const source = exportGguf(model), mixed = [...tensors.values()].map(({ name, dtype, shape, begin, end }): GgufTensor => {
    const other: QuantizeDtype | null = /attn_v\.weight/.test(name) ? 'Q6_K' : /1\.attn_k\.weight/.test(name) ? 'F16' : null, whole = floats.tensors.get(name)!;
    return other ? { name, shape, dtype: other, data: quantize(other, dequantize('F32', source.slice(whole.begin, whole.end))) } : { name, shape, dtype, data: file.subarray(begin, end) };
  });
  const bytes = writeGguf(metadata, mixed), read = await loadModel(engine, bytes), exact = await loadModel(engine, bytes, { floats: true }), plain = await loadModel(engine, file);
  const [a, b, c] = [read, exact, plain].map((one) => wholeLogits(one, ids)) as [Float32Array[], Float32Array[], Float32Array[]];
  const apart = (x: Float32Array[], y: Float32Array[]): number => Math.sqrt(x.reduce((sum, row, t) => sum + row.reduce((s, v, i) => s + (v - y[t]![i]!) ** 2, 0), 0) / (x.length * x[0]!.length));
  expect(apart(a, b)).toBeLessThan(apart(c, b));
  expect(apart(a, b)).toBeLessThan(0.25);
  free(model, read, exact, plain);
});

describe('layouts of nanoGPT and minGPT', () => {
  /** The weights of a directory with GPT-2's matrices the other way round, under another prefix. */
  function turned(files: ReadonlyMap<string, Uint8Array | string>, prefix: string, more: readonly string[] = []): Uint8Array<ArrayBuffer> {
    const { tensors } = parseSafetensors(files.get('model.safetensors') as Uint8Array);
    const all = [...tensors.values()].map(({ name, shape, data }) => {
      const numbers = new Float32Array(new Uint8Array(data).buffer), [rows, columns] = shape as [number, number];
      const turns = /\.(c_attn|c_proj|c_fc)\.weight$/.test(name);
      return { name: prefix + name, dtype: 'F32' as const, shape: turns ? [columns, rows] : shape, data: turns ? numbers.map((_, i) => numbers[(i % rows) * columns + Math.floor(i / rows)]!) : numbers };
    });
    const wte = all.find(({ name }) => name.endsWith('wte.weight'))!;
    return writeSafetensors([...all, ...more.map((name) => (name.endsWith('.attn.bias') ? { name, dtype: 'U8' as const, shape: [4], data: new Uint8Array(4) } : { ...wte, name }))]);
  }
  const args = { n_layer: 4, n_head: 4, n_embd: 64, block_size: 64, vocab_size: bpe().size };

  test('are read as they are', async () => {
    const model = randomModel(engine, 'gpt2', bpe(), { hidden: 256, activation: 'geluErf' }), files = exportHuggingFace(model), hash = await hashOf(model);
    const nano = await storeOf(files);
    await nano.write('config.json', JSON.stringify({ ...args, bias: true, dropout: 0 }));
    await nano.write('model.safetensors', turned(files, '_orig_mod.', ['_orig_mod.lm_head.weight', '_orig_mod.transformer.h.0.attn.bias']));
    const loaded = await loadModel(engine, nano);
    expect(await hashOf(loaded)).toBe(hash);
    expect(loaded.transformer.config).toMatchObject({ activation: 'geluErf', tied: true, bias: true });
    // minGPT says nothing of biases, bends by tanh, and has an output layer of its own
    await nano.write('config.json', JSON.stringify(args));
    const mini = await loadModel(engine, nano);
    expect(mini.transformer.config).toMatchObject({ activation: 'gelu', tied: true });
    // GPT-2 as OpenAI's files have it, without any prefix
    const bare = await storeOf(files), { tensors } = parseSafetensors(files.get('model.safetensors') as Uint8Array);
    await bare.write('model.safetensors', writeSafetensors([...tensors.values()].map((tensor) => ({ ...tensor, name: tensor.name.replace('transformer.', '') }))));
    const openai = await loadModel(engine, bare);
    expect(await hashOf(openai)).toBe(hash);
    free(model, loaded, mini, openai);
  });
});

describe('what has no switch here is refused by its name', () => {
  test.each<[ArchitectureName, Record<string, unknown>, string]>([
    ['llama, grouped heads', { model_type: 'mixtral' }, 'model_type is "mixtral"'],
    ['llama, grouped heads', { attention_bias: true }, 'attention_bias is true'],
    ['llama, grouped heads', { mlp_bias: true }, 'mlp_bias is true'],
    ['llama, grouped heads', { hidden_act: 'gelu' }, 'hidden_act is "gelu"'],
    ['llama, grouped heads', { rope_scaling: { rope_type: 'yarn', factor: 4 } }, 'rope_scaling has the type "yarn"'],
    ['llama, grouped heads', { partial_rotary_factor: 0.5 }, 'partial_rotary_factor is 0.5'],
    ['llama, grouped heads', { quantization_config: { bits: 4 } }, 'quantization_config'],
    ['llama, grouped heads', { hidden_size: undefined }, 'hidden_size is missing'],
    ['llama, grouped heads', { num_attention_heads: 'many' }, 'num_attention_heads must be a number'],
    ['llama, grouped heads', { num_hidden_layers: 5 }, 'has no tensor model.layers.4.'],
    ['llama, grouped heads', { num_hidden_layers: 3 }, 'that its configuration does not know: model.layers.3.'],
    ['llama, grouped heads', { intermediate_size: 90 }, 'Weights and configuration do not belong together'],
    ['qwen3', { layer_types: ['full_attention', 'sliding_attention', 'full_attention', 'full_attention'], sliding_window: 16 }, 'layer_types'],
    ['smollm3', { no_rope_layers: [1, 0, 0, 1] }, 'no_rope_layers'],
    ['gpt2', { activation_function: 'relu' }, 'activation_function is "relu"'],
    ['gpt2', { scale_attn_by_inverse_layer_idx: true }, 'scale_attn_by_inverse_layer_idx is true'],
  ])('%s with %j', async (name, change, message) => {
    const model = randomModel(engine, name), before = engine.memory.used, store = await changed(exportHuggingFace(model), change);
    const refusal = loadModel(engine, store);
    await expect(refusal).rejects.toThrow(FormatError);
    await expect(refusal).rejects.toThrow(message);
    expect(engine.memory.used, 'nothing is kept').toBe(before);
    free(model);
  });

  test('and so is what nobody else has a word for', () => {
    const own = ownModel(engine, 'inkling'), model = randomModel(engine, 'gpt2', bpe(), { activation: 'geluErf' }), chars = { ...randomModel(engine, 'qwen2'), tokenizer: createChars('abc') };
    expect(() => exportHuggingFace(own)).toThrow(OptionError);
    expect(() => exportGguf(own)).toThrow('GGUF has no word for');
    expect(() => exportGguf(model)).toThrow('activation gelu');
    expect(() => exportGguf(chars)).toThrow('llama.cpp has no tokenizer of characters');
    expect(() => exportLlama2c(chars)).toThrow('models of the form llama only');
    expect(() => exportHuggingFace(model, { quantize: 'q8_0' })).toThrow('Write GGUF for fewer bits');
    free(own, model, chars);
  });
});

test('a model is read by ranges from the web, and a server without ranges is borne', async () => {
  const model = randomModel(engine, 'qwen3'), files = exportHuggingFace(model), asked: string[] = [];
  let ranges = true;
  const server = createServer((request, response) => {
    const content = files.get(request.url!.slice(1)), range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
    if (content === undefined) return response.writeHead(404).end();
    const bytes = Buffer.from(content as string);
    if (!range || !ranges) return response.end(bytes);
    asked.push(`${request.url} ${range[0]}`);
    return response.writeHead(206, { 'Content-Range': `bytes ${range[1]}-${range[2]}/${bytes.length}` }).end(bytes.subarray(Number(range[1]), Number(range[2]) + 1));
  });
  await new Promise<void>((resolve) => void server.listen(0, resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  for (ranges of [true, false]) {
    const loaded = await loadModel(engine, url);
    expect(await hashOf(loaded)).toBe(await hashOf(model));
    free(loaded);
  }
  expect(asked.filter((one) => one.startsWith('/model.safetensors')).length).toBeGreaterThan(30);
  await expect(loadModel(engine, `${url}nothing/`)).rejects.toThrow('has no config.json');
  server.close();
  free(model);
});

describe('files that lie are refused, whatever is changed in them', () => {
  /** Tries a file with some bytes changed. */
  async function attempt(bytes: Uint8Array, name: string): Promise<boolean> {
    try {
      const { weights } = await loadModel(engine, bytes, { name });
      weights.free();
      return true;
    } catch (error) {
      if (error instanceof FormatError) return false;
      throw error;
    }
  }

  test('GGUF', async () => {
    const model = randomModel(engine, 'llama, grouped heads', bpe(), { layers: 1, channels: 16, hidden: 16, heads: 2, context: 16 }), whole = exportGguf(model), header = parseGguf(whole), before = engine.memory.used;
    const end = Math.min(...[...header.tensors.values()].map(({ begin }) => begin));
    let refused = 0;
    await fc.assert(fc.asyncProperty(fc.array(fc.tuple(fc.nat(end), fc.nat(255)), { minLength: 1, maxLength: 5 }), fc.nat(whole.length), fc.boolean(), async (changes, length, cut) => {
      const file = whole.slice(0, cut ? length : whole.length);
      for (const [at, value] of changes) if (at < file.length) file[at] = value;
      if (!await attempt(file, 'x.gguf')) refused++;
    }), { numRuns: process.env['INKLING_FULL'] ? 50_000 : 400 });
    expect(refused).toBeGreaterThan(150);
    expect(engine.memory.used).toBe(before);
    free(model);
  }, 600_000);

  test('directories of Hugging Face', async () => {
    const model = randomModel(engine, 'qwen3', bpe(), { layers: 1, channels: 16, hidden: 16, heads: 2, headSize: 8, kvHeads: 1, context: 16 }), files = exportHuggingFace(model), before = engine.memory.used;
    let refused = 0;
    await fc.assert(fc.asyncProperty(fc.constantFrom('config.json', 'tokenizer.json', 'tokenizer_config.json', 'model.safetensors'), fc.array(fc.tuple(fc.nat(2000), fc.nat(255)), { minLength: 1, maxLength: 4 }), async (name, changes) => {
      const content = files.get(name)!, bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content.slice();
      for (const [at, value] of changes) bytes[at % bytes.length] = value;
      try {
        const { weights } = await loadModel(engine, new Map([...files].map(([file, whole]) => [file, file === name ? bytes : typeof whole === 'string' ? new TextEncoder().encode(whole) : whole])));
        weights.free();
      } catch (error) {
        if (!(error instanceof FormatError)) throw error;
        refused++;
      }
    }), { numRuns: process.env['INKLING_FULL'] ? 50_000 : 400 });
    expect(refused).toBeGreaterThan(100);
    expect(engine.memory.used).toBe(before);
    free(model);
  }, 600_000);

  test('sizes that no machine has are refused before anything is read', async () => {
    const header = new Int32Array([4096, 11_008, 32, 32, 32, -32_000, 2048]), file = new Uint8Array(header.buffer);
    await expect(loadModel(engine, file, { tokenizer: file })).rejects.toThrow(FormatError);
    await expect(describeFile(file)).rejects.toThrow('its header promises');
    await expect(describeFile(new Uint8Array(10))).rejects.toThrow(FormatError);
  });
});
