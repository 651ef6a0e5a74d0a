import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEngine, type Engine, EngineError } from '../../src/engine/index.ts';
import { platformSpawn } from '../../src/engine/threads.ts';
import { MemoryError } from '../../src/errors.ts';
import { add, compile, fill, input, matmul, type Plan, scale, sumRows, type Tensor } from '../../src/graph/index.ts';

// A team that waits for ever blocks this process, so that no timeout of the test runner would come through.
let watchdog: Worker;
beforeAll(() => {
  watchdog = new Worker('setTimeout(() => process.kill(process.pid, "SIGKILL"), 90_000)', { eval: true });
});
afterAll(() => watchdog.terminate());

/** One instruction: sums of the columns of x (1,8). Each of two threads has four of the columns. */
function columnSums(engine: Engine, x: number): number {
  const out = engine.memory.allocate(64), words = [...engine.encode('sumRows', { x, out, R: 1, C: 8 }), 0, 0];
  const code = engine.memory.allocate(words.length * 4);
  engine.i32(code, words.length).set(words);
  return code;
}

describe('a thread that fails', () => {
  const lastBytes = (engine: Engine): number => engine.memory.wasm.buffer.byteLength - 16;

  test.each([2, 3])('is a clear error and no hang, when it is a helper of a team of %i', async (threads) => {
    const engine = await createEngine({ threads });
    const good = columnSums(engine, engine.memory.allocate(64));
    engine.run(good);
    // the first four columns are the last of the memory; whoever takes the others reaches beyond
    expect(() => engine.run(columnSums(engine, lastBytes(engine)))).toThrow(/^Thread [12] failed while it ran a plan: RuntimeError: memory access out of bounds\./);
    expect(() => engine.run(good), 'afterwards nothing runs').toThrow(EngineError);
    expect(() => engine.run(good, 1)).toThrow(EngineError);
    engine.stop();
  });

  test('is a clear error when it is the calling thread, and the helpers go home', async () => {
    const engine = await createEngine({ threads: 2 });
    // beyond the end for the first four columns, around to 0 for the others
    expect(() => engine.run(columnSums(engine, 2 ** 32 - 16))).toThrow(/^Thread 0 failed while it ran a plan: RuntimeError/);
    expect(() => engine.run(columnSums(engine, 64))).toThrow(EngineError);
    engine.stop();
  });

  test('does not stop other engines', async () => {
    const [one, other] = await Promise.all([createEngine({ threads: 2 }), createEngine({ threads: 2 })]);
    expect(() => one.run(columnSums(one, lastBytes(one)))).toThrow(EngineError);
    const x = other.memory.allocate(64);
    other.f32(x, 8).set([1, 2, 3, 4, 5, 6, 7, 8]);
    other.run(columnSums(other, x));
    one.stop();
    other.run(columnSums(other, x));
    other.stop();
  });
});

describe('a helper that was ended from outside', () => {
  /** An engine of two threads, and the death of its helper, which is told to the engine by the event loop alone. */
  async function mortal(): Promise<{ engine: Engine; plan: number; kill: () => void; told: Promise<string> }> {
    let kill = (): void => {}, tell = (_reason: string): void => {};
    const told = new Promise<string>((resolve) => { tell = resolve; });
    const engine = await createEngine({ threads: 2, spawn: (helper, lost) => platformSpawn()!(helper, (reason) => {
      lost(reason);
      tell(reason);
    }).then((stop) => (kill = stop)) });
    const plan = columnSums(engine, engine.memory.allocate(64));
    engine.run(plan);
    return { engine, plan, kill, told };
  }

  test('is missed by the next run', async () => {
    const { engine, plan, kill, told } = await mortal();
    kill();
    expect(await told).toBe('it ended with code 1');
    expect(() => engine.run(plan)).toThrow('Thread 1 is gone: it ended with code 1. This engine runs nothing any more; make another with createEngine.');
    engine.stop();
  });

  test('is missed after some seconds by a run that nobody had time to warn', async () => {
    const { engine, plan, kill } = await mortal();
    kill();
    expect(() => engine.run(plan)).toThrow(EngineError);
    expect(() => engine.run(plan)).toThrow('A helper thread is gone: it does not begin with its work.');
    engine.stop();
  }, 20_000);

  test('is nothing to complain about when stop() has done it', async () => {
    const { engine, plan, told } = await mortal();
    engine.stop();
    await told;
    expect(() => engine.run(plan)).toThrow('This engine was stopped');
  });
});

test('an engine that was stopped says so', async () => {
  for (const threads of [1, 2]) {
    const engine = await createEngine({ threads }), sum = add(fill([4], 1), fill([4], 2));
    const plan = compile(engine, [sum], { threads });
    plan.run();
    engine.stop();
    engine.stop();
    expect(() => plan.run()).toThrow('This engine was stopped, so it runs nothing any more. Make another with createEngine.');
    expect([...plan.read(sum)], 'what was computed can still be read').toEqual([3, 3, 3, 3]);
  }
});

test('engines work side by side, each in its own memory', async () => {
  const engines = await Promise.all([1, 2, 3].map((threads) => createEngine({ threads })));
  const plans = engines.map((engine, i): [Plan, Tensor, Tensor] => {
    const x = input('x', [64, 64]), y = matmul(x, scale(x, i + 1)), plan = compile(engine, [y], { keep: [x], threads: engine.threads });
    plan.read(x).forEach((_, j, all) => { all[j] = j % 64 === Math.floor(j / 64) ? 1 : 0; });
    return [plan, x, y];
  });
  for (let round = 0; round < 50; round++) {
    plans.forEach(([plan, , y], i) => {
      plan.run();
      expect(plan.read(y)[65]).toBe(i + 1);
    });
  }
  engines.forEach((engine) => engine.stop());
});

test('plans that are freed and compiled anew at once never meet a thread that still walks the old one', async () => {
  const engine = await createEngine({ threads: 3 }), x = input('x', [48]);
  const places = new Map([[x, engine.memory.allocate(48 * 4)]]), before = engine.memory.used;
  engine.f32(places.get(x)!, 48).fill(1);
  for (let i = 0; i < 3000; i++) {
    // another length each time, so that the code of one plan is overwritten by the middle of the next
    let y: Tensor = x;
    for (let k = 0; k <= i % 7; k++) y = add(y, x);
    const total = sumRows(y), plan = compile(engine, [total], { places, threads: 3 });
    plan.run();
    if (plan.read(total)[47] !== (i % 7) + 2) expect.fail(`run ${i} gave ${plan.read(total)[47]}, not ${(i % 7) + 2}`);
    plan.free();
  }
  expect(engine.memory.used).toBe(before);
  engine.stop();
});

test('plans for some of the threads, for all and for one take turns, and none waits for a thread that it does not have', async () => {
  const engine = await createEngine({ threads: 4 }), x = input('x', [48]);
  const places = new Map([[x, engine.memory.allocate(48 * 4)]]);
  engine.f32(places.get(x)!, 48).fill(1);
  const plans = [2, 4, 3, 1, 3, 2].map((threads, i) => {
    let y: Tensor = x;
    for (let k = 0; k <= i; k++) y = add(y, x);
    const total = sumRows(y);
    return { plan: compile(engine, [total], { places, threads }), total };
  });
  for (let round = 0; round < 4000; round++) {
    const i = (round * 7 + (round >> 3)) % plans.length, { plan, total } = plans[i]!;
    plan.run();
    if (plan.read(total)[47] !== i + 2) expect.fail(`round ${round} gave ${plan.read(total)[47]}, not ${i + 2}`);
    plan.read(total).fill(0);
  }
  for (const threads of [0, 5, 1.5, NaN]) expect(() => compile(engine, [sumRows(x)], { places, threads })).toThrow(`compile: threads must be a whole number from 1 to 4, as many as the engine has, but it is ${threads}.`);
  engine.stop();
});

test('a plan that does not fit into 4 GiB is refused with its largest tensors, and takes nothing', async () => {
  const engine = await createEngine({ threads: 1 }), { used } = engine.memory, { byteLength } = engine.memory.wasm.buffer;
  const x = input('x', [64, 64]), wide = Object.assign(fill([30_000, 20_000], 1), { name: 'wide' }), wider = Object.assign(scale(wide, 2), { name: 'wider' });
  const run = (): Plan => compile(engine, [add(wide, wider), x]);
  expect(run).toThrow(MemoryError);
  expect(run).toThrow('Largest parts: wide (30000, 20000) 2.40 GB, wider (30000, 20000) 2.40 GB');
  expect([engine.memory.used, engine.memory.wasm.buffer.byteLength]).toEqual([used, byteLength]);
  engine.stop();
});

test('wrong options and unknown kernels are refused', async () => {
  for (const threads of [0, 65, 1.5, NaN]) await expect(createEngine({ threads })).rejects.toThrow(`threads must be a whole number from 1 to 64, but it is ${threads}.`);
  const engine = await createEngine({ threads: 1 });
  expect(() => engine.encode('sumRow', {})).toThrow('There is no kernel "sumRow". Did you mean "sumRows"?');
  expect(() => engine.encode('scale', { x: 0, out: 0, n: 4 })).toThrow('Kernel "scale" needs the argument "factor"');
  expect(() => engine.encode('add', { a: 0, b: 0, out: 0, n: 4, m: 1 })).toThrow('Kernel "add" has no argument "m"');
  engine.stop();
});

test('helpers that do not start are an error, and those that did are ended', async () => {
  let ended = 0, started = 0;
  await expect(createEngine({ threads: 3, spawn: async () => {
    if (started++ > 0) throw new Error('no more threads');
    return () => void ended++;
  } })).rejects.toThrow('no more threads');
  expect(ended).toBe(1);
});

test('the same bits on any number of threads, whatever the sizes', async () => {
  const engines = await Promise.all([1, 2, 5].map((threads) => createEngine({ threads })));
  fc.assert(fc.property(fc.integer({ min: 1, max: 19 }), fc.integer({ min: 1, max: 19 }), fc.integer({ min: 1, max: 19 }), (M, K, N) => {
    const bits = engines.map((engine) => {
      const a = input('a', [M, K]), b = input('b', [K, N]), y = matmul(a, b), plan = compile(engine, [y], { keep: [a, b], threads: engine.threads });
      for (const t of [a, b]) plan.read(t).forEach((_, i, all) => { all[i] = Math.fround(((i * 7919 + 13) % 101) / 37 - 1); });
      plan.run();
      const numbers = plan.read(y).join();
      plan.free();
      return numbers;
    });
    expect(new Set(bits).size).toBe(1);
  }), { numRuns: 60, seed: 5 });
  engines.forEach((engine) => engine.stop());
});
