// Each stage against its definition, written out in float64.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  badSequences, badWords, biasedTokens, createSampler, dry, dryBreakers, dynamicTemperature, epsilonCutoff, etaCutoff, forcedTokens, generateSettings,
  logitBias, minP, minTokens, mirostat, noRepeatNgram, penalties, prepareStages, type SamplingOptions, type Situation, type Stage, topNSigma, typicalP, xtc,
} from '../../src/decode/index.ts';
import { Random } from '../../src/random.ts';
import { tokenizer } from './models.ts';

const none = -Infinity;
const behind = (tokens: readonly number[], prompt = tokens.length): Situation => ({ tokens, prompt, left: 9 });
const applied = (stage: Stage, logits: readonly number[], situation = behind([])): number[] => {
  const copy = Float32Array.from(logits);
  stage.apply(copy, situation);
  return [...copy];
};
const softmax = (logits: readonly number[]): number[] => {
  const most = Math.max(...logits), weights = logits.map((logit) => Math.exp(logit - most)), total = weights.reduce((a, b) => a + b);
  return weights.map((weight) => weight / total);
};
const entropy = (p: readonly number[]): number => -p.reduce((sum, x) => sum + (x > 0 ? x * Math.log(x) : 0), 0);
/** Different logits, some of them struck out; irregular, so that none lies on a border. */
const someLogits = fc.uniqueArray(fc.integer({ min: -400, max: 400 }), { minLength: 1, maxLength: 60 })
  .map((list) => list.map((n, i) => (i > 0 && n % 9 === 0 ? none : Math.fround(n / 47 + 0.000_31))));
const share = fc.integer({ min: 1, max: 998 }).map((n) => n / 1000 + 0.000_123_456_789);
const keeps = (stage: Stage, logits: readonly number[], expected: (i: number) => boolean): void => {
  expect(applied(stage, logits)).toEqual(logits.map((logit, i) => (logit > none && expected(i) ? logit : none)));
};
const best = (p: readonly number[]): number => p.indexOf(Math.max(...p));

describe('what is cut off', () => {
  test('minP: less likely than p times the likeliest', () => {
    fc.assert(fc.property(someLogits, share, (logits, p) => {
      const all = softmax(logits);
      keeps(minP(p), logits, (i) => all[i]! >= p * Math.max(...all));
    }), { numRuns: 300 });
  });

  test('typicalP: far from the expected surprise', () => {
    fc.assert(fc.property(someLogits, share, (logits, p) => {
      const all = softmax(logits), H = entropy(all), far = all.map((x) => Math.abs(-Math.log(x) - H));
      const order = all.map((_, i) => i).filter((i) => all[i]! > 0).sort((a, b) => far[a]! - far[b]!);
      let sum = 0, n = 0;
      while (n < order.length && (n === 0 || sum < p)) sum += all[order[n++]!]!;
      keeps(typicalP(p), logits, (i) => order.indexOf(i) < n);
    }), { numRuns: 300 });
    expect(applied(typicalP(0.2), [0.6, 0.3, 0.1].map(Math.log))[0]).toBe(none);
    expect(applied(typicalP(1), [1, none])).toEqual([1, none]);
  });

  test('topNSigma: n standard deviations below the highest', () => {
    fc.assert(fc.property(someLogits, share, (logits, n) => {
      const finite = logits.filter((logit) => logit > none), mean = finite.reduce((a, b) => a + b) / finite.length;
      const deviation = Math.sqrt(finite.reduce((sum, logit) => sum + (logit - mean) ** 2, 0) / finite.length);
      keeps(topNSigma(3 * n), logits, (i) => logits[i]! >= Math.max(...finite) - 3 * n * deviation);
    }), { numRuns: 300 });
  });

  test('epsilonCutoff and etaCutoff: below a bar, never the likeliest', () => {
    fc.assert(fc.property(someLogits, share, (logits, epsilon) => {
      const all = softmax(logits), eta = Math.min(epsilon, Math.sqrt(epsilon) * Math.exp(-entropy(all)));
      keeps(epsilonCutoff(epsilon), logits, (i) => i === best(all) || all[i]! >= epsilon);
      keeps(etaCutoff(epsilon), logits, (i) => i === best(all) || all[i]! >= eta);
    }), { numRuns: 300 });
  });

  test('xtc: all that is likely enough but the last of it, as often as was said', () => {
    fc.assert(fc.property(someLogits, share, (logits, threshold) => {
      const all = softmax(logits), likely = all.map((_, i) => i).filter((i) => all[i]! >= threshold / 3).sort((a, b) => all[b]! - all[a]!);
      keeps(xtc(1, threshold / 3, new Random(1)), logits, (i) => !likely.slice(0, -1).includes(i));
    }), { numRuns: 300 });
    const stage = xtc(0.3, 0.1, new Random(4)), twin = xtc(0.3, 0.1, new Random(4));
    let passed = 0;
    for (let i = 0; i < 5000; i++) if (applied(stage, [1, 1.1, 0])[1] === none) passed++;
    expect(Math.abs(passed / 5000 - 0.3)).toBeLessThan(0.025);
    for (let i = 0; i < 7; i++) applied(twin, [0, 0]);
    const fork = twin.fork!();
    for (let i = 0; i < 40; i++) expect(applied(fork, [1, 1.1, 0])).toEqual(applied(twin, [1, 1.1, 0]));
  });
});

test('dynamic temperature follows the entropy', () => {
  fc.assert(fc.property(someLogits, share, share, (logits, range, exponent) => {
    const candidates = logits.filter((logit) => logit > none).length, doubt = candidates > 1 ? entropy(softmax(logits)) / Math.log(candidates) : 0;
    const T = candidates > 1 ? 1.2 - range + 2 * range * doubt ** (2 * exponent) : 1;
    for (const [i, logit] of applied(dynamicTemperature(1.2, range, 2 * exponent), logits).entries()) {
      if (logits[i] === none) expect(logit).toBe(none);
      else expect(Math.abs(logit - logits[i]! / T)).toBeLessThan(1e-6 * (1 + Math.abs(logit)));
    }
  }), { numRuns: 300 });
  expect(applied(dynamicTemperature(0.5, 1, 1), [90, none, 0, none])).toEqual([expect.any(Number), none, expect.any(Number), none]);
});

describe('what was said before', () => {
  const text = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 40 });

  test('penalties: repeat, then frequency and presence, in the window', () => {
    fc.assert(fc.property(text, fc.integer({ min: -1, max: 50 }), share, (tokens, lastN, x) => {
      const logits = [2, -1, 0, 3, none, 1], window = lastN < 0 ? tokens : lastN === 0 ? [] : tokens.slice(-lastN);
      const expected = logits.map((logit, i) => {
        const count = window.filter((token) => token === i).length;
        return count === 0 ? logit : (logit > 0 ? logit / (1 + x) : logit * (1 + x)) - count * x - (x - 0.5);
      });
      const found = applied(penalties({ repeat: 1 + x, frequency: x, presence: x - 0.5, lastN }), logits, behind(tokens));
      for (const [i, logit] of found.entries()) expect(logit).toBeCloseTo(expected[i]!, 4);
    }), { numRuns: 300 });
  });

  /** By the definition: for each earlier place, how far its past agrees with the end of the text. */
  function slowDry(tokens: readonly number[], { multiplier, base, allowedLength, breaker }: { multiplier: number; base: number; allowedLength: number; breaker: number }): number[] {
    const since = tokens.length - 1 - tokens.lastIndexOf(breaker), longest = new Map<number, number>();
    for (let at = 1; at < tokens.length; at++) {
      let length = 0;
      while (length < at && tokens[at - 1 - length] === tokens[tokens.length - 1 - length]) length++;
      length = Math.min(length, since);
      if (length >= allowedLength) longest.set(tokens[at]!, Math.max(length, longest.get(tokens[at]!) ?? 0));
    }
    return [0, 1, 2, 3, 4].map((token) => (longest.has(token) && token !== breaker ? -multiplier * base ** (longest.get(token)! - allowedLength) : 0));
  }

  test('dry: the longer the repetition, the harder; not across breakers', () => {
    fc.assert(fc.property(text, share, fc.integer({ min: 1, max: 4 }), (tokens, x, allowedLength) => {
      const settings = { multiplier: 1 + x, base: 1 + x, allowedLength };
      const found = applied(dry({ ...settings, lastN: -1, breakers: new Map([[4, [[]]]]) }), [0, 0, 0, 0, 0], behind(tokens));
      const expected = tokens.length <= allowedLength ? [0, 0, 0, 0, 0] : slowDry(tokens, { ...settings, breaker: 4 });
      for (const [i, logit] of found.entries()) expect(Math.abs(logit - expected[i]!)).toBeLessThan(1e-5 * (1 + Math.abs(logit)));
      const window = tokens.slice(-7);
      expect(applied(dry({ ...settings, lastN: 7, breakers: new Map() }), [0, 0, 0, 0, 0], behind(tokens)))
        .toEqual(applied(dry({ ...settings, lastN: -1, breakers: new Map() }), [0, 0, 0, 0, 0], behind(window)));
    }), { numRuns: 300 });
  });

  test('dry: breakers of several tokens', () => {
    const [a, b, c] = [...tokenizer.encode('abc')] as [number, number, number];
    expect([...dryBreakers(tokenizer, ['ab', 'c'])].filter(([token]) => token === a || token === c)).toEqual([[a, [[b]]], [c, [[]]]]);
    // "ab" at the end lets no repetition pass; "a" alone does
    const punished = (tokens: number[]): number => Math.min(...applied(dry({ multiplier: 1, base: 2, allowedLength: 1, lastN: -1, breakers: new Map([[a, [[b]]]]) }), Array.from({ length: 300 }, () => 0), behind(tokens)));
    expect(punished([c, a, b, 7, c, a, b])).toBe(0);
    expect(punished([c, a, 7, c, a])).toBe(-2);
  });

  test('noRepeatNgram: no run comes twice', () => {
    fc.assert(fc.property(text, fc.integer({ min: 1, max: 4 }), (tokens, n) => {
      const banned = new Set<number>();
      for (let at = 0; at + n <= tokens.length; at++) if (tokens.slice(at, at + n - 1).join() === tokens.slice(tokens.length - n + 1).join() || n === 1) banned.add(tokens[at + n - 1]!);
      expect(applied(noRepeatNgram(n), [0, 0, 0, 0, 0], behind(tokens))).toEqual([0, 1, 2, 3, 4].map((i) => (banned.has(i) ? none : 0)));
    }), { numRuns: 300 });
  });

  test('badWords: the last token of a sequence whose beginning stands there', () => {
    const stage = badWords([[5], [1, 2], [1, 1, 3]]), zeros = [0, 0, 0, 0, 0, 0];
    expect(applied(stage, zeros, behind([]))).toEqual([0, 0, 0, 0, 0, none]);
    expect(applied(stage, zeros, behind([1]))).toEqual([0, 0, none, 0, 0, none]);
    expect(applied(stage, zeros, behind([1, 1]))).toEqual([0, 0, none, none, 0, none]);
    expect(badSequences(['ab', [7]], tokenizer)).toEqual([[...tokenizer.encode('ab')], [...tokenizer.encode(' ab')], [7]]);
  });
});

describe('single tokens', () => {
  test('logitBias adds, also to all tokens of a text', () => {
    const [a, b] = [...tokenizer.encode('ab')] as [number, number], biases = biasedTokens([['aab', 2], [a, 1], [3, none], ['<|end|>', -1]], tokenizer);
    expect([...biases]).toEqual([[a, 3], [b, 2], [3, none], [tokenizer.specials.get('<|end|>'), -1]]);
    expect(applied(logitBias(new Map([[0, 2], [2, none]])), [1, 1, 1])).toEqual([3, 1, none]);
  });

  test('minTokens and forcedTokens count from the end of the prompt', () => {
    expect([behind([9]), behind([9, 9], 1), behind([9, 9, 9], 1)].map((situation) => applied(minTokens(2, [1]), [0, 0], situation))).toEqual([[0, none], [0, none], [0, 0]]);
    expect([behind([9]), behind([9, 1], 1), behind([9, 1, 0], 1)].map((situation) => applied(forcedTokens([1, 0]), [4, none], situation))).toEqual([[none, 0], [0, none], [4, none]]);
  });
});

test('mirostat holds the surprise of a text near its target', () => {
  const random = new Random(3), logits = Float32Array.from({ length: 500 }, (_, i) => -Math.log(i + 1)), tau = 4;
  for (const version of [1, 2] as const) {
    const sampler = createSampler({ temperature: 1, mirostat: version, mirostatTau: tau, mirostatEta: 0.1, seed: 8, logprobs: 0 });
    let bits = 0;
    for (let i = 0; i < 600; i++) {
      sampler.draw(logits.map((logit) => logit + random.float()));
      if (i >= 100) bits -= sampler.logprobs!.after! / Math.LN2;
    }
    expect(Math.abs(bits / 500 - tau), `version ${version}`).toBeLessThan(0.3);
  }
  const stage = mirostat(2, 1, 0.5);
  applied(stage, [0, 0, 0]);
  stage.accept!(1); // log2(3) bits: mu sinks to 2 - 0.5 · 0.585
  const fork = stage.fork!(), quarters = [2, 1, 1, 1].map(Math.log);
  expect(applied(fork, quarters)).toEqual(applied(stage, quarters));
  expect(applied(fork, quarters).slice(1)).toEqual([none, none, none]);
});

describe('options', () => {
  const names = (options: SamplingOptions): string[] => prepareStages(generateSettings(options), tokenizer)(0).map(({ name }) => name);
  const everything: SamplingOptions = {
    temperature: 0.7, topK: 5, topP: 0.9, minP: 0.1, typicalP: 0.9, topNSigma: 2, epsilonCutoff: 0.01, etaCutoff: 0.01, xtcProbability: 0.5, dryMultiplier: 1, mirostat: 2,
    repeatPenalty: 1.1, noRepeatNgram: 3, logitBias: [['a', 1]], badWords: ['b'], minTokens: 2, forcedTokens: 'c',
  };

  test('each option switches its stage on, in the stated order', () => {
    expect(names({})).toEqual(['temperature']);
    expect(names({ temperature: 1 })).toEqual([]);
    expect(names(everything)).toEqual(['logitBias', 'penalties', 'dry', 'noRepeatNgram', 'badWords', 'minTokens', 'forcedTokens', 'temperature', 'topK', 'topP', 'minP', 'typicalP', 'topNSigma', 'epsilonCutoff', 'etaCutoff', 'xtc', 'mirostat']);
    expect(names({ topK: 3, topP: 0.5, stages: ['topP', 'minP', 'topK', 'temperature'] })).toEqual(['topP', 'topK', 'temperature']);
    const mine: Stage = { name: 'mine', apply: () => {} };
    expect(names({ stages: [() => mine, 'temperature'] })).toEqual(['mine', 'temperature']);
  });

  test('a temperature of 0 takes the likeliest of what all other stages left', () => {
    const logits = Float32Array.of(3, 2.5, 1), draw = (options: SamplingOptions): number => createSampler({ temperature: 0, ...options }).draw(logits, behind([0]));
    expect(draw({})).toBe(0);
    expect(draw({ repeatPenalty: 2 })).toBe(1);
    expect(draw({ logitBias: [[2, 9]] })).toBe(2);
    expect(draw({ noRepeatNgram: 1, badWords: [[1]] })).toBe(2);
  });

  test.each<[SamplingOptions, string]>([
    [{ minP: 1.5 }, 'minP must be from 0 (off) to 1, but it is 1.5.'],
    [{ typicalP: 0 }, 'typicalP must be above 0 and at most 1 (1 is off), but it is 0.'],
    [{ topNSigma: -1 }, 'topNSigma must be 0 (off) or more, but it is -1.'],
    [{ mirostat: 3 as 2 }, 'mirostat must be 0 (off), 1 or 2, but it is 3.'],
    [{ repeatPenalty: 0 }, 'repeatPenalty must be above 0 (1 is off), but it is 0.'],
    [{ dryBase: 2 }, 'dryBase does nothing while dryMultiplier is off. Set dryMultiplier above 0'],
    [{ xtcThreshold: 0.2 }, 'xtcThreshold does nothing while xtcProbability is off.'],
    [{ penaltyLastN: 5 }, 'penaltyLastN does nothing while repeatPenalty, frequencyPenalty, presencePenalty are off.'],
    [{ temperature: 0, dynatempRange: 1 }, 'dynatempRange does nothing. Set temperature above 0'],
    [{ badWords: [''] }, 'badWords must be a list of words'],
    [{ logitBias: [[99999, 1]] }, 'logitBias names token 99999, but the vocabulary goes from 0 to'],
    [{ logitBias: [[1, Infinity]] }, 'logitBias must be a list of [token or text, number]'],
    [{ stages: ['topk' as 'topK'] }, 'stages names "topk", which is no stage. Did you mean "topK"?'],
    [{ stages: ['topK', 'temperature', 'topK'] }, 'stages lists "topK" twice.'],
    [{ stages: ['topK'] }, 'temperature is switched on, but stages does not list it. Add "temperature" where it shall be applied, or set temperature: 1.'],
    [{ mirostat: 2, stages: ['mirostat', 'temperature'] }, 'mirostat measures what it left to draw from, so it must be the last of stages.'],
    [{ logprobs: -1 }, 'logprobs must be a whole number of alternatives'],
  ])('%j is refused', (options, message) => {
    expect(() => createSampler(options, tokenizer)).toThrow(message);
  });

  test('texts need a tokenizer', () => {
    for (const [options, name] of [[{ badWords: ['a'] }, 'badWords'], [{ logitBias: [['a', 1]] }, 'logitBias'], [{ forcedTokens: 'a' }, 'forcedTokens'], [{ dryMultiplier: 1 }, 'dryBreakers'], [{ minTokens: 1 }, 'minTokens']] as const) {
      expect(() => createSampler(options)).toThrow(new RegExp(`${name}.*tokenizer`));
    }
  });
});

/** Upper 0.1% point of the chi-square distribution (Wilson and Hilferty 1931). */
const limit = (freedom: number): number => freedom * (1 - 2 / (9 * freedom) + 3.09 * Math.sqrt(2 / (9 * freedom))) ** 3;

test.each<[SamplingOptions, (p: number[], logits: readonly number[]) => number[]]>([
  [{ minP: 0.25 }, (p) => p.map((x) => (x >= 0.25 * Math.max(...p) ? x : 0))],
  [{ epsilonCutoff: 0.1 }, (p) => p.map((x) => (x >= 0.1 ? x : 0))],
  [{ logitBias: [[2, 1.5]] }, (_, logits) => softmax(logits.map((logit, i) => logit + (i === 2 ? 1.5 : 0)))],
  [{ presencePenalty: 0.7 }, (_, logits) => softmax(logits.map((logit, i) => logit - (i === 3 ? 0.7 : 0)))],
  [{ xtcProbability: 0.5, xtcThreshold: 0.15 }, (p) => {
    const likely = p.map((_, i) => i).filter((i) => p[i]! >= 0.15).sort((a, b) => p[b]! - p[a]!).slice(0, -1), rest = p.reduce((sum, x, i) => sum + (likely.includes(i) ? 0 : x), 0);
    return p.map((x, i) => 0.5 * x + (likely.includes(i) ? 0 : (0.5 * x) / rest));
  }],
])('draws with %j follow the exact distribution', (options, exact) => {
  const logits = [1, 0.5, -1, 2, -0.5, 0], sampler = createSampler({ temperature: 1, seed: 3, ...options }), n = 20_000, counts = logits.map(() => 0);
  for (let i = 0; i < n; i++) counts[sampler.draw(Float32Array.from(logits), behind([3]))]!++;
  const weights = exact(softmax(logits), logits), total = weights.reduce((a, b) => a + b);
  let chi = 0;
  for (const [i, weight] of weights.entries()) {
    if (weight === 0) expect(counts[i]).toBe(0);
    else chi += (counts[i]! - (n * weight) / total) ** 2 / ((n * weight) / total);
  }
  expect(chi).toBeLessThan(limit(weights.filter((weight) => weight > 0).length - 1));
});
