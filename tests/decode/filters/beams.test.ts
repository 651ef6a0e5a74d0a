// The guarantee of mode block holds in a search with beams too, which follows what is likeliest.
import { describe, expect, test } from 'vitest';
import { beamSearch, createFilter, loadWordList, type Phrase, type Stage } from '../../../src/decode/index.ts';
import { createLanguageModel } from '../../../src/models/index.ts';
import { Random } from '../../../src/random.ts';
import { collect, oneThread } from '../models.ts';
import { slowlyFound } from './slowMatcher.ts';
import { SPELLED, vocabularies } from './wishes.ts';

const english = (await loadWordList('naughty-words')).words.filter(({ text }) => /^[a-z]{3,9}$/.test(text)).slice(0, 170);
const PHRASES: readonly Phrase[] = [...english, ...['blorp', 'zanty', 'wuggle', 'kitten', 'ogg', 'ess', 'tot', 'aaa', 'abab', 'lolol', 'quux', 'pip', 'noon', 'xylo', 'mim', 'coco', 'bob', 'moon', 'secret', 'plan', '傻逼', '你妈', 'rara', 'tata', 'yaya', 'zizi', 'lulu', 'hoho', 'gaga', 'kiki'].map((text) => ({ text }))];
const { cl100k: _, ...all } = vocabularies(PHRASES.map(({ text }) => text));

/** Makes the next token of a wish likelier: the one behind the longest beginning of it that stands at the end. */
const wisher = (wish: readonly number[]) => (): Stage => ({
  name: 'wish',
  apply(logits, { tokens, prompt }) {
    let said = Math.min(wish.length - 1, tokens.length - prompt);
    while (said > 0 && !wish.slice(0, said).every((token, i) => tokens[tokens.length - said + i] === token)) said--;
    logits[wish[said]!]! += 9;
  },
});

test('there are 200 phrases', () => expect(PHRASES).toHaveLength(200));

for (const [name, tokenizer] of Object.entries(all)) {
  describe(name, () => {
    test('no sequence of a search says a phrase', async () => {
      const model = createLanguageModel(await oneThread(), tokenizer, { form: 'gpt2', layers: 1, heads: 1, channels: 8, hidden: 8, context: 32 }), random = new Random(1);
      const weights = model.engine.f32(model.weights.address, model.weights.length);
      for (let i = 0; i < weights.length; i++) weights[i] = random.float() - 0.5;
      const filter = createFilter({ words: PHRASES, refusal: '' });
      let free = 0;
      // the whole list is a matter of minutes
      const every = process.env['INKLING_FULL'] ? 1 : name === 'bpe' ? 3 : 9;
      for (const [i, phrase] of PHRASES.entries()) {
        if (i % every > 0) continue;
        const spelled = Object.values(SPELLED)[(i + (i >> 3)) % 8]!(phrase.text), cut = [() => [...tokenizer.encode(spelled)], () => [...spelled].flatMap((one) => [...tokenizer.encode(one)])][i % 2]!;
        const wish = cut(), logitBias = [...new Set(wish)].map((id) => [id, 20] as const), options = { beams: 3, returned: 3, tokens: Math.min(12, wish.length + 3), logitBias };
        const { result } = await collect(beamSearch(model, 'a ', { ...options, filter, stages: ['logitBias', 'filter', wisher(wish)] }));
        for (const { text } of result.sequences) {
          expect(slowlyFound(phrase, text), `${phrase.text} in ${JSON.stringify(text)}`).toBeNull();
          expect(filter.inspect(text), JSON.stringify(text)).toEqual([]);
        }
        if ((i / every) % (every === 1 ? 8 : 3) > 0) continue;
        const { result: without } = await collect(beamSearch(model, 'a ', { ...options, stages: ['logitBias', wisher(wish)] }));
        if (without.sequences.some(({ text }) => filter.inspect(text).length > 0)) free++;
      }
      expect(free).toBeGreaterThan(every > 3 ? 0 : 3);
      model.weights.free();
    }, 300_000);
  });
}
