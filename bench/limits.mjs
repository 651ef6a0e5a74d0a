// What this machine allows: multiply-add on registers alone, and reading memory from end to end. Both are Wasm, 128 bits
// wide, on one thread (this one) or on a whole team, each with a memory of its own. They are sides like any other: they
// take turns with what is measured, so that a share of the limit compares the same minutes.
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import asc from 'assemblyscript/asc';
import { alternate } from './measure.mjs';

/** Chains that hide the latency: four cycles on two units of a fused step, six of a product and a sum. */
const CHAINS = 12;
/** Steps in the loop, against what counting costs. */
const UNROLL = 2;
const ROUNDS = 2 ** 14;
const FLOPS = ROUNDS * UNROLL * CHAINS * 8;
/** More than the last cache holds. */
const READ_BYTES = 128 * 2 ** 20;
/** Four streams in parallel: a few percent faster than one. */
const STREAMS = 4;

const sums = (n) => Array.from({ length: n }, (_, i) => `s${i}`);
const total = (list) => `f32x4.extract_lane(${list.reduce((sum, s) => `f32x4.add(${sum}, ${s})`)}, 0)`;

// the factors are arguments: constants would be made anew in every round, which takes five times as long
const multiplyAdd = (step) => `
export function multiplyAdd(times: i32, x: f32, y: f32): f32 {
  const a = f32x4.splat(x), b = f32x4.splat(y);
  ${sums(CHAINS).map((s, i) => `let ${s} = f32x4.splat(${i});`).join(' ')}
  for (; times > 0; times--) {
    ${Array.from({ length: UNROLL }, () => sums(CHAINS).map((s) => `${s} = ${step(s)};`).join('\n    ')).join('\n    ')}
  }
  return ${total(sums(CHAINS))};
}`;
const fused = multiplyAdd((s) => `f32x4.relaxed_madd(${s}, a, b)`);
const separate = multiplyAdd((s) => `f32x4.add(f32x4.mul(${s}, a), b)`);
const readAll = `
export function readAll(from: usize, bytes: usize): f32 {
  const part = bytes / ${STREAMS};
  ${sums(STREAMS * 2).map((s) => `let ${s} = f32x4.splat(0);`).join(' ')}
  for (const end = from + part; from < end; from += 32) {
    ${sums(STREAMS * 2).map((s, i) => `${s} = f32x4.add(${s}, v128.load(from + part * ${i >> 1}, ${(i & 1) * 16}));`).join('\n    ')}
  }
  return ${total(sums(STREAMS * 2))};
}`;

/** Both loops in the thread that evaluates it: `{ gflops(times), gigabytes(times) }`, seconds for that many calls. */
const loops = `(module) => {
  const { exports } = new WebAssembly.Instance(module), from = 65536;
  exports.memory.grow(${READ_BYTES / 65536} + 1);
  new Float32Array(exports.memory.buffer).fill(0);
  const timed = (work) => (times) => {
    const began = performance.now();
    for (let i = 0; i < times; i++) work();
    return (performance.now() - began) / 1000;
  };
  // short calls first: a loop that is running is never replaced by its better code
  for (let i = 0; i < 3000; i++) exports.multiplyAdd(${ROUNDS / 64}, 0.5, 1), exports.readAll(from, 65536);
  return {
    gflops: timed(() => exports.multiplyAdd(${ROUNDS}, 0.5, 1)),
    gigabytes: timed(() => exports.readAll(from, ${READ_BYTES})),
  };
}`;
const worker = `
const { parentPort, workerData } = require('node:worker_threads');
const run = (${loops})(workerData);
parentPort.on('message', ([kind, times]) => parentPort.postMessage(run[kind](times)));
parentPort.postMessage('ready');`;

/** The loops with fused multiply-add where this Node knows it (22 and newer), else with a product and a sum. */
async function compile() {
  for (const [isFused, source, ...flags] of [[true, fused, '--enable', 'relaxed-simd'], [false, separate]]) {
    let binary = null;
    const { error, stderr } = await asc.main(
      ['limits.ts', '--outFile', 'limits.wasm', '--runtime', 'stub', '--optimizeLevel', '2', '--noAssert', '--enable', 'simd', ...flags, '--use', 'abort='],
      { readFile: (name) => (name === 'limits.ts' ? source + readAll : null), writeFile: (_name, bytes) => { binary = bytes; }, listFiles: () => [] },
    );
    if (error) throw new Error(`The loops that measure the limits do not compile: ${stderr.toString()}`);
    if (WebAssembly.validate(binary)) return { isFused, module: new WebAssembly.Module(binary) };
  }
  throw new Error('This machine compiles no SIMD at all.');
}

const answers = (team) => Promise.all(team.map((w) => new Promise((resolve, reject) => {
  w.removeAllListeners().once('message', resolve).once('error', reject);
})));

/**
 * Starts a team of as many threads as the machine runs side by side.
 *
 * @returns `{ isFused, arithmetic, threads, gflops(threads), gigabytes(threads), measure(), stop() }`. `gflops` and `gigabytes`
 *   give `{ side, amount }`: a side of `alternate`, and how many GFLOP or GB one call of it is.
 */
export async function startLimits() {
  const { isFused, module } = await compile(), threads = availableParallelism();
  const team = Array.from({ length: threads - 1 }, () => new Worker(worker, { eval: true, workerData: module }));
  await answers(team); // this thread may not be busy while they start
  const mine = (0, eval)(loops)(module);
  const limit = (kind, amount) => (size = threads) => {
    if (size === 1) return { side: mine[kind], amount };
    const helpers = team.slice(0, size - 1);
    const side = async (times) => {
      const began = performance.now(), theirs = answers(helpers);
      for (const w of helpers) w.postMessage([kind, times]);
      mine[kind](times);
      await theirs;
      return (performance.now() - began) / 1000;
    };
    return { side, amount: amount * size };
  };
  const gflops = limit('gflops', FLOPS / 1e9), gigabytes = limit('gigabytes', READ_BYTES / 1e9);
  return {
    isFused, threads, gflops, gigabytes,
    /** What the arithmetic limit is of. */
    arithmetic: isFused ? 'fused multiply-add' : 'multiply, then add (this Node has no fused multiply-add)',
    /** A look at all four, a second long: { gflops1, gflopsAll, gigabytes1, gigabytesAll, threads }. */
    async measure() {
      const sides = [gflops(1), gflops(), gigabytes(1), gigabytes()];
      const times = await alternate(sides.map(({ side }) => side), { rounds: 5, turn: 0.05 });
      const [gflops1, gflopsAll, gigabytes1, gigabytesAll] = times.map(({ median }, i) => sides[i].amount / median);
      return { gflops1, gflopsAll, gigabytes1, gigabytesAll, threads };
    },
    stop: () => Promise.all(team.map((w) => w.terminate())),
  };
}
