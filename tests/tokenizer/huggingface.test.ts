// The tokenizer.json that we write means the same to @huggingface/tokenizers, which always takes special tokens out of
// text: it is compared with { specials: 'all' }.
import { Tokenizer as HuggingFace } from '@huggingface/tokenizers';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createChars, createWords, DEFAULT_SPECIALS, trainBpe, type Tokenizer } from '../../src/tokenizer/index.ts';
import { awkwardText, missing, sharedTextOrNull } from './texts.ts';

const text = "The cat's toys: 你好吗? é É ſ 😉 12 123 1234\n\n  said the cat. “The cat,” the dog's 你好 DON'T don't\t __proto__ constructor";
const every = fc.tuple(awkwardText, fc.constantFrom('', ' the cat', '<|end|>', '<|bos|><|user|>', 'you\'ll ', '你好')).map((parts) => parts.join(''));

const tokenizers: (readonly [string, Tokenizer])[] = [
  ['characters with bytes', createChars(text, { bytes: true, specials: DEFAULT_SPECIALS })],
  ['words', createWords([text, text], { vocab: 320 })],
  ['bpe gpt2', trainBpe([text, text], { vocab: 400 })],
  ['bpe cl100k', trainBpe([text, text], { vocab: 400, pattern: 'cl100k' })],
  ['bpe o200k', trainBpe([text, text], { vocab: 400, pattern: 'o200k' })],
  ['bpe with a RegExp', trainBpe([text, text], { vocab: 400, pattern: /[^\W\d]+'?|\d{1,2}|\s+|.|\W/u })],
  ['bpe with a string', trainBpe([text, text], { vocab: 400, pattern: ' ?\\w+|\\p{Han}|\\s+(?!\\S)|\\s+|[^\\s\\w]+|.' })],
  ['bpe without merges', trainBpe('a', { vocab: 261 })],
];

const read = (tokenizer: Tokenizer): HuggingFace => new HuggingFace(JSON.parse(JSON.stringify(tokenizer)), { clean_up_tokenization_spaces: false });

test.each(tokenizers)('%s: equal ids and equal text back', (_name, tokenizer) => {
  const other = read(tokenizer);
  fc.assert(fc.property(every, (string) => {
    const ids = [...tokenizer.encode(string, { specials: 'all' })];
    expect(other.encode(string, { add_special_tokens: false }).ids).toEqual(ids);
    if (ids.length > 0) expect(other.decode(ids)).toBe(string);
  }), { numRuns: 600 });
});

test('characters without bytes: equal ids for texts of the alphabet', () => {
  const alphabet = [...'abc \n\t<|end>é你😉\u0301\u00a0'];
  const tokenizer = createChars(alphabet, { specials: DEFAULT_SPECIALS });
  const other = read(tokenizer);
  fc.assert(fc.property(fc.array(fc.constantFrom(...alphabet, '<|end|>')).map((parts) => parts.join('')), (string) => {
    expect(other.encode(string, { add_special_tokens: false }).ids).toEqual([...tokenizer.encode(string, { specials: 'all' })]);
  }));
});

test('equal ids on real text', (context) => {
  const english = sharedTextOrNull('wikitext2-valid.txt'), chinese = sharedTextOrNull('zh/tang300.txt');
  if (english === null || chinese === null) return context.skip(missing('wikitext2-valid.txt'));
  const sample = english.slice(0, 100_000) + chinese.slice(0, 10_000);
  for (const tokenizer of [trainBpe([english, chinese], { vocab: 2048, pattern: 'cl100k' }), createWords([english, chinese], { vocab: 4096 })]) {
    expect(read(tokenizer).encode(sample, { add_special_tokens: false }).ids).toEqual([...tokenizer.encode(sample)]);
  }
});
