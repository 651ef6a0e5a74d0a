// From nothing to an engine that can run a plan, each time in a fresh process; what a page has to load; and what threads
// cost that wait.
import { execFile, execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import { startChromium } from './chromium.mjs';
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

/** The same in a page: fresh ones, in each a worker that imports the library and makes an engine. Null without Chromium. */
async function inChromium(sizes) {
  const browser = await startChromium();
  if (!browser) return null;
  const samples = sizes.map(() => []);
  try {
    for (let run = 0; run <= RUNS; run++) {
      for (const [i, threads] of sizes.entries()) {
        const page = await browser.open();
        const times = await page.evaluate((size) => new Promise((resolve, reject) => {
          const worker = new Worker('/bench/loadWorker.mjs', { type: 'module' });
          worker.onmessage = ({ data }) => resolve(data);
          worker.onerror = ({ message }) => reject(new Error(message));
          worker.postMessage(size);
        }), threads);
        if (run > 0) samples[i].push(times);
        await page.close();
      }
    }
  } finally {
    await browser.close();
  }
  return { version: browser.version, samples };
}

const table = (title, sizes, samples) => ({
  title,
  columns: ['threads', 'import', 'engine ready', 'spread', 'both'],
  rows: sizes.map((threads, i) => {
    const imports = samples[i].map(([ms]) => ms), engines = samples[i].map(([, ms]) => ms);
    return [threads, median(imports).toFixed(1), median(engines).toFixed(1), percent(spread(engines)), median(samples[i].map(([a, b]) => a + b)).toFixed(1)];
  }),
});

/** Processor time of engines that do nothing, that work, and that work while another process does the same. */
async function waiting(sizes) {
  const run = async (...args) => JSON.parse((await promisify(execFile)(process.execPath, [new URL('idle.mjs', import.meta.url).pathname, ...args.map(String)])).stdout);
  const rows = [];
  for (const threads of sizes) {
    const idle = await run('idle', threads, 5), alone = await run('work', threads, 2), both = await Promise.all([run('work', threads, 2), run('work', threads, 2)]);
    const most = Math.max(...both.map(({ milliseconds }) => milliseconds));
    rows.push([threads, `${(idle.share * 1000).toFixed(2)} ms`, alone.milliseconds.toFixed(2), alone.steps.toFixed(0), most.toFixed(2), both.reduce((sum, { steps }) => sum + steps, 0).toFixed(0)]);
  }
  return {
    title: 'What threads cost that wait, in processor time of all of them: idle, and in a step of 40 small products, each of which waits for the one before.',
    columns: ['threads', 'idle, per second', 'ms per step', 'steps/s', 'two processes at once: ms per step', 'steps/s of both'],
    rows,
  };
}

export default async function load() {
  const sizes = [...new Set([1, availableParallelism()])], samples = sizes.map(() => []);
  for (let run = 0; run <= RUNS; run++) {
    for (const [i, threads] of sizes.entries()) {
      const times = JSON.parse(execFileSync(process.execPath, ['-e', program(threads)], { encoding: 'utf8' }));
      if (run > 0) samples[i].push(times); // the first finds cold files
    }
  }
  const page = await inChromium(sizes);
  const bundle = execFileSync(process.execPath, [new URL('../src/build/size.mjs', import.meta.url).pathname], { encoding: 'utf8' });
  return {
    tables: [
      table(`Milliseconds in a fresh Node process, median of ${RUNS}.`, sizes, samples),
      ...(page ? [table(`Milliseconds in a worker of a fresh page, Chromium ${page.version}, median of ${RUNS}.`, sizes, page.samples)] : []),
      {
        title: 'What a page loads.',
        columns: ['part', 'KB gz', 'budget'],
        rows: [...bundle.matchAll(/^size: (.+?)\s+([\d.]+) KB gz of (\d+)/gm)].map(([, part, size, budget]) => [part, size, budget]),
      },
      await waiting(sizes),
    ],
  };
}
