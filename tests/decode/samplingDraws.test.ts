// Draws of every stage follow the exact distribution: texts of two tokens, so that what a stage remembers counts too.
import { describe, expect, test } from 'vitest';
import { prepareSampling } from '../../src/decode/createSampler.ts';
import { generateSettings, type SamplingOptions } from '../../src/decode/index.ts';
import { createChars, DEFAULT_SPECIALS } from '../../src/tokenizer/index.ts';
import { chiSquareP, chiSquareTail } from './chiSquare.ts';
import { firstDistributions, SLOW_NAMES, textDistribution } from './slowSampling.ts';

const tokenizer = createChars('abcd', { specials: DEFAULT_SPECIALS }), V = tokenizer.size, specials = [...tokenizer.specials.values()];
/** Irregular, so that nothing lies on a border. */
const rows = [1.1, 0.7].map((spread, row) => Float32Array.from({ length: V }, (_, i) => spread * Math.sin(2.3 * i * i + 1.7 * i + 0.9 + row)));
const prompt = [0, 1, 2, 0, 1, 3, 0, 1], TEXTS = 20_000;

/** Options of a stage, and others near to them whose distribution is another one. */
const cases: readonly (readonly [right: SamplingOptions, wrong: SamplingOptions])[] = [
  [{}, { temperature: 1.25 }],
  [{ temperature: 0.7 }, { temperature: 0.82 }],
  [{ temperature: 1.8 }, { temperature: 1 }],
  [{ temperature: 1, dynatempRange: 0.6, dynatempExponent: 1.5 }, { dynatempRange: 0.4, dynatempExponent: 1.5 }],
  [{ logitBias: [[2, 1.5], [4, -Infinity]] }, { logitBias: [[2, 1.3], [4, -Infinity]] }],
  [{ repeatPenalty: 1.6 }, { repeatPenalty: 1.3 }],
  [{ frequencyPenalty: 0.3, presencePenalty: 0.4, penaltyLastN: 6 }, { frequencyPenalty: 0.3, presencePenalty: 0.4, penaltyLastN: 5 }],
  [{ dryMultiplier: 0.8, dryAllowedLength: 1, dryBreakers: [] }, { dryMultiplier: 0.8, dryAllowedLength: 2, dryBreakers: [] }],
  [{ noRepeatNgram: 3 }, { noRepeatNgram: 2 }],
  [{ badWords: [[5], [1, 2], [3, 3]] }, { badWords: [[5], [3, 3]] }],
  [{ minTokens: 1 }, { minTokens: 2 }],
  [{ forcedTokens: [6] }, { forcedTokens: [7] }],
  [{ topK: 3 }, { topK: 4 }],
  [{ topP: 0.6 }, { topP: 0.8 }],
  [{ minP: 0.3 }, { minP: 0.5 }],
  [{ typicalP: 0.5 }, { typicalP: 0.7 }],
  [{ topNSigma: 1 }, { topNSigma: 0.6 }],
  [{ epsilonCutoff: 0.1 }, { epsilonCutoff: 0.05 }],
  [{ etaCutoff: 0.9 }, { etaCutoff: 0.1 }],
  [{ xtcProbability: 0.5, xtcThreshold: 0.1 }, { xtcProbability: 0.45, xtcThreshold: 0.1 }],
  [{ mirostat: 1, mirostatTau: 1.2, mirostatEta: 0.5 }, { mirostat: 1, mirostatTau: 0.9, mirostatEta: 0.5 }],
  [{ mirostat: 2, mirostatTau: 1.4, mirostatEta: 0.5 }, { mirostat: 2, mirostatTau: 1.4, mirostatEta: 0.1 }],
  [{ temperature: 0.7, topK: 6, topP: 0.9 }, { temperature: 0.7, topK: 6, topP: 0.9, stages: ['topK', 'topP', 'temperature'] }],
  [{ temperature: 1.8, minP: 0.3, repeatPenalty: 1.2, xtcProbability: 0.4, stages: ['penalties', 'minP', 'xtc', 'temperature'] }, { temperature: 1.8, minP: 0.3, repeatPenalty: 1.2, xtcProbability: 0.4 }],
  [{ xtcProbability: 0.3, mirostat: 2, mirostatTau: 1.6, mirostatEta: 0.8, presencePenalty: 0.5 }, { xtcProbability: 0.3, mirostat: 2, mirostatTau: 1.6, mirostatEta: 0.8, presencePenalty: 0.4 }],
  [
    { temperature: 1.2, topK: 9, topP: 0.97, minP: 0.02, typicalP: 0.98, topNSigma: 3, epsilonCutoff: 0.001, etaCutoff: 0.001, xtcProbability: 0.2, dryMultiplier: 0.5, dryBreakers: [], mirostat: 2, repeatPenalty: 1.1, noRepeatNgram: 4, logitBias: [[1, 0.5]], badWords: [[2, 2]], minTokens: 1 },
    { temperature: 1.2, topK: 9, topP: 0.97, minP: 0.02, typicalP: 0.98, topNSigma: 3, epsilonCutoff: 0.001, etaCutoff: 0.001, xtcProbability: 0.2, dryMultiplier: 0.5, dryBreakers: [], mirostat: 2, repeatPenalty: 1.1, noRepeatNgram: 4, logitBias: [[1, 1]], badWords: [[2, 2]], minTokens: 1 },
  ],
];
const settingsOf = (options: SamplingOptions) => generateSettings({ temperature: 1, seed: 12, ...options });

test('every stage is tried', () => {
  const tried = cases.flatMap(([options]) => prepareSampling(settingsOf(options), tokenizer)(0).stages.map(({ name }) => name));
  expect(new Set(tried)).toEqual(new Set(SLOW_NAMES));
  expect(SLOW_NAMES.length).toBeGreaterThanOrEqual(17);
});

test('the tail of chi-square', () => {
  // the usual tables: 5% and 0.1%
  for (const [x, freedom, p] of [[3.841, 1, 0.05], [18.307, 10, 0.05], [124.342, 100, 0.05], [10.828, 1, 0.001], [29.588, 10, 0.001], [149.449, 100, 0.001]] as const) expect(chiSquareTail(x, freedom)).toBeCloseTo(p, 4);
  expect(chiSquareTail(0.02, 2)).toBeCloseTo(Math.exp(-0.01), 12);
  expect(chiSquareTail(100, 2)).toBeCloseTo(Math.exp(-50), 30);
});

describe(`${TEXTS.toLocaleString('en')} texts of two tokens follow the exact distribution, and not a wrong one`, () => {
  test.each(cases)('%j', (options, wrong) => {
    const settings = settingsOf(options), sampling = prepareSampling(settings, tokenizer), counts = new Uint32Array(V * V);
    for (let index = 0; index < TEXTS; index++) {
      const sampler = sampling(index), tokens = [...prompt];
      for (const [step, row] of rows.entries()) tokens.push(sampler.draw(row, { tokens, prompt: prompt.length, left: rows.length - step }));
      counts[tokens.at(-2)! * V + tokens.at(-1)!]!++;
    }
    const exact = (from: SamplingOptions): number[] => textDistribution(rows.map((row) => [...row]), settingsOf(from), { tokens: prompt, specials });
    expect(chiSquareP(counts, exact(options))).toBeGreaterThan(0.001);
    expect(chiSquareP(counts, exact(wrong)), `as if it were ${JSON.stringify(wrong)}`).toBeLessThan(1e-6);
  });
});

test.each([{}, { temperature: 0.7, topP: 0.8 }, { typicalP: 0.6 }, { mirostat: 2, mirostatTau: 1.5 }] as SamplingOptions[])('a long text of one random sequence does too: %j', (options) => {
  const settings = settingsOf({ ...options, ...(options.mirostat && { mirostatEta: 1e-12 }) }), sampler = prepareSampling(settings, tokenizer)(0), counts = new Uint32Array(V);
  for (let n = 0; n < 40_000; n++) counts[sampler.draw(rows[0]!)]!++;
  expect(chiSquareP(counts, firstDistributions([...rows[0]!], settings, { tokens: [], prompt: 0, specials })[0]!)).toBeGreaterThan(0.001);
});

test.each(cases)('log-probabilities before and after the stages: %j', (options) => {
  const settings = settingsOf({ ...options, logprobs: 4 }), sampling = prepareSampling(settings, tokenizer), row = rows[0]!;
  const after = firstDistributions([...row], settings, { tokens: prompt, prompt: prompt.length, specials });
  const total = Math.log(row.reduce((sum, logit) => sum + Math.exp(logit), 0)), order = [...row.keys()].sort((a, b) => row[b]! - row[a]!);
  for (let index = 0; index < 40; index++) {
    const sampler = sampling(index), token = sampler.draw(row, { tokens: prompt, prompt: prompt.length, left: 2 }), found = sampler.logprobs!;
    expect(found.token).toBe(token);
    expect(found.before).toBeCloseTo(row[token]! - total, 12);
    // chance inside a stage decides which distribution it was
    expect(Math.min(...after.map((p) => Math.abs(Math.exp(found.after!) - p[token]!)))).toBeLessThan(1e-6);
    expect(found.top.map((one) => one.token)).toEqual(order.slice(0, 4));
    for (const one of found.top) expect(one.logprob).toBeCloseTo(row[one.token]! - total, 12);
  }
});
