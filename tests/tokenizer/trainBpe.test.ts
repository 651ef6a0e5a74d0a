import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DataError, OptionError } from '../../src/errors.ts';
import { BpeCounter, bpeFromMerges, DEFAULT_SPECIALS, Pattern, trainBpe } from '../../src/tokenizer/index.ts';
import { byteString, encodeUtf8 } from '../../src/tokenizer/utf8.ts';
import { awkwardText, missing, sharedTextOrNull } from './texts.ts';

test('the reference corpus gives the reference merges', (context) => {
  const corpus = sharedTextOrNull('bpe-corpus.en'), reference = sharedTextOrNull('bpe-reference-merges.txt');
  if (corpus === null || reference === null) return context.skip(missing('bpe-corpus.en'));
  const tokenizer = trainBpe(corpus, { vocab: 500, pattern: 'gpt2', specials: ['<|endoftext|>'] });
  expect(tokenizer.size).toBe(500);
  expect(tokenizer.merges.length).toBe(243);
  expect(tokenizer.toMerges()).toBe(reference.trimEnd() + '\n');
  const rebuilt = bpeFromMerges(reference, { specials: ['<|endoftext|>'] });
  expect(rebuilt.encode(corpus)).toEqual(tokenizer.encode(corpus));
});

test('the worked example of minbpe and of Wikipedia: aaabdaaabac becomes XdXac', () => {
  const tokenizer = trainBpe('aaabdaaabac', { vocab: 259, specials: [] });
  expect([...tokenizer.encode('aaabdaaabac')]).toEqual([258, 100, 258, 97, 99]);
  expect(tokenizer.decode([258, 100, 258, 97, 99])).toBe('aaabdaaabac');
  expect(tokenizer.toVocab().trimEnd().split('\n').slice(256)).toEqual(['256\taa\ta + a', '257\taaa\taa + a', '258\taaab\taaa + b']);
});

/** The definition: count all pairs anew before every merge. */
function trainSlowly(texts: readonly string[], wanted: number): string[] {
  let pieces = texts.flatMap((text) => new Pattern('gpt2').pieces(text)).map((piece) => [...byteString(encodeUtf8(piece))]);
  const merges: string[] = [];
  while (merges.length < wanted) {
    const counts = new Map<string, { pair: [string, string]; count: number }>();
    for (const piece of pieces) {
      for (let i = 0; i + 1 < piece.length; i++) {
        const pair: [string, string] = [piece[i]!, piece[i + 1]!], key = JSON.stringify(pair);
        counts.set(key, { pair, count: (counts.get(key)?.count ?? 0) + 1 });
      }
    }
    const [best] = [...counts.values()].sort((p, q) => q.count - p.count
      || compare(q.pair[0], p.pair[0]) || compare(q.pair[1], p.pair[1]));
    if (best === undefined || best.count < 2) break;
    const [left, right] = best.pair;
    merges.push(`${left}|${right}`);
    pieces = pieces.map((piece) => {
      const merged: string[] = [];
      for (let i = 0; i < piece.length; i++) {
        if (piece[i] === left && piece[i + 1] === right) {
          merged.push(left + right);
          i++;
        } else merged.push(piece[i]!);
      }
      return merged;
    });
  }
  return merges;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

test('training step by step equals counting everything anew', () => {
  const word = fc.array(fc.constantFrom('a', 'b', 'ab', 'ba', ' ', '1', 'é'), { maxLength: 12 }).map((parts) => parts.join(''));
  fc.assert(fc.property(fc.array(fc.oneof(word, awkwardText), { minLength: 1, maxLength: 8 }), (texts) => {
    fc.pre(texts.some((text) => text !== ''));
    const tokenizer = trainBpe(texts, { vocab: 276, specials: [] });
    const learned = tokenizer.merges.map(({ left, right }) => `${byteString(tokenizer.bytesOf(left))}|${byteString(tokenizer.bytesOf(right))}`);
    expect(learned).toEqual(trainSlowly(texts, 20));
  }), { numRuns: 300 });
});

test('the order of the documents does not matter, nor how often training is asked for', () => {
  const texts = ['the cat sat', 'the dog sat on the cat', 'a cat and a dog'];
  const counter = new BpeCounter();
  for (const text of [...texts].reverse()) counter.add(text);
  const first = counter.train({ vocab: 280 });
  expect(first.toMerges()).toBe(trainBpe(texts, { vocab: 280 }).toMerges());
  expect(counter.train({ vocab: 270 }).toMerges()).toBe(first.toMerges().split('\n').slice(0, 270 - 261).join('\n') + '\n');
});

test('a full counter forgets the rarest pieces and goes on', () => {
  const counter = new BpeCounter('gpt2', 256);
  for (let i = 0; i < 300; i++) counter.add(` common x${i}`);
  expect(counter.pieces).toBeLessThanOrEqual(256);
  expect(counter.train({ vocab: 270 }).encode(' common').length).toBe(1);
});

test('a special token is never learned from text', () => {
  const tokenizer = trainBpe('<|end|>'.repeat(50), { vocab: 400, pattern: /[^]+/, specials: DEFAULT_SPECIALS });
  expect(tokenizer.encode('<|end|>').includes(tokenizer.specials.get('<|end|>')!)).toBe(false);
  expect(tokenizer.merges.some(({ result }) => tokenizer.nameOf(result) === '<|end|>')).toBe(false);
});

test('progress ends with what was learned', () => {
  const seen: [number, number][] = [];
  trainBpe('the cat sat on the mat', { vocab: 300, onProgress: (done, wanted) => seen.push([done, wanted]) });
  expect(seen.at(-1)![1]).toBe(39);
  expect(seen.at(-1)![0]).toBeLessThan(39);
});

test.each([255, 260, 300.5, NaN, 1e9])('a vocabulary of %d is refused', (vocab) => {
  expect(() => trainBpe('the cat', { vocab })).toThrow(OptionError);
  expect(() => trainBpe('the cat', { vocab })).toThrow(/from 261/);
});

test('no text is refused', () => {
  expect(() => trainBpe([], { vocab: 300 })).toThrow(DataError);
  expect(() => trainBpe('', { vocab: 300 })).toThrow(DataError);
});

test('merges that do not fit together are refused', () => {
  expect(() => bpeFromMerges('ab c\n')).toThrow(/no earlier pair/);
  expect(() => bpeFromMerges('a b\na b\n')).toThrow(/already exists/);
  expect(() => bpeFromMerges('abc\n')).toThrow(/line 1/);
});
