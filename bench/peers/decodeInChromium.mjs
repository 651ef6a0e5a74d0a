// wllama, which is llama.cpp compiled to Wasm, and we, in the same page of Chromium, in turns, on the same weights.
import { dirname, join } from 'node:path';
import { startChromium } from '../chromium.mjs';
import { FROM, TO } from '../decodeModel.mjs';
import { median, spread } from '../measure.mjs';
import { writeGgufModels } from './ggufModel.mjs';
import { cacheFolder, installPeer } from './install.mjs';

const version = '3.13.0';
/** All from the beginning, so that both sides have as many tokens behind them; the first round is to get warm. */
const ROUNDS = 3, TOKENS = TO - FROM;

/** Runs in the page: what the sides call. */
function preparePage() {
  window.ask = (message) => new Promise((resolve, reject) => {
    window.worker.onmessage = ({ data }) => ('error' in data ? reject(new Error(data.error)) : resolve(data.value));
    window.worker.onerror = ({ message: reason }) => reject(new Error(reason));
    window.worker.postMessage(message);
  });
  window.openOurs = (options) => {
    window.worker?.terminate();
    window.worker = new Worker('/bench/decodeWorker.mjs', { type: 'module' });
    return window.ask({ open: options });
  };
  window.wllamas = {};
  window.openWllama = async (format, file, threads) => {
    const { Wllama } = await import('/wllama/esm/index.js');
    const one = new Wllama({ default: '/wllama/esm/wasm/wllama.wasm' }, { suppressNativeLog: true });
    await one.loadModel([await (await fetch(file)).blob()], { n_threads: threads, n_ctx: 768, n_batch: 512, n_parallel: 1, n_gpu_layers: 0 });
    window.wllamas[format] = one;
    return { threads: one.getNumThreads(), several: one.isMultithread() };
  };
  // letters are tokens of their own here; the first token comes with the prompt, so it is not among those that are timed
  window.wllama = async (format, from, times) => {
    const { timings } = await window.wllamas[format].createCompletion({ prompt: 'a'.repeat(from), max_tokens: times + 1, temperature: 0, top_k: 1, ignore_eos: true });
    if (timings.predicted_n !== times + 1) throw new Error(`wllama made ${timings.predicted_n} tokens instead of ${times + 1}.`);
    return timings.predicted_ms / 1000;
  };
}

/**
 * @returns `{ chromium, peer, rows: [{ build, format, ours, theirs }] }`, times for a token as of `alternate`; `ours` is
 *   missing where we have no such weights. Null, and a printed reason, where it cannot run.
 */
export async function decodeInChromium(builds, threads) {
  const manifest = installPeer([`@wllama/wllama@${version}`]);
  const browser = manifest && await startChromium({ wllama: join(dirname(manifest), 'node_modules', '@wllama', 'wllama'), models: cacheFolder });
  if (!browser) return null;
  try {
    const files = await writeGgufModels(), page = await browser.open(), rows = [];
    await page.evaluate(preparePage);
    const theirs = { f32: 'F32', q8_0: 'Q8_0' };
    for (const [format, dtype] of Object.entries(theirs)) {
      const team = await page.evaluate((args) => window.openWllama(...args), [format, `/models/${files[dtype].split('/').at(-1)}`, threads]);
      if (team.threads !== threads) throw new Error(`wllama has ${team.threads} threads instead of ${threads}.`);
    }
    for (const build of builds) {
      const own = await page.evaluate((options) => window.openOurs(options), { build, threads });
      for (const format of Object.keys(theirs)) {
        const sides = [
          () => page.evaluate((args) => window.wllama(...args), [format, FROM, TOKENS]),
          ...(own.includes(format) ? [() => page.evaluate((message) => window.ask(message), { decode: format, times: TOKENS })] : []),
        ];
        const all = sides.map(() => []);
        for (let round = 0; round <= ROUNDS; round++) {
          for (const [i, side] of sides.entries()) {
            const seconds = (await side()) / TOKENS;
            if (round > 0) all[i].push(seconds);
          }
        }
        const times = all.map((list) => ({ median: median(list), spread: spread(list), all: list }));
        rows.push({ build, format, theirs: times[0], ours: times[1] });
      }
    }
    return { chromium: browser.version, peer: `wllama ${version}`, rows };
  } finally {
    await browser.close();
  }
}
