// How the cost of a training step grows with each size alone, and whether it grows as the formula says: the exponent e
// in time ~ size^e, fitted by least squares on logarithms, for what was measured and for the FLOPs of the same steps.
import { availableParallelism } from 'node:os';
import { writeFileSync } from 'node:fs';
import { chart } from './chart.mjs';
import { alternate } from './measure.mjs';
import { BUILDS, startOurs } from './trainingSides.mjs';
import { flopsOf } from './trainingModels.mjs';

const base = { L: 4, C: 128, nh: 4, V: 512, positions: 64, bias: 1, B: 8, T: 64 };
const team = (threads) => [...new Set([1, 2, 4, 8, 16, 32].filter((n) => n < threads).concat(threads))];

const axes = (threads) => [
  { name: 'positions T', sizes: [16, 32, 64, 128, 256, 512], at: (T) => ({ T, positions: T }) },
  { name: 'channels C', sizes: [64, 128, 256, 512], at: (C) => ({ C, nh: C / 32 }) },
  { name: 'vocabulary V', sizes: [128, 512, 2048, 8192, 32768], at: (V) => ({ V }) },
  { name: 'rows B', sizes: [1, 2, 4, 8, 16, 32], at: (B) => ({ B }) },
  ...(threads > 1 ? [{ name: 'threads', sizes: team(threads), at: (threads) => ({ threads }) }] : []),
].map((axis) => ({ ...axis, points: axis.sizes.map((size) => ({ size, model: { ...base, threads, ...axis.at(size) } })) }));

/** e in y ~ x^e. */
export function exponent(xs, ys) {
  const x = xs.map(Math.log), y = ys.map(Math.log), mean = (list) => list.reduce((sum, v) => sum + v, 0) / list.length;
  const mx = mean(x), my = mean(y);
  return x.reduce((sum, v, i) => sum + (v - mx) * (y[i] - my), 0) / x.reduce((sum, v) => sum + (v - mx) ** 2, 0);
}

/** Milliseconds of every size, by build; sizes and builds all take turns, so a slow minute hits all alike. */
async function measure(builds, { points }) {
  const sides = [];
  try {
    for (const { model } of points) for (const build of builds) sides.push(await startOurs(build, model, model.threads));
    const times = (await alternate(sides.map(({ side }) => side), { rounds: 7, turn: 0.1 })).map(({ median }) => median * 1000);
    return Object.fromEntries(builds.map((build, b) => [build, points.map((_, i) => times[i * builds.length + b])]));
  } finally {
    await Promise.all(sides.map((side) => side?.stop()));
  }
}

async function runs(build) {
  const side = await startOurs(build, base, 1);
  await side?.stop();
  return side !== null;
}

export default async function scaling({ builds = BUILDS, threads = availableParallelism() } = {}) {
  const able = [];
  for (const build of builds) if (await runs(build)) able.push(build);
  const measured = [];
  for (const axis of axes(threads)) {
    const times = await measure(able, axis);
    // with more threads the work of each shrinks
    const flops = axis.points.map(({ model }) => flopsOf(model) / model.threads);
    measured.push({ ...axis, times, flops, predicted: exponent(axis.sizes, flops) });
  }
  writeFileSync(new URL('scaling.svg', import.meta.url), chart({
    title: `Milliseconds of a training step, one size at a time`,
    note: `All others as in L${base.L} C${base.C} T${base.T} B${base.B} V${base.V}, ${threads} ${threads === 1 ? 'thread' : 'threads'}. Both axes logarithmic; below: exponents. Dashed: as FLOPs grow.`,
    panels: measured.map(({ name, sizes, times, flops, predicted }) => ({
      name, sizes, predicted: flops, note: `formula ${predicted.toFixed(2)}`,
      series: able.map((build) => ({ name: build, values: times[build], note: `${build} ${exponent(sizes, times[build]).toFixed(2)}` })),
    })),
  }));
  return {
    tables: [
      {
        title: `Growth of a training step around L${base.L} C${base.C} nh${base.nh} T${base.T} B${base.B} V${base.V} on ${threads} ${threads === 1 ? 'thread' : 'threads'}: e in time ~ size^e, fitted to the median times; for the formula, fitted to 6(12LC² + VC) + 6LCT per token at the same sizes (and shared by the threads). See scaling.svg.`,
        columns: ['size', 'values', 'formula', ...able.map((build) => `${build} build`)],
        rows: measured.map(({ name, sizes, times, predicted }) => [name, sizes.join(' '), predicted.toFixed(2), ...able.map((build) => exponent(sizes, times[build]).toFixed(2))]),
      },
      {
        title: 'The times behind it, in milliseconds. Within a row all took turns; from row to row the machine may differ.',
        columns: ['size', ...able.map((build) => `${build} build`)],
        rows: measured.map(({ name, times }) => [name, ...able.map((build) => times[build].map((ms) => ms.toFixed(ms < 10 ? 2 : 1)).join(' '))]),
      },
    ],
  };
}
