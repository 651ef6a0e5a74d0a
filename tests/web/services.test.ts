// What chapters compute, without a page: the same functions that the worker of the page calls.
import { describe, expect, test } from 'vitest';
import { trainBpe } from '../../src/index.ts';
import { formatAddress, parseAddress } from '../../src/web/address.ts';
import { createPixels } from '../../src/web/chapters/pixelsService.ts';
import { createTokens, cuts } from '../../src/web/chapters/tokensService.ts';

describe('the network of nine pixels', () => {
  test('learns its lessons, and the loss falls', async () => {
    const pixels = await createPixels(), before = pixels.begin(56, 1), after = pixels.learn(56, 400, 1);
    expect(before.steps).toBe(0);
    expect(before.lessons).toHaveLength(40);
    expect(after.losses).toHaveLength(400);
    expect(after.losses.at(-1)!).toBeLessThan(after.losses[0]! / 3);
    expect(after.learned).toBeGreaterThan(0.9);
    expect(after.all).toBeGreaterThan(before.all);
  });

  test('goes on from a snapshot with the same bits', async () => {
    const pixels = await createPixels();
    pixels.begin(56, 3);
    const middle = pixels.learn(56, 30, 0.8), end = pixels.learn(56, 30, 0.8), other = await createPixels();
    other.begin(56, structuredClone(middle));
    expect(other.learn(56, 30, 0.8)).toEqual(end);
  });

  test('a sum is its weights times what comes in, plus the bias', async () => {
    const pixels = await createPixels(), { weights, seen } = pixels.begin(341, 2);
    for (const [l, before] of [[0, 'inputs'], [1, 'layers.0'], [2, 'layers.1']] as const) {
      const x = seen[before]!, w = weights[`layers.${l}.weight`]!, sums = seen[`layers.${l}.sums`]!;
      sums.forEach((sum, i) => expect(sum).toBeCloseTo(x.reduce((all, each, k) => all + each * w[i * x.length + k]!, weights[`layers.${l}.bias`]![i]!), 5));
    }
    expect(seen['layers.0']![0]).toBeCloseTo(Math.tanh(seen['layers.0.sums']![0]!), 6);
    expect(seen['output']![0]).toBeCloseTo(1 / (1 + Math.exp(-seen['layers.2.sums']![0]!)), 6);
  });

  test('a weight that is changed changes the answer; a lesson can be added and said anew', async () => {
    const pixels = await createPixels(), before = pixels.begin(56, 1), after = pixels.change(56, 'layers.2.bias', 3, 9);
    expect(after.seen['output']![3]!).toBeGreaterThan(before.seen['output']![3]!);
    expect(pixels.teach(100, 2).lessons).toHaveLength(before.lessons.some(({ picture }) => picture === 100) ? 40 : 41);
    const { lessons } = pixels.teach(100, 1);
    expect(lessons.filter(({ picture }) => picture === 100)).toEqual([{ picture: 100, answer: 1 }]);
    expect(pixels.mistake(0)).not.toBeNull();
    expect(() => pixels.learn(56, 1, -1)).toThrow('rate must be above 0');
  });
});

describe('tokens', () => {
  const texts = ['the cat sat on the mat', '小女孩走到河岸边', 'naïve 🙂 \n\t x', '', 'aaaaaaaaaaaaaaaa'];

  test('merge by merge, bytes become the tokens that the tokenizer gives', () => {
    const tokenizer = trainBpe(texts.map((text) => text.repeat(5)), { vocab: 400, specials: [] });
    for (const text of texts) {
      const found = cuts(tokenizer, text);
      expect(found.flatMap(({ states }) => states.at(-1)!.map(({ id }) => id))).toEqual([...tokenizer.encode(text)]);
      for (const { states, merges } of found) {
        expect(states).toHaveLength(merges.length + 1);
        expect(states[0]!.every(({ bytes }) => bytes.length === 1)).toBe(true);
        // no step changes the bytes
        for (const state of states) expect(state.flatMap(({ bytes }) => bytes)).toEqual(states[0]!.flatMap(({ bytes }) => bytes));
        merges.forEach(({ at }, i) => expect(states[i + 1]![at]!.bytes).toEqual([...states[i]![at]!.bytes, ...states[i]![at + 1]!.bytes]));
      }
    }
  });

  test('a larger vocabulary needs fewer tokens; with none but bytes, there is one for each byte', async () => {
    const tokens = await createTokens(), sentence = 'The girl walked to the river.';
    const n = (vocab: number): number => {
      tokens.learn('', vocab);
      return tokens.cut([sentence])[0]!.reduce((sum, { states }) => sum + states.at(-1)!.length, 0);
    };
    expect(n(256)).toBe(sentence.length);
    expect(n(600)).toBeLessThan(n(300));
    const { merges, bytes } = tokens.learn('aaabdaaabac', 259);
    expect([merges, bytes]).toEqual([3, 11]);
  });
});

describe('addresses', () => {
  test('come back as they were written', () => {
    const address = { language: 'zh', theme: 'dark', chapter: 2, values: new Map([['text', '河 & bank = ?#'], ['vocab', '600']]) } as const;
    const [search, hash] = formatAddress(address).split(/(?=#)/) as [string, string];
    expect(parseAddress(search, hash, 'en')).toEqual(address);
  });

  test('what is not understood is left out', () => {
    expect(parseAddress('?lang=xx&theme=pink', '#what', 'zh')).toEqual({ language: 'zh', theme: 'auto', chapter: 1, values: new Map() });
    expect(parseAddress('', '#5&T=0.8', 'en')).toMatchObject({ chapter: 5, values: new Map([['T', '0.8']]) });
  });
});
