import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEngine, type Engine } from '../../src/engine/index.ts';
import { attribute, contributions, logitLens, record } from '../../src/inspect/index.ts';
import { gaussLegendre } from '../../src/inspect/attribute.ts';
import { scoresAt } from '../../src/inspect/distribution.ts';
import { Unembedder } from '../../src/inspect/unembed.ts';
import type { TransformerOptions } from '../../src/models/index.ts';
import { FORMS, type FormName, randomModel } from '../decode/models.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine({ threads: 1 });
});
afterAll(() => engine.stop());

const bits = (numbers: Float32Array): Uint32Array => new Uint32Array(numbers.slice().buffer);
const TEXT = 'abc ponm, kla. de, fghi jklm nop a. bc';
/** Every form, and what their switches leave out. */
const forms: { form: FormName; options: Partial<TransformerOptions> }[] = [
  ...(Object.keys(FORMS) as FormName[]).map((form) => ({ form, options: {} })),
  { form: 'gpt2', options: { bias: false } }, { form: 'gpt2', options: { normGain: false, tied: false } }, { form: 'llama with grouped heads', options: { bias: true, heads: 2, layers: 2 } },
];

describe.each(forms)('$form $options', ({ form, options }) => {
  test('the lens shows in the last layer what the model says', () => {
    const model = randomModel(engine, form, options), { vocab, layers } = model.transformer.config, unembedder = new Unembedder(model);
    const { tensors, ids } = record(model, TEXT, [`blocks.${layers - 1}.mlp.sum`, 'output']), output = tensors.get('output')!.numbers;
    expect(bits(unembedder.scores(tensors.get(`blocks.${layers - 1}.mlp.sum`)!.numbers))).toEqual(bits(output));
    unembedder.free();
    const rows = logitLens(model, TEXT, { positions: [0, 20, ids.length - 1], count: 3 });
    for (const { position, token, readings } of rows) {
      expect(token).toBe(ids[position]);
      expect(readings.map(({ name }) => name)).toEqual(['input', ...Array.from({ length: layers }, (_, i) => [`blocks.${i}.attention.sum`, `blocks.${i}.mlp.sum`]).flat()]);
      const last = readings.at(-1)!, scores = [...scoresAt(output, position, vocab)], e = scores.map(Math.exp), all = e.reduce((a, b) => a + b, 0);
      expect(last).toMatchObject({ divergence: 0, rank: 1 });
      expect(last.probability).toBeCloseTo(Math.max(...e) / all, 9);
      expect(last.entropy).toBeCloseTo(-e.reduce((sum, x) => sum + (x / all) * Math.log(x / all), 0), 9);
      for (const { likeliest, divergence } of readings) {
        expect(likeliest.length).toBe(3);
        expect(divergence).toBeGreaterThanOrEqual(0);
      }
    }
    expect(logitLens(model, TEXT, { target: 5 })[0]!.readings.at(-1)!.rank).toBe(1 + [...scoresAt(output, ids.length - 1, vocab)].filter((x) => x > output[(ids.length - 1) * vocab + 5]!).length);
    model.weights.free();
  });

  test('what parts say for a token adds up to its logit', () => {
    const model = randomModel(engine, form, options), { layers, heads, bias } = model.transformer.config;
    for (const asked of [{}, { token: 3 }, { token: 4, against: 7 }, { token: 1, position: 5 }]) {
      const { parts, sum, logit } = contributions(model, TEXT, asked);
      expect(Math.abs(sum - logit)).toBeLessThan(1e-3);
      expect(parts.filter(({ part }) => part.includes('.heads.')).length).toBe(layers * heads);
      expect(parts.some(({ part }) => part.endsWith('.bias'))).toBe(bias);
      expect(new Set(parts.map(({ value }) => value)).size).toBe(parts.length);
    }
    model.weights.free();
  });

  test('attributions add up to the difference of the logit', () => {
    const model = randomModel(engine, form, options);
    for (const asked of [{}, { token: 4, against: 7, position: 9 }, { token: 2, baseline: 'zero' as const }]) {
      const { tokens, difference, error, logit, pieces } = attribute(model, TEXT.slice(0, 16), asked);
      expect(Math.abs(tokens.reduce((a, b) => a + b, 0) - difference)).toBeCloseTo(Math.abs(error), 12);
      expect(Math.abs(error), `${pieces} pieces`).toBeLessThan(1e-3 * Math.max(1, Math.abs(difference)));
      // what comes later has no part in it
      if (asked.position !== undefined) expect([...tokens.subarray(asked.position + 1)].every((x) => x === 0)).toBe(true);
      const { tensors } = record(model, TEXT.slice(0, 16), ['logits']), { vocab } = model.transformer.config, at = (asked.position ?? 15) * vocab;
      if (asked.token !== undefined) expect(logit).toBeCloseTo(tensors.get('logits')!.numbers[at + asked.token]! - ('against' in asked ? tensors.get('logits')!.numbers[at + asked.against!]! : 0), 5);
    }
    model.weights.free();
  });
});

test('gradient times input is the slope towards zero', () => {
  const model = randomModel(engine, 'gpt2'), text = 'abc pon', { gradientTimesInput } = attribute(model, text, { token: 3 }), { vocab } = model.transformer.config;
  for (const t of [0, 4, 6]) {
    const at = (factor: number): number => {
      const scaled = new Map([['embedding', (numbers: Float32Array) => {
        for (let c = 0; c < 24; c++) numbers[t * 24 + c]! *= factor;
      }]]);
      return record(model, text, ['logits'], scaled).tensors.get('logits')!.numbers[6 * vocab + 3]!;
    };
    expect(gradientTimesInput[t]).toBeCloseTo((at(1.01) - at(0.99)) / 0.02, 2);
  }
  model.weights.free();
});

test('eight points integrate polynomials of degree 15', () => {
  const { nodes, weights } = gaussLegendre(8);
  for (let degree = 0; degree < 16; degree++) expect(nodes.reduce((sum, x, i) => sum + weights[i]! * x ** degree, 0)).toBeCloseTo(degree % 2 ? 0 : 2 / (degree + 1), 13);
});

test('what cannot be is refused by name', () => {
  const model = randomModel(engine, 'gpt2');
  for (const explain of [contributions, attribute]) {
    expect(() => explain(model, TEXT, { token: 9999 })).toThrow('token must be the id of a token');
    expect(() => explain(model, TEXT, { token: 1, against: -1 })).toThrow('against must be the id of a token');
    expect(() => explain(model, TEXT, { position: 99 })).toThrow('position must be a whole number from 0 to');
  }
  expect(() => attribute(model, TEXT, { tolerance: 0 })).toThrow('tolerance must be a number above 0');
  expect(() => logitLens(model, TEXT, { positions: [-1] })).toThrow('positions go from 0 to');
  model.weights.free();
});
