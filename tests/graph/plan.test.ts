import { describe, expect, test } from 'vitest';
import type { Batch } from '../../src/data/index.ts';
import { createEngine, type Engine } from '../../src/engine/index.ts';
import { backward, compile, defineOp, fill, input, matmul, param, type Plan, scale, size, sumRows, type Tensor } from '../../src/graph/index.ts';
import { barriers } from '../../src/graph/barriers.ts';
import { transformer, transformerConfig, Weights } from '../../src/models/index.ts';
import { plainRecipe, Trainer } from '../../src/train/index.ts';
import { sha256 } from '../../src/formats/index.ts';
import { audit, runOutOfOrder } from './audit.ts';

describe('a barrier stands where memory that was touched is needed', () => {
  const at = (...numbers: number[]) => numbers.map((from) => ({ from, to: from + 1 }));
  const cases: [string, { reads: readonly { from: number; to: number }[]; writes: readonly { from: number; to: number }[] }[], boolean[]][] = [
    ['two readers', [{ reads: at(0), writes: at(1) }, { reads: at(0), writes: at(2) }], [false, false]],
    ['reading what was written', [{ reads: at(0), writes: at(1) }, { reads: at(1), writes: at(2) }], [false, true]],
    ['writing what was read', [{ reads: at(0), writes: at(1) }, { reads: at(2), writes: at(0) }], [false, true]],
    ['writing what was written', [{ reads: [], writes: at(1) }, { reads: [], writes: at(1) }], [false, true]],
    ['what was written two barriers ago', [{ reads: [], writes: at(1) }, { reads: at(1), writes: at(2) }, { reads: at(1), writes: at(3) }], [false, true, false]],
    ['the first of several', [{ reads: [], writes: at(1) }, { reads: [], writes: at(2) }, { reads: at(1), writes: at(3) }], [false, false, true]],
  ];
  test.each(cases)('%s', (_name, instructions, expected) => expect(barriers(instructions)).toEqual(expected));
});

const waiting = (plan: Plan): string => plan.instructions.map(({ kernel, waits }) => `${waits ? '| ' : ''}${kernel}`).join(' ');

describe('what does not depend on each other runs between the same barriers', async () => {
  const engine = await createEngine({ threads: 2 });

  test('the gradients of a linear layer', () => {
    const x = input('x', [6, 8]), w = param('w', [4, 8]), v = param('v', [8, 8]), bias = param('b', [4]);
    const y = matmul(matmul(x, v), w, { tb: true, add: bias }), grads = backward(y, fill(y.shape, 1));
    const plan = compile(engine, [y, ...grads.values()], { threads: 2 });
    expect(waiting(plan)).toBe('matmul | matmul fill | matmul matmul sumRows | matmul');
    expect(plan.print()).toMatch(/\n {6}----\n {3}1 {2}matmul/);
    plan.free();
  });

  test('a place that was just given up is taken at once only where the arena would grow by much', () => {
    const places = (C: number): [string, number] => {
      const x = input('x', [C]), y = sumRows(scale(x, 2));
      const plan = compile(engine, [y, scale(x, 3)], { threads: 2 }), found = [waiting(plan), plan.arenaBytes / 4 / C] as [string, number];
      plan.free();
      return found;
    };
    expect(places(16_384)).toEqual(['scale | sumRows scale', 3]);
    expect(places(16_400)).toEqual(['scale | sumRows | scale', 2]);
  });

  test('an op that does not say what it writes counts as writing buffers and inputs', () => {
    const shared = input('shared', [8]), op = (writes?: readonly string[]) => defineOp<[x: Tensor, shared: Tensor]>({
      name: 'careless', shape: ([x]) => x.shape, kernel: (out, [a, b]) => ['add', { a, b, out, n: size(out) }], ...(writes && { writes }),
    });
    const order = (...ops: ReturnType<typeof op>[]): string => {
      const twice = scale(shared, 2);
      const plan = compile(engine, ops.flatMap((apply) => [twice, apply([twice, shared], {})]), { threads: 2 }), found = waiting(plan);
      plan.free();
      return found;
    };
    expect(order(op(), op())).toBe('scale | add | add');
    expect(order(op([]), op([]))).toBe('scale | add add');
  });
});

test('an instruction that writes what it does not say is found out', async () => {
  const engine = await createEngine({ threads: 1 }), x = input('x', [4]), hidden = scale(x, 3);
  const liar = defineOp<[x: Tensor, hidden: Tensor]>({ name: 'liar', shape: ([t]) => t.shape, kernel: (_out, [t, out]) => ['scale', { x: t, out, n: 4, factor: 2 }], writes: [] });
  const plan = compile(engine, [liar([x, hidden], {})], { keep: [x] });
  plan.read(x).fill(1);
  expect(() => audit(plan)).toThrow('instruction 1, scale of liar, changes memory which it does not say that it writes.');
});

describe('a training step', async () => {
  const forms = {
    gpt2: { form: 'gpt2', dropout: 0.1 }, llama: { form: 'llama' }, inkling: { form: 'inkling', ngrams: [{ n: 2, size: 64 }, { n: 3, size: 32 }] },
  } as const;

  async function weightsAfter(engine: Engine, form: keyof typeof forms, run?: (plan: Plan) => void): Promise<string> {
    const model = transformer(transformerConfig({ ...forms[form], vocab: 61, context: 16, layers: 2, heads: 2, channels: 32 }), 3), weights = new Weights(engine, model);
    weights.initialize();
    const trainer = new Trainer({ transformer: model, weights, recipe: { ...plainRecipe, rows: 4, context: 16 }, seed: 5 });
    if (run) Object.assign(trainer.plan, { run: () => run(trainer.plan) });
    for (let step = 0; step < 3; step++) {
      const loader = { next(batch: Batch) {
        for (let i = 0; i < batch.tokens.length; i++) {
          batch.tokens[i] = (i * 7 + step) % 61;
          batch.targets[i] = (i * 5 + step) % 61;
          batch.weights[i] = 1;
        }
      } };
      trainer.step(loader as never, step, 1e-2);
    }
    const found = await sha256(engine.u8(weights.address, weights.length * 4).slice());
    trainer.free();
    return found;
  }

  test.each(Object.keys(forms) as (keyof typeof forms)[])('of the form %s keeps its bits when what stands between barriers changes places', async (form) => {
    const one = await createEngine({ threads: 1 }), three = await createEngine({ threads: 3 });
    const expected = await weightsAfter(one, form);
    expect(await weightsAfter(three, form)).toBe(expected);
    for (const order of ['backwards', 'evenFirst'] as const) expect(await weightsAfter(one, form, (plan) => runOutOfOrder(plan, order)), order).toBe(expected);
    await weightsAfter(one, form, audit);
    one.stop();
    three.stop();
  });
});
