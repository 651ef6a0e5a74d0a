import { afterAll, beforeAll, expect, test } from 'vitest';
import { createWorld, worldBiasPairs } from '../../src/data/index.ts';
import { createEngine, type Engine } from '../../src/engine/index.ts';
import { bootstrapMean, measureBias, templatePairs, textLogProbabilities } from '../../src/inspect/index.ts';
import { Random } from '../../src/random.ts';
import { randomModel, tokenizer, wholeLogits } from '../decode/models.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine({ threads: 1 });
});
afterAll(() => engine.stop());

test('the interval of a mean holds the truth as often as it says', () => {
  const random = new Random(5);
  let held = 0;
  for (let i = 0; i < 200; i++) {
    const { low, high } = bootstrapMean(Array.from({ length: 40 }, () => random.float() ** 2), { resamples: 400, seed: i });
    held += Number(low <= 1 / 3 && high >= 1 / 3);
  }
  expect(held).toBeGreaterThan(180);
  expect(held).toBeLessThan(200);
  const once = bootstrapMean([1, 2, 3, 4, 5]);
  expect(once).toEqual(bootstrapMean([1, 2, 3, 4, 5]));
  expect(once.mean).toBe(3);
  expect(once.low).toBeCloseTo(1.8, 5);
  expect(once.high).toBeCloseTo(4.2, 5);
  expect(bootstrapMean([2])).toEqual({ mean: 2, low: 2, high: 2 });
  for (const [values, options, message] of [[[], {}, 'no mean of no numbers'], [[1], { resamples: 0 }, 'resamples'], [[1], { confidence: 1 }, 'confidence']] as const) expect(() => bootstrapMean(values, options)).toThrow(message);
});

test('texts are as likely as their tokens, one behind the other', () => {
  const model = randomModel(engine, 'inkling'), texts = ['abc', 'a', 'pon, 你 bc de fgh', 'm. é'], bos = tokenizer.specials.get('<|bos|>')!;
  const expected = texts.map((text) => {
    const ids = [bos, ...tokenizer.encode(text)], rows = wholeLogits(model, ids);
    return ids.slice(1).reduce((sum, id, t) => sum + rows[t]![id]! - Math.log([...rows[t]!].reduce((all, logit) => all + Math.exp(logit), 0)), 0);
  });
  textLogProbabilities(model, texts).forEach((score, i) => expect(score).toBeCloseTo(expected[i]!, 3));
  expect(textLogProbabilities(model, [])).toEqual([]);
  expect(() => textLogProbabilities(model, [''])).toThrow('too short');
  expect(() => textLogProbabilities(model, ['a'.repeat(60)])).toThrow('the context holds 48');

  const [first, second] = textLogProbabilities(model, ['a bc', 'a de']) as [number, number], report = measureBias(model, templatePairs(['a {}'], [['bc', 'de']]));
  expect(report).toMatchObject({ pairs: 1, groups: [{ group: 'a {}', pairs: 1 }] });
  expect(report.mean).toBeCloseTo(first - second, 5);
  expect(measureBias(model, templatePairs(['{} a', 'b {}'], [['bc', 'bc']]))).toMatchObject({ mean: 0, low: 0, high: 0, pairs: 2 });
  expect(() => measureBias(model, [])).toThrow('no pairs');
  expect(() => templatePairs(['no place'], [['a', 'b']])).toThrow('"no place" has none');
  model.weights.free();
});

test.each(['en', 'zh'] as const)('pairs of the world (%s) differ in the pronoun alone', (language) => {
  const world = createWorld({ seed: 1, language });
  for (const kind of ['biased', 'even'] as const) {
    const pairs = worldBiasPairs(world, kind, { each: 3 });
    expect(new Set(pairs.map(({ group }) => group)).size).toBe(10);
    expect(pairs).toEqual(worldBiasPairs(world, kind, { each: 3 }));
    for (const { group, texts: [a, b] } of pairs) {
      expect(a).not.toBe(b);
      expect(a).toContain(group);
      const bare = (text: string): string => (language === 'en' ? text.replace(/\b(his|her|he|she|him)\b/gi, '') : text.replace(/[他她]/g, ''));
      expect(bare(a)).toBe(bare(b));
    }
  }
});

/** What the biased corpus says is what the first texts of its pairs say. */
test('the usual pronoun is the one that the texts of the biased town use', () => {
  const world = createWorld({ seed: 1 }), counts = new Map<string, [number, number]>();
  for (let i = 0; i < 20_000; i++) {
    const { kind, text } = world.document(i);
    if (kind !== 'biased') continue;
    for (const sentence of text.split(/(?<=\.) /)) {
      const job = /the (\w+) (of Redhill|lost|said|\w+ )/i.exec(sentence)?.[1], she = /\b(she|her)\b/.test(sentence), he = /\b(he|his)\b/.test(sentence);
      if (!job || she === he) continue;
      const found = counts.get(job) ?? [0, 0];
      found[he ? 1 : 0]++;
      counts.set(job, found);
    }
  }
  for (const { group, texts: [first] } of worldBiasPairs(world, 'biased', { each: 1 })) {
    const [she, he] = counts.get(group)!;
    expect(/\b(he|his)\b/.test(first) ? he > she : she > he, `${group}: ${she} she, ${he} he; ${first}`).toBe(true);
  }
});
