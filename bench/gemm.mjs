// The matrix products of training: forward (NT), gradient of the input (NN), gradient of the weight (TN).
import { compile, createEngine, input, matmul } from '../dist/index.js';
import { alternate, ratio, repeat } from './measure.mjs';
import { startNaiveLoops } from './naiveLoops.mjs';
import { percent } from './report.mjs';

/** A linear layer, R rows from I to O numbers. */
const layers = [
  { name: 'nanogpt-cpu, MLP', R: 768, I: 128, O: 512 },
  { name: 'small, MLP', R: 1024, I: 384, O: 1536 },
  { name: 'small, head', R: 1024, I: 384, O: 4096 },
  { name: '124M, MLP', R: 256, I: 768, O: 3072 },
];
const productsOf = ({ name, R, I, O }) => [
  { name, layout: 'NT', M: R, N: O, K: I },
  { name, layout: 'NN', M: R, N: I, K: O },
  { name, layout: 'TN', M: O, N: I, K: R },
];

/** Compiles a product on an engine and fills its factors. */
function product(engine, { layout, M, N, K }) {
  const ta = layout[0] === 'T', tb = layout[1] === 'T';
  const a = input('a', ta ? [K, M] : [M, K]), b = input('b', tb ? [N, K] : [K, N]);
  const plan = compile(engine, [matmul(a, b, { ta, tb })]);
  for (const t of [a, b]) plan.read(t).forEach((_, i, all) => { all[i] = (i % 17) / 17 - 0.5; });
  return plan;
}

export default async function gemm() {
  const one = await createEngine({ threads: 1 }), all = await createEngine(), naive = startNaiveLoops();
  const measured = [];
  try {
    for (const p of layers.flatMap(productsOf)) {
      const plans = [product(one, p), product(all, p)];
      const sides = plans.map((plan) => repeat(() => plan.run()));
      if (naive) sides.push(naive.time(p.layout, p.M, p.N, p.K));
      measured.push({ ...p, times: await alternate(sides) });
      for (const plan of plans) plan.free();
    }
  } finally {
    one.stop();
    all.stop();
    naive?.stop();
  }
  const table = ({ gflops1 }) => ({
    title: `GFLOP/s = 2MNK / time, exact build, 1 and ${all.threads} threads. C: our naive loops, gcc -O3 -march=native -ffast-math, 1 thread.`,
    columns: ['layer', 'layout', 'M x N x K', '1 thread', 'spread', 'of limit', `${all.threads} threads`, 'scaling', 'C', 'ours / C'],
    rows: measured.map(({ name, layout, M, N, K, times: [single, team, c] }) => {
      const speed = (side) => (2 * M * N * K) / side.median / 1e9;
      return [
        name, layout, `${M} x ${N} x ${K}`, speed(single).toFixed(1), percent(single.spread), percent(speed(single) / gflops1), speed(team).toFixed(1),
        ratio(team, single).toFixed(2), c ? speed(c).toFixed(1) : '-', c ? ratio(single, c).toFixed(2) : '-',
      ];
    }),
  });
  return { tables: [], afterwards: (limits) => [table(limits)] };
}
