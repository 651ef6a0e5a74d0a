// What an engine costs while nobody uses it, and what two cost that work at once. In processor time, which a busy machine
// does not falsify: threads that wait must sleep, not spin.
import { compile, createEngine, input, matmul } from '../dist/index.js';

const [what, threads, seconds] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
/** Seconds of processor time, of all threads. */
const used = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** A step of many small instructions that wait for each other, as a small model has: barriers are what costs. */
async function work() {
  const engine = await createEngine({ threads }), x = input('x', [128, 128]);
  let y = x;
  for (let i = 0; i < 40; i++) y = matmul(y, x);
  const plan = compile(engine, [y], { keep: [x], threads });
  return { engine, run: () => plan.run() };
}

async function main() {
  const { engine, run } = await work();
  for (let i = 0; i < 20; i++) run();
  await sleep(300);
  if (what === 'idle') {
    const before = used();
    await sleep(seconds * 1000);
    console.log(JSON.stringify({ share: (used() - before) / seconds }));
  } else {
    let steps = 0;
    const before = used(), began = performance.now();
    while (performance.now() - began < seconds * 1000) {
      run();
      steps++;
    }
    console.log(JSON.stringify({ steps: steps / seconds, milliseconds: ((used() - before) * 1000) / steps }));
  }
  engine.stop();
}

main();
