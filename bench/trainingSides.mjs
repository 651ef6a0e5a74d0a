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
export const BUILDS = ['exact', 'fast'];

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const teams = (threads) => ({ OMP_NUM_THREADS: String(threads), OPENBLAS_NUM_THREADS: String(threads), MKL_NUM_THREADS: String(threads) });

/** Null, and a printed reason, where the build does not run. */
export async function startOurs(build, model, threads) {
  const side = await startLineProcess(`${build} build`, process.execPath, [path('trainSide.mjs'), build, threads, ...sizesOf(model)]);
  return side && { ...side, kind: 'ours', build, threads };
}

/**
 * How PyTorch can be set up. With OpenBLAS on threads of its own, its helpers and those of OpenMP both spin while they
 * wait; on as many cores as threads they then take each other's time, and two threads are slower than one.
 */
const SETTINGS = [
  { name: 'as it comes', env: {} },
  { name: 'OpenMP does not spin', env: { GOMP_SPINCOUNT: '0' } },
  { name: 'one thread', threads: 1, env: {} },
];

/**
 * PyTorch as it is fastest here: every setting is tried, so that it is no straw man. Null, and a printed reason, where
 * no Python has it. `tried` has the seconds of a step in each setting.
 */
export async function startPyTorch(model, threads) {
  const python = pythonWithTorch();
  if (!python) return null;
  const start = ({ env, threads: own = threads }) => startLineProcess('PyTorch', python, [path('peers/trainStep.py'), own, ...sizesOf(model)], { ...teams(own), ...env });
  const tried = [];
  for (const setting of threads > 1 ? SETTINGS : SETTINGS.slice(0, 1)) {
    const side = await start(setting);
    if (!side) return null;
    const once = (await side.side(2)) / 2, times = Math.max(1, Math.round(0.3 / once)), turns = [];
    for (let turn = 0; turn < 3; turn++) turns.push((await side.side(times)) / times);
    await side.stop();
    tried.push({ ...setting, seconds: median(turns) });
  }
  const best = tried.reduce((a, b) => (b.seconds < a.seconds ? b : a)), side = await start(best);
  return side && { ...side, kind: 'PyTorch', name: side.hello.name, threads: best.threads ?? threads, setting: best.name, tried };
}

/** peers/trainStep.c, compiled here, `everywhere` or only where llm.c shares; null, and a printed reason, where gcc is missing. */
export async function startC(model, threads, everywhere = false) {
  const folder = mkdtempSync(join(tmpdir(), 'inkling-bench-')), program = join(folder, 'trainStep');
  try {
    execFileSync('gcc', ['-O3', '-march=native', '-ffast-math', '-fopenmp', ...(everywhere ? ['-DEVERYWHERE'] : []), '-o', program, path('peers/trainStep.c'), '-lm']);
    const side = await startLineProcess('C', program, [threads, ...sizesOf(model)], teams(threads));
    const name = everywhere ? 'C, all shared' : 'C';
    return side && { ...side, kind: name, name, threads };
  } catch (error) {
    console.error(`No C in this comparison: gcc does not run here (${error.code ?? error.message}).`);
    return null;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
