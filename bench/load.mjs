// From nothing to an engine that can run a plan, each time in a fresh process; and what a page has to load.
import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { median, spread } from './measure.mjs';
import { percent } from './report.mjs';

const RUNS = 9;
const library = new URL('../dist/index.js', import.meta.url).href;
// no --input-type=module: the helper threads would inherit it
const program = (threads) => `(async () => {
const began = performance.now();
const { createEngine } = await import(${JSON.stringify(library)});
const imported = performance.now();
const engine = await createEngine({ threads: ${threads} });
console.log(JSON.stringify([imported - began, performance.now() - imported]));
engine.stop();
})();`;

export default async function load() {
  const sizes = [...new Set([1, availableParallelism()])], samples = sizes.map(() => []);
  for (let run = 0; run <= RUNS; run++) {
    for (const [i, threads] of sizes.entries()) {
      const times = JSON.parse(execFileSync(process.execPath, ['-e', program(threads)], { encoding: 'utf8' }));
      if (run > 0) samples[i].push(times); // the first finds cold files
    }
  }
  const bundle = execFileSync(process.execPath, [new URL('../src/build/size.mjs', import.meta.url).pathname], { encoding: 'utf8' });
  return {
    tables: [
      {
        title: `Milliseconds in a fresh Node process, median of ${RUNS}.`,
        columns: ['threads', 'import', 'engine ready', 'spread', 'both'],
        rows: sizes.map((threads, i) => {
          const imports = samples[i].map(([ms]) => ms), engines = samples[i].map(([, ms]) => ms);
          return [threads, median(imports).toFixed(1), median(engines).toFixed(1), percent(spread(engines)), median(samples[i].map(([a, b]) => a + b)).toFixed(1)];
        }),
      },
      {
        title: 'What a page loads.',
        columns: ['part', 'KB gz', 'budget'],
        rows: [...bundle.matchAll(/^size: (.+?)\s+([\d.]+) KB gz of (\d+)/gm)].map(([, part, size, budget]) => [part, size, budget]),
      },
    ],
  };
}
