// How fast is it here?  npm run bench -- [gemm step decode beams constraints filters sampling scaling tokenizer load] [--peers] [--build exact,fast] [--threads N] [--model small] [--json] [--append]
//
// Without a topic, all of them. Every topic is measured between two looks at what this machine can do at most, because
// a shared machine is not the same from minute to minute. --append adds the tables to bench/results.md.
// --peers compares with other libraries, where they are found; topics take what they can use of the other options.
import { appendFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { startLimits } from './limits.mjs';
import { describeMachine, markdown } from './report.mjs';

const topics = ['gemm', 'step', 'decode', 'beams', 'constraints', 'filters', 'sampling', 'scaling', 'tokenizer', 'load'];
const flag = { type: 'boolean', default: false }, text = { type: 'string' };
const refuse = (reason) => {
  console.error(reason);
  process.exit(2);
};
const parse = () => {
  try {
    return parseArgs({ allowPositionals: true, options: { peers: flag, json: flag, append: flag, build: text, threads: text, model: text } });
  } catch (error) {
    return refuse(`${error.message} Topics are ${topics.join(', ')}; options --peers, --build, --threads, --model, --json, --append.`);
  }
};
const { values: { json, append, peers, build, threads, model }, positionals: asked } = parse();
const unknown = asked.find((topic) => !topics.includes(topic));
if (unknown) refuse(`There is no "${unknown}". Topics are ${topics.join(', ')}.`);
if (threads && !(Number(threads) >= 1)) refuse(`--threads must be a whole number of at least 1, but it is ${threads}.`);
const options = { peers, ...(build && { builds: build.split(',') }), ...(threads && { threads: Number(threads) }), ...(model && { models: model.split(',') }) };
const machine = describeMachine(), results = [], limits = await startLimits();
if (!json) console.log(`${machine}\n`);

for (const topic of asked.length > 0 ? topics.filter((topic) => asked.includes(topic)) : topics) {
  const { default: run } = await import(`./${topic}.mjs`);
  const before = await limits.measure();
  const { tables, afterwards = () => [] } = await run({ ...options, limits });
  const again = await limits.measure();
  // the better of two looks, before and after; on a shared machine the loop itself may have been slowed, so that a share
  // of it above 100% is possible and says that this run is no proof
  const best = Object.fromEntries(Object.keys(before).map((name) => [name, Math.max(before[name], again[name])]));
  const result = { topic, arithmetic: limits.arithmetic, limits: best, tables: [...tables, ...afterwards(best)] };
  results.push(result);
  const text = markdown(result);
  if (!json) console.log(text);
  if (append) appendFileSync(new URL('results.md', import.meta.url), `\n## ${machine}\n\n${text}`);
}
await limits.stop();
if (json) console.log(JSON.stringify({ machine, results }, null, 1));
