// A whole training step - forward, backward, clipping, AdamW - of three models, by the public library, and where its
// time goes. With --peers, the same step in PyTorch and in plain C, in turns with ours and from the same first numbers,
// so that the losses prove that all do the same work.
import { availableParallelism, totalmem } from 'node:os';
import { alternate, ratio } from './measure.mjs';
import { outsideGemm, profileGroups } from './profile.mjs';
import { percent } from './report.mjs';
import { BUILDS, startC, startOurs, startPyTorch } from './trainingSides.mjs';
import { flopsOf, parametersOf, trainingModels } from './trainingModels.mjs';

/** What a real BLAS reaches per thread; a PyTorch below it multiplies with plain loops. */
const REAL_BLAS = 60;

const megabytes = (bytes) => (bytes / 2 ** 20).toFixed(0);
const milliseconds = (seconds) => (seconds * 1000).toFixed(seconds < 0.1 ? 1 : 0);
const mark = (side) => (side.build ? `${side.build} build` : side.name);

/** A model gets about this many seconds of turns. */
const SECONDS = 75;

/** All sides from the same numbers: the first loss, and the third, behind two updates. Notes the seconds of a step of each. */
async function sameLosses(model, sides) {
  for (const times of [1, 2]) {
    for (const side of sides) side.first = (await side.side(times)) / times;
    const [expected] = sides.map(({ side }) => side.losses.at(-1));
    for (const other of sides) {
      const loss = other.side.losses.at(-1);
      if (!(Math.abs(loss - expected) < 1e-3)) throw new Error(`${model.name}: ${mark(other)} has a loss of ${loss} where ${mark(sides[0])} has ${expected}. They do not compute the same step.`);
    }
  }
  return sides[0].side.losses.slice(0, 2);
}

async function measure(model, { builds, threads, peers, limits }) {
  // weights, gradients, two moments, and half as much again for what comes and goes
  const need = 1.5 * 16 * parametersOf(model) * (builds.length + (peers ? 3 : 0));
  if (need > 0.8 * totalmem()) {
    console.error(`No ${model.name} here: all sides together need about ${megabytes(need)} MiB, and the machine has ${megabytes(totalmem())}. Ask for fewer builds (--build), or leave --peers.`);
    return null;
  }
  const others = peers ? [await startPyTorch(model, threads), await startC(model, threads), await startC(model, threads, true)].filter(Boolean) : [];
  const ours = (await Promise.all(builds.map((build) => startOurs(build, model, threads)))).filter(Boolean);
  const sides = [...ours, ...others];
  if (ours.length === 0) {
    await Promise.all(sides.map((side) => side.stop()));
    return null;
  }
  try {
    const losses = await sameLosses(model, sides);
    const turn = 0.4, round = sides.reduce((sum, { first }) => sum + Math.max(turn, first), 0), rounds = Math.max(3, Math.min(9, Math.round(SECONDS / round)));
    // what the machine can do at most takes turns with the sides
    const limit = limits.gflops(Math.min(threads, limits.threads)), [most, ...times] = await alternate([limit.side, ...sides.map(({ side }) => side)], { rounds, turn, pause: 40 });
    for (const [i, side] of sides.entries()) {
      side.time = times[i];
      side.gflops = flopsOf(model) / times[i].median / 1e9;
      side.ofLimit = ratio(times[i], most) * (flopsOf(model) / 1e9 / limit.amount);
    }
    for (const side of sides) side.peak = Number(await side.ask('memory'));
    for (const side of ours) {
      side.bytes = JSON.parse(await side.ask('bytes'));
      side.profile = JSON.parse(await side.ask(`profile ${side.first > 1 ? 3 : 9}`));
    }
    return { model, sides, ours, losses, rounds };
  } finally {
    await Promise.all(sides.map((side) => side.stop()));
  }
}

function timeTable(measured, threads, limits) {
  const peers = [...new Set(measured.flatMap(({ sides }) => sides.filter((side) => !side.build).map(({ kind }) => kind)))];
  return {
    title: `A training step on ${threads} ${threads === 1 ? 'thread' : 'threads'}. GFLOP/s by 6(12LC² + VC) + 6LCT per token. The limit is ${limits.arithmetic} on registers, 128 bits wide, on as many threads. Speed against a peer is the median of ratios of neighbours in time; the peer is 1.`,
    columns: ['model', 'side', 'ms', 'spread', 'GFLOP/s', 'of limit', ...peers.map((peer) => `against ${peer}`)],
    rows: measured.flatMap(({ model, sides }) => sides.map((side) => [
      model.name, mark(side), milliseconds(side.time.median), percent(side.time.spread), side.gflops.toFixed(1), percent(side.ofLimit),
      ...peers.map((peer) => {
        const other = sides.find(({ kind }) => kind === peer);
        return other && other !== side ? ratio(side.time, other.time).toFixed(2) : '-';
      }),
    ])),
    note: [
      ...measured.map(({ model: { name, L, C, nh, V, positions, bias, B, T }, losses, rounds }) => `${name}: L${L} C${C} nh${nh} B${B} T${T} V${V}, ${positions} positions, ${bias ? 'with' : 'without'} biases; `
        + `losses of the 1st and 3rd step ${losses.map((loss) => loss.toFixed(4)).join(', ')} on every side; ${rounds} rounds.`),
      ...new Set(measured.flatMap(({ model, sides }) => sides.map((side) => describe({ ...side, model: model.name })))),
    ].join('\n'),
  };
}

function describe({ kind, hello, threads, model, setting, tried }) {
  if (kind === 'ours') return `${hello.name}, Node ${hello.version}.`;
  const choice = tried.length > 1 ? ` ${model}: ${setting}, the fastest of ${tried.map(({ name, seconds }) => `${name} ${milliseconds(seconds)} ms`).join(', ')}.` : '';
  if (kind !== 'PyTorch') return `${hello.name} -O3 -march=native -ffast-math -fopenmp.${choice}`;
  const weak = hello.productGflops < REAL_BLAS * threads
    ? ` A product of 1024 x 1024 matrices reached only ${hello.productGflops.toFixed(0)} GFLOP/s: no real BLAS, or no quiet minute. Below ${REAL_BLAS} per thread PyTorch is no peer.` : '';
  return `${hello.name}, Python ${hello.python}, ${hello.blas}, ${hello.attention}, ${hello.adamW} AdamW.${choice}${weak}`;
}

function profileTable({ model, ours }) {
  const groups = ours.map(({ profile }) => profileGroups(profile)), sums = groups.map((all) => all.reduce((sum, { time }) => sum + time, 0));
  const outside = ours.map(({ profile }) => outsideGemm(profile));
  const cells = (show) => ours.flatMap((_, i) => show(i));
  return {
    title: `Where the time of ${model.name} goes: every instruction alone, on all threads.`,
    columns: ['kernels', 'instructions', ...ours.flatMap(({ build }) => [`${build}, ms`, 'share', 'GFLOP/s'])],
    rows: [
      ...groups[0].map(({ group, count }, g) => [group, count, ...cells((i) => {
        const { time, flops } = groups[i][g];
        return [time.toFixed(2), percent(time / sums[i]), flops ? (flops / time / 1e6).toFixed(1) : '-'];
      })]),
      ['sum', groups[0].reduce((sum, { count }) => sum + count, 0), ...cells((i) => [sums[i].toFixed(2), percent(sums[i] / 1000 / ours[i].time.median), '-'])],
      ['outside GEMM', '-', ...cells((i) => ['-', percent(outside[i].instructions), '-'])],
      ['outside, products in attention count as GEMM', '-', ...cells((i) => ['-', percent(outside[i].products), '-'])],
    ],
    note: 'The share of the sum is of the whole step as measured above.',
  };
}

const memoryTable = (measured) => ({
  title: 'Memory of a training step, MiB: what weights and trainer announce, what they took of the engine\'s memory, the most that the whole process ever had (with the runtime).',
  columns: ['model', 'side', 'announced', 'used', 'used / announced', 'peak of the process', 'against PyTorch'],
  rows: measured.flatMap(({ model, sides }) => sides.map((side) => {
    const torch = sides.find(({ kind }) => kind === 'PyTorch');
    return [
      model.name, mark(side), ...(side.bytes ? [megabytes(side.bytes.announced), megabytes(side.bytes.used), (side.bytes.used / side.bytes.announced).toFixed(3)] : ['-', '-', '-']),
      megabytes(side.peak), torch ? (side.peak / torch.peak).toFixed(2) : '-',
    ];
  })),
});

/** @param only names of models; all without. */
export default async function step({ builds = BUILDS, threads = availableParallelism(), peers = false, models: only, limits }) {
  const measured = [];
  for (const model of trainingModels) {
    if (only && !only.includes(model.name)) continue;
    const result = await measure(model, { builds, threads, peers, limits });
    if (result) measured.push(result);
  }
  if (measured.length === 0) throw new Error('There is nothing to measure: no build runs here, or no model has this name.');
  return { tables: [timeTable(measured, threads, limits), ...measured.map(profileTable), memoryTable(measured)] };
}
