// What this machine allows: multiply-add on registers alone, and reading memory from end to end. Both are Wasm, 128 bits
// wide, and run on one thread and then on all at once, each with a memory of its own.
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import asc from 'assemblyscript/asc';

const SUMS = Array.from({ length: 12 }, (_, i) => `s${i}`);
const READ_BYTES = 96 * 2 ** 20;
const MILLISECONDS = 250;

/** Twelve chains hide the latency of a multiplication and an addition; with both factors they fit the registers. */
const source = `
export function multiplyAdd(times: i32): f32 {
  const a = f32x4.splat(0.5), b = f32x4.splat(1);
  ${SUMS.map((s, i) => `let ${s} = f32x4.splat(${i});`).join(' ')}
  for (let i = 0; i < times; i++) {
    ${SUMS.map((s) => `${s} = f32x4.add(f32x4.mul(${s}, a), b);`).join('\n    ')}
  }
  return f32x4.extract_lane(${SUMS.reduce((sum, s) => `f32x4.add(${sum}, ${s})`)}, 0);
}

export function readAll(from: usize, bytes: usize): f32 {
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
  for (const end = from + bytes; from < end; from += 64) {
    s0 = f32x4.add(s0, v128.load(from));
    s1 = f32x4.add(s1, v128.load(from, 16));
    s2 = f32x4.add(s2, v128.load(from, 32));
    s3 = f32x4.add(s3, v128.load(from, 48));
  }
  return f32x4.extract_lane(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)), 0);
}`;

/** Runs in each worker: warms up, waits for the others, then repeats one of the two until the time is over. */
const worker = `
const { parentPort, workerData: { module, flops, bytes, milliseconds } } = require('node:worker_threads');
const { exports } = new WebAssembly.Instance(module);
exports.memory.grow(bytes / 65536);
const rounds = flops / 96;
const work = {
  gflops: () => { exports.multiplyAdd(rounds); return flops / 1e9; },
  gigabytes: () => { exports.readAll(0, bytes); return bytes / 1e9; },
};
new Float32Array(exports.memory.buffer).fill(0);
for (let i = 0; i < 30; i++) work.gflops();
for (let i = 0; i < 3; i++) work.gigabytes();
parentPort.on('message', (kind) => {
  const began = performance.now();
  let done = 0, elapsed = 0;
  while (elapsed < milliseconds) {
    done += work[kind]();
    elapsed = performance.now() - began;
  }
  parentPort.postMessage(done / (elapsed / 1000));
});
parentPort.postMessage('ready');`;

let compiled = null;

async function compile() {
  if (compiled) return compiled;
  let binary = null;
  const { error, stderr } = await asc.main(
    ['limits.ts', '--outFile', 'limits.wasm', '--runtime', 'stub', '--optimizeLevel', '2', '--noAssert', '--enable', 'simd', '--use', 'abort='],
    { readFile: (name) => (name === 'limits.ts' ? source : null), writeFile: (_name, bytes) => { binary = bytes; }, listFiles: () => [] },
  );
  if (error) throw new Error(`The loops that measure the limits do not compile: ${stderr.toString()}`);
  return (compiled = new WebAssembly.Module(binary));
}

const answer = (team) => Promise.all(team.map((w) => new Promise((resolve, reject) => {
  w.once('message', resolve);
  w.once('error', reject);
})));

/** GFLOP/s and GB/s of one thread and of all: { gflops1, gigabytes1, gflopsAll, gigabytesAll, threads }. */
export async function measureLimits() {
  const module = await compile(), threads = availableParallelism(), limits = { threads };
  for (const [name, size] of [['1', 1], ['All', threads]]) {
    const team = Array.from({ length: size }, () => new Worker(worker, { eval: true, workerData: { module, flops: 96 * 2 ** 15, bytes: READ_BYTES, milliseconds: MILLISECONDS } }));
    await answer(team);
    for (const kind of ['gflops', 'gigabytes']) {
      const rates = answer(team);
      for (const w of team) w.postMessage(kind);
      limits[`${kind}${name}`] = (await rates).reduce((sum, rate) => sum + rate, 0);
    }
    await Promise.all(team.map((w) => w.terminate()));
  }
  return limits;
}
