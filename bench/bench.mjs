// How fast is it here?  npm run bench -- [gemm tokenizer load] [--json] [--append]
//
// Without a topic, all of them. Every topic is measured between two looks at what this machine can do at most, because
// a shared machine is not the same from minute to minute. --append adds the tables to bench/results.md.
import { appendFileSync } from 'node:fs';
import { measureLimits } from './limits.mjs';
import { describeMachine, markdown } from './report.mjs';

const topics = ['gemm', 'tokenizer', 'load'];
const flags = ['--json', '--append'];
const args = process.argv.slice(2);
const unknown = args.filter((arg) => !topics.includes(arg) && !flags.includes(arg));
if (unknown.length > 0) {
  console.error(`There is no "${unknown[0]}". Topics are ${topics.join(', ')}; options ${flags.join(', ')}.`);
  process.exit(2);
}
const asked = topics.filter((topic) => args.includes(topic));
const json = args.includes('--json'), machine = describeMachine();
const results = [];
if (!json) console.log(`${machine}\n`);

for (const topic of asked.length > 0 ? asked : topics) {
  const { default: run } = await import(`./${topic}.mjs`);
  const limits = await measureLimits();
  const { tables, afterwards = () => [] } = await run();
  const again = await measureLimits();
  // the better of two looks, before and after; on a shared machine the loop itself may have been slowed, so that a share
  // of it above 100% is possible and says that this run is no proof
  const best = Object.fromEntries(Object.keys(limits).map((name) => [name, Math.max(limits[name], again[name])]));
  const result = { topic, limits: best, tables: [...tables, ...afterwards(best)] };
  results.push(result);
  const text = markdown(result);
  if (!json) console.log(text);
  if (args.includes('--append')) appendFileSync(new URL('results.md', import.meta.url), `\n## ${machine}\n\n${text}`);
}
if (json) console.log(JSON.stringify({ machine, results }, null, 1));
