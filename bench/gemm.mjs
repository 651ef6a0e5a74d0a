// The matrix products of training: forward (NT), gradient of the input (NN), gradient of the weight (TN).
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { alternate, median, ratio } from './measure.mjs';
import { startGemmPeers, startProducts } from './peers/gemmPeers.mjs';
import { percent } from './report.mjs';
import { BUILDS } from './trainingSides.mjs';

/** A linear layer, R rows from I to O numbers. */
const layers = [
  { name: 'nanogpt-cpu, MLP', R: 768, I: 128, O: 512 },
  { name: 'small, MLP', R: 1024, I: 384, O: 1536 },
  { name: 'small, head', R: 1024, I: 384, O: 4096 },
  { name: '124M, MLP', R: 256, I: 768, O: 3072 },
];
const layouts = ['NT', 'NN', 'TN'];
const productsOf = ({ name, R, I, O }) => [
  { name, layout: 'NT', M: R, N: O, K: I },
  { name, layout: 'NN', M: R, N: I, K: O },
  { name, layout: 'TN', M: O, N: I, K: R },
];
const gflop = ({ M, N, K }) => (2 * M * N * K) / 1e9;

/** One product on all sides, in turns. The limits take part: `one` and `team` are how fast they were in the same rounds. */
async function measure(p, { ours, peers, limits, teams }) {
  const all = [...ours, ...peers], sides = all.map((side) => side.product(p.layout, p.M, p.N, p.K)), limit = teams.map((size) => limits.gflops(size));
  const times = await alternate([...limit.map(({ side }) => side), ...sides]);
  const limitTimes = times.splice(0, limit.length), ourTimes = times.splice(0, ours.length);
  const wrong = sides.findIndex(({ corners }) => !corners.every((value, i) => Math.abs(value - sides[0].corners[i]) < 1e-3));
  if (wrong >= 0) throw new Error(`${p.name}, ${p.layout}: ${all[wrong].hello.name} computes another product.`);
  return { ...p, limitTimes, ourTimes, theirTimes: times, limit };
}

const plural = (threads) => `${threads} ${threads === 1 ? 'thread' : 'threads'}`;

/** Every build on one thread and on all, each in a process of its own. What does not run here is left out, with a printed reason. */
async function startOurs(builds, teams) {
  const started = [];
  for (const build of builds) {
    for (const size of teams) {
      const side = await startProducts(`${build} build`, { command: process.execPath, args: [fileURLToPath(new URL('gemmSide.mjs', import.meta.url)), build, size] });
      if (!side) break;
      started.push({ ...side, build, threads: size });
    }
  }
  if (started.length === 0) throw new Error('There is nothing to measure: no build runs here.');
  return started;
}

export default async function gemm({ builds = BUILDS, threads = availableParallelism(), peers: libraries = false, limits }) {
  const teams = [...new Set([1, Math.min(threads, limits.threads)])], team = teams.at(-1);
  const ours = await startOurs(builds, teams), run = [...new Set(ours.map(({ build }) => build))];
  const peers = await startGemmPeers(team, { libraries });
  const measured = [];
  try {
    for (const p of layers.flatMap(productsOf)) measured.push(await measure(p, { ours, peers, limits, teams }));
  } finally {
    await Promise.all([...ours, ...peers].map(({ stop }) => stop()));
  }

  const at = (build, size) => ours.findIndex((side) => side.build === build && side.threads === size);
  const speed = (p, i) => gflop(p) / p.ourTimes[i].median;
  const share = (p, i, size) => (gflop(p) / p.limit[teams.indexOf(size)].amount) * ratio(p.ourTimes[i], p.limitTimes[teams.indexOf(size)]);
  const shape = ({ name, layout, M, N, K }) => [name, layout, `${M} x ${N} x ${K}`];
  const limit = (p, i) => (p.limit[i].amount / p.limitTimes[i].median).toFixed(1);

  const table = (build) => ({
    title: `GFLOP/s = 2MNK / time, ${ours[at(build, team)].hello.name}. The limit (${limits.arithmetic}, registers only, on as many threads) takes its turn in every round.`,
    columns: ['layer', 'layout', 'M x N x K', ...teams.flatMap((size) => [plural(size), 'spread', 'limit', 'of limit']), ...(team > 1 ? ['scaling'] : [])],
    rows: measured.map((p) => [
      ...shape(p),
      ...teams.flatMap((size, i) => [speed(p, at(build, size)).toFixed(1), percent(p.ourTimes[at(build, size)].spread), limit(p, i), percent(share(p, at(build, size), size))]),
      ...(team > 1 ? [ratio(p.ourTimes[at(build, team)], p.ourTimes[at(build, 1)]).toFixed(2)] : []),
    ]),
  });
  const summary = {
    title: 'The same in short: median and least over the layers.',
    columns: ['build', 'layout', ...teams.flatMap((size) => [`of limit, ${plural(size)}`, 'least']), ...(team > 1 ? ['scaling', 'least'] : [])],
    rows: run.flatMap((build) => layouts.map((layout) => {
      const some = measured.filter((p) => p.layout === layout), both = (list, show) => [show(median(list)), show(Math.min(...list))];
      return [
        build, layout, ...teams.flatMap((size) => both(some.map((p) => share(p, at(build, size), size)), percent)),
        ...(team > 1 ? both(some.map((p) => ratio(p.ourTimes[at(build, team)], p.ourTimes[at(build, 1)])), (x) => x.toFixed(2)) : []),
      ];
    })),
  };
  const best = run.at(-1);
  const others = (size) => {
    const list = peers.map((peer, i) => ({ ...peer, i })).filter((peer) => peer.threads === size);
    return {
      title: `GFLOP/s on ${plural(size)}: ours (${best} build) and others, and how many times faster we are.`,
      columns: ['layer', 'layout', 'M x N x K', 'ours', ...list.flatMap(({ name }) => [name, 'ours / it'])],
      rows: measured.map((p) => [
        ...shape(p), speed(p, at(best, size)).toFixed(1),
        ...list.flatMap(({ i }) => [(gflop(p) / p.theirTimes[i].median).toFixed(1), ratio(p.ourTimes[at(best, size)], p.theirTimes[i]).toFixed(2)]),
      ]),
      note: list.map(({ name, hello }) => `${name}: ${hello.version}`).join('; ') + '.',
    };
  };
  return { tables: [...run.map(table), summary, ...(peers.length > 0 ? teams.map(others) : [])] };
}
