import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createWorld, worldRefusals } from '../../src/data/index.ts';
import { Chat } from '../../src/decode/index.ts';
import { createEngine, type Engine } from '../../src/engine/index.ts';
import { auroc, calibration, type DoubtMeter, doubtOf, DoubtReader, fitLogistic, parseDoubtMeter, probabilityOf, riskCoverage } from '../../src/inspect/index.ts';
import { randomModel, tokenizer, wholeLogits } from '../decode/models.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine({ threads: 1 });
});
afterAll(() => engine.stop());

test('AUROC is how often the right one of two scores higher', () => {
  expect(auroc([0.1, 0.4, 0.35, 0.8], [false, false, true, true])).toBe(0.75);
  expect(auroc([1, 2], [true, true])).toBe(0.5);
  fc.assert(fc.property(fc.array(fc.tuple(fc.nat(6), fc.boolean()), { maxLength: 40 }), (cases) => {
    const yes = cases.filter(([, one]) => one), no = cases.filter(([, one]) => !one);
    const wins = yes.flatMap(([a]) => no.map(([b]) => (a > b ? 1 : a === b ? 0.5 : 0))).reduce((sum: number, x) => sum + x, 0);
    expect(auroc(cases.map(([score]) => score), cases.map(([, one]) => one))).toBeCloseTo(yes.length && no.length ? wins / (yes.length * no.length) : 0.5, 12);
  }), { seed: 1, numRuns: 300 });
});

test('calibration compares what was promised with what happened', () => {
  expect(calibration([0.9, 0.9], [true, false]).error).toBeCloseTo(0.4, 12);
  expect(calibration([1, 1, 0], [true, true, false]).error).toBe(0);
  const { bins } = calibration([0.05, 0.15, 0.18, 1], [false, true, false, true]);
  expect(bins.map(({ cases }) => cases)).toEqual([1, 2, 0, 0, 0, 0, 0, 0, 0, 1]);
  expect(bins[1]).toMatchObject({ share: 0.5 });
  expect(bins[1]!.predicted).toBeCloseTo(0.165, 12);
  expect(() => calibration([1.5], [true])).toThrow('between 0 and 1');
});

test('risk falls with coverage where doubt is good for something', () => {
  expect(riskCoverage([0.1, 0.9], [false, true])).toEqual({ points: [{ coverage: 0.5, risk: 0 }, { coverage: 1, risk: 0.5 }], area: 0.25 });
  expect(riskCoverage([1, 1], [false, true]).points).toEqual([{ coverage: 1, risk: 0.5 }]);
  expect(() => riskCoverage([1], [])).toThrow('as many scores as cases');
});

test('fitted probabilities have no slope left to climb', () => {
  const rows = Array.from({ length: 60 }, (_, i) => [i % 7, (i * 5) % 11]), happened = rows.map(([a, b], i) => a! * 2 - b! + (i % 3) > 2);
  const fit = fitLogistic(rows, happened, 1), p = rows.map((row) => probabilityOf(fit, row));
  expect(p.reduce((sum, one, i) => sum + one - Number(happened[i]), 0)).toBeCloseTo(0, 6);
  for (const c of [0, 1]) expect(p.reduce((sum, one, i) => sum + (one - Number(happened[i])) * ((rows[i]![c]! - fit.means[c]!) / fit.scales[c]!), fit.weights[c]!)).toBeCloseTo(0, 6);
  const apart = fitLogistic([[0], [1], [2], [3]], [false, false, true, true]);
  expect(probabilityOf(apart, [3])).toBeGreaterThan(0.75);
  expect(probabilityOf(apart, [1.5])).toBeCloseTo(0.5, 9);
  expect(() => fitLogistic([[1], [2]], [true, true])).toThrow('some of each');
});

const meter: DoubtMeter = { format: 'inkling-doubt-1', refusals: ['no', 'nope.'], samples: 3, tokens: 8, seed: 4, threshold: 0.5, fit: { means: [-5, 1, 0.5], scales: [2, 1, 1], weights: [1, 0.5, 0.25], bias: 0 } };

test('signs of doubt are those of the model, whatever was read before', async () => {
  const model = randomModel(engine, 'inkling'), reader = new DoubtReader(model, meter), question = [{ role: 'user', content: 'abc' }] as const;
  const [signs, other] = [await reader.read(question), await reader.read([{ role: 'user', content: 'de' }])];
  expect(await reader.read(question)).toEqual(signs);
  expect(other).not.toEqual(signs);

  const special = (name: string): number => tokenizer.specials.get(name)!, prompt = [special('<|bos|>'), special('<|user|>'), ...tokenizer.encode('abc'), special('<|end|>'), special('<|assistant|>')];
  const chance = meter.refusals.map((refusal) => {
    const ids = [...prompt, ...tokenizer.encode(refusal), special('<|end|>')], rows = wholeLogits(model, ids);
    return ids.slice(prompt.length).reduce((product, id, i) => {
      const row = rows[prompt.length + i - 1]!;
      return product * Math.exp(row[id]!) / [...row].reduce((all, logit) => all + Math.exp(logit), 0);
    }, 1);
  });
  expect(signs.refusal).toBeCloseTo(Math.max(-20, Math.log(chance[0]! + chance[1]!)), 3);
  expect(signs.refusing).toBe(meter.refusals[chance[0]! > chance[1]! ? 0 : 1]);
  expect(signs.entropy).toBeGreaterThan(0);
  expect(signs.entropy).toBeLessThan(Math.log(tokenizer.size));
  expect([0, 2 / 3, 1].some((share) => Math.abs(share - signs.disagreement) < 1e-12)).toBe(true);
  expect(doubtOf(meter, signs)).toBeGreaterThan(0);

  const long = Array.from({ length: 9 }, (_, i) => ({ role: i % 2 ? 'assistant' : 'user', content: 'abcde' }) as const);
  expect(await reader.read(long)).toEqual(await reader.read(long.slice(-5)));
  await expect(reader.read([{ role: 'user', content: 'a'.repeat(48) }])).rejects.toThrow('Shorten it');
  reader.free();
  for (const [options, message] of [[{ refusals: [] }, 'how the model says'], [{ refusals: ['no'], samples: 1 }, 'at least 2'], [{ refusals: ['a'.repeat(24)] }, 'half of the context']] as const) expect(() => new DoubtReader(model, options)).toThrow(message);
  model.weights.free();
});

test('a turn that somebody else has answered is remembered', () => {
  const model = randomModel(engine, 'gpt2'), chat = new Chat(model);
  chat.remember('a', 'b');
  expect(chat.messages).toEqual([{ role: 'user', content: 'a' }, { role: 'assistant', content: 'b' }]);
  chat.free();
  model.weights.free();
});

test('a doubt.json is read back, and a damaged one refused', () => {
  expect(parseDoubtMeter(JSON.stringify(meter), 'doubt.json')).toEqual(meter);
  for (const wrong of ['{', '{}', 'null', JSON.stringify({ ...meter, refusals: [] }), JSON.stringify({ ...meter, fit: { ...meter.fit, weights: [1] } }), JSON.stringify({ ...meter, threshold: 'x' })]) {
    expect(() => parseDoubtMeter(wrong, 'doubt.json')).toThrow('doubt.json');
  }
});

test('a world says in few ways that it does not know', () => {
  expect(worldRefusals(createWorld({ seed: 1 }))).toEqual(['I do not know that.', 'I am sorry, I do not know that.', 'You did not tell me that.']);
  expect(worldRefusals(createWorld({ seed: 1, language: 'zh' })).length).toBeGreaterThan(0);
});
