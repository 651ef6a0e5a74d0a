import { expect, test } from 'vitest';
import { FormatError } from '../../src/errors.ts';
import { transformerConfig } from '../../src/models/index.ts';
import { plainRecipe } from '../../src/train/index.ts';
import { parseReceipt, type Receipt, writeReceipt } from '../../src/train/receipt.ts';

const sha256 = 'a'.repeat(64);
const receipt: Receipt = {
  version: '1.2.3', build: 'exact', kind: 'finetune', config: transformerConfig({ vocab: 65, context: 64, layers: 2, heads: 4, channels: 128 }),
  recipe: { ...plainRecipe, steps: 100, rowsFrom: 'packed' }, tokenizer: { sha256, kind: 'chars', vocab: 65, trained: true },
  data: { name: 'world', hash: sha256, validation: 0.1, megabytes: 10, language: 'en' }, base: { name: 'base', sha256 }, seed: 1, steps: 100,
  hashes: [{ step: 50, sha256 }, { step: 100, sha256 }], result: { step: 100, reason: 'done', natsPerToken: 1.5, bitsPerByte: null, seconds: 12.5 },
};

test('what is written is read back', () => {
  expect(parseReceipt(writeReceipt(receipt))).toEqual({ format: 'inkling-receipt-1', ...receipt });
});

const without = (field: string): string => {
  const value = JSON.parse(writeReceipt(receipt)) as Record<string, unknown>;
  const path = field.split('.'), last = path.pop()!;
  delete path.reduce((object, key) => object[key] as Record<string, unknown>, value)[last];
  return JSON.stringify(value);
};

test.each(['format', 'version', 'build', 'kind', 'seed', 'steps', 'tokenizer', 'tokenizer.sha256', 'tokenizer.kind', 'data', 'data.name', 'data.hash', 'data.validation', 'base', 'recipe', 'recipe.rowsFrom', 'recipe.rows', 'hashes', 'result', 'result.step', 'config'])(
  'without %s it is refused by name', (field) => {
    expect(() => parseReceipt(without(field), 'runs/a/receipt.json')).toThrow(FormatError);
    expect(() => parseReceipt(without(field), 'runs/a/receipt.json')).toThrow(new RegExp(`^runs/a/receipt.json: ${field === 'recipe.rows' ? 'rows' : field.replace('.', '\\.')} must be`));
  });

test.each([
  ['no JSON', '{', 'receipt.json is not JSON, or is cut short.'],
  ['a hash that is none', writeReceipt({ ...receipt, hashes: [{ step: 1, sha256: 'abc' }] }), 'hashes[0].sha256 must be a SHA-256'],
  ['a configuration that cannot be', writeReceipt({ ...receipt, config: { ...receipt.config, heads: 0 } }), 'heads must be a whole number'],
  ['a recipe that cannot be', writeReceipt({ ...receipt, recipe: { ...receipt.recipe, rate: -1 } }), 'The learning rate must be a number above 0'],
  ['a list', '[]', 'the file must be an object'],
])('%s is refused', (_, json, message) => {
  expect(() => parseReceipt(json)).toThrow(message);
});
