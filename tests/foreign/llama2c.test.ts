import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Decoder, generate } from '../../src/decode/index.ts';
import { createEngine, type Engine } from '../../src/engine/index.ts';
import { FormatError } from '../../src/errors.ts';
import { memoryStore } from '../../src/formats/index.ts';
import { exportGguf, exportHuggingFace, exportLlama2c, type LoadedModel, loadModel, parseLlama2cTokenizer, parseSentencePiece, writeLlama2cTokenizer } from '../../src/foreign/index.ts';
import { Weights } from '../../src/models/index.ts';
import type { Tokenizer } from '../../src/tokenizer/index.ts';
import { inkling, newFolder } from '../cli/inkling.ts';
import { collect } from '../decode/models.ts';
import { awkwardText } from '../tokenizer/texts.ts';
import { missing, read, stories, STORY, tok512, tok512Model } from './shared.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine({ threads: 1 });
});
afterAll(() => engine.stop());

const tell = async (model: LoadedModel, tokens = 60): Promise<string> => (await collect(generate(model, '', { temperature: 0, tokens }))).result.text;
const hashOf = (model: LoadedModel): Promise<string> => (model.weights as Weights).hash();

describe.skipIf(missing)('a trained model of llama2.c', () => {
  test('tells its story word for word, and its first logit is known', async () => {
    const model = await loadModel(engine, stories, { tokenizer: tok512 }), decoder = new Decoder(model);
    decoder.prefill(0, [1]);
    const logits = decoder.logits(0);
    expect(logits.indexOf(Math.max(...logits))).toBe(403);
    expect(Math.abs(logits[403]! - 17.0235)).toBeLessThan(1e-4);
    expect(await tell(model)).toBe(STORY.slice(0, (await tell(model)).length));
    expect(await tell(model, 80)).toContain(STORY);
    decoder.free();
    model.weights.free();
  });

  test('its tokenizer is found beside it, also in a folder', async () => {
    for (const source of [stories, new Map([['stories260K.bin', read(stories)], ['tok512.bin', read(tok512)]])]) {
      const model = await loadModel(engine, source);
      expect(await tell(model, 5)).toBe('Once upon a time,');
      model.weights.free();
    }
  });

  test('converted to every other form and back it has the same bits', async () => {
    const model = await loadModel(engine, stories), hash = await hashOf(model), store = memoryStore();
    for (const [name, content] of exportHuggingFace(model)) await store.write(name, content);
    const huggingFace = await loadModel(engine, store), gguf = await loadModel(engine, exportGguf(huggingFace));
    const again = exportLlama2c(gguf);
    for (const one of [huggingFace, gguf]) {
      expect(await hashOf(one)).toBe(hash);
      expect([...one.tokenizer.encode('Once upon a time')]).toEqual([403, 407, 261, 378]);
      expect(await tell(one)).toBe(await tell(model));
    }
    // the tables of angles at the end, which nobody reads, are of a library that rounds the last bit in its own way
    const weights = read(stories).length - 512 * 8 * 4;
    expect(Buffer.compare(Buffer.from(again.get('model.bin') as Uint8Array).subarray(0, weights), Buffer.from(read(stories)).subarray(0, weights))).toBe(0);
    expect(again.get('model.bin')!.length).toBe(read(stories).length);
    expect(Buffer.compare(Buffer.from(again.get('tokenizer.bin') as Uint8Array), Buffer.from(read(tok512)))).toBe(0);
    for (const one of [model, huggingFace, gguf]) one.weights.free();
  });

  test.each(['q8_0', 'q6_k', 'q4_k', 'q4_0', 'f16', 'bf16'] as const)('as %s in GGUF it still tells a story', async (quantize) => {
    const model = await loadModel(engine, stories), small = await loadModel(engine, exportGguf(model, { quantize }));
    expect(await tell(small, 30)).toContain('Once upon a time, there was a little girl named Lily. She loved to play outside in the');
    for (const one of [model, small]) one.weights.free();
  });

  test('rounded while it is read it still tells a story', async () => {
    const model = await loadModel(engine, stories, { quantize: 'q8_0' });
    expect(await tell(model, 24)).toContain('Once upon a time, there was a little girl named Lily.');
    model.weights.free();
  });

  test('every command takes it', async () => {
    const folder = newFolder(), gguf = join(folder, 'small.gguf'), out = join(folder, 'hf');
    const said = await inkling(['generate', '--model', stories, '--tokenizer', tok512, '--tokens', 60, '--temperature', 0, '--threads', 1, '--json']);
    expect(said.code, said.stderr).toBe(0);
    expect(STORY).toContain(String(said.records()[0]!['text']));
    expect((await inkling(['convert', '--model', stories, '--to', 'gguf', '--quantize', 'q8_0', '--out', gguf])).stderr).toBe('');
    expect((await inkling(['convert', '--model', gguf, '--to', 'hf', '--out', out])).code).toBe(0);
    for (const model of [gguf, out, join(out, 'model.safetensors')]) {
      const { stdout } = await inkling(['generate', '--model', model, '--tokens', 10, '--temperature', 0, '--threads', 1]);
      expect(stdout).toContain('Once upon a time, there was');
    }
    const { stdout } = await inkling(['inspect', 'file', gguf]);
    expect(stdout).toContain('47 tensors');
    expect(stdout).toMatch(/general\.architecture\s+"llama"/);
    expect(stdout).toMatch(/blk\.0\.ffn_down\.weight\s+F16\s+22\.0 kB\s+\(64, 172\)/);
    const described = await inkling(['inspect', 'file', stories, '--json']);
    expect(described.records()[0]).toMatchObject({ format: 'llama2c', bytes: 1_056_540, metadata: { layers: '5', vocab: '512' } });
    const { code } = await inkling(['convert', '--model', out, '--to', 'llama2c', '--out', join(folder, 'back.bin')]);
    expect(code).toBe(0);
    const evaluated = await inkling(['evaluate', '--model', join(folder, 'back.bin'), '--tokenizer', tok512, '--data', new URL(import.meta.url).pathname, '--json', '--threads', 1]);
    expect(evaluated.code, evaluated.stderr).toBe(0);
  });

  test('a model without its tokenizer, or with another, is refused', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'inkling-foreign-'));
    copyFileSync(stories, join(folder, 'model.bin'));
    await expect(loadModel(engine, join(folder, 'model.bin'))).rejects.toThrow('neither tokenizer.bin nor tok512.bin');
    writeFileSync(join(folder, 'cut.bin'), read(stories).subarray(0, 500_000));
    await expect(loadModel(engine, join(folder, 'cut.bin'), { tokenizer: tok512 })).rejects.toThrow('its header promises 1056540 bytes, but it has 500000');
    mkdirSync(join(folder, 'empty'));
    await expect(loadModel(engine, join(folder, 'empty'))).rejects.toThrow('has no config.json');
    const before = engine.memory.used;
    await expect(loadModel(engine, stories, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
    expect(engine.memory.used).toBe(before);
    rmSync(folder, { recursive: true });
  });

  test('progress is told in bytes, to the end', async () => {
    const told: number[] = [], { weights } = await loadModel(engine, stories, { onProgress: ({ bytes, total }) => told.push(bytes / total) });
    expect(told.at(-1)).toBe(1);
    expect(told).toEqual([...told].sort((a, b) => a - b));
    weights.free();
  });
});

/** How run.c encodes: characters, bytes for those that are not in the vocabulary, then again and again the best pair. */
function slowEncode(file: Uint8Array, text: string): number[] {
  const view = new DataView(file.buffer), pieces: { text: string; score: number }[] = [];
  for (let at = 4; at < file.length;) {
    const length = view.getInt32(at + 4, true);
    pieces.push({ text: Buffer.from(file.subarray(at + 8, at + 8 + length)).toString(), score: view.getFloat32(at, true) });
    at += 8 + length;
  }
  const idOf = new Map(pieces.map((piece, id) => [piece.text, id]).reverse() as [string, number][]);
  const ids = text === '' ? [] : [...` ${text}`].flatMap((character) => {
    const id = idOf.get(character);
    return id === undefined ? [...Buffer.from(character)].map((byte) => byte + 3) : [id];
  });
  for (;;) {
    let best = -Infinity, place = -1, result = -1;
    for (let i = 0; i + 1 < ids.length; i++) {
      const id = idOf.get(pieces[ids[i]!]!.text + pieces[ids[i + 1]!]!.text);
      if (id !== undefined && pieces[id]!.score > best) [best, place, result] = [pieces[id]!.score, i, id];
    }
    if (place < 0) return ids;
    ids.splice(place, 2, result);
  }
}

describe.skipIf(missing)('its tokenizer', () => {
  const text = fc.oneof(awkwardText, fc.array(fc.constantFrom('Once', ' upon', ' a', ' time', 'Lily', ' the', '  ', 'ball', '\n', 'play', 'ing', 'é', '你好', '😉'), { maxLength: 20 }).map((parts) => parts.join('')));
  const tokenizers = (): readonly Tokenizer[] => [parseLlama2cTokenizer(read(tok512)), parseSentencePiece(read(tok512Model))];

  test('gives the ids of run.c, from the .bin and from the .model of SentencePiece', () => {
    const file = read(tok512);
    tokenizers().forEach((tokenizer, i) => fc.assert(fc.property(text, (given) => {
      // SentencePiece was told to take superfluous spaces away
      const string = i === 0 ? given : given.replace(/^ +| +$/g, '').replace(/ {2,}/g, ' '), ids = [...tokenizer.encode(given)];
      expect(ids).toEqual(slowEncode(file, string));
      expect(tokenizer.decode(ids)).toBe(string);
    }), { numRuns: 1500 }));
  });

  test('is written back byte for byte', () => {
    for (const tokenizer of tokenizers()) expect(Buffer.from(writeLlama2cTokenizer(tokenizer)).equals(Buffer.from(read(tok512)))).toBe(true);
  });

  test('damaged files are refused', () => {
    const file = read(tok512), refused: unknown[] = [];
    for (const parse of [() => parseLlama2cTokenizer(file.subarray(0, 100)), () => parseLlama2cTokenizer(file.subarray(0, 6220)), () => parseSentencePiece(read(tok512Model).subarray(0, 3000)), () => parseSentencePiece(new Uint8Array(50).fill(255))]) {
      try {
        parse();
      } catch (error) {
        refused.push(error);
      }
    }
    expect(refused).toHaveLength(4);
    for (const error of refused) expect(error).toBeInstanceOf(FormatError);
  });
});
