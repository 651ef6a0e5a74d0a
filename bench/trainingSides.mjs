// Ours, PyTorch and C: processes that can all do the same training step, to be compared in turns.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median } from './measure.mjs';
import { startLineProcess } from './peers/lineProcess.mjs';
import { pythonWithTorch } from './peers/pythonWithTorch.mjs';
import { sizesOf } from './trainingModels.mjs';

/** The builds that are measured unless others are asked for; what does not run here is left out, with a printed reason. */
export const BUILDS = ['exact', 'fast', 'turbo'];

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const teams = (threads) => ({ OMP_NUM_THREADS: String(threads), OPENBLAS_NUM_THREADS: String(threads), MKL_NUM_THREADS: String(threads) });

/** Null, and a printed reason, where the build does not run. */
export async function startOurs(build, model, threads) {
  const side = await startLineProcess(`${build} build`, process.execPath, [path('trainSide.mjs'), build, threads, ...sizesOf(model)]);
  return side && { ...side, kind: 'ours', build, threads };
}

/**
 * How a peer can be set up. Helpers of OpenMP spin while they wait, and take the time of those who work: of OpenBLAS,
 * which has threads of its own, or of whoever else is on the machine. Two threads can then be slower than one.
 */
const SETTINGS = [
  { name: 'as it comes', env: {} },
  { name: 'OpenMP does not spin', env: { GOMP_SPINCOUNT: '0' } },
  { name: 'one thread', threads: 1, env: {} },
];

/**
 * A peer as it is fastest here: every setting is tried, so that it is no straw man. `tried` has the seconds of a step
 * in each. Null where it does not start.
 *
 * @param start `(threads, env)` to a started process, or null.
 */
async function fastest(start, threads) {
  const tried = [];
  for (const setting of threads > 1 ? SETTINGS : SETTINGS.slice(0, 1)) {
    const side = await start(setting.threads ?? threads, setting.env);
    if (!side) return null;
    const once = (await side.side(2)) / 2, times = Math.max(1, Math.round(0.3 / once)), turns = [];
    for (let turn = 0; turn < 3; turn++) turns.push((await side.side(times)) / times);
    await side.stop();
    tried.push({ ...setting, seconds: median(turns) });
  }
  const best = tried.reduce((a, b) => (b.seconds < a.seconds ? b : a)), side = await start(best.threads ?? threads, best.env);
  return side && { ...side, threads: best.threads ?? threads, setting: best.name, tried };
}

/** Null, and a printed reason, where no Python has PyTorch. */
export async function startPyTorch(model, threads) {
  const python = pythonWithTorch();
  if (!python) return null;
  const side = await fastest((own, env) => startLineProcess('PyTorch', python, [path('peers/trainStep.py'), own, ...sizesOf(model)], { ...teams(own), ...env }), threads);
  return side && { ...side, kind: 'PyTorch', name: side.hello.name };
}

/** peers/trainStep.c, compiled here, `everywhere` or only where llm.c shares; null, and a printed reason, where gcc is missing. */
export async function startC(model, threads, everywhere = false) {
  const folder = mkdtempSync(join(tmpdir(), 'inkling-bench-')), program = join(folder, 'trainStep');
  try {
    execFileSync('gcc', ['-O3', '-march=native', '-ffast-math', '-fopenmp', ...(everywhere ? ['-DEVERYWHERE'] : []), '-o', program, path('peers/trainStep.c'), '-lm']);
    const side = await fastest((own, env) => startLineProcess('C', program, [own, ...sizesOf(model)], { ...teams(own), ...env }), threads);
    const name = everywhere ? 'C, all shared' : 'C';
    return side && { ...side, kind: name, name };
  } catch (error) {
    console.error(`No C in this comparison: gcc does not run here (${error.code ?? error.message}).`);
    return null;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
