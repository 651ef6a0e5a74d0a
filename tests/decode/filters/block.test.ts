// Mode block is a guarantee: whatever the model wants, however it is cut into tokens, no phrase is said.
import { describe, expect, test } from 'vitest';
import { createFilter, loadWordList, type Phrase } from '../../../src/decode/index.ts';
import { Random } from '../../../src/random.ts';
import { slowlyFound } from './slowMatcher.ts';
import { SPELLED, speak, vocabularies } from './wishes.ts';

const english = (await loadWordList('naughty-words')).words.filter(({ text }) => /^[a-z ]{3,}$/.test(text)).slice(0, 110);
const rated = (await loadWordList('cuss')).words.filter(({ text }) => /^[a-z]{4,}$/.test(text)).slice(300, 340);
const chinese = (await loadWordList('naughty-words', { language: 'zh' })).words.filter(({ text }) => /^\p{Script=Han}{2,}$/u.test(text)).slice(0, 30);
const mine: Phrase[] = ['blorp', 'zanty', 'wuggle', 'secret plan', 'kitten', 'ogg', 'moon base', 'ess', 'tot', 'aaa', 'abab', 'lolol', 'quux', 'pip', 'noon', 'one two three', 'xylo', 'mim', 'coco', 'bob'].map((text) => ({ text }));
const PHRASES: readonly Phrase[] = [...english, ...rated, ...chinese, ...mine];
const { words: _, ...all } = vocabularies(PHRASES.map(({ text }) => text));
/** Every list, spelling and vocabulary always; all phrases of the lists in test:full. */
const some = (phrases: readonly Phrase[]): [number, Phrase][] => [...phrases.entries()].filter(([seed]) => process.env['INKLING_FULL'] || seed % 5 === 0);
const wishesOf = ({ text }: Phrase): string[] => Object.values(SPELLED).map((spell) => spell(text));

test('there are 200 phrases', () => expect(PHRASES).toHaveLength(200));

for (const [name, tokenizer] of Object.entries(all)) {
  describe(name, () => {
    test('no phrase is said in any spelling', () => {
      const filter = createFilter({ words: PHRASES });
      let said = 0;
      for (const [seed, phrase] of some(PHRASES)) {
        const text = speak(tokenizer, wishesOf(phrase), { filter, seed });
        said += text.length;
        for (const other of seed % 4 === 0 ? PHRASES : [phrase]) expect(slowlyFound(other, text), `${other.text} in ${JSON.stringify(text)}`).toBeNull();
        // and by the fast matcher, which looks at the finished text
        expect(filter.inspect(text), JSON.stringify(text)).toEqual([]);
      }
      expect(said).toBeGreaterThan(some(PHRASES).length * 5);
    }, 600_000);

    test('without the filter most of them are', () => {
      const some = PHRASES.filter((_phrase, seed) => seed % 5 === 0), got = some.filter(({ text, ...rest }, i) => slowlyFound({ text }, speak(tokenizer, wishesOf({ text, ...rest }), { seed: 5 * i })) !== null);
      expect(got.length).toBeGreaterThan(20);
    }, 600_000);
  });
}

describe('allowed words', () => {
  const words: Phrase[] = [{ text: 'ass' }, { text: 'cunt' }, { text: 'tit', start: true, end: true }], allow = ['class', 'assess', 'Scunthorpe', 'tit for tat', 'massive'];
  const filter = createFilter({ words, allow });

  for (const [name, tokenizer] of Object.entries(all)) {
    test(`${name}: are said whole, never broken off`, () => {
      let whole = 0;
      for (let seed = 0; seed < 25; seed++) {
        for (const tokens of [3, 7, 20]) {
          const text = speak(tokenizer, ['class', 'assess', 'scunthorpe', 'tit for tat', 'ass', 'tit', 'massive'], { filter, seed, tokens });
          for (const phrase of words) expect(slowlyFound(phrase, text, allow), `${phrase.text} in ${JSON.stringify(text)}`).toBeNull();
          if (/class|assess|scunthorpe|tit for tat|massive/.test(text)) whole++;
        }
      }
      expect(whole).toBeGreaterThan(10);
    });
  }
});

test('a prompt may hold phrases; what it begins is not completed', () => {
  const { bpe: tokenizer } = all, filter = createFilter({ words: [{ text: 'blorp' }] });
  for (let seed = 0; seed < 40; seed++) {
    const text = speak(tokenizer!, ['rp', 'orp', 'blorp'], { filter, seed, prompt: 'A blorp said blo' });
    expect(text.startsWith('A blorp said blo')).toBe(true);
    expect(slowlyFound({ text: 'blorp' }, text.slice(9)), text).toBeNull();
  }
});

test('a fork goes its own way', () => {
  const { chars: tokenizer } = all, stage = createFilter({ words: [{ text: 'bob' }] }).stage(tokenizer!)!, V = tokenizer!.size;
  const [b, o] = [...tokenizer!.encode('bo')] as [number, number], logits = (): Float32Array => new Float32Array(V);
  stage.apply(logits(), { tokens: [], prompt: 0, left: 9 });
  stage.accept(b);
  const fork = stage.fork();
  fork.accept!(o);
  const [mineNow, its] = [logits(), logits()];
  stage.apply(mineNow, { tokens: [b], prompt: 0, left: 9 });
  fork.apply(its, { tokens: [b, o], prompt: 0, left: 9 });
  expect([mineNow[b], its[b]]).toEqual([0, -Infinity]);
});

test('masks are those of a walk through all tokens one by one', () => {
  const random = new Random(3);
  for (const name of ['chars', 'bpe']) {
    const tokenizer = all[name]!, filter = createFilter({ words: PHRASES, allow: ['kittens', 'assess'] });
    for (let round = 0; round < 25; round++) {
      const said = Array.from({ length: random.below(6) }, () => random.below(tokenizer.size)), logits = new Float32Array(tokenizer.size), stage = filter.stage(tokenizer)!;
      stage.apply(logits, { tokens: [...said], prompt: said.length, left: 50 });
      for (let probe = 0; probe < 150; probe++) {
        const token = random.below(tokenizer.size);
        if ([...tokenizer.specials.values()].includes(token)) continue;
        // by another stage, which begins with the token as part of the text
        const bytes = tokenizer.decodeBytes([...said.slice(said.findLastIndex((id) => [...tokenizer.specials.values()].includes(id)) + 1), token]);
        const gate = filter.gate(''), text = new TextDecoder().decode(bytes);
        gate.push(text);
        // a phrase that the gate finds in the middle of the text was in the prompt or is struck out
        if (logits[token] === 0) {
          const before = new TextDecoder().decode(tokenizer.decodeBytes(said));
          if (filter.inspect(before).length === 0 && gate.found) expect(gate.found, JSON.stringify(text)).toBeNull();
        }
      }
    }
  }
});

test('each decision names its rule and the probability that it removed', () => {
  const { chars: tokenizer } = all, stage = createFilter({ words: ['bob', '|mim|'] }).stage(tokenizer!)!, logits = new Float32Array(tokenizer!.size).fill(-20);
  const [b] = [...tokenizer!.encode('b')] as [number], bo = [...tokenizer!.encode('bo')];
  logits[b] = 0;
  logits[bo[1]!] = Math.log(3);
  stage.apply(logits, { tokens: bo, prompt: 0, left: 9 });
  expect(stage.decisions).toHaveLength(1);
  expect(stage.decisions[0]).toMatchObject({ stage: 'words', rule: 'bob', source: 'words', mode: 'block', at: 2 });
  expect(stage.decisions[0]!.mass).toBeCloseTo(0.25, 4);
});
