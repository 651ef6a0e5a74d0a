import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEngine, type Engine } from '../../src/engine/index.ts';
import { type Change, divergence, effectOf, intervene, type Intervention, record } from '../../src/inspect/index.ts';
import type { LanguageModel } from '../../src/models/index.ts';
import { FORMS, type FormName, randomModel } from '../decode/models.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine({ threads: 1 });
});
afterAll(() => engine.stop());

const bits = (numbers: Float32Array): Uint32Array => new Uint32Array(numbers.slice().buffer);
const TEXT = 'abc ponm, kla', OTHER = 'fed cbap. nno';
const without = (model: LanguageModel, ...changes: Change[]): Float32Array => intervene(model, TEXT, changes).after;

describe.each(Object.keys(FORMS) as FormName[])('%s', (form) => {
  test('patching a text with its own numbers changes no bit', () => {
    const model = randomModel(engine, form), own = record(model, TEXT, ['blocks.*.attention.heads', 'blocks.*.attention.probs', 'blocks.*.mlp.hidden']);
    const changes = [...own.tensors.keys()].flatMap((tensor): Change[] => [{ tensor, to: own }, { tensor, to: own.tensors.get(tensor)!.numbers, positions: [1, 4] }, ...(tensor.includes('attention') ? [{ tensor, to: own, heads: [1, 2] }] : [])]);
    const found = intervene(model, TEXT, changes);
    expect(bits(found.after)).toEqual(bits(found.before));
    expect(effectOf(found).divergence).toBe(0);
    model.weights.free();
  });

  test('a head that is silenced is a head whose columns of the output weight are zero', () => {
    const model = randomModel(engine, form), { headSize: hs, channels: C } = model.transformer.config;
    const silent = without(model, { tensor: 'blocks.0.attention.heads', heads: [2], to: 'zero' });
    const weight = model.weights.read(model.transformer.parameters.get('blocks.0.attention.out.weight')), width = weight.length / C;
    for (let c = 0; c < C; c++) weight.fill(0, c * width + 2 * hs, c * width + 3 * hs);
    const expected = record(model, TEXT, ['output']).tensors.get('output')!.numbers;
    expected.forEach((x, i) => expect(silent[i]).toBeCloseTo(x, 4));
    model.weights.free();
  });

  test("another text's last layer brings that text's answer along", () => {
    const model = randomModel(engine, form), other = record(model, OTHER, ['blocks.1.mlp.sum', `blocks.${model.transformer.config.layers - 1}.mlp.sum`, 'output']);
    const last = `blocks.${model.transformer.config.layers - 1}.mlp.sum`, { vocab } = model.transformer.config;
    expect(bits(without(model, { tensor: last, to: other }))).toEqual(bits(other.tensors.get('output')!.numbers));
    const one = intervene(model, TEXT, [{ tensor: last, to: other, positions: [3] }]);
    expect(bits(one.after.subarray(3 * vocab, 4 * vocab))).toEqual(bits(other.tensors.get('output')!.numbers.subarray(3 * vocab, 4 * vocab)));
    expect(bits(one.after.subarray(4 * vocab))).toEqual(bits(one.before.subarray(4 * vocab)));
    expect(effectOf(one, { position: 3 }).divergence).toBeGreaterThan(0);
    expect(effectOf(one, { position: 4 }).divergence).toBe(0);
    model.weights.free();
  });
});

test('probabilities that are moved to the first token hand on the first value', () => {
  const model = randomModel(engine, 'gpt2'), { tensors } = record(model, TEXT, ['blocks.1.attention.probs', 'blocks.1.attention.qkv']), T = TEXT.length;
  const first = new Float32Array(4 * T * T).map((_, i) => (i % T === 0 ? 1 : 0)), { headSize: hs, channels: C } = model.transformer.config;
  const values = tensors.get('blocks.1.attention.qkv')!.numbers.subarray(2 * C, 3 * C), heads = new Float32Array(T * C).map((_, i) => values[i % C]!);
  const moved = without(model, { tensor: 'blocks.1.attention.probs', to: first }), handed = without(model, { tensor: 'blocks.1.attention.heads', to: heads });
  moved.forEach((x, i) => expect(x).toBeCloseTo(handed[i]!, 5));
  expect(hs * 4).toBe(C);
  model.weights.free();
});

test('means, neurons and effects have the values of their definitions', () => {
  const model = randomModel(engine, 'inkling'), hidden = record(model, TEXT, ['blocks.0.mlp.hidden']).tensors.get('blocks.0.mlp.hidden')!;
  const F = hidden.shape.at(-1)!, T = TEXT.length, mean = hidden.numbers.slice();
  for (const f of [3, 5]) {
    const average = Array.from({ length: T }, (_, t) => hidden.numbers[t * F + f]!).reduce((a, b) => a + b, 0) / T;
    for (let t = 0; t < T; t++) mean[t * F + f] = average;
  }
  const found = intervene(model, TEXT, [{ tensor: 'blocks.0.mlp.hidden', columns: [3, 5], to: 'mean' }]);
  expect(bits(found.after)).toEqual(bits(without(model, { tensor: 'blocks.0.mlp.hidden', to: mean })));
  const { vocab } = found, { position, divergence: kl, tokens } = effectOf(found, { tokens: [1, 2] }), before = found.before.subarray(position * vocab), after = found.after.subarray(position * vocab);
  const probabilities = (scores: Float32Array): number[] => {
    const e = Array.from(scores, Math.exp), all = e.reduce((a, b) => a + b, 0);
    return e.map((x) => x / all);
  };
  const p = probabilities(before), q = probabilities(after);
  expect(position).toBe(T - 1);
  expect(kl).toBeCloseTo(p.reduce((sum, x, i) => sum + x * Math.log(x / q[i]!), 0), 7);
  expect(divergence(before, before)).toBe(0);
  tokens.forEach(({ token, logit, logprob }) => {
    expect(logit).toEqual([before[token], after[token]]);
    expect(logprob[0]).toBeCloseTo(Math.log(p[token]!), 6);
    expect(logprob[1]).toBeCloseTo(Math.log(q[token]!), 6);
  });
  model.weights.free();
});

test('what cannot be is refused by name', () => {
  const model = randomModel(engine, 'gpt2'), short = record(model, 'pon', ['blocks.0.mlp.hidden']);
  const refused = (change: Change): (() => void) => () => void intervene(model, TEXT, [change]);
  expect(() => intervene(model, TEXT, [])).toThrow('nothing to change');
  expect(refused({ tensor: 'blocks.0.mlp.hiddn', to: 'zero' })).toThrow('Did you mean "blocks.0.mlp.hidden"?');
  expect(refused({ tensor: 'blocks.0.mlp.hidden', to: 'zero', heads: [0] })).toThrow('blocks.0.mlp.hidden has no heads');
  expect(refused({ tensor: 'blocks.0.attention.heads', to: 'zero', heads: [4] })).toThrow('heads of blocks.0.attention.heads go from 0 to 3, but one is 4');
  expect(refused({ tensor: 'blocks.0.mlp.hidden', to: 'zero', positions: [13] })).toThrow('go from 0 to 12, but one is 13');
  expect(refused({ tensor: 'blocks.0.attention.probs', to: 'mean' })).toThrow('is no attention');
  expect(refused({ tensor: 'blocks.0.mlp.hidden', to: short })).toThrow('Use a text of as many tokens');
  expect(refused({ tensor: 'blocks.1.mlp.hidden', to: short })).toThrow('The recording has no blocks.1.mlp.hidden');
  expect(refused({ tensor: 'embedding.weight', to: 'zero' })).toThrow('is not computed from the text');
  expect(() => effectOf(intervene(model, TEXT, [{ tensor: 'norm', to: 'zero' }]), { position: 13 })).toThrow('from 0 to 12, but it is 13');
  // rows that both texts have can be exchanged
  expect(effectOf(intervene(model, TEXT, [{ tensor: 'blocks.0.mlp.hidden', to: short, positions: [2] }])).divergence).toBeGreaterThan(0);
  model.weights.free();
});

test('two threads give the bits of one, also where a change is made on the way', async () => {
  const two = await createEngine({ threads: 2 }), change: Change = { tensor: 'blocks.*.attention.probs', heads: [1], positions: [3, 4], to: 'zero' };
  const [one, other] = [engine, two].map((each) => intervene(randomModel(each, 'inkling', { context: 256, channels: 96, hidden: 384 }), 'abc ponm, kla. '.repeat(15), [change])) as [Intervention, Intervention];
  expect(bits(other.after)).toEqual(bits(one.after));
  expect(bits(other.before)).toEqual(bits(one.before));
  expect(effectOf(one).divergence).toBeGreaterThan(0);
  two.stop();
});
