// Ours, PyTorch and C: processes that can all do the same training step, to be compared in turns.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
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

/** Null, and a printed reason, where no Python has PyTorch. */
export async function startPyTorch(model, threads) {
  const python = pythonWithTorch();
  if (!python) return null;
  const side = await startLineProcess('PyTorch', python, [path('peers/trainStep.py'), threads, ...sizesOf(model)], teams(threads));
  return side && { ...side, kind: 'PyTorch', name: side.hello.name, threads };
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
