// What we write, llama.cpp reads: the same logits, the same tokens.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEngine, type Engine } from '../../src/engine/index.ts';
import { exportGguf, type ExportType, loadModel } from '../../src/foreign/index.ts';
import type { LanguageModel } from '../../src/models/index.ts';
import { wholeLogits } from '../decode/models.ts';
import { llamaCppIsThere, openLlama } from '../oracles/llamaModel.ts';
import { awkwardText } from '../tokenizer/texts.ts';
import { ARCHITECTURES, type ArchitectureName, bpe, randomModel } from './models.ts';
import { missing, stories } from './shared.ts';

const folder = mkdtempSync(join(tmpdir(), 'inkling-llama-'));
let engine: Engine;
beforeAll(async () => {
  engine = await createEngine({ threads: 1 });
});
afterAll(() => {
  engine.stop();
  rmSync(folder, { recursive: true });
});

const ids = Array.from({ length: 24 }, (_, i) => (i * i * 7 + i * 31 + 97) % 290);
const write = (model: LanguageModel, quantize: ExportType = 'f32'): string => {
  const file = join(folder, `${quantize}.gguf`);
  writeFileSync(file, exportGguf(model, { quantize }));
  return file;
};

/** The greatest difference between two lists of rows, and the size of the numbers. */
function compare(ours: readonly Float32Array[], theirs: readonly Float32Array[]): { apart: number; size: number } {
  let apart = 0, size = 0;
  ours.forEach((row, t) => row.forEach((logit, id) => {
    size = Math.max(size, Math.abs(logit));
    // NaN counts as infinitely far
    apart = Math.max(apart, Number.isNaN(theirs[t]![id]!) ? Infinity : Math.abs(logit - theirs[t]![id]!));
  }));
  return { apart, size };
}

describe.skipIf(!llamaCppIsThere)('llama.cpp', () => {
  test.each(Object.keys(ARCHITECTURES) as ArchitectureName[])('has our logits: %s', async (name) => {
    const model = randomModel(engine, name), llama = await openLlama(write(model), 64), { vocab } = model.transformer.config;
    const { apart, size } = compare(wholeLogits(model, ids), await llama.logits(ids, vocab));
    expect(size).toBeGreaterThan(1);
    // its GELU of GPT-2 is a table of 16-bit numbers
    expect(apart).toBeLessThan(name.startsWith('gpt2') ? 1e-2 : 1e-4);
    console.log(`llama.cpp, ${name}: logits up to ${size.toFixed(1)}, at most ${apart.toExponential(1)} apart`);
    await llama.free();
    model.weights.free();
  });

  test.each(['q8_0', 'q4_0', 'q4_k', 'q6_k'] as const)('multiplies our %s as we do', async (type) => {
    const model = randomModel(engine, 'llama, grouped heads', bpe(), { channels: 256, hidden: 256 }), file = write(model, type), llama = await openLlama(file, 64);
    const read = await loadModel(engine, file), floats = await loadModel(engine, file, { floats: true }), exact = wholeLogits(floats, ids);
    // both round activations to 8 bits, in blocks of their own: neither is further from the same weights as floats
    const [ours, theirs] = [compare(exact, wholeLogits(read, ids)), compare(exact, await llama.logits(ids, read.transformer.config.vocab))];
    console.log(`llama.cpp, ${type}: of logits up to ${ours.size.toFixed(1)} rounding changes ${ours.apart.toFixed(3)} here, ${theirs.apart.toFixed(3)} there`);
    expect(ours.apart).toBeLessThan(2 * theirs.apart);
    expect(theirs.apart).toBeLessThan(0.2 * theirs.size);
    floats.weights.free();
    await llama.free();
    for (const one of [model, read]) one.weights.free();
  });

  test.each(['gpt2', 'cl100k', 'qwen2', 'o200k'] as const)('cuts text as our tokenizers do: %s', async (pattern) => {
    const tokenizer = bpe(pattern), model = randomModel(engine, 'llama, grouped heads', tokenizer), llama = await openLlama(write(model), 64);
    fc.assert(fc.property(awkwardText, (string) => {
      if (/[\u180e\u1680\u0085\u{10ffff}\u001c]/u.test(string)) return; // it has other tables of white space
      expect(llama.tokenize(string)).toEqual([...tokenizer.encode(string)]);
    }), { numRuns: 300 });
    expect(llama.tokenize('<|bos|>the cat<|end|>', true)).toEqual([...tokenizer.encode('<|bos|>the cat<|end|>', { specials: 'all' })]);
    await llama.free();
    model.weights.free();
  });

  test.skipIf(missing)('tells the story of a trained model with its own tokenizer', async () => {
    const model = await loadModel(engine, stories, { floats: true }), file = join(folder, 'stories.gguf');
    writeFileSync(file, exportGguf(model));
    const llama = await openLlama(file, 64), story = [1, 403, 407, 261, 378, 432, 383, 286, 261, 410];
    const { apart } = compare(wholeLogits(model, story), await llama.logits(story, 512));
    expect(apart).toBeLessThan(1e-4);
    fc.assert(fc.property(awkwardText, (string) => {
      if (string === '') return;
      expect(llama.tokenize(string)).toEqual([...model.tokenizer.encode(string)]);
    }), { numRuns: 300 });
    await llama.free();
    model.weights.free();
  });
});
