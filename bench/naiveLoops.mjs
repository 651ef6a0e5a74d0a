// naive.c, compiled here and kept running, so that it can take turns with us.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** { time(layout, M, N, K), stop() }: `time` makes a side of `alternate`. Null, and a printed reason, where gcc is missing. */
export function startNaiveLoops() {
  const folder = mkdtempSync(join(tmpdir(), 'inkling-bench-')), program = join(folder, 'naive');
  try {
    execFileSync('gcc', ['-O3', '-march=native', '-ffast-math', '-o', program, new URL('naive.c', import.meta.url).pathname]);
  } catch (error) {
    console.error(`No C loops to compare with: gcc does not run here (${error.code ?? error.message}).`);
    rmSync(folder, { recursive: true });
    return null;
  }
  const child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    time: (layout, M, N, K) => async (times) => {
      child.stdin.write(`${layout} ${M} ${N} ${K} ${times}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error('The C loops ended early.');
      return Number(value);
    },
    stop() {
      child.stdin.end();
      rmSync(folder, { recursive: true });
    },
  };
}
