import { expect, test } from 'vitest';
import { FormatError } from '../../src/errors.ts';
import { parseTokenizer, trainBpe, type TokenizerJson } from '../../src/tokenizer/index.ts';

const tokenizer = trainBpe('the cat the dog', { vocab: 265 });

/** The tokenizer.json with one field changed; undefined removes it. */
function changed(path: string, value: unknown): TokenizerJson {
  const json = JSON.parse(JSON.stringify(tokenizer)) as TokenizerJson;
  const keys = path.split('.');
  const last = keys.pop()!;
  let at = json as unknown as Record<string, unknown>;
  for (const key of keys) at = at[key] as Record<string, unknown>;
  if (value === undefined) delete at[last];
  else at[last] = value;
  return json;
}

test.each<[string, unknown, string]>([
  ['model', undefined, 'model must be an object'],
  ['model.type', 'WordPiece', 'model.type must be "BPE", but it is "WordPiece"'],
  ['model.byte_fallback', true, 'model.byte_fallback'],
  ['model.continuing_subword_prefix', '##', 'model.continuing_subword_prefix'],
  ['model.vocab', [], 'model.vocab must be an object'],
  ['model.vocab.a', 'x', 'model.vocab["a"]'],
  ['model.vocab.a', 98, 'model.vocab["'],
  ['model.vocab.a', 1e9, 'model.vocab["a"]'],
  ['model.vocab.a', undefined, '0x61 is missing'],
  ['model.vocab.你', 400, 'model.vocab["你"] is not written in the letters for bytes'],
  ['model.vocab.<|bos|>', 3, 'model.vocab["<|bos|>"] must be'],
  ['model.merges', 'a b', 'model.merges must be a list'],
  ['model.merges.0', 'a', 'model.merges[0]'],
  ['model.merges.1', 'x nothing', 'model.merges[1] joins a token that is not in model.vocab'],
  ['model.merges.1', 'x y', 'model.merges[1] makes a token that is not in model.vocab'],
  ['model.ignore_merges', 'yes', 'model.ignore_merges'],
  ['normalizer', { type: 'NFC' }, 'normalizer'],
  ['post_processor', { type: 'TemplateProcessing' }, 'post_processor'],
  ['pre_tokenizer', null, 'pre_tokenizer must be an object'],
  ['pre_tokenizer.type', 'Whitespace', 'pre_tokenizer.type'],
  ['pre_tokenizer.pretokenizers', [], 'pre_tokenizer.pretokenizers'],
  ['pre_tokenizer.pretokenizers.0.behavior', 'Removed', 'behavior'],
  ['pre_tokenizer.pretokenizers.0.pattern.Regex', '(', 'pattern'],
  ['pre_tokenizer.pretokenizers.1.add_prefix_space', true, 'add_prefix_space'],
  ['added_tokens', undefined, 'added_tokens must be a list'],
  ['added_tokens.0.id', -1, 'added_tokens[0].id'],
  ['added_tokens.0.id', 97, 'model.vocab["<|bos|>"]'],
  ['added_tokens.0.content', '<|end|>', 'added_tokens[4].content'],
  ['added_tokens.0.lstrip', true, 'added_tokens[0].lstrip'],
])('%s = %j is refused by name', (path, value, message) => {
  expect(() => parseTokenizer(changed(path, value))).toThrow(FormatError);
  expect(() => parseTokenizer(changed(path, value))).toThrow(message);
});

test('a file that is cut short, empty or no object is refused', () => {
  const text = JSON.stringify(tokenizer);
  for (const bad of ['', text.slice(0, 500), '[]', 'null', '3', '{}']) expect(() => parseTokenizer(bad)).toThrow(FormatError);
});

test('a pattern of words or characters without merges must be one of ours', () => {
  const json = changed('model.merges', []);
  json.model.ignore_merges = true;
  expect(() => parseTokenizer(json)).toThrow(/neither our characters nor our words/);
});

test('merges written as pairs are read as well', () => {
  const json = changed('model.merges', tokenizer.toMerges().trimEnd().split('\n').map((line) => line.split(' ')));
  expect(parseTokenizer(json).encode('the cat')).toEqual(tokenizer.encode('the cat'));
});
