// Our beam search finds what onnxruntime's finds, in the same order, with the same scores. Its length is that of prompt and
// text, its penalties look at all tokens, and its arithmetic is float32.
import { describe, expect, test } from 'vitest';
import { type BeamOptions, beamSearch } from '../../src/decode/index.ts';
import { createLanguageModel } from '../../src/models/index.ts';
import { Random } from '../../src/random.ts';
import { createChars } from '../../src/tokenizer/index.ts';
import { onnxBeamSearch, onnxIsThere } from '../oracles/onnxBeamSearch.ts';
import { collect, oneThread } from './models.ts';

const tokenizer = createChars('abcdefghijklmnopqrst', { specials: ['<|end|>'] }), end = tokenizer.specials.get('<|end|>')!;

describe.skipIf(!onnxIsThere)("equal to onnxruntime's", () => {
  for (const { earlyStopping, noRepeatNgram } of [{ earlyStopping: false, noRepeatNgram: 0 }, { earlyStopping: true, noRepeatNgram: 0 }, { earlyStopping: false, noRepeatNgram: 2 }]) {
    test(`${earlyStopping ? 'stopping early' : 'not stopping early'}${noRepeatNgram ? ', no pair of tokens twice' : ''}: 40 random searches`, async () => {
      const engine = await oneThread(), random = new Random(31);
      let ended = 0, open = 0;
      for (let n = 0; n < 4; n++) {
        const model = createLanguageModel(engine, tokenizer, { form: 'gpt2', context: 40, layers: 2, heads: 2, channels: 16 });
        const weights = engine.f32(model.weights.address, model.weights.length);
        for (let i = 0; i < weights.length; i++) weights[i] = (random.float() + random.float() - 1) * 0.8;
        const theirs = await onnxBeamSearch(model, end, { earlyStopping, noRepeatNgram });
        for (let m = 0; m < 10; m++) {
          const prompt = Uint32Array.from({ length: 1 + random.below(8) }, () => random.below(20)), beams = 2 + random.below(6), returned = 1 + random.below(beams), tokens = 1 + random.below(20);
          const lengthPenalty = Math.fround(random.pick([0, 0.6, 1, 1.7])), repeatPenalty = Math.fround(random.pick([1, 1, 1.3])), minTokens = random.pick([0, 0, 3]);
          const options: BeamOptions = {
            beams, returned, tokens, lengthPenalty, lengthOf: 'whole', earlyStopping, minTokens, ...(noRepeatNgram > 0 && { noRepeatNgram }), ...(repeatPenalty !== 1 && { repeatPenalty, penaltyLastN: -1 }),
          };
          const { result } = await collect(beamSearch(model, prompt, options));
          const found = await theirs.run([...prompt], { maxLength: prompt.length + tokens, minLength: minTokens > 0 ? prompt.length + minTokens : 0, beams, returned, lengthPenalty, repeatPenalty });
          const what = JSON.stringify({ prompt: [...prompt], ...options });
          expect(result.sequences.map((one) => [...prompt, ...one.tokens]), what).toEqual(found.map((one) => one.tokens));
          result.sequences.forEach(({ score, reason }, i) => {
            expect(Math.abs(score - found[i]!.score), what).toBeLessThan(2e-5);
            reason === 'end' ? ended++ : open++;
          });
        }
        await theirs.free();
        model.weights.free();
      }
      expect(Math.min(ended, open), 'texts of both kinds').toBeGreaterThan(10);
    }, 60_000);
  }
});
