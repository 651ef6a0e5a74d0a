import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEngine, type Engine } from '../../src/engine/index.ts';
import { attentionSteps, headSummaries, record } from '../../src/inspect/index.ts';
import type { TransformerOptions } from '../../src/models/index.ts';
import { FORMS, type FormName, randomModel } from '../decode/models.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine({ threads: 1 });
});
afterAll(() => engine.stop());

const bits = (numbers: Float32Array): Uint32Array => new Uint32Array(numbers.slice().buffer);
const TEXT = 'abc ponm, kla. de, fghi jklm nop a. bc de, f';

const others: Partial<TransformerOptions>[] = [{ window: 5 }, { form: 'llama', qkNorm: true, qkGain: true, nopeEvery: 2, window: 20 }];

describe.each([...(Object.keys(FORMS) as FormName[]).map((form) => ({ form, options: {} as Partial<TransformerOptions> })), ...others.map((options) => ({ form: 'llama with grouped heads' as const, options }))])('$form $options', ({ form, options }) => {
  test('the steps end in the bits of the one kernel, and rows sum to one', () => {
    const model = randomModel(engine, form, options, 0.5), { layers, heads, headSize: hs } = model.transformer.config, window = options.window ?? Infinity;
    for (const length of [1, 2, 7, 33, TEXT.length]) {
      const text = TEXT.slice(0, length), { tensors } = record(model, text, ['blocks.*.attention.probs', 'blocks.*.attention.heads']);
      for (let layer = 0; layer < layers; layer++) {
        const steps = attentionSteps(model, text, layer), T = steps.ids.length, out = tensors.get(`blocks.${layer}.attention.heads`)!.numbers;
        expect(steps.heads.length).toBe(heads);
        for (const { head, queries, keys, scores, scaled, masked, probs, out: given } of steps.heads) {
          expect(bits(probs)).toEqual(bits(tensors.get(`blocks.${layer}.attention.probs`)!.numbers.subarray(head * T * T, (head + 1) * T * T)));
          for (let t = 0; t < T; t++) {
            expect(bits(given.subarray(t * hs, (t + 1) * hs))).toEqual(bits(out.subarray((t * heads + head) * hs, (t * heads + head + 1) * hs)));
            expect(Math.abs(probs.subarray(t * T, (t + 1) * T).reduce((a, b) => a + b, 0) - 1)).toBeLessThan(1e-6);
            for (let u = 0; u < T; u++) {
              const score = Array.from({ length: hs }, (_, c) => queries[t * hs + c]! * keys[u * hs + c]!).reduce((a, b) => a + b, 0);
              expect(scores[t * T + u]).toBeCloseTo(score, 4);
              expect(scaled[t * T + u]).toBeCloseTo(score / Math.sqrt(hs), 4);
              expect(masked[t * T + u]).toBe(u > t || u <= t - window ? -Infinity : scaled[t * T + u]);
            }
          }
        }
      }
    }
    model.weights.free();
  });
});

test('summaries of heads are means over what their rows say', () => {
  const model = randomModel(engine, 'gpt2'), summaries = headSummaries(model, TEXT, { random: 10 });
  const { ids, tensors } = record(model, TEXT, ['blocks.*.attention.probs']), T = ids.length;
  expect(summaries.length).toBe(8);
  for (const { layer, head, entropy, previous, first, self, induction } of summaries) {
    const at = (t: number, u: number): number => tensors.get(`blocks.${layer}.attention.probs`)!.numbers[head * T * T + t * T + u]!;
    const later = Array.from({ length: T - 1 }, (_, i) => i + 1), mean = (of: (t: number) => number): number => later.reduce((sum, t) => sum + of(t), 0) / later.length;
    expect(previous).toBeCloseTo(mean((t) => at(t, t - 1)), 9);
    expect(first).toBeCloseTo(mean((t) => at(t, 0)), 9);
    expect(self).toBeCloseTo(mean((t) => at(t, t)), 9);
    expect(entropy).toBeCloseTo(mean((t) => -Array.from({ length: t + 1 }, (_, u) => at(t, u)).reduce((sum, p) => sum + (p > 0 ? p * Math.log(p) : 0), 0)), 6);
    expect(induction).toBeGreaterThanOrEqual(0);
    expect(induction).toBeLessThanOrEqual(1);
  }
  expect(() => headSummaries(model, 'a')).toThrow('at least two');
  expect(() => headSummaries(model, TEXT, { random: 25 })).toThrow('from 2 to 24, half the context, but it is 25');
  expect(() => attentionSteps(model, TEXT, 2)).toThrow('layer must be a whole number from 0 to 1, but it is 2');
  model.weights.free();
});
