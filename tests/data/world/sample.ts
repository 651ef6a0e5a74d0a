// A fixed sample of the world and what can be counted on it.
import { createWorld, type World } from '../../../src/data/world/index.ts';

export const sampleTexts = (world: World, characters: number): string[] => {
  const texts: string[] = [];
  for (let i = 0, size = 0; size < characters; i++) {
    const { text } = world.document(i);
    texts.push(text);
    size += text.length;
  }
  return texts;
};

export const wordsOf = (text: string): string[] => text.match(/[A-Za-z]+|[^A-Za-z\s]/g) ?? [];

/** All strings of `n` words. */
export function* strings(words: readonly string[], n: number): Generator<string> {
  for (let i = 0; i + n <= words.length; i++) yield words.slice(i, i + n).join(' ');
}

/** Shares of the 1- to 4-gram counts in the mixture below. */
const MIX = [0.1, 0.2, 0.3, 0.4];

/**
 * Bits per character of `test` under a linear mixture of 1- to 4-gram word counts of `train`:
 * p(w | h) = 1e-5 + sum of MIX[n] count(h_n w) / count(h_n).
 */
export function bitsPerCharacter(train: readonly string[], test: readonly string[]): number {
  const counts = MIX.map(() => new Map<string, Map<string, number>>());
  const padded = (text: string) => ['^', '^', '^', ...wordsOf(text), '$'];
  for (const text of train) {
    const words = padded(text);
    for (let i = 3; i < words.length; i++) {
      counts.forEach((byHistory, n) => {
        const history = words.slice(i - n, i).join(' ');
        let after = byHistory.get(history);
        if (!after) byHistory.set(history, (after = new Map([['', 0]])));
        after.set(words[i]!, (after.get(words[i]!) ?? 0) + 1);
        after.set('', after.get('')! + 1);
      });
    }
  }
  let bits = 0, characters = 0;
  for (const text of test) {
    const words = padded(text);
    characters += text.length + 1;
    for (let i = 3; i < words.length; i++) {
      let p = 1e-5;
      counts.forEach((byHistory, n) => {
        const after = byHistory.get(words.slice(i - n, i).join(' '));
        if (after) p += (MIX[n]! * (after.get(words[i]!) ?? 0)) / after.get('')!;
      });
      bits -= Math.log2(p);
    }
  }
  return bits / characters;
}

export const english = createWorld({ seed: 1 });
export const chinese = createWorld({ seed: 1, language: 'zh' });
