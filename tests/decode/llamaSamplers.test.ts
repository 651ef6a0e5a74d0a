// Ours and llama.cpp's samplers keep the same tokens with the same probabilities.
import { describe, expect, test } from 'vitest';
import { dry, dynamicTemperature, logitBias, minP, mirostat, penalties, type Stage, temperature, topK, topNSigma, topP, typicalP, xtc } from '../../src/decode/index.ts';
import { math } from '../../src/engine/index.ts';
import { Random } from '../../src/random.ts';
import { type LlamaName, llamaIsThere, llamaSampler } from '../oracles/llamaSamplers.ts';

const VECTORS = 1000;

/** Normally distributed logits; from flat to steep, from few tokens to some hundred. */
function randomLogits(random: Random): Float32Array {
  const V = 2 + random.below(300), spread = 0.2 + 5 * random.float();
  return Float32Array.from({ length: V }, () => spread * Math.sqrt(-2 * math.log(1 - random.float())) * math.cos(2 * Math.PI * random.float()));
}

function probabilitiesOf(logits: Float32Array): number[] {
  const most = Math.max(...logits), total = logits.reduce((sum, logit) => sum + Math.exp(logit - most), 0);
  return Array.from(logits, (logit) => Math.exp(logit - most) / total);
}

/** What both left must be the same. */
function expectSame(ours: Float32Array, theirs: { logits: Float64Array; probabilities: Float64Array }, what: string): void {
  const kept = (logits: ArrayLike<number>): number[] => Array.from(logits).flatMap((logit, i) => (logit === -Infinity ? [] : [i]));
  expect(kept(ours), what).toEqual(kept(theirs.logits));
  let furthest = 0;
  for (const [i, p] of probabilitiesOf(ours).entries()) furthest = Math.max(furthest, Math.abs(p - theirs.probabilities[i]!));
  expect(furthest, what).toBeLessThan(1e-6);
}

const between = (random: Random, low: number, high: number): number => low + (high - low) * random.float();
/** Numbers that float32 holds exactly: both sides get the same. */
const f32 = Math.fround;

interface Case { readonly llama: LlamaName; readonly values: (random: Random, V: number) => readonly number[]; readonly ours: (...values: number[]) => Stage; readonly theirs?: (values: readonly number[]) => readonly unknown[] }
const keep = (values: readonly number[]): readonly unknown[] => [...values, 0];
const cases: Record<string, Case> = {
  temperature: { llama: 'temp', values: (r) => [between(r, 0.1, 3)], ours: temperature },
  // low temperatures make steep logits, where the float32 of llama.cpp's entropy is seen
  'dynamic temperature': { llama: 'temp_ext', values: (r) => [between(r, 1, 2), between(r, 0.1, 0.8), between(r, 0.3, 3)], ours: dynamicTemperature },
  'top-k': { llama: 'top_k', values: (r) => [1 + r.below(60)], ours: topK },
  'top-p': { llama: 'top_p', values: (r) => [between(r, 0.01, 0.99)], ours: topP, theirs: keep },
  'min-p': { llama: 'min_p', values: (r) => [between(r, 0.001, 0.9)], ours: minP, theirs: keep },
  'typical-p': { llama: 'typical', values: (r) => [between(r, 0.01, 0.99)], ours: typicalP, theirs: keep },
  'top-n-sigma': { llama: 'top_n_sigma', values: (r) => [between(r, 0.1, 4)], ours: topNSigma },
  xtc: { llama: 'xtc', values: (r) => [between(r, 0.01, 0.4)], ours: (threshold) => xtc(1, threshold, new Random(1)), theirs: ([threshold]) => [1, threshold, 0, 1] },
};

describe.skipIf(!llamaIsThere)("equal to llama.cpp's", () => {
  for (const [name, { llama, values, ours, theirs = (same: readonly number[]) => same }] of Object.entries(cases)) {
    test(`${name}: on ${VECTORS} random vectors`, () => {
      const random = new Random(11);
      for (let n = 0; n < VECTORS; n++) {
        const logits = randomLogits(random), chosen = values(random, logits.length).map(f32), sampler = llamaSampler(llama, ...theirs(chosen));
        const left = sampler.apply(logits), copy = logits.slice();
        ours(...chosen).apply(copy, { tokens: [], prompt: 0, left: 1 });
        expectSame(copy, left, `${chosen.join(', ')}, vector ${n}`);
        sampler.free();
      }
    });
  }

  test(`xtc: passes as often over the likeliest tokens as its probability says`, () => {
    const logits = Float32Array.of(1, 0.8, 0.6, -2), passed = (apply: () => ArrayLike<number>): number => {
      let n = 0;
      for (let i = 0; i < 4000; i++) if (apply()[0] === -Infinity) n++;
      return n / 4000;
    };
    const sampler = llamaSampler('xtc', f32(0.3), f32(0.1), 0, 5), stage = xtc(0.3, 0.1, new Random(5));
    const theirs = passed(() => sampler.apply(logits).logits), ours = passed(() => {
      const copy = logits.slice();
      stage.apply(copy, { tokens: [], prompt: 0, left: 1 });
      return copy;
    });
    for (const share of [theirs, ours]) expect(Math.abs(share - 0.3)).toBeLessThan(0.03);
    sampler.free();
  });

  test(`logit bias: on ${VECTORS} random vectors`, () => {
    const random = new Random(12);
    for (let n = 0; n < VECTORS; n++) {
      const logits = randomLogits(random), biases = new Map(Array.from({ length: 1 + random.below(5) }, () => [random.below(logits.length), f32(between(random, -5, 5))] as const));
      const sampler = llamaSampler('logit_bias', logits.length, biases.size, [...biases].map(([token, bias]) => ({ token, bias }))), left = sampler.apply(logits);
      logitBias(biases).apply(logits, { tokens: [], prompt: 0, left: 1 });
      expectSame(logits, left, `vector ${n}`);
      sampler.free();
    }
  });

  /** Tokens from a few, so that they repeat. */
  const said = (random: Random, V: number): number[] => Array.from({ length: 1 + random.below(60) }, () => random.below(Math.min(V, 2 + random.below(6))));

  test(`penalties: on ${VECTORS} random vectors behind random texts`, () => {
    const random = new Random(13);
    for (let n = 0; n < VECTORS; n++) {
      const logits = randomLogits(random), tokens = said(random, logits.length), lastN = 1 + random.below(90);
      const [repeat, frequency, presence] = [between(random, 0.8, 2), between(random, -0.2, 0.2), between(random, -1, 1)].map(f32) as [number, number, number];
      const sampler = llamaSampler('penalties', logits.length, lastN, repeat, frequency, presence);
      for (const token of tokens) sampler.accept(token);
      const left = sampler.apply(logits);
      penalties({ repeat, frequency, presence, lastN }).apply(logits, { tokens, prompt: 1, left: 1 });
      expectSame(logits, left, `vector ${n}`);
      sampler.free();
    }
  });

  test(`DRY: on ${VECTORS} random vectors behind random texts`, () => {
    const random = new Random(14);
    for (let n = 0; n < VECTORS; n++) {
      const logits = randomLogits(random), tokens = said(random, logits.length), lastN = random.chance(0.5) ? -1 : 1 + random.below(90), allowedLength = random.below(4);
      const [multiplier, base] = [between(random, 0.1, 2), between(random, 1, 2.5)].map(f32) as [number, number];
      const sampler = llamaSampler('dry', null, multiplier, base, allowedLength, lastN < 0 ? 1024 : lastN, null, 0);
      for (const token of tokens) sampler.accept(token);
      const left = sampler.apply(logits);
      dry({ multiplier, base, allowedLength, lastN, breakers: new Map() }).apply(logits, { tokens, prompt: 1, left: 1 });
      expectSame(logits, left, `vector ${n}, ${tokens.join(' ')}`);
      sampler.free();
    }
  });

  for (const version of [1, 2] as const) {
    test(`mirostat ${version}: through texts of 20 tokens, ${VECTORS} random vectors in all`, () => {
      const random = new Random(15);
      for (let n = 0, compared = 0; compared < VECTORS; n++) {
        const tau = f32(between(random, 0.5, 6)), eta = f32(between(random, 0.02, 0.9)), V = 2 + random.below(300), spread = between(random, 0.5, 5);
        const sampler = version === 1 ? llamaSampler('mirostat', V, n, tau, eta, 100) : llamaSampler('mirostat_v2', n, tau, eta);
        const stage = mirostat(version, tau, eta);
        for (let step = 0; step < 20; step++, compared++) {
          const logits = Float32Array.from({ length: V }, () => spread * (random.float() + random.float() + random.float() - 1.5) * 2);
          const left = sampler.apply(logits);
          stage.apply(logits, { tokens: [], prompt: 0, left: 1 });
          // a k beyond 2^31 becomes 1 there, and all tokens here
          if (version === 1 && left.logits.filter((logit) => logit > -Infinity).length === 1 && logits.every((logit) => logit > -Infinity)) break;
          expectSame(logits, left, `text ${n}, token ${step}`);
          stage.accept!(left.selected!); // we follow what it drew
        }
        sampler.free();
      }
    });
  }
});
