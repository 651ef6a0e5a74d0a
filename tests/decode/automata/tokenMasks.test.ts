import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ByteAutomaton, DEAD, read } from '../../../src/decode/automata/byteAutomaton.ts';
import { strikeOut, TokenMasks } from '../../../src/decode/automata/tokenMasks.ts';
import { trieOf, VocabularyTrie } from '../../../src/decode/automata/vocabularyTrie.ts';
import { createWords, trainBpe } from '../../../src/tokenizer/index.ts';
import { tokenizer as chars } from '../models.ts';

const text = 'the cat sat on the mat, the hat; 你好 你好吗 é 🙂🙂 '.repeat(5);
const specials = ['<|bos|>', '<|end|>'];
const tokenizers = { chars, words: createWords(text, { vocab: 300, specials }), bpe: trainBpe(text, { vocab: 320, specials }) };
const bitsOf = (bits: Int32Array, size: number): number[] => Array.from({ length: size }, (_, id) => id).filter((id) => (bits[id >> 5]! >>> (id & 31)) & 1);

/** A machine of so many states that goes on as chance will have it, and refuses most bytes. */
const machine = (seed: number, states: number): ByteAutomaton => ({
  start: 0,
  next(state, byte) {
    const mixed = Math.imul((state + 1) * 257 + byte + seed * 65_537, 2_654_435_761) >>> 8;
    return mixed % 3 === 0 ? DEAD : mixed % states;
  },
  accepts: (state) => state % 3 === 0,
});

for (const [kind, tokenizer] of Object.entries(tokenizers)) {
  test(`${kind}: the tree holds every token at its bytes`, () => {
    const trie = trieOf(tokenizer), special = new Set(tokenizer.specials.values());
    expect(trieOf(tokenizer)).toBe(trie);
    expect(trie.specials.toSorted()).toEqual([...special].toSorted());
    for (let id = 0; id < tokenizer.size; id++) {
      const bytes = tokenizer.bytesOf(id);
      expect(Array.from({ length: trie.lengthOf(id) }, (_, i) => trie.byteOf(id, i))).toEqual([...bytes]);
      if (bytes.length === 0) continue;
      const node = bytes.reduce((at, byte) => trie.child(at, byte), -1);
      expect([...trie.order.subarray(trie.first[node], trie.first[node + 1])]).toContain(id);
      expect(trie.depth[node]).toBe(bytes.length - 1);
    }
    expect(trie.order.length).toBe(Array.from({ length: tokenizer.size }, (_, id) => id).filter((id) => tokenizer.bytesOf(id).length > 0).length);
  });

  test(`${kind}: a token is allowed if its bytes lead on, and a special one where the text may end`, () => {
    const trie = trieOf(tokenizer);
    fc.assert(fc.property(fc.nat(1000), fc.integer({ min: 1, max: 40 }), (seed, states) => {
      const automaton = machine(seed, states), needs = (state: number): number => (state % 7 === 6 ? Infinity : state % 5), masks = new TokenMasks(automaton, trie, needs);
      for (const state of [0, states - 1]) {
        for (const left of [Infinity, 1, 3]) {
          const expected = Array.from({ length: tokenizer.size }, (_, id) => id).filter((id) => {
            if (trie.specials.includes(id)) return automaton.accepts(state);
            const bytes = tokenizer.bytesOf(id), to = read(automaton, bytes, state);
            if (bytes.length > 0) expect(masks.step(state, id)).toBe(to);
            return bytes.length > 0 && to !== DEAD && needs(to) < Math.min(left, 1e9);
          });
          for (let again = 0; again < 2; again++) expect(bitsOf(masks.mask(state, left), tokenizer.size)).toEqual(expected);
          expect(masks.goesOn(state, left)).toBe(expected.some((id) => !trie.specials.includes(id)));
        }
      }
    }), { numRuns: 30 });
  });
}

test('tokens with equal bytes are allowed together', () => {
  const bytes = ['a', 'b', 'ab', 'a', 'ba', 'ab'].map((token) => new TextEncoder().encode(token));
  const twice = Object.create(chars, { size: { value: 6 }, specials: { value: new Map() }, bytesOf: { value: (id: number) => bytes[id]! } }) as typeof chars;
  const trie = new VocabularyTrie(twice), onlyA: ByteAutomaton = { start: 0, next: (state, byte) => (state === 0 && byte === 97 ? 1 : DEAD), accepts: (state) => state === 1 };
  expect(bitsOf(new TokenMasks(onlyA, trie).mask(0), 6)).toEqual([0, 3]);
  expect(new TokenMasks(onlyA, trie).goesOn(1)).toBe(false);
});

test('strikeOut removes the tokens without a bit', () => {
  fc.assert(fc.property(fc.array(fc.constantFrom(0, -1, 0b1011, -(2 ** 31), 77), { maxLength: 4 }), fc.nat(140), (words, length) => {
    const logits = new Float32Array(length).fill(1), bits = Int32Array.from(words);
    strikeOut(logits, bits);
    const allowed = new Set(bitsOf(bits, 32 * words.length));
    expect([...logits]).toEqual(Array.from({ length }, (_, i) => (allowed.has(i) ? 1 : -Infinity)));
  }));
});
