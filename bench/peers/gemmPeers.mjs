// Who else multiplies matrices: each is a process that takes turns with us, on one thread and, where it has more, on all.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installPeer } from './install.mjs';
import { startLineProcess } from './lineProcess.mjs';
import { pythonWithTorch } from './pythonWithTorch.mjs';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const script = (file, ...packages) => {
  const manifest = installPeer(packages);
  return manifest && { command: process.execPath, args: [path(file), manifest] };
};

/** Our own loops, compiled here. */
function naive() {
  const folder = mkdtempSync(join(tmpdir(), 'inkling-bench-')), command = join(folder, 'naive');
  const free = () => rmSync(folder, { recursive: true });
  try {
    execFileSync('gcc', ['-O3', '-march=native', '-ffast-math', '-fopenmp', '-o', command, path('gemmNaive.c')]);
    return { command, args: [], free };
  } catch (error) {
    console.error(`No C in this comparison: gcc does not run here (${error.code ?? error.message}).`);
    free();
    return null;
  }
}

// in Node, TensorFlow.js and jax-js have one thread
const peers = [
  { name: 'C', team: true, library: false, find: naive },
  { name: 'onnxruntime-web', team: true, find: () => script('gemmOrt.mjs', 'onnxruntime-web@1.30.0') },
  { name: 'jax-js', team: false, find: () => script('gemmJax.mjs', '@jax-js/jax@0.1.25') },
  { name: 'tfjs-wasm', team: false, find: () => script('gemmTfjs.mjs', '@tensorflow/tfjs-core@4.22.0', '@tensorflow/tfjs-backend-wasm@4.22.0') },
  {
    name: 'PyTorch', team: true, find: () => {
      const python = pythonWithTorch();
      return python && { command: python, args: [path('gemmTorch.py')] };
    },
  },
];

/** A process that serves products: `{ hello, product(layout, M, N, K), stop() }`; null, and a printed reason, where it does not run. */
export async function startProducts(name, { command, args }, environment) {
  const process = await startLineProcess(name, command, args, environment);
  if (!process) return null;
  const product = (layout, M, N, K) => {
    const side = async (times) => {
      const [seconds, ...corners] = (await process.ask(`${layout} ${M} ${N} ${K} ${times}`)).split(' ').map(Number);
      side.corners = corners;
      return seconds;
    };
    return side;
  };
  return { hello: process.hello, product, stop: process.stop };
}

/**
 * Sides for every peer that runs here; without `libraries`, only for our own C. Each is
 * `{ name, threads, hello, product(layout, M, N, K), stop() }`; `product` makes a side of `alternate`, with the
 * `corners` of its last result.
 */
export async function startGemmPeers(threads, { libraries }) {
  const started = [];
  for (const { name, team, library = true, find } of peers) {
    const found = library && !libraries ? null : find();
    if (!found) continue;
    for (const size of team ? [...new Set([1, threads])] : [1]) {
      const environment = { OMP_NUM_THREADS: size, OPENBLAS_NUM_THREADS: size, MKL_NUM_THREADS: size };
      const side = await startProducts(name, { command: found.command, args: [...found.args, size] }, environment);
      if (!side) break;
      started.push({ ...side, name, threads: size });
    }
    found.free?.();
  }
  return started;
}
