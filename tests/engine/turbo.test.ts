import { afterAll, expect, test } from 'vitest';
import { createEngine, type Engine } from '../../src/engine/index.ts';
import { compile, input, matmul } from '../../src/graph/index.ts';
import { noise } from '../graph/expectOp.ts';

const pairs = Number.parseInt(process.versions.v8, 10) >= 13;
if (!pairs) console.log(`Turbo is not tested: V8 ${process.versions.v8} of this Node pairs no operations. Node 24 and later do.`);
const engines: Engine[] = [];
afterAll(() => engines.forEach((engine) => engine.stop()));

test.runIf(!pairs)('where V8 pairs no operations, turbo is refused', async () => {
  await expect(createEngine({ build: 'turbo', threads: 1 })).rejects.toThrow('Turbo needs Node 24 or later');
});

// Node 24 and later
test.runIf(pairs)('products of a turbo engine have the bits of a fast one, on one thread and on two', async () => {
  const fast = await createEngine({ build: 'fast', threads: 1 }), turbo = await createEngine({ build: 'turbo', threads: 1 }), team = await createEngine({ build: 'turbo', threads: 2 });
  engines.push(fast, turbo, team);
  expect(turbo.describe()).toMatch(/^turbo SIMD \(.*\), 1 thread/);
  for (const [M, N, K, ta, tb] of [[6, 16, 8, false, true], [13, 35, 400, false, true], [50, 65, 33, true, false], [300, 129, 385, false, false], [31, 17, 5, true, true]] as const) {
    const a = input('a', ta ? [K, M] : [M, K]), b = input('b', tb ? [N, K] : [K, N]), c = input('c', [M, N]);
    const results = engines.map((engine) => {
      const y = matmul(a, b, { ta, tb, add: c }), plan = compile(engine, [y], { places: new Map(), threads: engine.threads });
      for (const [i, t] of [a, b, c].entries()) plan.read(t).set(noise(t.shape.reduce((x, n) => x * n), i + 1));
      plan.run();
      const copy = plan.read(y).slice();
      plan.free();
      return copy;
    });
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  }
});
